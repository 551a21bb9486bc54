"""The persons somebody has a relation to, as a list: those whose relation began last come first.

(Not those whose record changed last: what the reader does not see would move them.)

One page of the list is one statement: candidates by the index of relations, decided by the fragments of
`decide.py` as everything else, and a line in the log of each person who is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.clock import FOREVER
from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    IN_FORM,
    PERSON_OPEN,
    ROW_OPEN,
    ask_values,
    basis_of,
    leaves,
    shown_basis,
)
from felles.record.derive import PART
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import SetGrant
    from felles.record.lane import Lane

_COLUMNS: Final = (("many", "integer"), ("before", "bigint"), ("beyond", "bigint"), *ASK)

_SQL: Final = f"""
with q as materialized {unnest(_COLUMNS)},
mine as materialized (
    select q.n, c.bucket, c.person, c.since
      from q
     cross join lateral (
        select p.bucket, p.person, r.since
          from (select w.bucket, w.person, max(w.since) as since
                  from (select r.bucket, r.person, r.since
                          from staffing s
                          join relation r on r.party = s.party
                         where s.actor = q.actor and s.org = q.org and s.since <= q.real and s.until > q.real
                           and r.since <= q.clinical and r.until > q.clinical and r.basis < {PART}
                        union all
                        select o.bucket, o.person, o.since from opening o
                         where o.actor = q.actor and o.org = q.org and o.since <= q.real and o.until > q.real) w
                 group by w.bucket, w.person) r
          join person p on p.bucket = r.bucket and p.person = r.person
         where (r.since, p.person) < (q.before, q.beyond) and not p.reserved and p.lead is null
         order by r.since desc, p.person desc
         limit q.many) c
),
shown as materialized (
    select q.n, q.real, q.who, p.bucket, p.person, m.since, e.id, e.body, {BASIS_TEXT} as basis,
           {shown_basis(BASIS_TEXT, "p")} as told
      from mine m
      join q on q.n = m.n
      join person p on p.bucket = m.bucket and p.person = m.person
      {basis_of("p")}
     cross join lateral (select d.basis, d.source) g
     cross join lateral (
        select e.* from entry e
         where e.bucket = p.bucket and e.person = p.person and e.type = {TYPES["Patient"]} and e.state = 0
           and {IN_FORM} and not e.deleted and {ROW_OPEN}
         order by e.low desc limit 1) e
     where {PERSON_OPEN}
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:list","what":"Patient","basis":"' || f.basis
           || '","outcome":"released"}}' as text
      from shown f
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select n, id, person, since, told as basis, body from shown order by since desc, person desc"""
_SHAPE: Final = Shape(_SQL, _COLUMNS)


@dataclass(slots=True, frozen=True)
class Mine:
    """One person of the list. `since` is when the newest relation began; with `person` it is where a page ends."""

    id: str
    person: int
    since: int
    basis: str
    body: str


async def read_mine(
    lane: Lane, clock: Clock, grant: SetGrant, many: int, after: tuple[int, int] = (FOREVER, FOREVER)
) -> list[Mine]:
    """At most `many` persons after `after` (since, person), the newest relation first. Raises `Busy`."""
    records = await lane.submit(_SHAPE, (many, *after, *ask_values(grant, clock)))
    return [Mine(r["id"], r["person"], r["since"], r["basis"], r["body"]) for r in records]
