"""The registration of the pages of `cases`."""

from felles.ui.domain import Domain

DOMAIN = Domain("cases", "felles.care.doors.cases", ())
