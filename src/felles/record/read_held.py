"""What is held back of a person's record, without what it is: for herself, and for who treats her."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import ASK, BASIS_TEXT, PERSON_OPEN, ask_values, basis_of, leaves
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.ids import mark_of
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"), ("item", "bigint"), ("act", "text"), WHOLE, *ASK)

# `source` is the Consent that holds back, or the result itself: whose organisation decided, or answered.
_SQL: Final = f"""
with q as materialized {unnest(_COLUMNS)},
door as materialized (
    select q.*, {BASIS_TEXT} as basis from q
      join person p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p")}
     where q.mode in ({Mode.STAFF:d}, {Mode.SELF:d}) and {PERSON_OPEN} and {ALONE}
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"' || f.act || '","what":"Patient","basis":"' || f.basis
           || '","outcome":"released"}}' as text
      from door f
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select q.n, h.source, h.reason, h.from_whom, h.until, h.review, e.org, e.updated, h.passed
  from door q
  join held h on h.bucket = q.bucket and h.person = q.person and h.since <= q.real and h.until > q.real
   and ((q.mode = {Mode.SELF:d} and h.from_whom & 1 = 1 and not h.passed)
        or (q.mode = {Mode.STAFF:d} and h.item = q.item))
  join type_name n on n.name = split_part(h.source, '/', 1)
  join entry e on e.bucket = h.bucket and e.person = h.person and e.type = n.type
   and e.id = split_part(h.source, '/', 2) and e.state = 0 and e.form = 0
union all
select q.n, null, null, null, null, null, null, null, null from door q"""
_SHAPE: Final = Shape(_SQL, _COLUMNS)


@dataclass(slots=True, frozen=True)
class HeldBack:
    """One entry: `source` what holds it, `org` (hash) who decided or answered, times real microseconds.

    `passed`: it is held back as what was said about a result, and follows that.
    """

    source: str
    reason: int
    from_whom: int
    until: int
    review: int | None
    org: int
    updated: int
    passed: bool


async def read_held(lane: Lane, clock: Clock, grant: PersonGrant, act: str, item: str = "") -> list[HeldBack]:
    """What is held back from the person of `grant`; for staff, of the entry `item` (Type/id) alone, from whomever.

    For staff it is to follow a read of the entry itself, which decides whether she sees that. Logged as `act`. Raises
    `Absent`, `Busy`.
    """
    head, asked = (mark_of(item) if item else 0, act), ask_values(grant, clock)

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(_SHAPE, (*key, *head, whole, *asked))

    rows = [row for rows in await over_keys(lane, grant.keys, ask) for row in rows]
    if not rows:
        raise Absent("there is no record here that you may see")
    found = [HeldBack(*list(row)[1:]) for row in rows if row["source"] is not None]
    return sorted(found, key=lambda each: -each.updated)
