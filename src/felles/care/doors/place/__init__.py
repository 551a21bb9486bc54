"""Where a person with protected address is, for those who must know."""
