"""Whole records in and out: `felles import`."""
