"""Finding a person: by national number, or by name with birth date or municipality."""
