"""Where an entry lies: (bucket, person) of `Type/id`.

An entry never moves from one person to another, so what was found is kept; what was not found is asked
for again each time. Nothing here decides or shows anything: a place is used to decide.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from felles.record.homes import SHARED_TYPES
from felles.record.ids import SHARED_BUCKET, bucket_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.grants import PersonKey
    from felles.record.pool import Conn, Pool

KEPT = 200_000
"""How many places are kept, at about 150 bytes each."""

# Ids of our own tell the bucket; only the others stand in the directory.
_LOCATE = """
select q.n, coalesce(e.bucket, y.bucket) as bucket, coalesce(e.person, y.person) as person
  from unnest($1::smallint[], $2::text[], $3::smallint[]) with ordinality as q(type, id, bucket, n)
  left join lateral (select e.bucket, e.person from entry e
                      where q.bucket > -2 and e.bucket = q.bucket and e.type = q.type and e.id = q.id and e.form = 0
                      order by e.version desc limit 1) e on true
  left join directory y on e.bucket is null and y.type = q.type and y.id = q.id"""


class Locator:
    """Finds and keeps places. Places of nobody's entries (person 0) are not kept: hardly anything asks for them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, PersonKey] = OrderedDict()

    def keep(self, reference: str, key: PersonKey) -> None:
        """Remember where `reference` lies."""
        if key[1] == 0:
            return
        self._kept[reference] = key
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    async def find(self, source: Conn | Pool, references: Iterable[str]) -> dict[str, PersonKey]:
        """The places of those references that are here. Shared types are `(-1, 0)` without asking."""
        places: dict[str, PersonKey] = {}
        asked: list[tuple[str, int, str, int]] = []
        for reference in references:
            type_name, _, resource_id = reference.partition("/")
            if type_name in SHARED_TYPES:
                places[reference] = (SHARED_BUCKET, 0)
            elif (key := self._kept.get(reference)) is not None:
                places[reference] = key
            elif type_name in TYPES and resource_id:
                bucket = bucket_of(resource_id)
                asked.append((reference, TYPES[type_name], resource_id, -2 if bucket is None else bucket))
        if asked:
            refs, types, ids, buckets = zip(*asked, strict=True)
            for found in await source.fetch(_LOCATE, types, ids, buckets):
                if found["bucket"] is not None:
                    reference = refs[found["n"] - 1]
                    places[reference] = (found["bucket"], found["person"])
                    self.keep(reference, places[reference])
        return places
