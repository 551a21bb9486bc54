"""A person's access log as AuditEvents are made of it: lines of a stretch of time, or one line by its number.

For the person herself, and for maintenance, which sees everything. Whoever else asks is refused, and the refusal
leaves its line like any other look. Nothing is stored: the lines are what the log holds, read when asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.clock import FOREVER
from felles.record.decide import ASK, PERSON_OPEN, ask_values, basis_of, leaves
from felles.record.grants import Mode
from felles.record.lane import Shape, unnest
from felles.record.read_log import Leaf

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import Grant, PersonKey
    from felles.record.lane import Lane

MOST: Final = 2_000
"""Lines told of in one answer, at most: the newest of those asked for."""
_COLUMNS: Final = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    ("number", "bigint"),  # 0: all of the time
    ("below", "bigint"),
    ("since", "bigint"),
    ("until", "bigint"),
    ("what", "text"),
    ("many", "integer"),
    *ASK,
)
_SQL: Final = f"""
with q as materialized {unnest(_COLUMNS)},
door as materialized (
    select q.*, q.mode in ({Mode.SELF:d}, {Mode.ALL:d}) and {PERSON_OPEN} as open
      from q
      join person p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p")}
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"' || case when f.open then 'audit' else 'refused' end
           || '","what":"' || f.what || '","basis":'
           || case when not f.open then 'null' when f.mode = {Mode.SELF:d} then '"own"' else '"maintenance"' end
           || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
      from door f
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select q.n, l.number, l.at, l.text
  from door q
 cross join lateral (
    select l.number, l.at, l.text from leaf l
     where q.open and l.bucket = q.bucket and l.person = q.person and l.text is not null
       and (q.number = 0 or l.number = q.number) and l.number < q.below and l.at >= q.since and l.at < q.until
     order by l.number desc limit q.many) l"""
_SHAPE: Final = Shape(_SQL, _COLUMNS)


@dataclass(slots=True, frozen=True)
class Asked:
    """Which lines: of a stretch of real time [since, until) in microseconds, or the one with this `number`.

    `below`: of those, the ones with a lower number (where the page before ended).
    """

    since: int
    until: int
    number: int = 0
    below: int = FOREVER


async def read_audit(lane: Lane, clock: Clock, grant: Grant, key: PersonKey, asked: Asked, what: str) -> list[Leaf]:
    """The person's lines, newest first, at most `MOST`; logged as `what`. Empty for whoever may not. Raises `Busy`."""
    args = (*key, asked.number, asked.below, asked.since, asked.until, what, MOST)
    return [
        Leaf(r["number"], r["at"], r["text"]) for r in await lane.submit(_SHAPE, (*args, *ask_values(grant, clock)))
    ]
