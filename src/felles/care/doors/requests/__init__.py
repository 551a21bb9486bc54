"""Asking to see a part of another's record, deciding it part by part, and the wish a person leaves behind."""
