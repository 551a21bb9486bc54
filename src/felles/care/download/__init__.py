"""A citizen takes her record with her: as a file for another system, or to read and print."""
