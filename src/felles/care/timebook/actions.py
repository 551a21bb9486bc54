"""Booking, moving, cancelling, offering and answering: each is one commit over the version that was seen.

That a Slot is filled once is held where it is written (`access.booking`), for these as for every other way.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import access, fhir
from felles.access.resources import moment
from felles.care.timebook import rules
from felles.care.timebook.rules import Act
from felles.record.changes import Change
from felles.record.errors import Absent, Conflict, Gone, PreconditionFailed
from felles.record.ids import mark_of
from felles.ui.dates import local
from felles.ui.i18n import language

if TYPE_CHECKING:
    from datetime import date

    from felles.access.actor import Actor
    from felles.care.timebook.rules import Resource, Time
    from felles.record.grants import Grant, PersonKey
    from felles.record.store import Store

_CARRIER: Final = "urn:uuid:0c6a0b8e-0f5d-4c2b-8a51-6f1f0a7c9d02"


async def book(store: Store, actor: Actor, patient: str, time: Time, words: str, based_on: str = "") -> str:
    """Book a time for `Patient/x`; the id of the Appointment. Raises `Conflict` when it is taken, and as `commit`."""
    made = rules.booking(patient, time, words, _now(store), based_on)
    return (await store.commit(access.everyone(actor), [_create(made)], act="create"))[0].id


async def wait(store: Store, actor: Actor, patient: str, whose: tuple[str, str], words: str, drawn: str) -> str:
    """Put `Patient/x` on the waiting list of (reference, name); the id of the Appointment. Raises as `commit`.

    `drawn`: the id drawn of the form. One that is sent twice is one place, for as long as the person has it.
    """
    grant, made = access.everyone(actor), rules.waiting(patient, *whose, words, _now(store))
    change = _create(made)
    change.drawn = drawn
    try:
        return (await store.commit(grant, [change], act="create"))[0].id
    except (Conflict, PreconditionFailed):
        if await _waits(store, grant, drawn):
            return drawn
    return (await store.commit(grant, [_create(made)], act="create"))[0].id


async def _waits(store: Store, grant: Grant, name: str) -> bool:
    """Whether the appointment of this id is a place on the waiting list, and nothing else became of it."""
    try:
        row = await store.read(grant, "Appointment", name)
    except (Absent, Gone):
        return False
    return msgspec.json.decode(row.body)["status"] == rules.WAITS


async def do(store: Store, actor: Actor, seen: Resource, act: Act, *, reason: str = "") -> None:
    """Do `act`, one that asks for no other time, with an appointment as it was seen. Raises as `commit`."""
    grant = access.everyone(actor)
    changes = [_update(rules.after(seen, act, reason=reason), seen)]
    if act in (Act.ACCEPT, Act.DECLINE):
        changes += await _carrier(store, grant, seen, act, actor.reference, own=False)
    await store.commit(grant, changes, act="update")


async def place(store: Store, actor: Actor, seen: Resource, time: Time) -> None:
    """Give an appointment, or one who waits, another time. Raises `Conflict` when it is taken, and as `commit`."""
    await store.commit(access.everyone(actor), [_update(rules.placed(seen, time), seen)], act="update")


async def offer(
    store: Store, actor: Actor, time: Time, waits: Resource, cancels: Resource | None = None, reason: str = ""
) -> None:
    """Offer a time to one who waits; with `cancels`, the one who had it gives it up in the same commit.

    Raises `Conflict` when it is taken, and as `commit`.
    """
    grant = access.everyone(actor)
    changes = [_update(rules.after(cancels, Act.CANCEL, reason=reason), cancels)] if cancels else []
    until = rules.answer_by(local(store.clock.clinical()).date(), local(time.start).date())
    task = rules.offer(
        f"Appointment/{waits['id']}",
        rules.patient_of(waits),
        _words(time, until),
        sender=actor.reference,
        owner=await _house(store, actor),
        now=_now(store),
        until=until.isoformat(),
    )
    changes.append(_update(rules.placed(waits, time, "proposed", _CARRIER), waits))
    changes.append(_create(task, _CARRIER))
    await store.commit(grant, changes, act="update")


async def answer(store: Store, actor: Actor, seen: Resource, act: Act, *, reason: str = "") -> None:
    """What the person herself says of her appointment: that she cannot come, yes or no to an offer. As `commit`."""
    grant = access.attend(actor)
    changes = [_update(rules.after(seen, act, reason=reason, own=True), seen)]
    if act in (Act.ACCEPT, Act.DECLINE):
        changes += await _carrier(store, grant, seen, act, actor.reference, own=True)
    await store.commit(grant, changes, act="update")


async def call_off_for(store: Store, actor: Actor, keys: tuple[PersonKey, ...], seen: Resource, reason: str) -> None:
    """What somebody says for the person: that she cannot come. Raises `Absent` where her right does not reach it."""
    grant = access.call_off(actor, rules.patient_of(seen), keys)
    changed = rules.after(seen, Act.CANCEL, reason=reason, own=True, by=actor.name)
    await store.commit(grant, [_update(changed, seen)], act="update")


async def _carrier(store: Store, grant: Grant, seen: Resource, act: Act, who: str, *, own: bool) -> list[Change]:
    """The Task of the offer, answered; nothing where it is none of the reader's, or somebody has ended it."""
    carrier = rules.carrier_of(seen)
    try:
        row = await store.read(grant, "Task", carrier) if carrier else None
    except (Absent, Gone):
        return []
    task: Resource = msgspec.json.decode(row.body) if row else {}
    if task.get("status") != "accepted":
        return []
    return [_update(rules.answered(task, act, who=who, now=_now(store), own=own), task)]


async def _house(store: Store, actor: Actor) -> str:
    """Whose the offer is meanwhile: the house, where the actor staffs it as a whole, else herself."""
    parties = await store.parties(access.everyone(actor))
    return actor.organization if mark_of(actor.organization) in parties else actor.reference


def _words(time: Time, until: date) -> str:
    """What the Task says, in the record's language."""
    t, when = language("nb"), time.start
    return f"Tilbud om time {t.weekday(when)} {t.moment(when)} hos {time.owner}. Svar innen {t.short(until)}."


def _now(store: Store) -> str:
    return moment(store.clock.clinical())


def _create(resource: Resource, full_url: str = "") -> Change:
    return Change(op="create", type=resource["resourceType"], resource=_struct(resource), full_url=full_url or None)


def _update(resource: Resource, seen: Resource) -> Change:
    change = Change(op="update", type=resource["resourceType"], resource=_struct(resource))
    change.id, change.expected = seen["id"], int(seen["meta"]["versionId"])
    return change


def _struct(resource: Resource) -> Any:
    return fhir.decode(msgspec.json.encode(resource))
