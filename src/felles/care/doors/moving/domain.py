"""The registration of the pages that move an entry to the right person."""

from felles.care.doors.moving import desk, pages
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "moving",
    "felles.care.doors.moving",
    (
        ("GET", "/p/{id}/e/{type}/{eid}/flytt", pages.show),
        ("POST", "/p/{id}/e/{type}/{eid}/flytt", pages.act),
        ("GET", "/admin/saker/{cid}/flytt", desk.show),
        ("POST", "/admin/saker/{cid}/flytt", desk.act),
    ),
    cards=(
        Card(
            "entry",
            "/p/{id}/e/{type}/{entry}/flytt",
            lambda t: t("Ført på feil person?"),
            lambda t: t("Flytt oppføringen til den den gjelder. Her blir det ingenting igjen av den."),
            "ArrowRight",
            "move",
        ),
    ),
    acts={"page:move": lambda t: t("Så hva som henger sammen med en oppføring, for å flytte den")},
    fields={
        "/p/{id}/e/{type}/{eid}/flytt": sources("nummer", "grunn"),
        "/admin/saker/{cid}/flytt": sources("nummer", "grunn"),
    },
)
