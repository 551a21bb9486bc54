"""What a page needs of one person, in one statement that decides, logs and returns it.

A page names its `Want`s once, as a module constant; `page_shape` writes the statement for them. Nothing
of it grows with the length of the record: each want is a few steps into an index, and a course (the
newest values for each of the newest codes) jumps from code to code instead of reading them all.

Pages asked for while a round trip is under way go together as the next one (`lane.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.fhir.search.marks import code_mark
from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    BLOCKS_AGAINST,
    DOOR_BITS,
    PERSON_OPEN,
    REPRESENTED,
    REPRESENTS,
    ROW_OPEN,
    ask_values,
    basis_of,
    bits_of,
    leaves,
)
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant
    from felles.record.lane import Lane


@dataclass(frozen=True, slots=True)
class Want:
    """The newest `newest` entries of `type`, by their clinical time; `coming`: the nearest ones ahead instead.

    `having` keeps those with at least one of these (search parameter, code), `lacking` those with none.
    `by_code`: found code by code, for types of which a person has hundreds with few different codes.
    """

    type: str
    newest: int
    having: tuple[tuple[str, str], ...] = ()
    lacking: tuple[tuple[str, str], ...] = ()
    coming: bool = False
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """The newest `newest` entries of each of the newest codes of `type`.

    `codes` says how many codes of each kind; a kind that is not named has none.
    """

    type: str
    newest: int
    codes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class One:
    """The one entry that the request names (`item` of `read_page`); body "" when it was deleted."""


@dataclass(frozen=True, slots=True)
class Released:
    """The newest `newest` single entries that were released to who acts for the person; for nobody else."""

    newest: int


AnyWant = Want | Course | One | Released


class Seen(msgspec.Struct, frozen=True, gc=False):
    """One entry: `low` clinical micros, `org` its organisation's hash, `author` who wrote or had it written."""

    id: str
    low: int
    org: int
    author: str
    body: str


@dataclass(slots=True)
class PersonPage:
    """What came back. `rows[i]` answers the i-th want, newest first (`coming`: nearest first).

    `basis` is why it was open, as the log line has it; `closed` whether the person has closed something
    for this reader (never what or how much); `version` the record's version, which stays in the server.
    `same`: the record is as the caller had it, and no rows were read; `special`: it holds blocks or other bits, so
    that what one reader saw says nothing of what another may.

    For who acts for the person: `reach` are the kinds she sees, `listed` whether of those only what GP and municipality
    answer for, `answers` the organisation (Organization/x) that answers what she asks.
    """

    basis: str
    closed: bool
    version: int
    rows: tuple[list[Seen], ...]
    same: bool = False
    special: bool = False
    reach: int = 0
    listed: bool = False
    answers: str = ""


class _Acting(msgspec.Struct):
    """The head of a page for who acts for the person."""

    reach: int = 0
    listed: bool = False
    answers: str = ""


_COLUMNS: Final = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    ("act", "text"),
    ("what", "text"),
    ("item_type", "smallint"),
    ("item", "text"),
    ("kept", "bigint"),
    *ASK,
)
_MINE: Final = "e.bucket = q.bucket and e.person = q.person and e.type = {type} and e.state < 2"
_LIVE: Final = f"e.state = 0 and e.form = 0 and not e.deleted and {ROW_OPEN}"
_GIVEN: Final = "e.id, e.low, e.org, coalesce(e.behalf, e.author) as author, e.body"


def _array(marks: tuple[tuple[str, str], ...]) -> str:
    return "array[" + ",".join(str(code_mark(param, code)) for param, code in marks) + "]::bigint[]"


def _want(number: int, want: Want) -> str:
    tests = [_MINE.format(type=TYPES[want.type]), _LIVE]
    if want.having:
        tests.append(f"e.marks && {_array(want.having)}")
    if want.lacking:
        tests.append(f"not e.marks && {_array(want.lacking)}")
    if want.coming:
        tests.append("e.high > q.clinical")
    # Backwards as the index lies, so that a code's newest are a few steps.
    order = "e.low, e.id" if want.coming else "e.low desc, e.id desc"
    return f"""(select {number}::smallint as want, {_GIVEN} from entry e
        where {" and ".join(tests)} order by {order} limit {want.newest})"""


_CODES: Final = """with recursive code(code) as (
            (select e.code from entry e where {mine} and e.code is not null order by e.code limit 1)
            union all
            select (select e.code from entry e where {mine} and e.code > c.code order by e.code limit 1)
              from code c where c.code is not null)"""
"""The different codes of a type, each found by one step into the index (a loose index scan)."""


def _by_code(number: int, want: Want) -> str:
    mine = _MINE.format(type=TYPES[want.type])
    order = f"order by e.low desc, e.id desc limit {want.newest}"
    return f"""({_CODES.format(mine=mine)}
        select {number}::smallint as want, e.* from (
            select v.* from code c
             cross join lateral (select {_GIVEN} from entry e
                                  where {mine} and e.code = c.code and {_LIVE} {order}) v
             where c.code is not null
            union all
            (select {_GIVEN} from entry e where {mine} and e.code is null and {_LIVE} {order})) e
        {order})"""


def _one(number: int) -> str:
    return f"""(select {number}::smallint as want, {_GIVEN} from entry e
        where e.bucket = q.bucket and e.type = q.item_type and e.id = q.item and e.form = 0
          and e.person = q.person and e.state = 0 and {ROW_OPEN} limit 1)"""


def _course(number: int, course: Course) -> str:
    mine = _MINE.format(type=TYPES[course.type])
    share = " ".join(f"when {kind} then {count}" for kind, count in course.codes)
    return f"""({_CODES.format(mine=mine)},
        newest as (
            select c.code, l.kind, l.low, row_number() over (partition by l.kind order by l.low desc, c.code) as place
              from code c
             cross join lateral (select e.kind, e.low from entry e
                                  where {mine} and e.code = c.code and {_LIVE} order by e.low desc limit 1) l
             where c.code is not null)
        select {number}::smallint as want, v.* from newest n
         cross join lateral (select {_GIVEN} from entry e
                              where {mine} and e.code = n.code and {_LIVE}
                              order by e.low desc, e.id desc limit {course.newest}) v
         where n.place <= case n.kind {share} else 0 end)"""


def _released(number: int, want: Released) -> str:
    return f"""(select {number}::smallint as want, {_GIVEN} from entry e
        where e.bucket = q.bucket and e.person = q.person and e.type <> {TYPES["Patient"]} and {_LIVE}
          and exists (select 1 from representation v
                       where v.bucket = e.bucket and v.person = e.person and v.item = e.self and {REPRESENTS})
        order by e.low desc, e.id desc limit {want.newest})"""


def _part(number: int, want: AnyWant) -> str:
    if isinstance(want, One):
        return _one(number)
    if isinstance(want, Released):
        return _released(number, want)
    if isinstance(want, Course):
        return _course(number, want)
    return _by_code(number, want) if want.by_code else _want(number, want)


_ACTING: Final = f"""(select json_build_object(
            'reach', coalesce(bit_or(v.kinds) filter (where v.item = 0), 0),
            'listed', coalesce(bool_and(v.listed) filter (where v.item = 0), false),
            'answers', coalesce((
                select e.body::json #>> '{{managingOrganization,reference}}'
                  from relation r
                  join entry e on e.bucket = r.bucket and e.person = r.person and e.state = 0 and e.form = 0
                   and e.type = {TYPES["EpisodeOfCare"]} and e.id = split_part(r.source, '/', 2)
                 where r.bucket = q.bucket and r.person = q.person and r.basis in (10, 20)
                   and r.since <= q.clinical and r.until > q.clinical
                 order by r.basis limit 1), ''))::text
          from representation v where v.bucket = q.bucket and v.person = q.person and {REPRESENTS})"""
"""What who acts for the person is told beside the rows (`PersonPage`). 10 and 20: her GP's list, her municipality."""


@lru_cache(maxsize=64)
def page_shape(wants: tuple[AnyWant, ...], *, proxy: bool = False) -> Shape:
    """The statement for a page's wants; `proxy`: for who acts for the person, whose rows are decided otherwise."""
    parts = [_part(i, want) for i, want in enumerate(wants)]
    if proxy:
        parts = [part.replace(ROW_OPEN, REPRESENTED) for part in parts]
    sql = f"""
    with q as materialized {unnest(_COLUMNS)},
    door as materialized (
        select q.*, {DOOR_BITS}, p.version as record,
               p.blocked or p.opened or p.held or p.protected as special, {BASIS_TEXT} as basis, {PERSON_OPEN} as open,
               p.blocked and q.mode in ({Mode.STAFF:d}, {Mode.ORG_SYSTEM:d})
               and exists (select 1 from block b where b.bucket = q.bucket and b.person = q.person
                              and {BLOCKS_AGAINST}) as closed
          from q
          join person p on p.bucket = q.bucket and p.person = q.person
          {basis_of("p", proxy=proxy)}
    ),
    said as materialized (
        select f.bucket, f.person, f.real,
               '{{"who":' || f.who || ',"act":"' || case when f.open then f.act else 'refused' end
               || '","what":"' || f.what || '","basis":' || coalesce('"' || f.basis || '"', 'null')
               || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
          from door f
    ),
    logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
    select q.n, -1::smallint as want, q.basis as id, q.record as low,
           q.closed::int + 2 * q.special::int + 4 * (q.kept = q.record and not q.special)::int::bigint as org,
           null as author, {_ACTING if proxy else "null"} as body
      from door q where q.open
    union all
    select q.n, x.want, x.id, x.low, x.org, x.author, x.body
      from (select * from door where open and (kept <> record or special)) q
     cross join lateral {bits_of("q")}
     cross join lateral ({" union all ".join(parts)}) x"""
    return Shape(sql, _COLUMNS)


_SAFE: Final = re.compile(r"[A-Za-z0-9:/.\-]+")


async def read_page(
    lane: Lane, clock: Clock, grant: PersonGrant, wants: tuple[AnyWant, ...], page: str, what: str, kept: int = -1
) -> PersonPage:
    """The entries that `page` wants of the person of `grant`, logged as `page:<page>` about `what`.

    `what` is a reference; it is also the entry that `One` means. `kept` is the record's version that the
    caller has from before: where it still holds, the look is decided and logged, and no rows come.
    Raises `Absent` when the person is not here or not open to this reader (a refused look is logged), `Busy`.
    """
    if not (_SAFE.fullmatch(page) and _SAFE.fullmatch(what)):
        raise Absent("there is no such page")  # both stand in the log as they are: nothing to escape gets there
    type_name, _, resource_id = what.partition("/")
    head = (f"page:{page}", what, TYPES.get(type_name, 0), resource_id, kept if len(grant.keys) == 1 else -1)
    shape, asked = page_shape(wants, proxy=grant.mode == Mode.PROXY), ask_values(grant, clock)
    pages = [await lane.submit(shape, (*key, *head, *asked)) for key in grant.keys]
    found = [_page(records, len(wants)) for records in pages if records]
    if not found:
        raise Absent("there is no record here that you may see")
    return found[0] if len(found) == 1 else _merged(found, wants)


def _page(records: list[Any], wants: int) -> PersonPage:
    rows: tuple[list[Seen], ...] = tuple([] for _ in range(wants))
    head, flags, acting = ("", False, 0), 0, _Acting()
    for _, want, resource_id, low, org, author, body in records:
        if want < 0:
            flags = org
            head = (resource_id or "", bool(flags & 1), low)
            acting = msgspec.json.decode(body, type=_Acting) if body else acting
        else:
            rows[want].append(Seen(resource_id, low, org, author, body))
    told = (bool(flags & 4), bool(flags & 2))
    return PersonPage(*head, rows, *told, acting.reach, acting.listed, acting.answers)


def _merged(pages: list[PersonPage], wants: tuple[AnyWant, ...]) -> PersonPage:
    """The pages of a person with several keys as one; each want keeps its own limit for each key."""
    rows: list[list[Seen]] = []
    for index, want in enumerate(wants):
        together = [row for page in pages for row in page.rows[index]]
        coming = isinstance(want, Want) and want.coming
        rows.append(sorted(together, key=lambda row: row.low, reverse=not coming))
    first = pages[0]
    closed, acting = any(p.closed for p in pages), (first.reach, first.listed, first.answers)
    return PersonPage(first.basis, closed, -1, tuple(rows), False, True, *acting)
