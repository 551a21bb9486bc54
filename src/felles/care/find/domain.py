"""The registration of the search for a person."""

from felles.care.find import pages
from felles.ui.domain import Domain

DOMAIN = Domain("find", "felles.care.find", (("GET", "/finn", pages.show), ("POST", "/finn", pages.search)))
