"""Cases that no desk answers: they fall to the operator, who is told by `/health`, `felles doctor` and `felles cases`.

Every case has a desk as long as somebody is an administrator of the record (`falls_to`, migration 0016). Where nobody
is, and no organisation above the owner has a privacy reviewer, nobody who signs in sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.record.numbers import TYPES

if TYPE_CHECKING:
    import asyncpg

    from felles.record.pool import Pool

_NOW: Final = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
_HOLDS: Final = f"h.since <= {_NOW} and h.until > {_NOW}"
WITHOUT_DESK: Final = f"""m.state = 0 and not m.mirror
   and not exists (select 1 from staffing h where h.role = 'administrator' and {_HOLDS})
   and not exists (select 1 from staffing h where h.role = 'reviewer' and {_HOLDS}
                      and falls_to(m.owner, h.org, h.role_mark, {_NOW}))"""
"""Whether case `m` waits and nobody is there to answer it (SQL)."""
MOST: Final = 1_000
_LIST: Final = f"""
select m.id, m.sort, m.made, m.due, s.body::json ->> 'name' as name,
       coalesce(nullif(concat_ws(', ', a.body ->> 'email', nullif(a.body ->> 'phone', '')), ''), '') as contact
  from matter m
  left join shared s on s.self = m.owner and s.type = {TYPES["Organization"]} and s.state = 0 and s.form = 0
   and not s.deleted
  left join application a on a.org = 'Organization/' || s.id
 where {WITHOUT_DESK}
 order by m.due, m.id limit {MOST}"""


@dataclass(frozen=True, slots=True)
class Deskless:
    """One of them: `id` and `sort` of the case (`access.cases`), `made` real and `due` clinical micros.

    `owner` is the organisation it was meant for, `contact` who answers for that by its application; "" where unknown.
    """

    id: str
    sort: int
    made: int
    due: int
    owner: str
    contact: str


async def deskless(conn: Pool | asyncpg.Connection) -> list[Deskless]:
    """At most `MOST` of them, the first due first. Names nobody whom they are about."""
    rows = await conn.fetch(_LIST)
    return [Deskless(r["id"], r["sort"], r["made"], r["due"], r["name"] or "", r["contact"]) for r in rows]
