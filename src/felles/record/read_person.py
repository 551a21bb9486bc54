"""What a page needs of one person, in one statement that decides, logs and returns it.

A page names its `Want`s once, as a module constant; `page_shape` writes the statement for them. Nothing
of it grows with the length of the record: each want is a few steps into an index, what is over is never met
(`standing.py`), and a course (the newest values for each of the newest codes) jumps from code to code
instead of reading them all.

Pages asked for while a round trip is under way go together as the next one (`lane.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.record.acting import ACTING
from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    CLOSED,
    DOOR_BITS,
    FORM,
    IN_FORM,
    ORG,
    PERSON_OPEN,
    REPRESENTED,
    REPRESENTS,
    ROW_OPEN,
    SEEN,
    WITHDRAWN,
    ask_values,
    basis_of,
    bits_of,
    leaves,
    shown_basis,
)
from felles.record.derive import PART
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.ids import mark_of
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES
from felles.record.short_record import IS_SHORT, WHOLE_RECORD, parted, short_part, taken
from felles.record.standing import STANDS, marks
from felles.record.want_code import of_code
from felles.record.want_coded import coded
from felles.record.want_journal import journal_part, journals_together
from felles.record.want_news import looked_part, news_parts, news_together
from felles.record.want_pointed import pointed
from felles.record.wants import (
    LATE,
    Coded,
    Coming,
    Course,
    Journal,
    Looked,
    Met,
    News,
    OfCode,
    One,
    Pointed,
    Released,
    Standing,
    Versions,
    Want,
)

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane
    from felles.record.wants import AnyWant


class Seen(msgspec.Struct, frozen=True, gc=False):
    """One entry: `low` clinical micros, `org` its organisation's hash, `author` who wrote or had it written.

    `author` is told of `Want`, `One` and `Released` alone.
    """

    id: str
    low: int
    org: int
    author: str
    body: str


class _Line(msgspec.Struct, array_like=True, gc=False):
    low: int
    org: int
    author: str
    body: msgspec.Raw


class _Course(msgspec.Struct, array_like=True, gc=False):
    code: int
    lines: list[_Line]


class _Named(msgspec.Struct, gc=False):
    id: str = ""


NONE: Final = b"[]"
"""What answers a want of which there is nothing."""
_lines: Final = msgspec.json.Decoder(list[_Line]).decode
_courses: Final = msgspec.json.Decoder(list[_Course]).decode
_named: Final = msgspec.json.Decoder(_Named | None).decode


def _seen(line: _Line) -> Seen:
    named = _named(line.body)
    body = bytes(line.body).decode() if named else ""
    return Seen(named.id if named else "", line.low, line.org, line.author, body)


@dataclass(slots=True)
class PersonPage:
    """What came back.

    `found[i]` answers `wants[i]`: a JSON array of [low, org, author, body] as in `Seen`, newest first (`Coming`:
    nearest first); for a `Course` an array of [code's mark, such an array]. A page that shows hundreds decodes what
    it needs of them; for others there is `rows`.

    `basis` is why it was open, as it may be shown (`decide.shown_basis`); `closed` whether the person has closed
    something for this reader (never what or how much); `version` the record's version, which stays in the server.
    `same`: the record is as the caller had it, and no rows were read; `special`: it holds blocks or other bits, so
    that what one reader saw says nothing of what another may. `drafting`: the reader has a draft about this person.

    For who acts for the person: `reach` are the kinds she sees, `listed` whether of those only what GP and municipality
    answer for, `answers` the organisation (Organization/x) that answers what she asks.
    """

    basis: str
    closed: bool
    version: int
    wants: tuple[AnyWant, ...]
    found: tuple[bytes, ...]
    same: bool = False
    special: bool = False
    drafting: bool = False
    reach: int = 0
    listed: bool = False
    answers: str = ""

    @property
    def rows(self) -> tuple[list[Seen], ...]:
        """`found` as rows, for pages with few; those of a course one code after the other."""
        return tuple(
            [_seen(line) for line in (_flat(rows) if isinstance(want, Course) else _lines(rows))]
            for want, rows in zip(self.wants, self.found, strict=True)
        )


def _flat(rows: bytes) -> list[_Line]:
    return [line for course in _courses(rows) for line in course.lines]


class _Acting(msgspec.Struct):
    """The head of a page for who acts for the person."""

    reach: int = 0
    listed: bool = False
    answers: str = ""


_acting: Final = msgspec.json.Decoder(_Acting).decode

_COLUMNS: Final = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    ("act", "text"),
    ("what", "text"),
    ("item_type", "smallint"),
    ("item", "text"),
    ("mark", "bigint"),
    ("kept", "bigint"),
    ("code", "bigint"),
    WHOLE,
    *ASK,
)
_CLINICAL: Final = [name for name, _ in ASK].index("clinical")
_MINE: Final = "e.bucket = q.bucket and e.person = q.person and e.type = {type} and e.state < 2"
_LIVE: Final = f"e.state = 0 and {IN_FORM} and not e.deleted and {ROW_OPEN}"
_SINGLE: Final = f"(q.item_type = {TYPES['Patient']} or points(q.bucket, q.person, g.source, q.mark))"
"""Whether ground `g`, which opens single entries alone, is one for this page: it points to the entry it is about."""
_AUTHORED: Final = f"""'[' || e.low || ',' || {ORG} || ',' || to_json(coalesce(e.behalf, e.author)) || ','
                || case when e.deleted then 'null' else e.body end || ']'"""
_LINE: Final = f"'[' || e.low || ',' || {ORG} || ',\"\",' || e.body || ']' as line"
# The index of what stands holds whole forms alone: the form without place is fetched for the few it is shown of.
_STANDING_LINE: Final = f"""'[' || e.low || ',' || (case when {FORM} = 2 then 0 else e.org end) || ',"",'
                || case when {FORM} = 2 then (select f.body from entry f
                     where f.bucket = e.bucket and f.type = e.type and f.id = e.id and f.form = 2 and f.state = 0)
                   else e.body end || ']' as line"""
_JOINED: Final = "convert_to('[' || string_agg(v.line, ',') || ']', 'UTF8')"
"""The rows of a want as one JSON array of `Seen`, as bytes: hundreds of rows cost the driver more than one long one."""
_STANDING: Final = f"e.bucket = q.bucket and e.person = q.person and e.type = w.type and {STANDS} and {ROW_OPEN}"


def _want(number: int, want: Want) -> str:
    mine = _MINE.format(type=TYPES[want.type])
    having = f"e.marks && {marks(want.having)} and" if want.having else ""
    live = f"e.state = 0 and not e.deleted and {SEEN}" if want.type == "Patient" else _LIVE
    return f"""(select {number}::smallint as want, {_JOINED} as rows from (select {_AUTHORED} as line from entry e
            where {mine} and {having} {live} order by e.low desc, e.id desc limit {want.newest}) v)"""


def _standing(wants: list[tuple[int, Standing]]) -> str:
    """All of them by one node of the plan: what a statement costs before it begins grows with its nodes."""
    rows = ", ".join(
        f"({number}::smallint, {TYPES[want.type]}::smallint, {want.newest},"
        f" {marks(want.having) if want.having else 'null::bigint[]'}, {want.past})"
        for number, want in wants
    )
    return f"""(select w.want, r.rows from (values {rows}) w(want, type, newest, among, past)
        cross join lateral (select {_JOINED} as rows from (select {_STANDING_LINE} from entry e
            where {_STANDING} and (w.among is null or e.marks && w.among) and e.low <= case when w.past
                  then q.clinical else {2**63 - 1} end
            order by e.low desc, e.id desc limit w.newest) v) r)"""


def _coming(wants: list[tuple[int, Coming]]) -> str:
    rows = ", ".join(f"({number}::smallint, {TYPES[want.type]}::smallint, {want.nearest})" for number, want in wants)
    return f"""(select w.want, r.rows from (values {rows}) w(want, type, nearest)
        cross join lateral (select {_JOINED} as rows from (select {_STANDING_LINE} from entry e
            where {_STANDING} and e.low > q.clinical - {LATE}
            order by e.low, e.id limit w.nearest) v) r)"""


def _one(number: int) -> str:
    return f"""(select {number}::smallint as want,
               convert_to('[' || {_AUTHORED} || ']', 'UTF8') as rows
          from entry e
         where e.bucket = q.bucket and e.type = q.item_type and e.id = q.item
           and e.person = q.person and e.state = 0 and {SEEN} limit 1)"""


def _course(number: int, course: Course) -> str:
    mine = _MINE.format(type=TYPES[course.type])
    share = " ".join(f"when {kind} then {count}" for kind, count in course.codes)
    # The newest entry of each code, found by one step backwards into the index (a loose index scan); then backwards
    # again, so that a code's newest are a few steps.
    step = "e.code, e.kind, e.low from entry e where"
    last = "order by e.code desc, e.low desc limit 1"
    return f"""(with recursive code(code, kind, low) as (
            (select {step} {mine} and e.code is not null and {_LIVE} {last})
            union all
            select l.code, l.kind, l.low from code c
             cross join lateral (select {step} {mine} and e.code < c.code and {_LIVE} {last}) l),
        newest as (
            select c.code, c.kind, row_number() over (partition by c.kind order by c.low desc, c.code) as place
              from code c)
        select {number}::smallint as want,
               convert_to('[' || string_agg('[' || n.code || ',[' || r.rows || ']]', ',') || ']', 'UTF8') as rows
          from newest n
         cross join lateral (select string_agg(v.line, ',') as rows from (
                select {_LINE} from entry e where {mine} and e.code = n.code and {_LIVE}
                 order by e.low desc, e.id desc limit {course.newest}) v) r
         where n.place <= case n.kind {share} else 0 end)"""


def _versions(number: int, want: Versions) -> str:
    """Each version is decided by itself: what was closed while it was another kind stays closed."""
    return f"""(select {number}::smallint as want, {_JOINED} as rows from (
            select '[' || e.updated || ',' || {ORG} || ',' || to_json(coalesce(e.behalf, e.author)) || ',' ||
                   json_build_object('id', e.version::text, 'deleted', e.deleted,
                                     'by', case when e.behalf is null then '' else e.author end,
                                     'body', case when e.version = q.code and e.state <> 0 and not e.deleted
                                                  then e.body::json end) || ']' as line
              from entry e
             where e.bucket = q.bucket and e.type = q.item_type and e.id = q.item and {IN_FORM}
               and e.person = q.person and e.state < {WITHDRAWN} and {ROW_OPEN}
             order by e.version desc limit {want.newest}) v)"""


def _released(number: int, want: Released) -> str:
    return f"""(select {number}::smallint as want, {_JOINED} as rows from (select {_AUTHORED} as line from entry e
            where e.bucket = q.bucket and e.person = q.person and e.type <> {TYPES["Patient"]} and {_LIVE}
              and exists (select 1 from representation v
                           where v.bucket = e.bucket and v.person = e.person and v.item = e.self and {REPRESENTS})
            order by e.low desc, e.id desc limit {want.newest}) v)"""


def _listed(number: int, want: Journal | OfCode) -> str:
    if isinstance(want, Journal):
        return journal_part(number, want)
    return of_code(number, want, _MINE, _LIVE, _AUTHORED)


def _parts(numbered: list[tuple[int, AnyWant]]) -> list[str]:
    parts: list[str] = []
    standing = [(i, want) for i, want in numbered if isinstance(want, Standing)]
    coming = [(i, want) for i, want in numbered if isinstance(want, Coming)]
    for number, want in numbered:
        if isinstance(want, One):
            parts.append(_one(number))
        elif isinstance(want, Course):
            parts.append(_course(number, want))
        elif isinstance(want, Coded):
            parts.append(coded(number, want, mine=_MINE, live=_LIVE, line=_LINE))
        elif isinstance(want, Want):
            parts.append(_want(number, want))
        elif isinstance(want, Released):
            parts.append(_released(number, want))
        elif isinstance(want, Pointed):
            parts.append(pointed(number, want, line=_AUTHORED, live=_LIVE, joined=_JOINED))
        elif isinstance(want, Versions):
            parts.append(_versions(number, want))
        elif isinstance(want, Journal | OfCode):
            parts.append(_listed(number, want))
    parts += news_parts(numbered)
    if standing:
        parts.append(_standing(standing))
    if coming:
        parts.append(_coming(coming))
    return parts


def parts_of(wants: tuple[AnyWant, ...]) -> list[str]:
    """SELECTs of (want, rows) that read what `wants` say of the person of `q`, for statements over several persons.

    `q` has bucket, person and `ASK`; her bits stand as `p`, the ground as `d` (`decide.bits_of`).
    """
    return _parts(list(enumerate(wants)))


_DRAFTING: Final = """exists (select 1 from writing w
                where w.bucket = q.bucket and w.person = q.person and w.writer = q.actor and w.state in (0, 3))"""
JOINT: Final = 8
"""Pages that one statement reads at most: by then its fixed cost is a tenth of it, and making the pages costs more."""
TOGETHER: Final = 4
"""Wants from which a short record is read whole: fewer cost less one by one."""


def _rows_of(wants: tuple[AnyWant, ...]) -> str:
    """All rows (want, rows) of the person of `q`: a short record's by one scan, a longer one's want by want."""
    numbered = list(enumerate(wants))
    scanned = [(number, want) for number, want in numbered if taken(want)]
    if len(scanned) < TOGETHER:
        return " union all ".join(_parts(numbered))
    alone = [(number, want) for number, want in numbered if not taken(want)]
    one_by_one = " union all ".join(_parts(scanned))
    return " union all ".join(
        [
            f"(select l.want, l.rows from {short_part(wants)} l where length.short)",
            f"(select l.want, l.rows from ({one_by_one}) l where not length.short)",
            *_parts(alone),
        ]
    )


@lru_cache(maxsize=128)
def page_shape(wants: tuple[AnyWant, ...], *, proxy: bool = False, single: bool = False) -> Shape:
    """The statement for a page's wants; `proxy`: for who acts for the person, whose rows are decided otherwise.

    `single`: also for who sees single entries of the record alone.
    """
    rows = _rows_of(wants)
    if proxy:
        rows = rows.replace(ROW_OPEN, REPRESENTED)
    looked = [looked_part(number, want) for number, want in enumerate(wants) if isinstance(want, Looked)]
    always = (
        f"""
    union all
    select q.n, x.want, null, null, null, x.rows from (select * from door where open) q
     cross join lateral ({" union all ".join(looked)}) x"""
        if looked
        else ""
    )
    sql = f"""
    with q as materialized {unnest(_COLUMNS)},
    door as materialized (
        select q.*, {DOOR_BITS}, p.version as record,
               p.blocked or p.opened or p.held or p.protected or coalesce(d.basis, 0) >= {PART} as special,
               {BASIS_TEXT} as basis, {PERSON_OPEN} as open,
               {CLOSED} as closed, d.source as named_source, {_DRAFTING} as drafting
          from q
          join person p on p.bucket = q.bucket and p.person = q.person
          {basis_of("p", proxy=proxy, single=_SINGLE if single else "")}
         where {ALONE}
    ),
    said as materialized (
        select f.bucket, f.person, f.real,
               '{{"who":' || f.who || ',"act":"' || case when f.open then f.act else 'refused' end
               || '","what":"' || f.what || '","basis":' || coalesce('"' || f.basis || '"', 'null')
               || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
          from door f
    ),
    logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
    select q.n, -1::smallint as want, {shown_basis("q.basis")} as basis, q.record,
           q.closed::int + 2 * q.special::int + 4 * (q.kept = q.record and not q.special)::int
           + 8 * q.drafting::int as flags,
           {ACTING if proxy else "null::bytea"} as rows
      from door q cross join lateral {bits_of("q")}
     cross join lateral (select q.ground as basis, q.named_source as source) g
     where q.open
    union all
    select q.n, x.want, null, null, null, x.rows
      from (select * from door where open and (kept <> record or special)) q
     cross join lateral {bits_of("q")}
     cross join lateral (select {IS_SHORT if "length.short" in rows else "false"} as short offset 0) length
     cross join lateral ({rows}) x
     where x.rows is not null{always}"""
    return Shape(sql, _COLUMNS, JOINT)


_SAFE: Final = re.compile(r"[A-Za-z0-9:/.\-]+")


async def read_page(  # noqa: PLR0913 - what is read, as whom, and what the log says of it
    lane: Lane,
    clock: Clock,
    grant: PersonGrant,
    wants: tuple[AnyWant, ...],
    page: str,
    what: str,
    kept: int = -1,
    *,
    code: int = 0,
    single: bool = False,
) -> PersonPage:
    """The entries that `page` wants of the person of `grant`, logged as `page:<page>` about `what`.

    `what` is a reference; it is also the entry that `One` means. `kept` is the record's version that the
    caller has from before: where it still holds, the look is decided and logged, and no rows come. `single`: the page
    also serves who sees single entries of the record alone; the others answer her as one who sees nothing. `code`: the
    mark that an `OfCode` means, or the number of the version whose body `Versions` brings.
    Raises `Absent` when the person is not here or not open to this reader (a refused look is logged), `Busy`.
    """
    if not (_SAFE.fullmatch(page) and _SAFE.fullmatch(what)):
        raise Absent("there is no such page")  # both stand in the log as they are: nothing to escape gets there
    type_name, _, resource_id = what.partition("/")
    head = (f"page:{page}", what, TYPES.get(type_name, 0), resource_id, mark_of(what))
    shape, asked = page_shape(wants, proxy=grant.mode == Mode.PROXY, single=single), ask_values(grant, clock)

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(shape, (*key, *head, -1 if whole else kept, code, whole, *asked))

    found = [
        _page(records, wants, int(asked[_CLINICAL])) for records in await over_keys(lane, grant.keys, ask) if records
    ]
    if not found:
        raise Absent("there is no record here that you may see")
    return found[0] if len(found) == 1 else _merged(found, wants)


def _page(records: list[Any], wants: tuple[AnyWant, ...], clinical: int) -> PersonPage:
    found: list[bytes] = [NONE] * len(wants)
    head, flags, acting = ("", False, 0), 0, _Acting()
    for _, want, basis, version, flags_here, rows in records:
        if want == WHOLE_RECORD:
            for place, answer in parted(wants, rows, clinical).items():
                found[place] = answer
        elif want < 0:
            flags = flags_here
            head = (basis or "", bool(flags & 1), version)
            acting = _acting(rows) if rows else acting
        else:
            found[want] = rows
    told = (bool(flags & 4), bool(flags & 2), bool(flags & 8))
    return PersonPage(*head, wants, tuple(found), *told, acting.reach, acting.listed, acting.answers)


def _merged(pages: list[PersonPage], wants: tuple[AnyWant, ...]) -> PersonPage:
    """The pages of a person with several keys as one; each want keeps its own limit for each key."""
    found: list[bytes] = []
    for index, want in enumerate(wants):
        if isinstance(want, Journal):
            found.append(journals_together(page.found[index] for page in pages))
            continue
        if isinstance(want, News | Met | Looked):
            found.append(news_together(want, (page.found[index] for page in pages)))
            continue
        if isinstance(want, Course):
            together = _courses_together([course for page in pages for course in _courses(page.found[index])])
        else:
            together = [line for page in pages for line in _lines(page.found[index])]
            if getattr(want, "type", "") != "Patient":  # the one that leads comes first, whichever was changed last
                together.sort(key=lambda line: line.low, reverse=not isinstance(want, Coming))
        found.append(msgspec.json.encode(together))
    first = pages[0]
    closed, acting = any(page.closed for page in pages), (first.reach, first.listed, first.answers)
    drafting = any(page.drafting for page in pages)
    return PersonPage(first.basis, closed, -1, wants, tuple(found), False, True, drafting, *acting)


def _courses_together(courses: list[_Course]) -> list[_Course]:
    by_code: dict[int, _Course] = {}
    for course in courses:
        by_code.setdefault(course.code, _Course(course.code, [])).lines.extend(course.lines)
    for course in by_code.values():
        course.lines.sort(key=lambda line: line.low, reverse=True)
    return list(by_code.values())
