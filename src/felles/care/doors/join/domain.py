"""The registration of the page that joins and parts Patients."""

from felles.care.doors.join import pages
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "join",
    "felles.care.doors.join",
    (("GET", "/admin/koblinger", pages.show), ("POST", "/admin/koblinger", pages.act)),
    cards=(
        Card(
            "admin",
            "/admin/koblinger",
            lambda t: t("Koble pasienter"),
            lambda t: t("Når én person er registrert flere ganger. Ingenting går tapt, og koblingen kan løses."),
            "PersonGroup",
            "join",
        ),
    ),
    acts={
        "page:joining": lambda t: t("Så hvem du er, for å koble registreringer av deg"),
        "join": lambda t: t("Koblet to registreringer av deg"),
        "unjoin": lambda t: t("Løste koblingen mellom registreringer av deg"),
    },
    fields={
        "/admin/koblinger": sources("leder", "annen"),
    },
)
