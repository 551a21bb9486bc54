"""The registration of hand-overs."""

from felles.care.handovers import pages
from felles.ui.domain import Card, Domain

DOMAIN = Domain(
    "handovers",
    "felles.care.handovers",
    (
        ("GET", "/arbeid", pages.work),
        ("GET", "/arbeid/{type}/{hid}", pages.one),
        ("POST", "/arbeid/{type}/{hid}/{verb}", pages.act),
        ("GET", "/tavle", pages.board),
        ("GET", "/p/{id}/send", pages.compose),
        ("POST", "/p/{id}/send", pages.send),
    ),
    cards=(
        Card(
            "admin",
            "/tavle",
            lambda t: t("Tavle"),
            lambda t: t("Det som venter i hele regionen: ulest, uten eier, over fristen. Uten navn."),
            "Bell",
            "approve",
        ),
    ),
    acts={
        "page:work": lambda t: t("Så en oppgave, henvisning eller melding om deg på arbeidslisten"),
        "page:handover": lambda t: t("Åpnet en oppgave, henvisning eller melding om deg"),
        "page:send": lambda t: t("Skrev noe som skal sendes om deg"),
    },
)
