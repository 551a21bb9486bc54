"""The registration of the pages that explain decisions."""

from felles.care.doors.explain import acting, admin, citizen, staff
from felles.ui.domain import Card, Domain

DOMAIN = Domain(
    "explain",
    "felles.care.doors.explain",
    (
        ("GET", "/p/{id}/tilgang", staff.record),
        ("GET", "/p/{id}/e/{type}/{eid}/hvorfor", staff.entry),
        ("GET", "/meg/tilgang", citizen.readers),
        ("GET", "/meg/innsyn/hvorfor", citizen.line),
        ("GET", "/for/{id}/tilgang", acting.record),
        ("GET", "/admin/tilganger/{rid}", admin.role),
    ),
    cards=(
        Card(
            "meg",
            "/meg/tilgang",
            lambda t: t("Hvem kan åpne journalen din nå"),
            lambda t: t("Hvor de arbeider, hvorfor de kan det, og til når."),
            "Eye",
        ),
        Card(
            "entry",
            "/p/{id}/e/{type}/{entry}/hvorfor",
            lambda t: t("Hvorfor ser jeg dette?"),
            lambda t: t("Grunnlaget, hva rollen din når, og hva som er holdt tilbake."),
            "Eye",
        ),
        Card(
            "own",
            "/meg/tilgang",
            lambda t: t("Hvem kan se dette?"),
            lambda t: t("De som kan åpne journalen din nå, og hvilke roller som ser hva."),
            "Eye",
        ),
    ),
    acts={
        "page:why": lambda t: t("Så hvorfor journalen er åpen for dem"),
        "page:reach": lambda t: t("Så hvem som kan åpne journalen din"),
    },
)
