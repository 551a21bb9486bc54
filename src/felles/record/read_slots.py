"""Times at the reader's own place of work: Slots of the Schedules of those who work where she does.

Schedules and Slots belong to nobody (`homes`): they hold no person, so nothing is decided or logged. From staff to
Schedule and from Schedule to Slot leads the index of references.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.fhir.search.dates import date_range
from felles.fhir.search.marks import reference_mark
from felles.record.grants import Mode
from felles.record.ids import mark_of
from felles.record.numbers import TYPES
from felles.record.standing import marks

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import Grant
    from felles.record.pool import Pool

MOST: Final = 2_000
"""Slots looked at: a fortnight of an office with six doctors."""
_HOLDS: Final = "{s}.since <= $4 and {s}.until > $4"
_STAFF: Final = f"""select distinct o.source from staffing s
      join staffing t on t.party = s.party and t.org = s.org and {_HOLDS.format(s="t")}
      join staffing o on o.actor = t.actor and o.org = s.org and o.source = t.source and {_HOLDS.format(s="o")}
     where s.actor = $1 and s.org = $2 and s.role_mark = $3 and {_HOLDS.format(s="s")}"""
_POINTED: Final = """select p.mark, s.id, s.low, s.body{what} from pointer p
      join shared s on s.bucket = -1 and s.type = p.type and s.id = p.id and s.form = 0
     where p.mark = any($1::bigint[]) and p.type = {type} and s.state = 0 and not s.deleted{more}"""
_SCHEDULES: Final = _POINTED.format(type=TYPES["Schedule"], what="", more="")
_TAKEN: Final = "exists (select 1 from booked b where b.party = s.self and b.taken)"
_SLOTS: Final = _POINTED.format(
    type=TYPES["Slot"],
    what=f", {_TAKEN} as taken",
    more=f" and s.low >= $2 and s.low < $3 and s.marks && {marks((('status', 'free'),))} order by s.low limit {MOST}",
)


@dataclass(frozen=True, slots=True)
class Free:
    """A time that was laid out: when it begins (clinical micros) and whose it is, in words and as a reference.

    `id` and `end` are the Slot's; `taken`: an appointment fills it, whoever's.
    """

    at: int
    owner: str
    id: str = ""
    end: int = 0
    actor: str = ""
    taken: bool = False


class _Actor(msgspec.Struct):
    reference: str = ""
    display: str = ""


class _Schedule(msgspec.Struct):
    active: bool = True
    actor: list[_Actor] = []


class _Slot(msgspec.Struct):
    end: str = ""


_slot: Final = msgspec.json.Decoder(_Slot).decode
_schedule: Final = msgspec.json.Decoder(_Schedule).decode


async def free_times(pool: Pool, clock: Clock, grant: Grant, low: int, high: int, *, taken: bool = False) -> list[Free]:
    """Free times of those who work where the reader does, in [low, high) clinical micros, in order. Raises `Busy`.

    `taken`: also those that are filled.
    """
    if grant.mode != Mode.STAFF:
        return []
    asker = (mark_of(grant.actor), grant.org_mark, grant.role_mark)
    staff = await pool.fetch(_STAFF, *asker, clock.real())
    there = await pool.fetch(_SCHEDULES, [reference_mark("actor", row["source"]) for row in staff])
    owners: dict[int, _Actor] = {}
    for row in there:
        schedule = _schedule(row["body"])
        owner = next((actor for actor in schedule.actor if actor.display), None)
        if schedule.active and owner is not None:
            owners[reference_mark("schedule", f"Schedule/{row['id']}")] = owner
    if not owners:
        return []
    rows = await pool.fetch(_SLOTS, list(owners), low, high)
    return [_free(row, owners[row["mark"]]) for row in rows if taken or not row["taken"]]


def _free(row: Any, owner: _Actor) -> Free:
    end = _slot(row["body"]).end
    until = date_range(end)[0] if end else row["low"]
    return Free(row["low"], owner.display, row["id"], until, owner.reference, row["taken"])
