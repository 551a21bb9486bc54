"""The registration of cases: what citizens ask for, and what organisations must answer."""

from felles.care.doors.cases import citizen, desk
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "cases",
    "felles.care.doors.cases",
    (
        ("GET", "/meg/saker", citizen.mine),
        ("GET", "/meg/innsyn/spor", citizen.ask),
        ("POST", "/meg/innsyn/spor", citizen.send_question),
        ("GET", "/meg/e/{type}/{eid}/feil", citizen.wrong),
        ("POST", "/meg/e/{type}/{eid}/feil", citizen.send_wrong),
        ("GET", "/admin/saker", desk.queue),
        ("GET", "/admin/saker/{cid}", desk.one),
        ("POST", "/admin/saker/{cid}", desk.answer),
    ),
    cards=(
        Card(
            "meg",
            "/meg/saker",
            lambda t: t("Mine saker"),
            lambda t: t("Det du har spurt om eller krevd rettet, hvem som skal svare, og innen når."),
            "FileText",
        ),
        Card(
            "own",
            "/meg/e/{type}/{entry}/feil",
            lambda t: t("Si fra om feil"),
            lambda t: t("Be om at det rettes eller slettes, eller legg din egen merknad ved siden av."),
            "ExclamationmarkTriangle",
        ),
        Card(
            "admin",
            "/arbeid",
            lambda t: t("Saker"),
            lambda t: t("Gjennomgang av nødrett og oppgitt behov, spørsmål om loggen, krav om retting og sletting."),
            "FileText",
            "handle",
        ),
    ),
    acts={
        "page:cases": lambda t: t("Behandlet en sak om deg"),
        "page:case-log": lambda t: t("Så hvem som har vært inne, for å behandle en sak"),
        "page:my-cases": lambda t: t("Så sakene sine"),
    },
    fields={
        "/meg/innsyn/spor": sources("tekst"),
        "/meg/e/{type}/{eid}/feil": sources("hva", "tekst"),
        "/admin/saker/{cid}": sources("tekst"),
    },
)
