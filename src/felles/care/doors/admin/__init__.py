"""Administration: organisations apply and are let in, and keep their units, staff and roles."""
