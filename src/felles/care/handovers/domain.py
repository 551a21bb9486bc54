"""The registration of hand-overs."""

from felles.care.handovers import board, leave, live, pages, ring, worklist
from felles.record.kinds import Kind
from felles.ui.domain import Card, Domain, Write
from felles.ui.sources import sources

DOMAIN = Domain(
    "handovers",
    "felles.care.handovers",
    (
        ("GET", "/arbeid", worklist.work),
        ("GET", "/arbeid/live", live.follow),
        ("GET", "/arbeid/{type}/{hid}", pages.one),
        ("POST", "/arbeid/{type}/{hid}/{verb}", pages.act),
        ("GET", "/tavle", board.board),
        ("GET", "/fravaer", leave.show),
        ("POST", "/fravaer", leave.change),
        ("GET", "/p/{id}/ring", ring.show),
        ("POST", "/p/{id}/ring", ring.send),
    ),
    cards=(
        Card(
            "admin",
            "/tavle",
            lambda t: t("Tavle"),
            lambda t: t("Det som venter: ulest, uten navn, over fristen, og hvem som får det. Uten pasienter."),
            "Bell",
            "staff",
        ),
    ),
    writes=(Write("/ring", lambda t: t("Ring vakthavende"), "Phone", "write", Kind.TASK, "k", first=True),),
    acts={
        "page:work": lambda t: t("Så en oppgave, henvisning eller melding om deg på arbeidslisten"),
        "page:work-live": lambda t: t("Fikk vite at noe om deg var nytt på arbeidslisten, mens den var åpen"),
        "page:handover": lambda t: t("Åpnet en oppgave, henvisning eller melding om deg"),
        "page:ring": lambda t: t("Så hvem som er på vakt, for å ringe om deg"),
        "page:send": lambda t: t("Skrev noe som skal sendes om deg"),
    },
    fields={
        "/arbeid/{type}/{hid}/{verb}": sources("tekst", "dag", "mottaker", "til", "beskjed"),
        "/fravaer": sources("fra", "til", "stedfortreder"),
        "/p/{id}/ring": sources("mottaker", til="ServiceRequest.performer", tekst="Observation.valueQuantity"),
    },
)
