"""Results and measurements: every test over time, one course whole, and courses beside each other."""
