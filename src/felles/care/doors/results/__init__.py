"""What is held back from the person, and results that wait for the doctor."""
