"""Guardians' mandates: staff record what a decision says, see how far it reaches, and end it."""
