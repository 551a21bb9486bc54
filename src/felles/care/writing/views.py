"""What a form reads of the record: one statement that decides, logs and returns it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.access.handovers import inboxes
from felles.access.houses import of_one_house
from felles.care.doors.strip import WANTS as STRIP
from felles.care.writing import rules
from felles.care.writing.form import Known, Row
from felles.record.errors import Absent, Gone
from felles.record.read_person import One

if TYPE_CHECKING:
    from felles.care.writing.form import Form
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage, Seen
    from felles.record.store import Store
    from felles.record.wants import AnyWant
    from felles.record.writings import Writing

_any: Final = Decoder(Any, float_hook=Decimal).decode
_ONE: Final = One()
BASE: Final = "grunnlag"
"""Among the fields of a text about an entry: the version it was begun over; of texts that met, each has its own."""


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
    others = {row.org for row in rules.going_on(made) if row.org and row.org != made.org}
    if others:
        made.house = await of_one_house(store, made.org, others)
    return made


async def carried(store: Store, grant: PersonGrant, form: Form, known: Known, draft: Writing) -> Writing:
    """A draft over the entry as it stands now: what its writer left as it came is what others have made of it since.

    Texts that met stay as they are until it is said what becomes of them, and so does one that names no version that
    its writer sees. Raises `Busy`.
    """
    base = int(draft.fields.get(BASE, "0")) or draft.base
    if known.one is None or not draft.open or draft.others or base == known.version:
        return draft
    type_name, _, name = draft.about.partition("/")
    try:
        row = await store.vread(grant, type_name, name, base)
    except (Absent, Gone):
        return draft
    then = replace(known, one=replace(known.one, resource=_any(row.body)), version=base)
    return replace(draft, base=base, fields=rules.carried(form, draft.fields, then, known))


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
