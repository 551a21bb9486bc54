"""The pages that move an entry, which was written on the wrong person, to the right one."""
