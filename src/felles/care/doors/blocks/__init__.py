"""What the citizen closes for those who treat her, and how it is lifted."""
