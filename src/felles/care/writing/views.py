"""What a form reads of the record: one statement that decides, logs and returns it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.access.handovers import inboxes
from felles.access.houses import of_one_house
from felles.care.doors.strip import WANTS as STRIP
from felles.care.writing.form import Known, Row
from felles.care.writing.rules import going_on
from felles.record.errors import Absent
from felles.record.read_person import One

if TYPE_CHECKING:
    from felles.care.writing.form import Form
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage, Seen
    from felles.record.store import Store
    from felles.record.wants import AnyWant

_any: Final = Decoder(Any, float_hook=Decimal).decode
_ONE: Final = One()


def wants_of(form: Form | None) -> tuple[AnyWant, ...]:
    """The wants of a form's page: the strip, the entry it is about, what its fields come from."""
    if form is None:
        return STRIP
    return (*STRIP, *((_ONE,) if form.about else ()), *form.wants)


async def read(
    store: Store, grant: PersonGrant, form: Form | None, patient: str, about: str, act: str = "writing"
) -> PersonPage:
    """The rows of a form's page; `patient` is "Patient/x", `about` the entry it changes. Raises `Absent`, `Busy`."""
    return await store.page(grant, wants_of(form), act, about or patient)


async def known(store: Store, grant: PersonGrant, form: Form, patient: str, page: PersonPage) -> Known:
    """What the form knows; whether it `fits` is asked beside.

    Raises `Absent` when what it is about is not here, `Busy`.
    """
    who = {"reference": grant.actor, "display": _name(grant)}
    place = {"reference": grant.org, "display": _place(grant)}
    made = Known(patient, store.clock.clinical(), who, place, grant.org_mark)
    unit = (await inboxes.post(store, grant.actor, grant.org_mark)).unit
    if unit and unit != grant.org:
        made.unit = {"reference": unit, "display": (await store.names.of({unit}))[unit]}
    rows = list(page.rows[len(STRIP) :])
    if form.about:
        made.one = _the_one(form, rows.pop(0))
        made.version = int(made.one.resource["meta"]["versionId"])
    for found in rows:
        for seen in found:
            row = _row(seen)
            made.rows.setdefault(row.resource["resourceType"], []).append(row)
    others = {row.org for row in going_on(made) if row.org and row.org != made.org}
    if others:
        made.house = await of_one_house(store, made.org, others)
    return made


def _the_one(form: Form, found: list[Seen]) -> Row:
    if not found or not found[0].body:
        raise Absent("there is no such entry here that you may see")
    row = _row(found[0])
    if row.resource["resourceType"] not in form.about:
        raise Absent("this form is about entries of another type")
    return row


def _row(seen: Seen) -> Row:
    return Row(_any(seen.body), seen.org, seen.author, seen.low)


def _name(grant: PersonGrant) -> str:
    return str(_any(grant.who).get("name", ""))


def _place(grant: PersonGrant) -> str:
    return str(_any(grant.who).get("organization", ""))
