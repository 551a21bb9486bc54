"""Where the entries lie that a search names: (bucket, person), asked for once and then remembered.

An entry never moves to another person. What is not here is asked for again each time. Nothing is decided or
shown here: a place is where the deciding statement begins.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from felles.record.homes import SHARED_TYPES
from felles.record.ids import SHARED_BUCKET, bucket_of
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.grants import PersonKey

KEPT = 200_000
"""At most so many places are remembered, at about 150 bytes each."""

_COLUMNS = (("type", "smallint"), ("id", "text"), ("at", "smallint"))
_LOCATE = Shape(
    f"""select q.n, coalesce(y.bucket, e.bucket) as bucket, coalesce(y.person, e.person) as person
          from {unnest(_COLUMNS)} q
          left join directory y on y.type = q.type and y.id = q.id
          left join lateral (select e.bucket, e.person from entry e
                              where e.bucket = q.at and e.type = q.type and e.id = q.id and e.form = 0
                              order by e.version desc limit 1) e on true
         where ${len(_COLUMNS) + 1}::smallint is not null""",
    _COLUMNS,
)


class Runner(Protocol):
    """What runs a shape: a lane, or one connection."""

    async def submit(self, shape: Shape, args: tuple[Any, ...]) -> list[Any]:
        """The rows of this request."""
        ...


class Places:
    """Finds and remembers. Places of nobody's entries (person 0) are not kept: hardly anything asks for them."""

    def __init__(self) -> None:
        self._kept: dict[str, PersonKey] = {}

    async def find(self, runner: Runner, references: Iterable[str]) -> dict[str, PersonKey]:
        """The places of those references (`Type/id`) that are here; of shared ones (-1, 0), unasked."""
        found: dict[str, PersonKey] = {}
        missing: list[str] = []
        for reference in references:
            if (key := self._kept.get(reference)) is not None:
                found[reference] = key
            elif reference.partition("/")[0] in SHARED_TYPES:
                found[reference] = (SHARED_BUCKET, 0)
            else:
                missing.append(reference)
        if missing:
            answers = await asyncio.gather(*(runner.submit(_LOCATE, _asked(r)) for r in missing))
            for reference, rows in zip(missing, answers, strict=True):
                if rows and rows[0]["bucket"] is not None:
                    found[reference] = (rows[0]["bucket"], rows[0]["person"])
                    self._keep(reference, found[reference])
        return found

    def _keep(self, reference: str, key: PersonKey) -> None:
        if key[1] == 0:
            return
        if len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[reference] = key


def _asked(reference: str) -> tuple[int, str, int]:
    kind, _, resource_id = reference.partition("/")
    bucket = bucket_of(resource_id)
    return TYPES.get(kind, 0), resource_id, -2 if bucket is None else bucket
