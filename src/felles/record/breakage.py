"""Parts of pages that could not be made: counted in memory where it happens, told to the database now and then.

By the page's pattern, the part's name in the program and the kind of error: nothing of anybody's record, and not who
asked. What is told is kept for `KEPT` days, a row for each part of a page and day.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.maintenance import AWAY

if TYPE_CHECKING:
    import asyncpg

KEPT: Final = 30
LATELY: Final = 7
"""Days, today among them, that are counted where it is shown."""
MOST: Final = 200
"""Different parts that one process keeps in mind between two tellings; and that are shown."""

_TELL: Final = """
insert into broken_part as b (day, route, part, many, at, error, request)
select (n.now - q.ago) / 86400000000, q.route, q.part, q.many, n.now - q.ago, q.error, q.request
  from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
       q(route, part, many, ago, error, request)
 cross join (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now) n
on conflict (day, route, part) do update
   set many = b.many + excluded.many, at = excluded.at, error = excluded.error, request = excluded.request"""
SWEEP: Final = f"delete from broken_part where day < extract(epoch from clock_timestamp())::bigint / 86400 - {KEPT}"
LISTED: Final = f"""
select route, part, sum(many)::bigint as many, max(at) as at, (array_agg(error order by at desc))[1] as error,
       (array_agg(request order by at desc))[1] as request
  from broken_part where day > extract(epoch from clock_timestamp())::bigint / 86400 - {LATELY}
 group by route, part order by max(at) desc limit {MOST}"""


@dataclass(frozen=True, slots=True)
class Broken:
    """A part of a page that failed `many` times lately; when last (microseconds by the database's clock) and by what.

    `part` "": the whole page. `request` names the last in the operations log.
    """

    route: str
    part: str
    many: int
    at: int
    error: str
    request: str


@dataclass(slots=True)
class _Met:
    many: int
    when: float
    error: str
    request: str


class Breakage:
    """What one process has met and not told yet."""

    def __init__(self) -> None:
        self._met: dict[tuple[str, str], _Met] = {}

    def add(self, route: str, part: str, error: BaseException, request: str) -> None:
        """`part` of the page with this pattern has just failed. Of the error its kind alone is kept."""
        known = self._met.get((route, part))
        if known is None and len(self._met) >= MOST:
            return
        many = known.many + 1 if known else 1
        self._met[route, part] = _Met(many, time.monotonic(), type(error).__name__, request)

    async def tell(self, conn: asyncpg.Connection) -> None:
        """Write what was met since the last time; what is not written is kept. Raises as the driver when it is away."""
        met, self._met = self._met, {}
        if not met:
            return
        now = time.monotonic()
        rows = [
            (route, part, each.many, int((now - each.when) * 1_000_000), each.error, each.request)
            for (route, part), each in met.items()
        ]
        try:
            await conn.execute(_TELL, *map(list, zip(*rows, strict=True)))
        except AWAY:
            self._met = met | self._met
            raise
