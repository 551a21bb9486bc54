"""The patient's strip above a page of staff: who this is and what is critical, read and logged by one statement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care import grounds, shapes
from felles.care.overview import pointed
from felles.care.overview import present as overview
from felles.care.overview.staff import why
from felles.care.overview.views import PREGNANT, Read
from felles.care.people import store_of
from felles.record.read_person import Standing, Want
from felles.record.wants import Coded
from felles.ui import pieces
from felles.ui.web import head, see_as

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

TOLD: Final = Coded("Observation", 1, PREGNANT)
"""What says that she is pregnant."""
WANTS: Final = (
    Want("Patient", 1),
    Standing("AllergyIntolerance", 200),
    Standing("Flag", 200),
    TOLD,
    Standing("Encounter", 3, tuple(("class", code) for code in sorted(overview.STAYS)), past=True),
)
_patient: Final = Decoder(shapes.Patient).decode
_allergy: Final = Decoder(shapes.AllergyIntolerance).decode
_flag: Final = Decoder(shapes.Flag).decode
_told: Final = Decoder(list[Read[shapes.Observation]]).decode
_stays: Final = Decoder(list[Read[shapes.Encounter]]).decode
_ROWS: Final = 3
"""Wants of the strip that are read as rows; what stands beside the name is read behind them."""


async def strip(
    found: Visit, grant: PersonGrant, patient_id: str, act: str, what: str = "", *, single: bool = False
) -> tuple[dict[str, Any], PersonPage]:
    """What the layout's strip shows, and the page it was read as (logged as `page:<act>`).

    `what`: the entry that the page is about; with `single` it also serves who sees single entries of the record alone.
    Raises `Absent`, `Busy`.
    """
    read = await store_of(found).page(grant, WANTS, act, what or f"Patient/{patient_id}", single=single)
    return shown(found, patient_id, read), read


def shown(found: Visit, patient_id: str, read: PersonPage) -> dict[str, Any]:
    """What the strip shows of a page whose wants begin with `WANTS`; it stands there too when the rest fails."""
    view = overview.View(found.t, f"/p/{patient_id}", store_of(found).clock.clinical(), {})
    patients, allergies, flags = replace(read, wants=read.wants[:_ROWS], found=read.found[:_ROWS]).rows
    person = overview.person(view, _patient(patients[0].body) if patients else shapes.Patient())
    told, stays = read.found[_ROWS : len(WANTS)]
    person["facts"] = pieces.tried("facts", lambda: overview.facts(view, _told(told), _stays(stays)), lambda _: [])
    above = {
        "person": person,
        "critical": pointed.closed(found.t)
        if grounds.opens_single(read.basis)
        else pieces.critical(
            found.t,
            lambda: overview.critical(
                view, [_allergy(row.body) for row in allergies], [_flag(row.body) for row in flags]
            ),
        ),
    }
    head(found, "overview/head.html", above | {"access": f"{view.base}/tilgang"})
    return above | {
        "see_as": see_as(found, f"Patient/{patient_id}", person["name"]),
        "why": why(found.t, view.base, read.basis),
        "closed": read.closed,
        "drafting": read.drafting,
        "back": view.base,
        "strip": True,
    }
