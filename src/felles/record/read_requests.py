"""Requests to see a part of somebody's record: those that staff decide, and those a citizen has made for another.

Neither opens the record. Staff see the requests about a person whose record is open to them, that their organisation
must answer; a citizen those she made herself, with what was answered. Each look leaves a line in the person's log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import ASK, PERSON_OPEN, ask_values, basis_of, leaves, person_of
from felles.record.desks import REQUEST
from felles.record.grants import Mode
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES
from felles.record.read_handovers import OPEN as ENDED

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

_ABOUT: Final = (("bucket", "smallint"), ("person", "bigint"), WHOLE, *ASK)
_TASK: Final = f"""join entry e on e.bucket = h.bucket and e.person = h.person and e.type = {TYPES["Task"]}
           and e.id = substr(h.source, 6) and e.form = 0 and e.state = 0 and not e.deleted"""
_FIELDS: Final = "h.bucket, h.person, e.id, h.state, h.made, e.version, e.body"


def _logged(found: str, act: str, columns: int) -> str:
    return f"""{found},
said as materialized (
    select distinct f.n, f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:{act}","what":"Task","basis":"case","outcome":"released"}}' as text
      from found f
),
logged as ({leaves("said", f"${columns + 1}")})
select * from found f order by f.n, f.state, f.made desc, f.id"""


_OPEN: Final = Shape(
    _logged(
        f"""with q as materialized {unnest(_ABOUT)},
found as materialized (
    select q.n, q.real, q.who, {_FIELDS}
      from q
      {person_of("q")}
      {basis_of("q")}
      join handover h on h.bucket = q.bucket and h.person = q.person and h.kind = {REQUEST} and h.state < {ENDED}
           and h.org = q.org
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
    select q.n, q.real, q.who, {_FIELDS}
      from q
      join handover h on h.origin = q.actor and h.kind = {REQUEST}
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
    """One request: the Task's id, version and body; `made` clinical time."""

    id: str
    version: int
    made: int
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
    return Request(r["id"], r["version"], r["made"], r["body"])
