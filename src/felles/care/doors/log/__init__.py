"""Who has looked: the citizen's own access log in plain words, and asking about a line of it."""
