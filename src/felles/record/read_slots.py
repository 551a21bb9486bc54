"""Free times at the reader's own place of work: Slots of the Schedules of those who work where she does.

Schedules and Slots belong to nobody (`homes`): they hold no person, so nothing is decided or logged. From staff to
Schedule and from Schedule to Slot leads the index of references.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

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
_POINTED: Final = """select p.mark, s.id, s.low, s.body from pointer p
      join shared s on s.bucket = -1 and s.type = p.type and s.id = p.id and s.form = 0
     where p.mark = any($1::bigint[]) and p.type = {type} and s.state = 0 and not s.deleted{more}"""
_SCHEDULES: Final = _POINTED.format(type=TYPES["Schedule"], more="")
_SLOTS: Final = _POINTED.format(
    type=TYPES["Slot"],
    more=f" and s.low >= $2 and s.low < $3 and s.marks && {marks((('status', 'free'),))} order by s.low limit {MOST}",
)


@dataclass(frozen=True, slots=True)
class Free:
    """A free time: when it begins (clinical micros) and whose it is."""

    at: int
    owner: str


class _Actor(msgspec.Struct):
    display: str = ""


class _Schedule(msgspec.Struct):
    active: bool = True
    actor: list[_Actor] = []


_schedule: Final = msgspec.json.Decoder(_Schedule).decode


async def free_times(pool: Pool, clock: Clock, grant: Grant, low: int, high: int) -> list[Free]:
    """Free times of those who work where the reader does, in [low, high) clinical micros, in order. Raises `Busy`."""
    if grant.mode != Mode.STAFF:
        return []
    asker = (mark_of(grant.actor), grant.org_mark, grant.role_mark)
    staff = await pool.fetch(_STAFF, *asker, clock.real())
    there = await pool.fetch(_SCHEDULES, [reference_mark("actor", row["source"]) for row in staff])
    owners: dict[int, str] = {}
    for row in there:
        schedule = _schedule(row["body"])
        if schedule.active:
            owners[reference_mark("schedule", f"Schedule/{row['id']}")] = next(
                (actor.display for actor in schedule.actor if actor.display), ""
            )
    if not owners:
        return []
    slots = await pool.fetch(_SLOTS, list(owners), low, high)
    return [Free(row["low"], owners[row["mark"]]) for row in slots if owners[row["mark"]]]
