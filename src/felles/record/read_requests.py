"""Requests to see a part of somebody's record: those that staff decide, and those a citizen has made for another.

Neither opens the record. Staff see the requests about a person whose record is open to them, that their organisation
must answer; a citizen those she made herself, with what was answered. Each look leaves a line in the person's log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import ASK, PERSON_OPEN, ask_values, basis_of, leaves, person_of
from felles.record.grants import Mode
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

REQUEST: Final = 7
"""`matter.sort` (`access.cases.Sort.REQUEST`)."""
_ABOUT: Final = (("bucket", "smallint"), ("person", "bigint"), WHOLE, *ASK)
_TASK: Final = f"""join entry e on e.bucket = m.bucket and e.person = m.person and e.type = {TYPES["Task"]}
           and e.id = m.id and e.form = 0 and e.state = 0 and not e.deleted"""


def _logged(found: str, act: str, columns: int) -> str:
    return f"""{found},
said as materialized (
    select distinct f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:{act}","what":"Task","basis":"case","outcome":"released"}}' as text
      from found f
),
logged as ({leaves("said", f"${columns + 1}")})
select * from found f order by f.n, f.state, f.made desc, f.id"""


_OPEN: Final = Shape(
    _logged(
        f"""with q as materialized {unnest(_ABOUT)},
found as materialized (
    select q.n, q.real, q.who, m.bucket, m.person, m.id, m.state, m.made, m.due, e.version, e.body
      from q
      {person_of("q")}
      {basis_of("q")}
      join matter m on m.bucket = q.bucket and m.person = q.person and m.sort = {REQUEST} and m.state = 0
           and m.owner = q.org and not m.mirror
      {_TASK}
     where q.mode = {Mode.STAFF:d} and {PERSON_OPEN} and {ALONE}
)""",
        "requests",
        len(_ABOUT),
    ),
    _ABOUT,
)
_MINE: Final = Shape(
    _logged(
        f"""with q as materialized {unnest(ASK)},
found as materialized (
    select q.n, q.real, q.who, m.bucket, m.person, m.id, m.state, m.made, m.due, e.version, e.body
      from q
      join matter m on m.asker = q.actor and m.sort = {REQUEST} and not m.mirror
      {_TASK}
     where q.mode = {Mode.PROXY:d}
       and (select o.author from entry o where o.bucket = e.bucket and o.type = e.type and o.id = e.id and o.form = 0
             order by o.version limit 1) = q.who::jsonb ->> 'actor'
)""",
        "my-requests",
        len(ASK),
    ),
    ASK,
)


@dataclass(slots=True, frozen=True)
class Request:
    """One request: the Task's id, version and body; `state` as in `access.cases`; `made` real, `due` clinical."""

    id: str
    version: int
    state: int
    made: int
    due: int
    body: str


async def read_requests(lane: Lane, clock: Clock, grant: PersonGrant) -> list[Request]:
    """Those that wait about the person of `grant` (staff), for the reader's organisation to answer. Raises `Busy`."""
    asked = ask_values(grant, clock)

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(_OPEN, (*key, whole, *asked))

    found = [row for rows in await over_keys(lane, grant.keys, ask) for row in rows]
    return [_request(row) for row in sorted(found, key=lambda row: -row["made"])]


async def read_asked(lane: Lane, clock: Clock, grant: PersonGrant) -> list[Request]:
    """Those that the citizen of `grant` (mode PROXY) has made about others. Raises `Busy`."""
    return [_request(row) for row in await lane.submit(_MINE, ask_values(grant, clock))]


def _request(r: Any) -> Request:
    return Request(r["id"], r["version"], r["state"], r["made"], r["due"], r["body"])
