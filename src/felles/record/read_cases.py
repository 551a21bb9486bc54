"""The cases at the desk of an organisation: who asked, about whom, and what the log says of it.

They are hand-overs (`record.desks`). A way in that its reader made herself is one that no Task carries until somebody
takes or answers it: its entry is named, never shown. Those who decide on requests to see a part find these here too
(`access.asked`), and nothing of the log.

A case opens no record. It shows its own Task, the look-up form of the person, and, one case at a time, the lines of
her log that it is about: those of the reader whose way in is looked over, or of whoever wrote the line asked about.
Each person shown gets a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import ASK, ASKED_OF, ask_values, leaves
from felles.record.desks import AT_DESK, CASES, ENTRY, REQUEST, REVIEW, SELF_MADE
from felles.record.errors import Absent, Forbidden
from felles.record.grants import Mode
from felles.record.kinds import Kind
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES, type_in
from felles.record.read_handovers import ALIKE, BY, Alike, handed_row
from felles.record.read_handovers import OPEN as ENDED
from felles.record.read_log import Leaf

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonKey, SetGrant
    from felles.record.lane import Lane
    from felles.record.read_handovers import HandedRow

_LIST_COLUMNS: Final = (("many", "integer"), ("skip", "integer"), *ASK)
_PLACE: Final = (("name", "text"), ("bucket", "smallint"), ("person", "bigint"))
_ONE_COLUMNS: Final = (*_PLACE, *ASK)
_LOG_COLUMNS: Final = (*_PLACE, ("since", "bigint"), ("before", "bigint"), ("said", "text"), *ASK)

_TASK: Final = f"""
      join entry w on w.bucket = h.bucket and w.person = h.person and w.id = split_part({ENTRY}, '/', 2)
           and w.type = {type_in(ENTRY)}
           and w.form = 0 and w.state = 0
      left join entry t on t.bucket = h.bucket and t.person = h.person and t.type = {TYPES["Task"]}
           and t.id = substr(h.source, 6) and h.source like 'Task/%' and t.form = 0 and t.state = 0 and not t.deleted
      left join lateral (select f.id, f.body from entry f
                          where f.bucket = h.bucket and f.person = h.person and f.type = {TYPES["Patient"]}
                            and f.form = 1 and f.state = 0 and not f.deleted order by f.low desc limit 1) f on true
      left join lateral (select o.author, o.updated from entry o
                          where o.bucket = w.bucket and o.type = w.type and o.id = w.id and o.form = 0
                          order by o.version limit 1) o on true"""
_FIELDS: Final = f"""h.bucket, h.person, h.source, h.kind, h.state, h.urgent, h.owner, h.sender, h.receiver, h.focus,
           h.made, h.since, h.next, h.rung, h.came, h.answer, h.outside,
           coalesce(t.version, 0) as version, coalesce(t.body, '{{}}') as body,
           f.id as patient, f.body as face, o.author, {ENTRY} as about, h.org,
           case when h.kind = {SELF_MADE} then w.updated else o.updated end as went"""


def _shown(found: str, columns: int) -> str:
    """The statement that gives the rows of `found` and writes a line for each person, of each request."""
    return f"""{found},
said as materialized (
    select distinct f.n, f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:cases","what":"Task","basis":"case","outcome":"released"}}' as text
      from found f
),
logged as ({leaves("said", f"${columns + 1}")})
select * from found f order by f.n, f.state >= {ENDED}, f.next, f.since desc, f.source"""


_NAMED: Final = f"""h.bucket = q.bucket and h.person = q.person and h.kind > {CASES}
       and (h.source in ('Task/' || q.name, '{REVIEW}' || q.name) or h.focus = '{REVIEW}' || q.name)"""


def _listed(which: str, by: str = "h.next, h.since desc") -> str:
    """Those that `which` says, in order. What waits and what is answered are two statements: each has its index."""
    return _shown(
        f"""
with q as materialized {unnest(_LIST_COLUMNS)},
found as materialized (
    select q.n, q.real, q.who, x.*
      from q
     cross join lateral (
        select {_FIELDS}, null::text as versions, count(*) over () as total from handover h {_TASK}
         where q.mode = {Mode.CASE:d} and {which}
         order by {by}, h.source offset q.skip limit q.many) x
)""",
        len(_LIST_COLUMNS),
    )


def _counted(which: str) -> str:
    return f"""
with q as materialized {unnest(ASK)}
select q.n, x.*
  from q cross join lateral (select {ALIKE} from handover h {_TASK}
        where q.mode = {Mode.CASE:d} and {which} group by {BY}) x
 where ${len(ASK) + 1}::smallint is not null"""


_WAITS: Final = f"h.org = q.org and h.kind > {CASES} and h.state < {ENDED} and {AT_DESK}"
_LIST: Final = _listed(_WAITS)
_CLOSED: Final = _listed(f"h.org = q.org and h.kind > {CASES} and h.state >= {ENDED} and {AT_DESK}", "h.since desc")
# A hospital has tens of thousands of open hand-overs, the region few requests: `+ 0` leaves the index of those.
_ASKED_WAITS: Final = f"h.kind = {REQUEST} and h.state < {ENDED} and {ASKED_OF.replace('h.org =', 'h.org + 0 =')}"
_ASKED: Final = _listed(_ASKED_WAITS)
_SAID: Final = _listed(f"h.kind > {CASES} and h.state >= {ENDED} and {ASKED_OF}", "h.since desc")
_ONE: Final = _shown(
    f"""
with q as materialized {unnest(_ONE_COLUMNS)},
found as materialized (
    select q.n, q.real, q.who, {_FIELDS},
           (select json_agg(json_build_object('author', coalesce(v.behalf, v.author), 'at', v.updated,
                                              'body', v.body::json) order by v.version)::text
              from entry v
             where v.bucket = t.bucket and v.type = t.type and v.id = t.id and v.form = 0 and not v.deleted) as versions
      from q join handover h on {_NAMED} {_TASK}
     where q.mode = {Mode.CASE:d} and ({ASKED_OF} or {AT_DESK})
)""",
    len(_ONE_COLUMNS),
)
# Whether one is at the reader's desk: for what she writes about it, which shows nothing and leaves no line.
_IS_THERE: Final = f"""
with q as materialized {unnest(_ONE_COLUMNS)}
select q.n from q join handover h on {_NAMED}
 where q.mode = {Mode.CASE:d} and ({ASKED_OF} or {AT_DESK}) and ${len(_ONE_COLUMNS) + 1}::smallint is not null"""
_LINES: Final = f"""
with q as materialized {unnest(_LOG_COLUMNS)},
door as materialized (
    select q.*, h.org as at from q join handover h on {_NAMED}
     where q.mode = {Mode.CASE:d} and {AT_DESK} limit 1
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
    "closed": Shape(_CLOSED, _LIST_COLUMNS),
    "asked": Shape(_ASKED, _LIST_COLUMNS),
    "said": Shape(_SAID, _LIST_COLUMNS),
    "count": Shape(_counted(_WAITS), ASK),
    "count-asked": Shape(_counted(_ASKED_WAITS), ASK),
    "one": Shape(_ONE, _ONE_COLUMNS),
    "there": Shape(_IS_THERE, _ONE_COLUMNS),
    "log": Shape(_LINES, _LOG_COLUMNS),
}
MANY: Final = 200
"""Cases in one list."""


@dataclass(slots=True, frozen=True)
class CaseRow:
    """One case: its hand-over (`version` 0 and `body` {} where no Task carries it yet), and whose record it lies in.

    `about` is the entry that it is about (`desks.ENTRY`), `author` wrote that first, `went` real time: when, or when
    its reader last opened the record by it. `org` is the hash of the organisation that has it.
    """

    hand: HandedRow
    bucket: int
    person: int
    about: str
    author: str
    went: int
    org: int

    @property
    def name(self) -> str:
        """How addresses call it: the Task's id, or `Type.id` of the entry."""
        return self.hand.source.partition("/")[2]

    @property
    def open(self) -> bool:
        """Whether it waits for its answer."""
        return self.hand.state < ENDED


async def read_cases(
    lane: Lane, clock: Clock, grant: SetGrant, *, closed: bool = False, skip: int = 0
) -> list[CaseRow]:
    """The cases at the reader's desk, by their date, or (`closed`) those that are answered, the newest first.

    At most `MANY` after the first `skip`. Of one who decides on requests (`access.asked`) those of her organisation.
    Raises `Forbidden`, `Busy`.
    """
    _may_handle(grant)
    asked = grant.kinds >> Kind.WITHHELD & 1
    shape = ("said" if closed else "asked") if asked else "closed" if closed else "list"
    return [_row(r) for r in await lane.submit(_SHAPES[shape], (MANY, skip, *ask_values(grant, clock)))]


async def count_cases(lane: Lane, clock: Clock, grant: SetGrant) -> list[Alike]:
    """All that wait at the reader's desk, counted; it shows nobody, and leaves no line. Raises `Forbidden`, `Busy`."""
    _may_handle(grant)
    shape = "count-asked" if grant.kinds >> Kind.WITHHELD & 1 else "count"
    rows = await lane.submit(_SHAPES[shape], ask_values(grant, clock))
    return [Alike(**{name: r[name] for name in Alike.__slots__}) for r in rows]


async def read_case(lane: Lane, clock: Clock, grant: SetGrant, name: str, key: PersonKey | None) -> CaseRow:
    """One case, of the person at `key`. Raises `Forbidden`, `Absent` when it is not at the reader's desk, `Busy`."""
    _may_handle(grant)
    found = await lane.submit(_SHAPES["one"], (name, *key, *ask_values(grant, clock))) if key else []
    if not found:
        raise Absent("there is no such case here")
    return _row(min(found, key=lambda row: (row["state"] >= ENDED, -row["since"])))


async def is_there(lane: Lane, clock: Clock, grant: SetGrant, name: str, key: PersonKey | None) -> bool:
    """Whether it is at the reader's desk; shows nothing of it, and leaves no line. Raises `Forbidden`, `Busy`."""
    _may_handle(grant)
    return bool(await lane.submit(_SHAPES["there"], (name, *key, *ask_values(grant, clock)))) if key else False


async def read_case_log(
    lane: Lane, clock: Clock, grant: SetGrant, row: CaseRow, actor: str, since: int, until: int
) -> list[Leaf]:
    """The lines that `actor` (a reference) left in the log of the case's person from `since` until `until` (real)."""
    _may_handle(grant)
    said = f'"actor":"{actor}"'
    asked = (row.name, row.bucket, row.person, since, until, said, *ask_values(grant, clock))
    found = await lane.submit(_SHAPES["log"], asked)
    return sorted((Leaf(r["number"], r["at"], r["text"]) for r in found), key=lambda leaf: -leaf.number)


def _may_handle(grant: SetGrant) -> None:
    if not grant.may("handle"):
        raise Forbidden("this role answers no cases")


def _row(r: Any) -> CaseRow:
    place = (r["bucket"], r["person"], r["about"])
    return CaseRow(handed_row(r), *place, r["author"] or "", r["went"] or 0, r["org"])
