"""The registration of the pages about guardians' mandates."""

from felles.care.doors.guardians import staff
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "guardians",
    "felles.care.doors.guardians",
    (
        ("GET", "/p/{id}/verge", staff.new),
        ("POST", "/p/{id}/verge", staff.record),
        ("GET", "/p/{id}/verge/{cid}", staff.one),
        ("POST", "/p/{id}/verge/{cid}", staff.end),
    ),
    cards=(
        Card(
            "p",
            "/p/{id}/verge",
            lambda t: t("Registrer en verge"),
            lambda t: t("Skriv inn hva vedtaket sier at vergen kan, fra og til hvilken dag."),
            "PersonGroup",
            "hold",
        ),
    ),
    acts={"page:guardian": lambda t: t("Så hva vergen din kan")},
    fields={
        "/p/{id}/verge": sources("nummer", "etternavn", "del-*", "kan-*", "fra", "til", "vedtak"),
        "/p/{id}/verge/{cid}": sources("grunn"),
    },
)
