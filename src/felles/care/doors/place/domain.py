"""The registration of the pages of `place`."""

from felles.ui.domain import Domain

DOMAIN = Domain("place", "felles.care.doors.place", ())
