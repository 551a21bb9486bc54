"""What is held back, from whom and until when: for staff to decide, for the person to know of."""
