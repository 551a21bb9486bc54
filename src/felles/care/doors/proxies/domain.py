"""The registration of the pages of `proxies`."""

from felles.ui.domain import Domain

DOMAIN = Domain("proxies", "felles.care.doors.proxies", ())
