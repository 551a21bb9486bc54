"""The journal: everything that was written and everything that happened, as one list, newest first."""
