"""The registration of writing: each form that is opened from the record itself is a way on every page of it."""

from typing import Final

from felles.care.writing import staff
from felles.care.writing.forms import FORMS
from felles.ui.domain import Domain, Write

WAYS: Final = tuple(
    Write(
        f"/skriv/{form.name}",
        form.title,
        form.icon,
        form.verb,
        form.kind,
        form.key,
        form.first,
        form.first_for,
        form.also,
        form.unless,
    )
    for form in FORMS.values()
    if not form.about
)

DOMAIN = Domain(
    "writing",
    "felles.care.writing",
    (
        ("GET", "/p/{id}/skriv", staff.listed),
        ("GET", "/p/{id}/skriv/{hva}", staff.show),
        ("POST", "/p/{id}/skriv/{hva}", staff.send),
    ),
    writes=WAYS,
    acts={
        "page:writing": lambda t: t("Åpnet et skjema for å skrive i journalen din"),
        "page:signing": lambda t: t("Førte inn noe i journalen din"),
    },
)
