"""Which organisations are one house: units of the same hospital, and the hospital itself (`Organization.partOf`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.store import Store

_HERE: Final = f"s.type = {TYPES['Organization']} and s.state = 0 and s.form = 0 and not s.deleted"
_TOP: Final = f"""
with recursive up(start, self, above, step) as (
    select w.start, w.start, (select s.body::json #>> '{{partOf,reference}}' from shared s
                               where s.self = w.start and {_HERE}), 0
      from unnest($1::bigint[]) w(start)
    union all
    select up.start, s.self, s.body::json #>> '{{partOf,reference}}', up.step + 1
      from up join shared s on s.bucket = -1 and s.id = substr(up.above, 14) and {_HERE}
     where up.step < 16 and up.above like 'Organization/%'
)
select distinct on (up.start) up.start, up.self from up order by up.start, up.step desc"""


async def of_one_house(store: Store, org: int, others: Iterable[int]) -> frozenset[int]:
    """Those of `others` that are part of what `org` is part of in the end (hashes of references). Raises `Busy`."""
    rows = await store.pool.fetch(_TOP, [org, *others])
    tops = {row["start"]: row["self"] for row in rows}
    return frozenset(each for each in others if tops[each] == tops[org])
