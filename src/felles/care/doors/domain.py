"""The registration of the pages about who may see and who has seen."""

from felles.care.doors import pages
from felles.ui.domain import Domain

DOMAIN = Domain("doors", "felles.care.doors", (("GET", "/meg/innsyn", pages.show),))
