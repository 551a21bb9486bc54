"""The keys of a person: one, or several when Patients are joined.

Nearly nobody is joined, and nothing is asked for those: the bit `joined` on the person's row, which the deciding
statements read anyway, says when a statement over one key must not answer alone. It then gives no rows and writes no
line (`ALONE`), and whoever asked gets the keys here and asks again over all of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from felles.record.find.places import Runner
    from felles.record.grants import PersonKey
    from felles.record.pool import Conn, Pool

WHOLE: Final = ("whole", "boolean")
"""The column of a request that says it is one over all keys of the person."""
ALONE: Final = "(q.whole or not p.joined)"
"""Whether a statement may answer for person `p`: it was asked over all her keys, or she has but one."""
TRIES: Final = 3

MEMBERS: Final = """cross join lateral (
        select coalesce(p.lead_bucket, p.bucket) as bucket, coalesce(p.lead, p.person) as person) l
  cross join lateral (
        select k.bucket, k.person, k.lead from person k where k.bucket = l.bucket and k.person = l.person
        union all
        select k.bucket, k.person, k.lead from person k
         where p.joined and k.lead_bucket = l.bucket and k.lead = l.person) m"""
"""The keys `m` of person `p`, whichever of them it is."""
_COLUMNS: Final = (("bucket", "smallint"), ("person", "bigint"))
_KEYS: Final = Shape(
    f"""select q.n, m.bucket, m.person, e.id
          from {unnest(_COLUMNS)} q
          join person p on p.bucket = q.bucket and p.person = q.person
          {MEMBERS}
          left join entry e on e.bucket = m.bucket and e.person = m.person and e.type = {TYPES["Patient"]}
           and e.form = 0 and e.state = 0
         where ${len(_COLUMNS) + 1}::smallint is not null
         order by q.n, m.lead is not null, m.bucket, m.person, e.id""",
    _COLUMNS,
)
_GROUPS: Final = f"""
select q.n, m.bucket, m.person
  from {unnest(_COLUMNS)} q
  join person p on p.bucket = q.bucket and p.person = q.person
  {MEMBERS}
 order by q.n, m.lead is not null, m.bucket, m.person"""


@dataclass(frozen=True, slots=True)
class Together:
    """All keys of a person, the one that leads first, and the ids of her Patients (deleted ones too)."""

    keys: tuple[PersonKey, ...]
    patients: tuple[str, ...]


async def together(runner: Runner, key: PersonKey) -> Together:
    """The person that `key` is one key of. Decides nothing and shows nothing. Raises `Busy`."""
    rows = await runner.submit(_KEYS, key)
    keys = dict.fromkeys((row["bucket"], row["person"]) for row in rows)
    return Together(tuple(keys) or (key,), tuple(row["id"] for row in rows if row["id"] is not None))


async def all_together(runner: Runner, keys: Iterable[PersonKey]) -> Together:
    """The same of several persons, as one."""
    found = await asyncio.gather(*(together(runner, key) for key in keys))
    members = dict.fromkeys(key for each in found for key in each.keys)
    return Together(tuple(members), tuple(dict.fromkeys(each for one in found for each in one.patients)))


async def keys_of(source: Conn | Pool, keys: Sequence[PersonKey]) -> dict[PersonKey, tuple[PersonKey, ...]]:
    """All keys of each of these persons, the one that leads first, over one connection. Raises `Busy`."""
    if not keys:
        return {}
    found: dict[PersonKey, list[PersonKey]] = {}
    for row in await source.fetch(_GROUPS, *(list(column) for column in zip(*keys, strict=True))):
        found.setdefault(keys[row["n"] - 1], []).append((row["bucket"], row["person"]))
    return {key: tuple(members) for key, members in found.items()}


async def over_keys(
    runner: Runner, keys: tuple[PersonKey, ...], ask: Callable[[PersonKey, bool], Awaitable[list[Any]]]
) -> list[list[Any]]:
    """What `ask` (key, whether all keys are asked) gives for each key of the person that `keys` name.

    Empty answers alone mean that it is not hers to see, that nobody is here, or that she has more keys than these:
    then, and only then, they are looked up. Raises what `ask` raises.
    """
    for _ in range(TRIES):
        found = [await ask(key, len(keys) > 1) for key in keys]
        if any(found) or not keys:
            return found
        known = (await together(runner, keys[0])).keys
        if set(known) == set(keys):
            return found
        keys = known
    return [[] for _ in keys]
