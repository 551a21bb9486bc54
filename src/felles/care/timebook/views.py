"""What the book's pages read: the appointments of the house, its times, and who waits.

Persons are met through the book (`access.booking`) and decided one by one; each who is shown has a line in her log.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import access
from felles.care import shapes
from felles.care.timebook import rules
from felles.care.timebook.rules import Time
from felles.record.clock import BEGINNING, FOREVER
from felles.record.errors import Absent, Forbidden
from felles.record.read_lists import Listing, Span, Whose
from felles.record.read_person import Want

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.care.timebook.rules import Resource
    from felles.record.grants import Grant, PersonGrant
    from felles.record.read_lists import Listed
    from felles.record.read_slots import Free
    from felles.record.store import Store

BOOK: Final = Listing(("Appointment",), (), Whose.HOUSE, book=True)
WAITING: Final = Listing(("Appointment",), (), Whose.HOUSE, book=True, waits=True)
MOST: Final = 400
"""Appointments of one look: a week of a house with six who give times is read day by day."""
AHEAD: Final = 28
"""Days ahead in which a free time is looked for."""
DAY: Final = 86_400_000_000
"""Microseconds."""
_HERS: Final = (Want("Appointment", 100),)
_patient: Final = msgspec.json.Decoder(shapes.Patient).decode
_rows: Final = msgspec.json.Decoder(list[list[Any]]).decode


@dataclass(slots=True)
class Seen:
    """One appointment as the reader sees it: when (clinical micros), whose, and the entry itself.

    `at` of one who waits is when the entry was written last.
    """

    at: int
    patient: str
    person: shapes.Patient
    entry: Resource

    @property
    def slots(self) -> list[str]:
        """The Slots it fills."""
        return [each.get("reference", "") for each in self.entry.get("slot", ())]


@dataclass(slots=True)
class Book:
    """Appointments in their order, times that were laid out, and who waits, the longest first."""

    seen: list[Seen]
    times: list[Free] = field(default_factory=list)
    waiting: list[Seen] = field(default_factory=list)


async def book(store: Store, actor: Actor, low: int, high: int) -> Book:
    """The book of the actor's house in [low, high) clinical micros, and its waiting list. Raises `Busy`."""
    grant = access.everyone(actor)
    seen, times, waits = await asyncio.gather(
        store.listed(grant, BOOK, Span(low, high, MOST)),
        store.free(grant, low, high, taken=True),
        waiting(store, grant),
    )
    return Book([_seen(each) for each in seen], times, waits)


async def waiting(store: Store, grant: Any) -> list[Seen]:
    """Who waits for a time of the house, the longest first. Raises `Busy`."""
    rows = await store.listed(grant, WAITING, Span(BEGINNING, FOREVER, MOST))
    return sorted((_seen(each) for each in rows), key=lambda each: each.entry.get("created", ""))


async def one(store: Store, actor: Actor, name: str, at: int) -> Seen | None:
    """The appointment `name` of the house that was seen at `at`; None where it is not there (any more). Raises `Busy`.

    The list is asked for the one line after the place just before it, so that nobody else is looked at.
    """
    grant, before = access.everyone(actor), (at, name[:-1])
    for listing in (BOOK, WAITING):
        for each in await store.listed(grant, listing, Span(at, at + 1, 1, before)):
            if each.item == name:
                return _seen(each)
    return None


async def times(store: Store, grant: Grant, *, whose: str = "") -> list[Time]:
    """The free times of the house from now on, of one (a reference) or of all. Raises `Busy`."""
    now = store.clock.clinical()
    found = await store.free(grant, now, now + AHEAD * DAY)
    return [time_of(each) for each in found if whose in ("", each.actor)]


async def given(store: Store, grant: PersonGrant, patient: str, slot: str, words: str) -> Time | None:
    """The time in `slot`, where it is booked for `patient` (a reference) already, about the same. Raises `Busy`.

    Whoever sends a form twice has what the first one gave. None also where the person is closed to the reader.
    """
    try:
        read = await store.page(grant, _HERS, "booking", patient)
    except (Absent, Forbidden):
        return None
    for row in read.rows[0]:
        entry: Resource = msgspec.json.decode(row.body)
        filled = [each.get("reference", "") for each in entry.get("slot", ())]
        if (entry["status"], filled, entry.get("description", "")) == ("booked", [slot], words.strip()):
            return time_had(slot, entry, row.low)
    return None


def time_had(slot: str, entry: Resource, at: int) -> Time:
    """The time that an appointment has, which begins at `at`."""
    return Time(slot, *rules.owner_of(entry), at, at + int(entry.get("minutesDuration", 0)) * 60_000_000)


def time_of(free: Free) -> Time:
    """A time that was laid out."""
    return Time(f"Slot/{free.id}", free.actor, free.owner, free.at, free.end)


def _seen(listed: Listed) -> Seen:
    rows = _rows(listed.entries)
    return Seen(listed.at, listed.id, _patient(listed.body), rows[0][3] if rows else {})
