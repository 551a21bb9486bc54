"""The registration of the pages of `openings`."""

from felles.ui.domain import Domain

DOMAIN = Domain("openings", "felles.care.doors.openings", ())
