"""The wants of "what is new": what became known last, the last contact of the reader's organisation, her own last look.

What became known last comes through an index that holds nothing else (migration 0020), so that it costs the same in a
record of twenty thousand entries as in one of twenty. Each entry comes with what it said before, each earlier version
decided by itself. Since when something is new to this reader the page's rules say: the two moments it may count from
come with the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from felles.record.decide import IN_FORM, ORG, ROW_OPEN, WITHDRAWN
from felles.record.kinds import Kind
from felles.record.known import KNOWN
from felles.record.numbers import TYPES
from felles.record.standing import STANDS, marks
from felles.record.wants import Met, News

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.wants import AnyWant, Looked

TOLD: Final = (
    "AllergyIntolerance",
    "Appointment",
    "CarePlan",
    "Communication",
    "Composition",
    "Condition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "EpisodeOfCare",
    "Flag",
    "Goal",
    "Immunization",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Procedure",
    "ServiceRequest",
    "Task",
)
"""Types whose entries are news."""
EARLIER: Final = 8
"""Earlier versions that come with an entry, at most; of more, what changed first is not told."""
SITTING: Final = 3_600_000_000
"""Microseconds without a look that end a sitting (`Looked`)."""
LARGE: Final = 8 * 1024
"""Letters of a body above which what is attached is left out."""

_NEVER: Final = (("status", "entered-in-error"),)
_FULFILLED: Final = (("status", "fulfilled"),)
_TYPES: Final = ", ".join(str(TYPES[name]) for name in TOLD)
# Every version is above 0: said so that the index answers this want alone. Without it the planner takes it, which holds
# all of a person's entries in no order that another want could use, for whatever names a type and what is current.
_CONDITION: Final = f"{{e}}state = 0 and not {{e}}deleted and {{e}}version > 0 and {{e}}type in ({_TYPES})"
INDEX: Final = (
    f"create index concurrently entry_known on entry (bucket, person, ({KNOWN.format(e='')}), id)\n"
    f" where {_CONDITION.format(e='')};"
)
"""The index as migration 0020 makes it (a test compares)."""
_NEWEST: Final = f"{KNOWN.format(e='e.')} desc, e.id desc"
_EVER: Final = -(2**63)
_HERS: Final = "e.bucket = q.bucket and e.person = q.person"


def news_part(number: int, want: News, since: str = "") -> str:
    """The rows of `News` as one JSON array: a part of a page's statement (`read_person.page_shape`).

    `since`: a moment (SQL, real micros); what was known then is left out.
    """
    body = f"""case when octet_length(c.body) > {LARGE}
                  then regexp_replace(c.body, '"data":"[^"]*"', '"data":""', 'g') else c.body end"""
    if want.brief:
        body = f"""case when c.type <> {TYPES["Observation"]} then {body}
                        when c.marks && {marks(_NEVER)} then '{{"status":"entered-in-error"}}' else 'null' end"""
    before = f"""case when c.version = 1 then '[]' else coalesce((
               select '[' || string_agg(v.line, ',') || ']' from (
                select '[' || {KNOWN.format(e="e.")} || ',' || e.body || ']' as line from entry e
                 where e.bucket = c.bucket and e.type = c.type and e.id = c.id and e.form = c.form
                   and e.version < c.version and e.person = c.person and e.state < {WITHDRAWN} and not e.deleted
                   and {ROW_OPEN}
                 order by e.version desc limit {EARLIER}) v), '[]') end"""
    later = f" and {KNOWN.format(e='e.')} > {since}" if since else ""
    return f"""(select {number}::smallint as want, convert_to('[' || string_agg(
                   '[' || c.at || ',' || c.shown_org || ',' || to_json(coalesce(c.behalf, c.author)) || ',' || {body}
                   || ',' || c.low || ',' || c.kind || ',' || c.type || ',"' || c.id || '",' || {before} || ']',
                   ',') || ']', 'UTF8') as rows
          from (select e.*, {KNOWN.format(e="e.")} as at, {ORG} as shown_org from entry e
                 where {_HERS} and {_CONDITION.format(e="e.")} and {IN_FORM} and {ROW_OPEN}{later}
                 order by {_NEWEST} limit {want.newest}) c)"""


def met_part(number: int, want: Met, news: tuple[int, News] | None = None) -> str:
    """The row of `Met`: the newest of three, each found by a few steps; with it the `news` since then.

    What became known before a contact that was written down is no measurement after it: those are gone through last,
    and back to that contact alone.
    """
    ended = "case when e.high <= q.clinical then e.high else e.low end"
    line = f"least({ended}, {KNOWN.format(e='e.')}) as at, e.type, e.id"
    ours = f"e.org = q.org and {ROW_OPEN}"
    contact = f"""(select {line} from (select e.* from entry e
                where {_HERS} and e.type = {TYPES["Encounter"]} and {STANDS} and e.low <= q.clinical
                order by e.low desc limit {want.among}) e where {ours} order by e.low desc limit 1)"""
    kept = f"""(select {line} from entry e
                where {_HERS} and e.type = {TYPES["Appointment"]} and e.state < 2 and e.state = 0 and e.form = 0
                  and not e.deleted and e.marks && {marks(_FULFILLED)} and e.low <= q.clinical and {ours}
                order by e.low desc limit 1)"""
    measured = f"""(select {line} from (select e.* from entry e
                where {_HERS} and {_CONDITION.format(e="e.")} and e.form = 0
                  and {KNOWN.format(e="e.")} > coalesce((select max(m.at) from came m), {_EVER})
                order by {_NEWEST} limit {want.written}) e
                where e.kind = {Kind.VITAL:d} and e.low <= q.clinical and {ours} limit 1)"""
    since = f"coalesce((select m.at from met m), {_EVER})"
    also = f"\n        union all {news_part(*news, since)}" if news else ""
    return f"""(with came as materialized ({contact} union all {kept}),
        met as materialized (select m.* from (select * from came union all {measured}) m order by m.at desc limit 1)
        select {number}::smallint as want,
               convert_to('[[' || m.at || ',' || m.type || ',"' || m.id || '"]]', 'UTF8') as rows
          from met m{also})"""


def news_parts(numbered: Iterable[tuple[int, AnyWant]]) -> list[str]:
    """What answers the `News` and the `Met` among the wants of a page; `since_met` needs a `Met` beside it."""
    news = [(number, want) for number, want in numbered if isinstance(want, News)]
    parts = [news_part(number, want) for number, want in news if not want.since_met]
    later = next((each for each in news if each[1].since_met), None)
    return parts + [met_part(number, want, later) for number, want in numbered if isinstance(want, Met)]


def looked_part(number: int, want: Looked) -> str:
    """The row of `Looked`, from the access log: what the reader did not open counts for nothing."""
    mine = """coalesce(starts_with(l.text, '{"who":' || split_part(q.who, ',', 1) || ',')
                                and position('"act":"page:' in l.text) > 0
                                and position('"act":"page:live"' in l.text) = 0, false)"""
    return f"""(select {number}::smallint as want,
               convert_to('[[' || coalesce(max(s.at) filter (where s.mine and s.gap >= {SITTING}), 0) || ','
                   || case when count(*) < {want.lines} then 'true' else 'false' end || ']]', 'UTF8') as rows
          from (select m.mine, m.at,
                       coalesce(lag(m.at) over (partition by m.mine order by m.number desc), q.real) - m.at as gap
                  from (select l.at, l.number, {mine} as mine
                          from (select l.at, l.number, l.text from leaf l
                                 where l.bucket = q.bucket and l.person = q.person
                                 order by l.number desc limit {want.lines}) l) m) s)"""


class _News(msgspec.Struct, array_like=True, gc=False):
    at: int
    org: int
    author: str
    body: msgspec.Raw
    low: int
    kind: int
    type: int
    id: str
    before: msgspec.Raw


class _Met(msgspec.Struct, array_like=True, gc=False):
    at: int
    type: int
    id: str


class _Looked(msgspec.Struct, array_like=True, gc=False):
    at: int
    whole: bool


_news: Final = msgspec.json.Decoder(list[_News]).decode
_met: Final = msgspec.json.Decoder(list[_Met]).decode
_looked: Final = msgspec.json.Decoder(list[_Looked]).decode


def news_together(want: News | Met | Looked, found: Iterable[bytes]) -> bytes:
    """The answers for a person's several keys as one; as everywhere, each key has kept the want's own limit."""
    name = want.__class__.__name__
    if name == "News":
        lines = [line for rows in found for line in _news(rows)]
        return msgspec.json.encode(sorted(lines, key=lambda line: (-line.at, line.id)))
    if name == "Met":
        met = [line for rows in found for line in _met(rows)]
        return msgspec.json.encode(sorted(met, key=lambda line: -line.at)[:1])
    looked = [line for rows in found for line in _looked(rows)]
    last = max((line.at for line in looked), default=0)
    return msgspec.json.encode([_Looked(last, all(line.whole for line in looked))])
