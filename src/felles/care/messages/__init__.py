"""What citizens write: questions and answers, their own measurements, and where each of them is."""
