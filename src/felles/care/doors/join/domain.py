"""The registration of the pages of `join`."""

from felles.ui.domain import Domain

DOMAIN = Domain("join", "felles.care.doors.join", ())
