"""What must be answered by a day: ways in to look over, questions, demands."""
