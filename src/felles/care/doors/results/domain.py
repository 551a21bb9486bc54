"""The registration of the pages of `results`."""

from felles.ui.domain import Domain

DOMAIN = Domain("results", "felles.care.doors.results", ())
