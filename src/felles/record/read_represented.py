"""Those for whom somebody may act, as a list: by the index of `representation`, one line in the log of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.decide import ASK, REPRESENTED, REPRESENTS, ask_values, leaves
from felles.record.grants import Mode
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import Grant, PersonGrant
    from felles.record.lane import Lane

_MOST: Final = 100
_COLUMNS: Final = ASK

_SQL: Final = f"""
with q as materialized {unnest(_COLUMNS)},
shown as materialized (
    select q.n, q.real, q.who, p.bucket, p.person, e.id, e.body, v.basis, v.source, v.until
      from q
     cross join lateral (
        select distinct on (v.bucket, v.person) v.bucket, v.person, v.basis, v.source, v.until
          from representation v
         where {REPRESENTS}
         order by v.bucket, v.person, v.basis, v.until desc
         limit {_MOST}) v
      join person p on p.bucket = v.bucket and p.person = v.person
     cross join lateral (
        select e.id, e.body from entry e
         where e.bucket = p.bucket and e.person = p.person and e.type = {TYPES["Patient"]} and e.state = 0
           and e.form = 0 and not e.deleted and {REPRESENTED}
         order by e.low desc limit 1) e
     where q.mode = {Mode.PROXY:d} and not p.protected and p.lead is null
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:list","what":"Patient","basis":"' || f.basis || ':' || f.source
           || '","outcome":"released"}}' as text
      from shown f
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select n, id, body, basis, source, until from shown order by id"""
_SHAPE: Final = Shape(_SQL, _COLUMNS)


@dataclass(slots=True, frozen=True)
class Represented:
    """One person: her Patient's id and body, the basis and what it follows from, until when (clinical micros)."""

    id: str
    body: str
    basis: str
    until: int


_ABOUT: Final = (("bucket", "smallint"), ("person", "bigint"), *ASK)
_VERBS: Final = Shape(
    f"""select q.n, coalesce(bit_or(v.verbs), 0) as verbs
          from {unnest(_ABOUT)} q
          join person p on p.bucket = q.bucket and p.person = q.person
          join representation v on v.bucket = q.bucket and v.person = q.person and v.item = 0 and {REPRESENTS}
         where q.mode = {Mode.PROXY:d} and not p.protected and ${len(_ABOUT) + 1}::smallint is not null
         group by q.n""",
    _ABOUT,
)


async def read_verbs(lane: Lane, clock: Clock, grant: PersonGrant) -> int:
    """What the actor of `grant` may do for its person now: a sum of `representation.verbs`. Raises `Busy`."""
    asked = ask_values(grant, clock)
    found = [row for key in grant.keys for row in await lane.submit(_VERBS, (*key, *asked))]
    return found[0]["verbs"] if found else 0


async def read_represented(lane: Lane, clock: Clock, grant: Grant) -> list[Represented]:
    """All for whom the actor of `grant` (mode PROXY) may act now; logged. Raises `Busy`."""
    records = await lane.submit(_SHAPE, ask_values(grant, clock))
    return [Represented(r["id"], r["body"], f"{r['basis']}:{r['source']}", r["until"]) for r in records]
