"""The cases an organisation must answer: who asked, about whom, and what the log says of it.

A way in that its reader made herself (`self_made`) is a case without a Task: its entry is named, never shown, and what
was found of it is the Task that says so.

A case opens no record. It shows its own Task, the look-up form of the person, and, one case at a time, the lines of
her log that it is about: those of the reader whose way in is looked over, or of whoever wrote the line asked about.
Each person shown gets a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import ASK, answers, ask_values, leaves
from felles.record.errors import Absent, Forbidden
from felles.record.grants import Mode
from felles.record.kinds import Kind
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES
from felles.record.read_log import Leaf
from felles.record.self_made import SORT

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import SetGrant
    from felles.record.lane import Lane

_LIST_COLUMNS: Final = (("closed", "boolean"), ("many", "integer"), *ASK)
_ONE_COLUMNS: Final = (("item", "text"), *ASK)
_LOG_COLUMNS: Final = (("item", "text"), ("since", "bigint"), ("before", "bigint"), ("said", "text"), *ASK)

_TASK: Final = f"""
      join lateral (
            select e.bucket, e.type, e.id, e.version, e.body from entry e
             where m.sort <> {SORT} and e.bucket = m.bucket and e.person = m.person and e.type = {TYPES["Task"]}
               and e.id = m.id and e.form = 0 and e.state = 0 and not e.deleted
            union all
            select e.bucket, e.type, e.id, e.version, coalesce(t.body, '{{}}')
              from type_name n
              join entry e on e.bucket = m.bucket and e.person = m.person and e.type = n.type
                   and e.id = substr(m.id, length(n.name) + 2) and e.form = 0 and e.state = 0
              left join lateral (
                    select t.body from entry t
                     where t.bucket = m.bucket and t.person = m.person and t.type = {TYPES["Task"]} and t.state = 0
                       and t.form = 0 and not t.deleted and t.kind = {Kind.CASE:d}
                       and 'focus=' || n.name || '/' || e.id = any(t.refs) and t.updated >= m.made
                     order by t.updated desc limit 1) t on true
             where m.sort = {SORT} and n.name = split_part(m.id, '.', 1)) e on true
      left join lateral (select f.id, f.body from entry f
                          where f.bucket = m.bucket and f.person = m.person and f.type = {TYPES["Patient"]}
                            and f.form = 1 and f.state = 0 and not f.deleted order by f.low desc limit 1) f on true
      left join lateral (select o.author from entry o
                          where o.bucket = e.bucket and o.type = e.type and o.id = e.id and o.form = 0
                          order by o.version limit 1) o on true"""
_FIELDS: Final = """m.bucket, m.person, m.id, m.sort, m.state, m.made, m.due, m.closed as ended, m.owner, e.version,
           e.body, o.author, f.id as patient, f.body as face"""


def _shown(found: str, columns: int) -> str:
    """The statement that gives the rows of `found` and writes a line for each person."""
    return f"""{found},
said as materialized (
    select distinct f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:cases","what":"Task","basis":"case","outcome":"released"}}' as text
      from found f
),
logged as ({leaves("said", f"${columns + 1}")})
select * from found f order by f.n, f.state, f.due, f.id"""


_LIST: Final = _shown(
    f"""
with q as materialized {unnest(_LIST_COLUMNS)},
owners as materialized (
    with recursive each(owner) as (
        (select m.owner from matter m order by m.owner limit 1)
        union all
        select (select m.owner from matter m where m.owner > each.owner order by m.owner limit 1)
          from each where each.owner is not null
    )
    select each.owner from each where each.owner is not null
),
ours as materialized (
    select q.n, array_agg(o.owner) as owners from q join owners o on {answers("o.owner")}
     where q.mode = {Mode.CASE:d} group by q.n
),
found as materialized (
    select q.n, q.real, q.who, x.*
      from q join ours on ours.n = q.n
     cross join lateral (
        select {_FIELDS} from matter m {_TASK}
         where m.owner = any(ours.owners) and (m.state > 0) = q.closed and not m.mirror
         order by m.state, m.due, m.id limit q.many) x
)""",
    len(_LIST_COLUMNS),
)
_ONE: Final = _shown(
    f"""
with q as materialized {unnest(_ONE_COLUMNS)},
found as materialized (
    select q.n, q.real, q.who, {_FIELDS}
      from q join matter m on m.id = q.item and not m.mirror {_TASK}
     where q.mode = {Mode.CASE:d} and {answers("m.owner")}
)""",
    len(_ONE_COLUMNS),
)
_LINES: Final = f"""
with q as materialized {unnest(_LOG_COLUMNS)},
door as materialized (
    select q.*, m.bucket, m.person from q join matter m on m.id = q.item and not m.mirror
     where q.mode = {Mode.CASE:d} and {answers("m.owner")}
),
said_of as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:case-log","what":"AuditEvent","basis":"case","outcome":"released"}}'
           as text
      from door f
),
logged as ({leaves("said_of", f"${len(_LOG_COLUMNS) + 1}")})
select q.n, l.number, l.at, l.text
  from door q
 cross join lateral (
    select l.number, l.at, l.text from leaf l
     where l.bucket = q.bucket and l.person = q.person and l.at >= q.since and l.at < q.before
       and position(q.said in l.text) > 0
     order by l.number desc limit 400) l"""

_SHAPES: Final = {
    "list": Shape(_LIST, _LIST_COLUMNS),
    "one": Shape(_ONE, _ONE_COLUMNS),
    "log": Shape(_LINES, _LOG_COLUMNS),
}
MANY: Final = 200
"""Cases in one list."""


@dataclass(slots=True, frozen=True)
class CaseRow:
    """One case. Times: `made` and `ended` real, `due` clinical microseconds; `author` wrote the Task first.

    `owner` is the hash of the organisation that must answer, for which another may; `face` the look-up form of the
    Patient `patient` (an id), as JSON text.
    """

    bucket: int
    person: int
    id: str
    sort: int
    state: int
    made: int
    due: int
    ended: int | None
    owner: int
    version: int
    body: str
    author: str
    patient: str
    face: str


async def read_cases(lane: Lane, clock: Clock, grant: SetGrant, *, closed: bool = False) -> list[CaseRow]:
    """The cases that wait, by their day, or (`closed`) those that are answered. Raises `Forbidden`, `Busy`."""
    _may_handle(grant)
    return [_row(r) for r in await lane.submit(_SHAPES["list"], (closed, MANY, *ask_values(grant, clock)))]


async def read_case(lane: Lane, clock: Clock, grant: SetGrant, case: str) -> CaseRow:
    """One case. Raises `Forbidden`, `Absent` when it is not one for this organisation, `Busy`."""
    _may_handle(grant)
    found = await lane.submit(_SHAPES["one"], (case, *ask_values(grant, clock)))
    if not found:
        raise Absent("there is no such case here")
    return _row(found[0])


async def read_case_log(
    lane: Lane, clock: Clock, grant: SetGrant, row: CaseRow, actor: str, since: int, until: int
) -> list[Leaf]:
    """The lines that `actor` (a reference) left in the log of the case's person from `since` until `until` (real)."""
    _may_handle(grant)
    said = f'"actor":"{actor}"'
    asked = (row.id, since, until, said, *ask_values(grant, clock))
    found = await lane.submit(_SHAPES["log"], asked)
    return sorted((Leaf(r["number"], r["at"], r["text"]) for r in found), key=lambda leaf: -leaf.number)


def _may_handle(grant: SetGrant) -> None:
    if not grant.may("handle"):
        raise Forbidden("this role answers no cases")


def _row(r: Any) -> CaseRow:
    place = (r["bucket"], r["person"], r["id"], r["sort"], r["state"])
    times = (r["made"], r["due"], r["ended"])
    return CaseRow(
        *place, *times, r["owner"], r["version"], r["body"], r["author"] or "", r["patient"] or "", r["face"] or "{}"
    )
