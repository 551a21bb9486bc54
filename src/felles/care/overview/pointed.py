"""`/p/{id}` for one who sees single entries (by a message, or an order she answers for): those, and that it is all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care import grounds, shapes
from felles.care.entries.present import listed
from felles.care.overview import present
from felles.care.people import store_of
from felles.record.wants import Pointed, Want
from felles.ui.web import page, see_as

if TYPE_CHECKING:
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

MOST: Final = 100
WANTS: Final = (Want("Patient", 1), Pointed(MOST))
_patient: Final = Decoder(shapes.Patient).decode


def closed(t: Language) -> dict[str, Any]:
    """What stands where critical information would: that it was not opened, which says nothing of whether there is."""
    return {"state": "refused", "text": t("Ikke åpnet for deg: du ser bare enkelte oppføringer.")}


async def show(found: Visit, grant: PersonGrant, patient_id: str) -> Response:
    """The page. Raises `Absent` when what opened them has been answered meanwhile, `Busy`."""
    store, t, base = store_of(found), found.t, f"/p/{patient_id}"
    read = await store.page(grant, WANTS, "overview", f"Patient/{patient_id}", single=True)
    patients, rows = read.rows
    view = present.View(t, base, store.clock.clinical(), {})
    person = present.person(view, _patient(patients[0].body) if patients else shapes.Patient())
    context: dict[str, Any] = {
        "title": f"{t('Oversikt')} – {person['initials']} {person['age']}",
        "strip": True,
        "person": person,
        "critical": closed(t),
        "items": listed(view, rows),
        "note": t("De {count} nyeste er tatt med").format(count=MOST) if len(rows) >= MOST else "",
        "why": grounds.sentence(t, read.basis),
        "access": f"{base}/tilgang",
        "need": f"{base}/apne?vei=behov" if found.signed_in.may("need") else "",
        "see_as": see_as(found, f"Patient/{patient_id}", person["name"]),
    }
    return page(found, "overview/pointed.html", context)
