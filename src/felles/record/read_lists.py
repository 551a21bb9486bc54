"""Lists of persons for those who work with them: today's appointments, who is admitted, who was referred.

What opens a record is itself an entry (a booking, a stay, a referral: `access.derive`), so the persons of such a list
are met through the relations that the reader has, and nobody else is. One page of a list is one statement: candidates
by the index of relations, each decided by the fragments of `decide.py` (the person and the entry that puts her on the
list), a line in the log of each person who is shown, and what else is told of her, want by want, as on her own pages.

A line of the list that the reader may not see takes no part in it: it fills no place, moves nobody and is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from felles.record.clock import FOREVER
from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    DOOR_BITS,
    IN_FORM,
    PERSON_OPEN,
    ROW_OPEN,
    ask_values,
    basis_of,
    bits_of,
    leaves,
    shown_basis,
)
from felles.record.derive import SELF_MADE
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES
from felles.record.read_person import NONE, parts_of
from felles.record.standing import STANDS, marks

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import SetGrant
    from felles.record.lane import Lane
    from felles.record.wants import AnyWant

LATE: Final = 30 * 86_400_000_000
"""Microseconds: what came in lately is of this age at most."""
SHORT: Final = 16_000
"""Letters of an entry that a list brings whole; of a longer one it brings what it is called."""
EACH: Final = 8
"""At most so many entries of one person on a list of what is new."""


class Whose(IntEnum):
    """Through whom the persons are met.

    All that the reader staffs; what nobody but she staffs; what those staff who work where she does (a secretary meets
    her doctors' appointments).
    """

    MINE = 0
    ALONE = 1
    HOUSE = 2


@dataclass(frozen=True, slots=True)
class Listing:
    """A list. `types`: of the entries that put a person on it; `bases` (numbers): of the relations she is met by.

    `new`: the entries are those of her record that other organisations wrote, one line for each person; else each is
    the entry that the relation follows from. `having`: of each group the entry has at least one (search parameter,
    code). `down`: the latest first. `wants`: what else is told of each person. `book`: the persons are met through the
    book of those who give times (`access.booking`) instead of by relations; `waits`: who stands there without one.
    `page`: what the log calls the look (`page:list`).
    """

    types: tuple[str, ...]
    bases: tuple[int, ...]
    whose: Whose = Whose.MINE
    having: tuple[tuple[tuple[str, str], ...], ...] = ()
    wants: tuple[AnyWant, ...] = ()
    new: bool = False
    down: bool = False
    book: bool = False
    waits: bool = False
    page: str = "list"


@dataclass(frozen=True, slots=True)
class Span:
    """What of the list is asked for: entries of [low, high) clinical micros, `many` of them after the line `after`.

    `came`: for a list of what is new, also what came here since that (real micros), whenever it happened.
    """

    low: int
    high: int
    many: int
    after: tuple[int, str] | None = None
    came: int = FOREVER


@dataclass(slots=True, frozen=True)
class Listed:
    """One line: the Patient's id and JSON, when (clinical micros), the basis, and the entries that put her here.

    `entries` and each of `found` (one for each want) are JSON arrays of [low, org, author, body], as on a page.
    """

    id: str
    at: int
    item: str
    basis: str
    body: str
    entries: bytes
    found: tuple[bytes, ...]


COLUMNS: Final = (
    ("low", "bigint"),
    ("high", "bigint"),
    ("many", "integer"),
    ("before", "bigint"),
    ("beyond", "text"),
    ("came", "bigint"),
    *ASK,
)
_ENTRIES: Final = -2
"""The number of the want that the entries of a line are."""
_HOLDS: Final = "{s}.since <= q.real and {s}.until > q.real"
_OWN: Final = f"""select distinct q.n, s.party from q
      join staffing s on s.actor = q.actor and s.org = q.org and s.role_mark = q.role and {_HOLDS.format(s="s")}"""
PARTIES: Final = {
    Whose.MINE: _OWN,
    Whose.ALONE: f"""{_OWN}
     where not exists (select 1 from staffing o where o.party = s.party and o.actor <> q.actor)""",
    Whose.HOUSE: f"""select distinct q.n, o.party
      from q
      join ({_OWN.replace("select distinct", "select distinct q.org,")}) m on m.n = q.n
      join staffing t on t.party = m.party and t.org = q.org and {_HOLDS.format(s="t")}
      join staffing o on o.actor = t.actor and o.org = q.org and o.source = t.source and {_HOLDS.format(s="o")}""",
}
_BRIEF: Final = f"""(case when length(e.body) <= {SHORT} then e.body else json_build_object('id', e.id,
        'resourceType', e.body::json ->> 'resourceType', 'status', e.body::json ->> 'status',
        'title', e.body::json ->> 'title', 'description', e.body::json ->> 'description',
        'type', e.body::json -> 'type', 'code', e.body::json -> 'code', 'category', e.body::json -> 'category')::text
        end)"""
_LINE: Final = f"""'[' || e.low || ',' || (case when e.form = 2 then 0 else e.org end) || ','
        || to_json(coalesce(e.behalf, e.author)) || ',' || {_BRIEF} || ']'"""


def _types(listing: Listing) -> str:
    return "e.type in (" + ", ".join(str(TYPES[name]) for name in listing.types) + ")"


def _met(listing: Listing) -> str:
    """(bucket, person, item) that the relations lead to; `item` is the entry's id, null for a list of what is new."""
    if listing.book:
        when = "" if listing.waits else "and b.low >= q.low and b.low < q.high"
        return f"""select distinct b.bucket, b.person, b.id as item
          from mine m join booked b on b.party = m.party and not b.taken
         where m.n = q.n and {"" if listing.waits else "not "}b.waits {when}"""
    bases = ", ".join(str(number) for basis in listing.bases for number in (basis, basis + SELF_MADE))
    item = "null::text" if listing.new else "split_part(r.source, '/', 2)"
    said = " or ".join(f"starts_with(r.source, '{name}/')" for name in listing.types)
    of_type = "" if listing.new else f"and ({said})"
    return f"""select distinct r.bucket, r.person, {item} as item
          from mine m join relation r on r.party = m.party
         where m.n = q.n and r.basis in ({bases}) and r.since <= q.clinical and r.until > q.clinical {of_type}"""


def _fresh(listing: Listing) -> str:
    """Whether row `e` is one that another organisation wrote of what happened, lately or come lately."""
    return f"""{_types(listing)} and {STANDS} and e.low >= q.low - {LATE} and e.low < q.high
           and (e.low >= q.low or e.updated >= q.came) and e.org <> q.org"""


def candidates(listing: Listing) -> str:
    """The lines in their order: (bucket, person, item, at, its version and writer, the person's bits, her ground)."""
    way, order = ("<", "desc") if listing.down else (">", "asc")
    among = "".join(f" and e.marks && {marks(group)}" for group in listing.having)
    hers = "e.bucket = c.bucket and e.person = c.person"
    if listing.new:  # first whether there is any, which costs a step into an index; then the newest that she sees
        there = f"exists (select 1 from entry e where {hers} and {_fresh(listing)})"
        entry = f"""(select max(e.low) as low, c.person::text as id, 0 as version, '' as writer from entry e
             where {hers} and {_fresh(listing)} and {ROW_OPEN} having count(*) > 0)"""
    else:
        when = "" if listing.waits else "and e.low >= q.low and e.low < q.high"
        there = f"""exists (select 1 from entry e where {hers} and {_types(listing)} and e.id = c.item and e.state = 0
             and e.form = 0 and not e.deleted {when}{among})"""
        entry = f"""(select e.low, e.id, e.version, coalesce(e.behalf, e.author) as writer
              from entry e where {hers} and {_types(listing)} and e.id = c.item
             and e.state = 0 and {IN_FORM} and not e.deleted and {ROW_OPEN} limit 1)"""
    return f"""select p.bucket, p.person, p.lead_bucket, p.lead, e.id as item, e.low as at, e.version, e.writer,
               {DOOR_BITS}, {BASIS_TEXT} as basis, d.source as named_source
          from (select c.* from ({_met(listing)}) c where {there} offset 0) c
          join person p on p.bucket = c.bucket and p.person = c.person and not p.reserved
          {basis_of("p")}
         cross join lateral {entry} e
         where {PERSON_OPEN} and (e.low, e.id) {way} (q.before, q.beyond)
         order by e.low {order}, e.id {order}
         limit q.many"""


def _entries(listing: Listing) -> str:
    """The entries of a line, as the want `_ENTRIES`."""
    hers = "e.bucket = q.bucket and e.person = q.person"
    if listing.new:
        whole = f"{hers} and {_fresh(listing)} and {ROW_OPEN}"
        # The index of what stands holds whole forms alone: the form shown to this reader is fetched by type and id.
        source = f"""(select e.type, e.id from entry e where {whole} order by e.low desc, e.id desc limit {EACH}) k
              join entry e on e.bucket = q.bucket and e.type = k.type and e.id = k.id and e.state = 0 and {IN_FORM}"""
    else:
        source = f"""(select 1) k join entry e on {hers} and {_types(listing)} and e.id = q.item and e.state = 0
               and {IN_FORM}"""
    return f"""(select {_ENTRIES}::smallint as want,
               convert_to('[' || string_agg({_LINE}, ',' order by e.low desc, e.id desc) || ']', 'UTF8') as rows
          from {source})"""


@lru_cache(maxsize=64)
def shape_of(listing: Listing) -> Shape:
    """The statement for a list."""
    rows = " union all ".join([_entries(listing), *parts_of(listing.wants)])
    way = "desc" if listing.down else "asc"
    sql = f"""
with q as materialized {unnest(COLUMNS)},
mine as materialized ({PARTIES[listing.whose]}),
line as materialized (
    select q.*, x.*, row_number() over (partition by q.n order by x.at {way}, x.item {way}) as place
      from q cross join lateral ({candidates(listing)}) x
),
shown as materialized (
    select q.*, f.id as patient, f.body as face, {shown_basis("q.basis")} as told
      from line q
     cross join lateral {bits_of("q")}
     cross join lateral (select q.ground as basis, q.named_source as source) g
     cross join lateral (
        select e.id, e.body from person p
          join entry e on e.bucket = p.bucket and e.person = p.person
         where p.bucket = coalesce(q.lead_bucket, q.bucket) and p.person = coalesce(q.lead, q.person)
           and e.type = {TYPES["Patient"]} and e.state = 0 and {IN_FORM} and not e.deleted and {ROW_OPEN}
         order by e.low desc limit 1) f
),
said as materialized (
    select distinct on (f.n, f.bucket, f.person) f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"page:{listing.page}","what":"Patient","basis":"' || f.basis
           || '","outcome":"released"}}' as text
      from shown f order by f.n, f.bucket, f.person
),
logged as ({leaves("said", f"${len(COLUMNS) + 1}")})
select q.n, q.place, -1::smallint as want, q.patient, q.at, q.item, q.told, q.face, null::bytea as rows from shown q
union all
select q.n, q.place, v.want, null, null, null, null, null, v.rows
  from shown q
 cross join lateral {bits_of("q")}
 cross join lateral ({rows}) v
 where v.rows is not null"""
    return Shape(sql, COLUMNS)


async def read_list(lane: Lane, clock: Clock, grant: SetGrant, listing: Listing, span: Span) -> list[Listed]:
    """The lines of `listing` in `span`, in their order; each person shown has a line in her log. Raises `Busy`."""
    first = (FOREVER, "~") if listing.down else (-FOREVER, "")
    args = (span.low, span.high, span.many, *(span.after or first), span.came)
    heads: dict[int, Any] = {}
    found: dict[int, list[bytes]] = {}
    entries: dict[int, bytes] = {}
    for row in await lane.submit(shape_of(listing), (*args, *ask_values(grant, clock))):
        place, want = row["place"], row["want"]
        if want == -1:
            heads[place] = row
        elif want == _ENTRIES:
            entries[place] = row["rows"]
        else:
            found.setdefault(place, [NONE] * len(listing.wants))[want] = row["rows"]
    empty = [NONE] * len(listing.wants)
    return [
        Listed(
            row["patient"],
            row["at"],
            row["item"],
            row["told"],
            row["face"],
            entries.get(place, NONE),
            tuple(found.get(place, empty)),
        )
        for place, row in sorted(heads.items())
    ]
