"""A simulated month of hand-overs (`tests/soak/test_month.py`): who is there, what they do, what goes wrong."""
