"""Appointments: the book of a house, booking and moving, who waits, and what is offered to whom."""
