"""The registration of reporting faults, and of the desk where they are answered."""

from felles.care.faults import desk, pages
from felles.ui.domain import Card, Domain
from felles.ui.sources import sources

DOMAIN = Domain(
    "faults",
    "felles.care.faults",
    (
        ("GET", "/meld-feil", pages.show),
        ("POST", "/meld-feil", pages.send),
        ("GET", "/admin/feil", desk.listed),
        ("GET", "/admin/feil/{fid}", desk.one),
        ("POST", "/admin/feil/{fid}", desk.act),
    ),
    cards=(
        Card(
            "admin",
            "/admin/feil",
            lambda t: t("Feil i Felles"),
            lambda t: t("Det brukere har meldt: ta den, svar, lukk."),
            "Bug",
            "approve",
        ),
    ),
    fields={
        "/meld-feil": sources("ord"),
        "/admin/feil/{fid}": sources("tekst"),
    },
)
