"""Vaccinations: what was given when and where, and which vaccine of the children's programme is next."""
