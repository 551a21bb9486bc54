"""The page that moves an entry, which was written on the wrong person, to the right one."""
