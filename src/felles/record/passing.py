"""How a block passes to the entries that refer to what it covers, and what it would pass to.

A note about a result shows the result. So an entry one of whose references (as the search parameters know them) leads
to a covered entry is covered too, by a row of its own, and whatever refers to that one again, until nothing new is
found. A block of everything covers those already; entries that the person took out stay out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from felles.record.clock import BEGINNING, FOREVER
from felles.record.homes import SHARED_TYPES
from felles.record.ids import mark_of
from felles.record.kinds import Kind
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from felles.record.grants import PersonKey
    from felles.record.pool import Conn

_NEVER_COVERED: Final = SHARED_TYPES | {"Patient"}
DEEP: Final = 8
"""Steps from entry to entry that a block passes: deeper chains of references are no part of how care is documented."""

_COVERS: Final = """(b.kind is null or b.kind = {e}kind) and (b.org is null or b.org = {e}org)
       and (b.item is null or b.item = {e}self) and b.low < {e}high and b.high > {e}low"""
_NUMBERS: Final = json.dumps({name: number for name, number in TYPES.items() if name != "Patient"})
_TYPE: Final = f"{{{_NUMBERS}}}"  # its braces doubled: the statement is filled in once more
"""A type's name → its number, as the statement looks it up: joined to a table, each reference would go through it."""

# $1 bucket, $2 person. From each reference straight to its target by the primary key, and from what was met to the
# blocks that cover it because others passed to them (`passed`: each of one item) by the index over items. Those that
# the person made (`made`) are few.
_SPREAD: Final = f"""
with made as materialized (
    select b.* from block b where b.bucket = $1 and b.person = $2 and b.source <> '' and not b.passed),
said as materialized (
    select x.bucket, x.person, x.self, x.kind, x.org, x.low, x.high,
           ('{_TYPE}'::jsonb ->> split_part(split_part(r.ref, '=', 2), '/', 1))::smallint as type,
           split_part(r.ref, '/', 2) as id
      from (select 1 from block b where b.bucket = $1 and b.person = $2 and b.source <> '' limit 1) any_block
     cross join {{entries}} x
     cross join lateral unnest(x.refs) r(ref)
     where x.bucket = $1 and x.person = $2 and x.state = 0 and x.form = 0 and not x.deleted
       and x.kind not in ({Kind.CASE:d}, {Kind.BLOCK:d})),
met as materialized (
    select x.self, x.kind, x.org, x.low, x.high, t.self as at_self, t.kind as at_kind, t.org as at_org,
           t.low as at_low, t.high as at_high
      from said x
     cross join unnest({{keys}}) k(bucket, person)
     cross join lateral (
        select e.* from entry e where e.bucket = k.bucket and e.type = x.type and e.id = x.id and e.form = 0
         order by e.version desc limit 1) t
     where x.type is not null and t.person = k.person and t.state = 0),
covered as (
    select x.*, b.source, b.against, b.party, b.since, b.until, b.mirror
      from met x join made b on {_COVERS.format(e="x.at_")}
    union all
    select x.*, b.source, b.against, b.party, b.since, b.until, b.mirror
      from met x cross join lateral (
        select * from block b where b.bucket = $1 and b.person = $2 and b.item = x.at_self and b.passed
           and b.source <> '' and b.low < x.at_high and b.high > x.at_low) b)
insert into block (bucket, person, id, against, party, kind, org, item, low, high, since, until, source, passed, mirror)
select distinct on (x.source, x.against, x.party, x.self)
       $1, $2, x.source || '#' || x.against || '.' || x.party || '#' || x.self, x.against, x.party,
       null::smallint, null::bigint, x.self, '{BEGINNING}'::bigint, {FOREVER}, x.since, x.until, x.source, true,
       x.mirror
  from covered x
 where not exists (select 1 from made b where b.source = x.source and x.self = any(b.left_out))
   and not exists (select 1 from made b where b.source = x.source and b.against = x.against and b.party = x.party
                      and {_COVERS.format(e="x.")})
   and not exists (select 1 from block c where c.bucket = $1 and c.person = $2 and c.item = x.self and c.passed
                      and c.source = x.source and c.against = x.against and c.party = x.party
                      and c.low < x.high and c.high > x.low)
 order by x.source, x.against, x.party, x.self, x.mirror
on conflict do nothing returning item"""
_OWN: Final = "array[$1::smallint], array[$2::bigint]"
_SPREAD_ALL: Final = _SPREAD.format(entries="entry", keys=_OWN)
_SPREAD_AMONG: Final = _SPREAD.format(entries="entry", keys="$3::smallint[], $4::bigint[]")
"""Of a joined person: what is referred to may lie under another key of hers, $3 and $4 being all of them."""
# $3 types, $4 ids of the entries that were written.
_SPREAD_SOME: Final = _SPREAD.format(
    entries="""unnest($3::smallint[], $4::text[]) w(type, id) cross join lateral (
        select e.* from entry e where e.bucket = $1 and e.type = w.type and e.id = w.id and e.form = 0
         order by e.version desc limit 1)""",
    keys=_OWN,
)

_INSERT: Final = """
insert into block (bucket, person, id, against, party, kind, org, item, low, high, since, until, source, left_out)
select $1, $2, $3 || '#' || u.n, u.against, u.party, u.kind, u.org, u.item, u.low, u.high, u.since, u.until, $3,
       $4::text::bigint[]
  from unnest($5::smallint[], $6::bigint[], $7::smallint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
              $12::bigint[], $13::bigint[])
       with ordinality u(against, party, kind, org, item, low, high, since, until, n)"""
_DELETE: Final = "delete from block where bucket = $1 and person = $2 and source = $3 and not mirror"
_BIT: Final = """
update person p set blocked = exists (select 1 from block b where b.bucket = p.bucket and b.person = p.person)
 where p.bucket = $1 and p.person = $2"""
_STALE: Final = """
delete from block where bucket = $1 and person = $2 and passed and not mirror
   and item = any($3::text::bigint[]) returning item"""
_PASSED: Final = "delete from block where bucket = $1 and person = $2 and passed and not mirror"
_FORESEEN: Final = "select item from block where bucket = $1 and person = $2 and source = $3 and passed"


def may_receive(referred: Iterable[str]) -> bool:
    """Whether a block may pass to a new entry that refers to these (`Type/id`): only by what it refers to.

    Nothing older can refer to an entry that was not there, and blocks cover no Patient and nothing that is shared.
    """
    return any(name.partition("/")[0] not in _NEVER_COVERED for name in referred)


async def replace(conn: Conn, key: PersonKey, source: str, rows: list[Any], left_out: list[int]) -> None:
    """The rows of the block that `source` (a Consent) is, in place of those it had. `rows` as `access.blocks` makes."""
    await conn.fetch(_DELETE, *key, source)
    if rows:
        names = ("against", "party", "kind", "org", "item", "low", "high", "since", "until")
        columns = [[getattr(row, name) for row in rows] for name in names]
        await conn.fetch(_INSERT, *key, source, "{" + ",".join(map(str, left_out)) + "}", *columns)


async def spread(conn: Conn, key: PersonKey, written: Sequence[str] = (), *, among: Sequence[PersonKey] = ()) -> None:
    """Let the person's blocks pass on, to the entries `written` (`Type/id`) and what refers to them, or to all.

    `among`: all keys of a joined person, whose entries may refer to each other.
    """
    if written:
        places = [reference.split("/") for reference in written]
        found = await conn.fetch(_SPREAD_SOME, *key, [TYPES[name] for name, _ in places], [i for _, i in places])
        if not found:
            return
    for _ in range(DEEP):  # what refers to those that were found may be older
        if among:
            found = await conn.fetch(_SPREAD_AMONG, *key, [b for b, _ in among], [p for _, p in among])
        else:
            found = await conn.fetch(_SPREAD_ALL, *key)
        if not found:
            return


async def anew(conn: Conn, key: PersonKey) -> None:
    """Let all blocks pass on from the beginning: what they passed to goes first."""
    await conn.fetch(_PASSED, *key)
    await spread(conn, key)


async def refresh(conn: Conn, key: PersonKey, written: Sequence[str], created: frozenset[str]) -> None:
    """After a commit of entries `written`: what covered them because of what they no longer say, goes.

    Those in `created` said nothing before.
    """
    changed = [mark_of(reference) for reference in written if reference not in created]
    if changed and await conn.fetch(_STALE, *key, "{" + ",".join(map(str, changed)) + "}"):
        await conn.fetch(_PASSED, *key)
        written = ()
    await spread(conn, key, written)


async def set_bit(conn: Conn, key: PersonKey) -> None:
    """Whether the person has blocks."""
    await conn.fetch(_BIT, *key)


async def passed_of(conn: Conn, key: PersonKey, source: str) -> list[int]:
    """The entries (hashes) of this key that the block `source` passed to."""
    return [record["item"] for record in await conn.fetch(_FORESEEN, *key, source)]
