"""A person's access log as she reads it: every line about her, newest first, up to this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.clock import FOREVER
from felles.record.decide import ASK, PERSON_OPEN, ask_values, basis_of, leaves
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.lane import Shape, unnest

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant
    from felles.record.lane import Lane

_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"), ("before", "bigint"), ("many", "integer"), *ASK)
_SQL: Final = f"""
with q as materialized {unnest(_COLUMNS)},
door as materialized (
    select q.* from q
      join person p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p")}
     where q.mode = {Mode.SELF:d} and {PERSON_OPEN}
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:log","what":"AuditEvent","basis":"own","outcome":"released"}}' as text
      from door f
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select q.n, l.number, l.at, l.text
  from door q
 cross join lateral (select l.number, l.at, l.text from leaf l
                      where l.bucket = q.bucket and l.person = q.person and l.number < q.before
                      order by l.number desc limit q.many) l
union all
select q.n, null, null, null from door q"""
_SHAPE: Final = Shape(_SQL, _COLUMNS)


@dataclass(slots=True, frozen=True)
class Leaf:
    """One line: its number in the person's order, when (microseconds), and its text (None: lawfully erased)."""

    number: int
    at: int
    text: str | None


async def read_own_log(lane: Lane, clock: Clock, grant: PersonGrant, many: int, before: int = FOREVER) -> list[Leaf]:
    """At most `many` lines below number `before`, newest first. Only for one's own record. Raises `Absent`, `Busy`."""
    asked = ask_values(grant, clock)
    lines: list[Leaf] = []
    opened = False
    for key in grant.keys:
        for record in await lane.submit(_SHAPE, (*key, before, many, *asked)):
            opened = True
            if record["number"] is not None:
                lines.append(Leaf(record["number"], record["at"], record["text"]))
    if not opened:
        raise Absent("there is no log here that you may read")
    return sorted(lines, key=lambda line: -line.number)[:many]
