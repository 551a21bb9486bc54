"""A person's access log as she reads it: every line about her, newest first, up to this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.clock import FOREVER
from felles.record.decide import ASK, PERSON_OPEN, ask_values, basis_of, leaves
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"), ("before", "bigint"), ("many", "integer"), WHOLE, *ASK)
_SQL: Final = f"""
with q as materialized {unnest(_COLUMNS)},
door as materialized (
    select q.* from q
      join person p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p")}
     where q.mode = {Mode.SELF:d} and {PERSON_OPEN} and {ALONE}
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

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(_SHAPE, (*key, before, many, whole, *asked))

    records = [record for found in await over_keys(lane, grant.keys, ask) for record in found]
    if not records:
        raise Absent("there is no log here that you may read")
    lines = [Leaf(r["number"], r["at"], r["text"]) for r in records if r["number"] is not None]
    return sorted(lines, key=lambda line: -line.number)[:many]
