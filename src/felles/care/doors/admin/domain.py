"""The registration of the pages of `admin`."""

from felles.ui.domain import Domain

DOMAIN = Domain("admin", "felles.care.doors.admin", ())
