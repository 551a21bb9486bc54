"""Why a record, or one entry of it, is open to a reader: the facts that decided, named by the decision itself.

No rule is written here a second time. Whether it is open, which ground decides, what is announced as closed and which
entries are seen are the fragments of `decide.py`, asked in the same statement that names the facts; take the deciding
row away, and access and explanation are gone together (tests/access/test_explain.py).

What may not be known is not told. Of a record that is not open there is nothing here at all: `Absent`, as for one
that is not here. A ground is told with its dates, party and writer only where the reader sees the entry it follows
from; else no more than its name, and that only when it decides; where the person closed that entry, not even its name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    CLOSED,
    DOOR_BITS,
    OPENED,
    ORG,
    OWN_ACTS,
    PERSON_OPEN,
    RELATED,
    REPRESENTED,
    REPRESENTS,
    ROW_OPEN,
    SEEN,
    STAFFS,
    ask_values,
    basis_of,
    bits_of,
    grounds_of,
    leaves,
    shown_basis,
    told,
)
from felles.record.derive import PART
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.ids import mark_of
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

_COLUMNS: Final = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    ("act", "text"),
    ("what", "text"),
    ("item_type", "smallint"),
    ("item", "text"),
    ("mark", "bigint"),
    WHOLE,
    *ASK,
)
SINGLE: Final = "(q.item = '' or points(q.bucket, q.person, g.source, q.mark))"
"""Whether ground `g`, which opens single entries alone, is one for what is asked about: the record, or one entry."""


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """One ground that holds now. `basis` is a number of `access.bases`, `source` the entry it follows from.

    0 is one that follows from what the person closed for the reader: that there is one is all that is told.

    `deciding`: the one that the decision names. `told`: whether the reader sees the source; if not, the rest is empty.
    `since` and `until` micros (relations and rights to act: clinical; openings: real). `parties` are hashes of what
    the relation joins to and the reader acts for, `roles` the PractitionerRoles by which she does, `writer` who wrote
    the source. For who acts for the person `kinds` are those she sees, `verbs` a sum, `listed` that only what GP and
    municipality answer for is seen.
    """

    basis: int
    source: str
    deciding: bool
    told: bool
    since: int | None = None
    until: int | None = None
    parties: list[int] = []
    roles: list[str] = []
    writer: str = ""
    kinds: int = 0
    verbs: int = 0
    listed: bool = False


class Withheld(msgspec.Struct, frozen=True):
    """What keeps an entry from the person or who acts for her (`held`), for the staff who see it. Real micros."""

    from_whom: int
    reason: int
    until: int
    review: int | None


class EntryFacts(msgspec.Struct, frozen=True):
    """What decided over one entry that is seen.

    `kind` what the role had to reach, `org` its organisation's hash, `form` 2 where what tells a place is left out,
    `lifted` until when (real micros) an opening of the reader's lifts blocks from this kind, `held` for staff alone.
    """

    kind: int
    org: int
    form: int
    lifted: int | None
    held: list[Withheld] | None


class Explained(msgspec.Struct, frozen=True):
    """Why it is open: `basis` as it may be shown (`decide.shown_basis`), the grounds with the deciding one first.

    `closed`: that the person has closed something for this reader is announced. `protected`: her address is. `entry`
    the facts of the one that was asked about.
    """

    basis: str
    closed: bool
    protected: bool
    grounds: tuple[Ground, ...]
    entry: EntryFacts | None


class _Head(msgspec.Struct):
    basis: str
    closed: bool
    protected: bool


_SAFE: Final = re.compile(r"[A-Za-z]+/[A-Za-z0-9\-.]{1,64}")
_head: Final = msgspec.json.Decoder(_Head).decode
_ground: Final = msgspec.json.Decoder(Ground).decode
_entry: Final = msgspec.json.Decoder(EntryFacts).decode


def _grounds(*, proxy: bool) -> str:
    """The grounds of the decision, each with what it rests on where the reader may know that."""
    return f"""select q.n, 1 as part, json_build_object(
               'basis', case when t.told or not p.blocked then g.basis else 0 end,
               'source', case when t.told then g.source else '' end,
               'deciding', g.basis = q.named and g.source = q.named_source, 'told', t.told,
               'since', case when t.told then g.since end, 'until', case when t.told then g.until end,
               'parties', case when t.told then coalesce(h.parties, '{{}}') else '{{}}' end,
               'roles', case when t.told then coalesce(h.roles, '{{}}') else '{{}}' end,
               'writer', case when t.told then coalesce(h.writer, '') else '' end,
               'kinds', coalesce(v.kinds, 0), 'verbs', coalesce(v.verbs, 0), 'listed', coalesce(v.listed, false))::text
          from door q
         cross join lateral {bits_of("q")}
         cross join lateral (select g.basis, g.source, min(g.since) as since, max(g.until) as until
                               from ({grounds_of("q", proxy=proxy)}) g
                              where g.basis < {PART} or {SINGLE} group by g.basis, g.source) g
         cross join lateral (select {OWN_ACTS} or {told()} as told) t
         cross join lateral (
            select array_agg(distinct r.party) as parties, min(r.writer) as writer,
                   array_agg(distinct s.source) filter (where s.source is not null) as roles
              from relation r left join staffing s on {STAFFS}
             where r.bucket = q.bucket and r.person = q.person and r.basis = g.basis and r.source = g.source
               and {RELATED}) h
         cross join lateral (
            select bit_or(v.kinds) filter (where v.item = 0) as kinds, bit_or(v.verbs) as verbs,
                   bool_and(v.listed) filter (where v.item = 0) as listed
              from representation v
             where q.mode = {Mode.PROXY:d} and v.bucket = q.bucket and v.person = q.person and v.basis = g.basis
               and v.source = g.source and {REPRESENTS}) v
         where q.open and (t.told or (g.basis = q.named and g.source = q.named_source))"""


_ENTRY: Final = f"""select q.n, 2 as part, json_build_object(
               'kind', e.kind, 'org', {ORG}, 'form', e.form,
               'lifted', (select max(o.until) from opening o
                           where p.opened and o.bucket = q.bucket and o.person = q.person and {OPENED}
                             and (o.kinds >> e.kind) & 1 = 1),
               'held', (select json_agg(json_build_object('from_whom', h.from_whom, 'reason', h.reason,
                                                          'until', h.until, 'review', h.review) order by h.until)
                          from held h
                         where p.held and q.mode = {Mode.STAFF:d} and h.bucket = q.bucket and h.person = q.person
                           and h.item = e.self and h.since <= q.real and h.until > q.real))::text
          from door q
         cross join lateral {bits_of("q")}
          join entry e on e.bucket = q.bucket and e.type = q.item_type and e.id = q.item and e.person = q.person
           and e.state = 0 and {SEEN}
         where q.open and not e.deleted"""


@lru_cache(maxsize=2)
def shape(*, proxy: bool = False) -> Shape:
    """The statement; `proxy`: for who acts for the person, whose rows are decided otherwise."""
    sql = f"""
    with q as materialized {unnest(_COLUMNS)},
    door as materialized (
        select q.*, {DOOR_BITS}, {BASIS_TEXT} as basis, {PERSON_OPEN} as open, {CLOSED} as closed,
               d.basis as named, d.source as named_source
          from q
          join person p on p.bucket = q.bucket and p.person = q.person
          {basis_of("p", proxy=proxy, single=SINGLE)}
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
    select q.n, 0 as part,
           json_build_object('basis', {shown_basis("q.basis")}, 'closed', q.closed,
                             'protected', q.protected)::text as told
      from door q cross join lateral {bits_of("q")}
     cross join lateral (select q.named as basis, q.named_source as source) g
     where q.open
    union all
    {_grounds(proxy=proxy)}
    union all
    {_ENTRY.replace(ROW_OPEN, REPRESENTED) if proxy else _ENTRY}"""
    return Shape(sql, _COLUMNS)


async def explain(lane: Lane, clock: Clock, grant: PersonGrant, what: str, item: str = "") -> Explained:
    """Why the record of `grant` is open to her, or the entry `item` (`Type/id`) of it; logged as `page:why`.

    `what` is a reference, as the log names it. Raises `Absent` when the record is not open or not here, or the entry
    is not seen (which of these it is, nobody is told), `Busy`.
    """
    type_name, _, resource_id = item.partition("/")
    if not _SAFE.fullmatch(what) or (item and type_name not in TYPES):
        raise Absent("there is no such entry here that you may see")  # it stands in the log as it is
    asked = ("page:why", what, TYPES.get(type_name, 0), resource_id, mark_of(item))
    values = ask_values(grant, clock)
    statement = shape(proxy=grant.mode == Mode.PROXY)

    async def ask(key: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(statement, (*key, *asked, whole, *values))

    found = [made for rows in await over_keys(lane, grant.keys, ask) if (made := _explained(rows))]
    if not found:
        raise Absent("there is no record here that you may see")
    if item and all(each.entry is None for each in found):
        raise Absent("there is no such entry here that you may see")
    return found[0] if len(found) == 1 else _as_one(found)


def _as_one(found: list[Explained]) -> Explained:
    """What was found with each key of a person. A ground that holds for all stands once, told where its entry lies."""
    grounds: dict[tuple[int, str], Ground] = {}
    untold: dict[int, Ground] = {}
    for ground in (ground for each in found for ground in each.grounds):
        if not ground.told:
            untold.setdefault(ground.basis, ground)
        elif (kept := grounds.get((ground.basis, ground.source))) is None or ground.deciding > kept.deciding:
            grounds[ground.basis, ground.source] = ground
    # The decision names the same ground with every key; where its entry lies with another, it is not told there.
    named = {ground.basis for ground in grounds.values() if ground.deciding}
    told = [
        *grounds.values(),
        *(each for basis, each in untold.items() if basis not in named and not (named and each.deciding)),
    ]
    told.sort(key=_first)
    entry = next((each.entry for each in found if each.entry is not None), None)
    closed, protected = any(each.closed for each in found), any(each.protected for each in found)
    return Explained(found[0].basis, closed, protected, tuple(told), entry)


def _first(ground: Ground) -> tuple[bool, int, str]:
    return not ground.deciding, ground.basis, ground.source


def _explained(rows: list[Any]) -> Explained | None:
    heads = [_head(told) for _, part, told in rows if part == 0]
    if not heads:
        return None
    grounds = [_ground(told) for _, part, told in rows if part == 1]
    grounds.sort(key=_first)
    entry = next((_entry(told) for _, part, told in rows if part == 2), None)
    head = heads[0]
    return Explained(head.basis, head.closed, head.protected, tuple(grounds), entry)
