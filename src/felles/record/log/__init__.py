"""The access log: who saw or wrote what of whom, and why; sealed each second, readable by whom it is about."""
