"""The registration of the pages about what is held back."""

from felles.care.doors.results import citizen, staff
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "results",
    "felles.care.doors.results",
    (
        ("GET", "/meg/svar", citizen.answers),
        ("GET", "/meg/tilbakeholdt", citizen.withheld),
        ("GET", "/p/{id}/e/{type}/{eid}/skjerm", staff.show),
        ("POST", "/p/{id}/e/{type}/{eid}/skjerm", staff.hold),
        ("POST", "/p/{id}/e/{type}/{eid}/vis", staff.release),
    ),
    cards=(
        Card(
            "meg",
            "/meg/svar",
            lambda t: t("Svar på vei"),
            lambda t: t("Prøvesvar som er klare, og når du ser dem."),
            "TestFlask",
        ),
        Card(
            "meg",
            "/meg/tilbakeholdt",
            lambda t: t("Holdt tilbake"),
            lambda t: t("Om noe er holdt tilbake fra deg, hvorfor, og hvordan du klager."),
            "PadlockLocked",
        ),
        Card(
            "entry",
            "/p/{id}/e/{type}/{entry}/skjerm",
            lambda t: t("Hvem som ser dette"),
            lambda t: t("Hold tilbake fra pasienten eller foreldre, eller vis et svar."),
            "PadlockLocked",
            "hold",
        ),
    ),
    acts={
        "page:answers": lambda t: t("Så hvilke svar som er på vei"),
        "page:withheld": lambda t: t("Så om noe er holdt tilbake"),
    },
    fields={
        "/p/{id}/e/{type}/{eid}/skjerm": sources("slag", "grunn", "dag", "forelder", "hort"),
    },
)
