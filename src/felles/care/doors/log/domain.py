"""The registration of the pages of `log`."""

from felles.ui.domain import Domain

DOMAIN = Domain("log", "felles.care.doors.log", ())
