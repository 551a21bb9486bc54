"""Faults in Felles: reported from any page in words, taken and answered by whoever runs it."""
