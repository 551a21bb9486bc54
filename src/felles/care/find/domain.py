"""The registration of the search for a person."""

from felles.care.find import pages
from felles.ui.domain import Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "find",
    "felles.care.find",
    (("GET", "/finn", pages.show), ("POST", "/finn", pages.search)),
    fields={"/finn": sources("nummer", "navn", "fodt", "kommune")},
)
