"""The registration of the pages of openings."""

from felles.care.doors.openings import pages
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "openings",
    "felles.care.doors.openings",
    (
        ("GET", "/p/{id}/apne", pages.show),
        ("POST", "/p/{id}/apne", pages.enter),
        ("GET", "/meg/apninger", pages.mine),
        ("POST", "/meg/apninger", pages.confirm),
    ),
    cards=(
        Card(
            "meg",
            "/meg/apninger",
            lambda t: t("Åpnet uten vanlig grunnlag"),
            lambda t: t("Nødrett, samtykke og oppgitt behov: hvem som åpnet, når og hvorfor."),
            "ExclamationmarkTriangle",
        ),
        Card(
            "p",
            "/p/{id}/apne",
            lambda t: t("Åpne det som er sperret"),
            lambda t: t("Med pasientens samtykke eller nødrett. Pasienten får beskjed."),
            "PadlockLocked",
            "open",
        ),
    ),
    acts={
        "page:openings": lambda t: t("Så hvem som har åpnet uten vanlig grunnlag"),
        "confirm": lambda t: t("Bekreftet et grunnlag"),
        "open:need": lambda t: t("Oppga et tjenstlig behov"),
        "open:emergency": lambda t: t("Åpnet med nødrett"),
        "open:consent": lambda t: t("Åpnet med pasientens samtykke"),
    },
    fields={
        "/p/{id}/apne": sources("grunn", "ord"),
    },
)
