"""How Felles runs: its parts and which are silent, who takes part, and the proof of its log. For whoever runs it."""
