"""The day's route: visits at home in their order, what is to be done, what is new, and that it was done as planned."""
