"""The registration of the page of states, which is there in demo mode alone."""

from felles.care.states import pages
from felles.ui.domain import Domain

DOMAIN = Domain("states", "felles.care.states", (("GET", "/tilstander", pages.show),))
