"""The book follows every commit of an Appointment: who has it when, and that a Slot is filled once.

Whoever writes it (a page, a FHIR client, a bundle): of two that take the same Slot the second is refused whole, under
the locks of the commit. A time is given by the house whose it is: the Schedule's owner works for the organisation in
whose name the writer acts. `Slot.status` says what was laid out; that it is taken, the appointment says. Who gives no
times tells of the home visits of those she works with, and of no others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.access.times import span
from felles.record.elements import listed, reference_of
from felles.record.errors import Conflict, Forbidden, Unprocessable
from felles.record.grants import Mode
from felles.record.ids import mark_of
from felles.record.numbers import TYPES
from felles.record.standing import marks

if TYPE_CHECKING:
    from felles.record.aftermath import After
    from felles.record.derive import Registry

FILLS: Final = frozenset({"proposed", "pending", "booked", "arrived", "checked-in", "fulfilled", "noshow"})
"""Appointment.status of what fills its Slots (FHIR R4, appointmentstatus)."""
WAITS: Final = "waitlist"
TAKEN: Final = "this time was given to somebody else meanwhile"
_ACTORS: Final = ("Practitioner", "PractitionerRole", "HealthcareService", "Location", "Device")
_HELD: Final = "select party, taken from booked where bucket = $1 and person = $2 and id = $3"
_LOCK: Final = "select pg_advisory_xact_lock($1)"
_END: Final = "delete from booked where bucket = $1 and person = $2 and id = $3 and not (taken and party = any($4))"
_PUT: Final = """
insert into booked (party, low, bucket, person, id, waits, taken)
select k.party, $2, $3, $4, $5, $6, false from unnest($1::bigint[]) k(party) on conflict do nothing"""


def _standing(row: str, slot: str) -> str:
    """Whether the appointment of `row` (of `booked`) still stands in `slot` (SQL)."""
    return f"""exists (
       select 1 from entry e where e.bucket = {row}.bucket and e.type = {TYPES["Appointment"]} and e.id = {row}.id
          and e.form = 0 and e.state = 0 and not e.deleted and e.person = {row}.person
          and e.marks && {marks(tuple(("status", status) for status in sorted(FILLS)))}
          and 'slot=' || {slot} = any(e.refs))"""


# One that stood in this Slot and does so no more has left it, though its own row may not have followed yet.
_TAKE: Final = f"""
insert into booked (party, low, bucket, person, id, waits, taken) values ($1, $2, $3, $4, $5, false, true)
on conflict (party) where taken do update
   set low = excluded.low, bucket = excluded.bucket, person = excluded.person, id = excluded.id
 where (booked.bucket, booked.person, booked.id) = (excluded.bucket, excluded.person, excluded.id)
    or not {_standing("booked", "$6")}
returning 1"""
_FILLED: Final = f"""select b.low from booked b where b.party = $1 and b.taken and {_standing("b", "$2")}"""
_SLOT: Final = f"""
select s.low, s.body, c.body as schedule from shared s
  left join shared c on c.type = {TYPES["Schedule"]} and c.form = 0 and c.state = 0 and not c.deleted
   and 'Schedule/' || c.id = s.body::json -> 'schedule' ->> 'reference'
 where s.self = $1 and s.type = {TYPES["Slot"]} and s.form = 0 and s.state = 0 and not s.deleted"""
_OURS: Final = """select bool_or(s.org = $2) as ours from staffing s where s.party = any($1::bigint[]) and s.since <= $3
   and s.until > $3"""
"""Whether one whose time it is works for this organisation; null where none works anywhere now."""

_GOES: Final = """select 1 from staffing m
   join staffing t on t.party = m.party and t.org = m.org and t.since <= $5 and t.until > $5
   join staffing o on o.actor = t.actor and o.org = m.org and o.source = t.source and o.since <= $5 and o.until > $5
  where m.actor = $1 and m.org = $2 and m.role_mark = $3 and m.since <= $5 and m.until > $5 and o.party = any($4)
  limit 1"""
"""Whether one of the parties is hers, or a colleague's: by whom the day's route is met (`record.read_lists`, HOUSE)."""


class _Actor(msgspec.Struct):
    reference: str = ""


class _Slot(msgspec.Struct):
    status: str = ""
    end: str = ""


class _Schedule(msgspec.Struct):
    active: bool = True
    actor: list[_Actor] = []


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an appointment stands in books: hashes of its parties, its Slots, when, and whether it waits."""

    parties: list[int]
    slots: list[str]
    low: int
    waits: bool


def register(registry: Registry) -> None:
    """Let the book follow every commit of an Appointment."""
    registry.hooks.after(("Appointment",), keep)
    registry.hooks.after(("Slot",), stands, nobodys=True)


async def stands(after_: After) -> bool:
    """What an appointment fills stays as it is: it is not said to be free, nor laid elsewhere, nor deleted.

    Raises `Conflict`: whoever wants it free calls the appointment off, or moves it.
    """
    for reference, slot in after_.of("Slot").items() if not after_.historic else ():
        await after_.conn.fetch(_LOCK, mark_of(reference))
        for row in await after_.conn.fetch(_FILLED, mark_of(reference), reference):
            if slot is None or slot.status == "free" or not _covers(slot, row["low"], after_.clinical):
                raise Conflict(f"{reference} is filled by an appointment: it is free when that is called off or moved")
    return False


def _covers(slot: Any, at: int, now: int) -> bool:
    """Whether the Slot is at that time (clinical micros)."""
    return span(slot.start, now)[0] <= at < span(slot.end, now)[0]


async def keep(after_: After) -> bool:
    """Make the rows of the appointments of this commit anew.

    Raises `Conflict` where a Slot is taken or not given out, `Forbidden` where it (or the visit) is another's, and
    `Unprocessable` where the appointment is at another time: then nothing of the commit is written.
    """
    for reference, resource in after_.of("Appointment").items():
        place = _place(resource, after_.clinical)
        await _goes_there(after_, reference, place)
        await _keep(after_, reference.partition("/")[2], place)
    return False


async def _goes_there(after_: After, reference: str, place: _Place) -> None:
    """Whoever gives no times (`book`) has the verb `visit`: it holds for the visits of her own unit alone."""
    grant = after_.grant
    if grant.may("book") or not grant.may("visit"):
        return
    hers = await after_.conn.fetch(_GOES, grant.actor_mark, grant.org_mark, grant.role_mark, place.parties, after_.real)
    if not hers:
        raise Forbidden(f"{reference} is told of by those who go there", "Appointment.participant")


def _place(resource: Any, now: int) -> _Place:
    status = "" if resource is None else resource.status
    if resource is None or (status != WAITS and (status not in FILLS or not isinstance(resource.start, str))):
        return _Place([], [], 0, waits=False)
    waits = status == WAITS
    since = resource.created if waits else resource.start
    taking = (reference_of(each.actor) for each in listed(resource.participant) if each.status != "declined")
    parties = dict.fromkeys(mark_of(actor) for actor in taking if actor.partition("/")[0] in _ACTORS)
    slots = [] if waits else sorted({slot for each in listed(resource.slot) if (slot := reference_of(each))})
    return _Place(list(parties), slots, span(since, now)[0], waits)


async def _keep(after_: After, name: str, place: _Place) -> None:
    conn, key = after_.conn, after_.key
    held = {row["party"] for row in await conn.fetch(_HELD, *key, name) if row["taken"]}
    if after_.grant.mode in (Mode.STAFF, Mode.ORG_SYSTEM) and not after_.historic:
        await _ours_to_change(after_, name, held)
    await conn.fetch(_END, *key, name, [mark_of(slot) for slot in place.slots])
    if place.parties:
        await conn.fetch(_PUT, place.parties, place.low, *key, name, place.waits)
    for slot in place.slots:
        mark = mark_of(slot)
        await conn.fetch(_LOCK, mark)
        if mark not in held and not after_.historic and after_.grant.mode != Mode.ALL:
            await _given_out(after_, slot, place.low)
        took = await conn.fetch(_TAKE, mark, place.low, *key, name, slot)
        if not took and not after_.historic:
            raise Conflict(TAKEN)


async def _given_out(after_: After, slot: str, low: int) -> None:
    """Whether this Slot is one that the writer's house gives out, at this time; raises what `keep` raises."""
    rows = await after_.conn.fetch(_SLOT, mark_of(slot))
    said = msgspec.json.decode(rows[0]["body"], type=_Slot) if rows else _Slot()
    if said.status != "free" or rows[0]["schedule"] is None:
        raise Conflict(f"{slot} is not given out")
    row = rows[0]
    if not row["low"] <= low < span(said.end, row["low"])[0]:
        raise Unprocessable(f"{slot} is at another time", "Appointment.start")
    schedule = msgspec.json.decode(row["schedule"], type=_Schedule)
    if not (schedule.active and await _is_ours(after_, schedule)):
        raise Forbidden(f"{slot} is given by those whose book it is in", "Appointment.slot")


async def _ours_to_change(after_: After, name: str, held: set[int]) -> None:
    """Whether the times (hashes of Slots) that the appointment had are the writer's house's; else raises `Forbidden`.

    Where nobody whose time it was works anywhere now, whoever reaches the appointment may change it.
    """
    for mark in held:
        for row in await after_.conn.fetch(_SLOT, mark):
            said = row["schedule"] and msgspec.json.decode(row["schedule"], type=_Schedule)
            if said and await _is_ours(after_, said) is False:
                raise Forbidden(f"Appointment/{name} is changed by those whose book it is in", "Appointment")


async def _is_ours(after_: After, schedule: _Schedule) -> bool | None:
    """Whether somebody whose times are in this Schedule works for the writer's organisation; None: nobody works now."""
    owners = [mark_of(actor.reference) for actor in schedule.actor if actor.reference]
    return (await after_.conn.fetch(_OURS, owners, after_.grant.org_mark, after_.real))[0]["ours"]
