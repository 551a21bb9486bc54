"""Medicines: the list as it stands, across organisations and sources, and as it stood on any day."""
