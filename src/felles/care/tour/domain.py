"""The registration of the tour."""

from felles.care.tour import pages
from felles.ui.domain import Domain

DOMAIN = Domain("tour", "felles.care.tour", (("GET", "/omvisning", pages.tour),))
