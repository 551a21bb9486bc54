"""The registration of the page that shows a protected address."""

from felles.care.doors.place import pages
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "place",
    "felles.care.doors.place",
    (("GET", "/p/{id}/adresse", pages.ask), ("POST", "/p/{id}/adresse", pages.show)),
    cards=(
        Card(
            "p",
            "/p/{id}/adresse",
            lambda t: t("Fortrolig adresse"),
            lambda t: t("For deg som skal dit eller skrive dit. Du begrunner hvert oppslag, og det føres i loggen."),
            "House",
            "place",
        ),
    ),
    acts={
        "page:place": lambda t: t("Så den fortrolige adressen din"),
        "page:place-asked": lambda t: t("Åpnet siden for å be om den fortrolige adressen din"),
    },
    fields={
        "/p/{id}/adresse": sources("grunn"),
    },
)
