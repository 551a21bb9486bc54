"""Pages to join and part Patients of one person."""
