"""The registration of the search inside a record."""

from felles.care.search import pages
from felles.ui.domain import Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "search",
    "felles.care.search",
    (
        ("GET", "/p/{id}/sok", pages.staff),
        ("POST", "/p/{id}/sok", pages.staff_search),
        ("GET", "/meg/sok", pages.citizen),
        ("POST", "/meg/sok", pages.citizen_search),
        ("GET", "/for/{id}/sok", pages.acting),
        ("POST", "/for/{id}/sok", pages.acting_search),
    ),
    acts={
        "page:search": lambda t: t("Åpnet søket i journalen"),
        "page:words": lambda t: t("Søkte etter ord i journalen"),
    },
    fields={
        "/p/{id}/sok": sources("ord"),
        "/meg/sok": sources("ord"),
        "/for/{id}/sok": sources("ord"),
    },
)
