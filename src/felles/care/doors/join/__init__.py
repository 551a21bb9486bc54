"""One person, several Patients: joined and taken apart."""
