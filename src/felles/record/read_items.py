"""Entries of one person named by their hashes, decided and logged by one statement: what a block would pass to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    DOOR_BITS,
    PERSON_OPEN,
    ROW_OPEN,
    ask_values,
    basis_of,
    bits_of,
    leaves,
)
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"), ("act", "text"), ("items", "text"), WHOLE, *ASK)
_SQL: Final = f"""
with q as materialized {unnest(_COLUMNS)},
door as materialized (
    select q.*, {DOOR_BITS}, {BASIS_TEXT} as basis
      from q
      join person p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p")}
     where {PERSON_OPEN} and {ALONE}
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"' || f.act || '","what":"Patient","basis":"' || f.basis
           || '","outcome":"released"}}' as text
      from door f
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select q.n, n.name, e.id, e.org, coalesce(e.behalf, e.author) as author, e.body
  from door q
 cross join lateral {bits_of("q")}
  join entry e on e.bucket = q.bucket and e.person = q.person and e.state = 0 and e.form = 0 and not e.deleted
   and e.self = any(q.items::bigint[])
  join type_name n on n.type = e.type
 where {ROW_OPEN}
 order by e.low desc, e.id"""
_SHAPE: Final = Shape(_SQL, _COLUMNS)


@dataclass(slots=True, frozen=True)
class Item:
    """One entry: `org` the hash of its organisation, `author` who wrote it or had it written."""

    type: str
    id: str
    org: int
    author: str
    body: str

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"


async def read_items(lane: Lane, clock: Clock, grant: PersonGrant, marks: list[int], page: str) -> list[Item]:
    """Those of the entries `marks` (hashes of `Type/id`) that the reader sees, newest first. Raises `Busy`."""
    wanted = "{" + ",".join(map(str, marks)) + "}"
    asked = ask_values(grant, clock)

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(_SHAPE, (*key, f"page:{page}", wanted, whole, *asked))

    return [Item(*tuple(record)[1:]) for records in await over_keys(lane, grant.keys, ask) for record in records]
