"""Clinical words in plain words, for who is no health professional: looked up by code or name, and marked in texts."""
