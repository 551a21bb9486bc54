"""The chart overview: one page that answers what a person is treated for, with what, how it goes and what is next."""
