"""Printing a page of an open record: its own line in the log, for paper leaves the house."""
