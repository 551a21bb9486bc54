"""Organisations, units, staff and roles."""
