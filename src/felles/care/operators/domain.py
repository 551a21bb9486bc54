"""The registration of the pages of whoever runs Felles."""

from felles.care.operators import desk
from felles.ui.domain import Card, Domain

DOMAIN = Domain(
    "operators",
    "felles.care.operators",
    (
        ("GET", "/drift", desk.show),
        ("GET", "/drift/logg", desk.log),
        ("POST", "/drift/logg", desk.prove),
        ("GET", "/drift/virksomheter", desk.organisations),
        ("GET", "/drift/{del}", desk.part),
    ),
    cards=(
        Card(
            "admin",
            "/drift",
            lambda t: t("Drift"),
            lambda t: t("Hvilke deler av Felles som er stille, og hva som venter."),
            "Cog",
            "approve",
        ),
        Card(
            "admin",
            "/drift/logg",
            lambda t: t("Loggens bevis"),
            lambda t: t("Siste segl, og at hele innsynsloggen er regnet gjennom og funnet hel."),
            "Shield",
            "approve",
        ),
        Card(
            "admin",
            "/drift/virksomheter",
            lambda t: t("Virksomheter"),
            lambda t: t("Hvem som er med, siden når, hvor mange roller, og hvem som administrerer."),
            "Hospital",
            "approve",
        ),
    ),
)
