"""The registration of the pages of administration."""

from felles.care.doors.admin import applications, desk
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "admin",
    "felles.care.doors.admin",
    (
        ("GET", "/bli-med", applications.show),
        ("POST", "/bli-med", applications.apply),
        ("GET", "/admin/soknader", applications.listed),
        ("GET", "/admin/soknader/{aid}", applications.one),
        ("POST", "/admin/soknader/{aid}", applications.decide),
        ("GET", "/admin/enheter", desk.units),
        ("POST", "/admin/enheter", desk.add_unit),
        ("GET", "/admin/ansatte", desk.staff),
        ("POST", "/admin/ansatte", desk.employ),
        ("GET", "/admin/tilganger", desk.reviews),
        ("POST", "/admin/tilganger", desk.review),
    ),
    cards=(
        Card(
            "admin",
            "/admin/soknader",
            lambda t: t("Søknader"),
            lambda t: t("Virksomheter som vil være med, og de som er blitt med."),
            "FileText",
            "approve",
        ),
        Card(
            "admin",
            "/admin/enheter",
            lambda t: t("Enheter og tjenester"),
            lambda t: t("Hva virksomheten består av, og hvem som bemanner hver innboks."),
            "Buildings3",
            "staff",
        ),
        Card(
            "admin",
            "/admin/ansatte",
            lambda t: t("Ansatte"),
            lambda t: t("Hvem som arbeider her, i hvilken rolle, og til når."),
            "PersonGroup",
            "staff",
        ),
        Card(
            "admin",
            "/admin/tilganger",
            lambda t: t("Gjennomgang av tilganger"),
            lambda t: t("Bekreft hver rolle minst én gang i året, eller avslutt den."),
            "PadlockLocked",
            "staff",
        ),
    ),
    fields={
        "/bli-med": sources("name", "number", "kind", "units", "email", "phone", "given", "family", "hpr"),
        "/admin/soknader/{aid}": sources("grunn"),
        "/admin/enheter": sources("navn"),
        "/admin/ansatte": sources("given", "family", "hpr", "profession", "role", "until", "unit-*"),
    },
)
