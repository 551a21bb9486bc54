"""Reindexing: rows that an older extraction filled are brought up to date while the server serves.

What a row says never changes here, only how it is found: its kind, main code, clinical period, marks, terms,
references, pointers and names. Batch by batch in the order of the key, each in a short transaction that also
notes how far it came (`run`), so a run that was killed goes on. A row that somebody holds is met in the next
pass. Old finders that lead nowhere any more are harmless: search looks at the row.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from felles.fhir import Invalid, decode
from felles.fhir.search import extract
from felles.record.decide import leaves
from felles.record.drafts import INDEXER, PARTS, WORD
from felles.record.kinds import kind_of
from felles.record.log.text import Line, render
from felles.record.numbers import TYPE_NAMES

if TYPE_CHECKING:
    import asyncpg

    from felles.fhir.search import Index

BATCH = 200
PASSES = 5
"""A row held by others at each of so many passes is left to the next run."""
_NAME = "reindex"
_TABLES = ("entry", "shared")
_START = [-(2**15), 0, "", 0, 0]
_KEY = ("bucket", "type", "id", "form", "version")

_OLD = "e.state < 2 and e.indexer <> $6"


def _next(table: str) -> str:
    return f"""
select e.bucket, e.person, e.type, e.id, e.form, e.version, e.deleted, e.updated, e.kind, e.low, e.high, e.body
  from {table} e
 where (e.bucket, e.type, e.id, e.form, e.version) > ($1, $2, $3, $4, $5) and {_OLD}
 order by e.bucket, e.type, e.id, e.form, e.version limit $7 for update skip locked"""


def _update(table: str) -> str:
    return f"""
update {table} e
   set kind = q.kind, code = q.code, many = q.many, low = q.low, high = q.high, marks = q.marks::bigint[],
       terms = q.terms::jsonb, refs = string_to_array(q.refs, E'\\n'), indexer = $14
  from unnest($1::smallint[], $2::smallint[], $3::text[], $4::smallint[], $5::integer[], $6::smallint[], $7::bigint[],
              $8::boolean[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[])
       q(bucket, type, id, form, version, kind, code, many, low, high, marks, terms, refs)
 where e.bucket = q.bucket and e.type = q.type and e.id = q.id and e.form = q.form and e.version = q.version"""


# Which of the references lie with the same person: those need no pointer.
_OWN = """
select distinct t.name || '/' || q.id as reference, q.bucket, q.person
  from unnest($1::smallint[], $2::bigint[], $3::text[], $4::text[]) q(bucket, person, name, id)
  join type_name t on t.name = q.name
 where exists (select from entry e where e.bucket = q.bucket and e.type = t.type and e.id = q.id
                and e.person = q.person)"""
_POINTERS = """
insert into pointer (mark, type, bucket, person, id)
select * from unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::bigint[], $5::text[]) on conflict do nothing"""
_NAMES = """
insert into name (type, word, part, bucket, person, id)
select * from unnest($1::smallint[], $2::text[], $3::smallint[], $4::smallint[], $5::bigint[], $6::text[])
on conflict do nothing"""
_NOTE = """
insert into run (name, state, changed)
values ($1, $2::text::jsonb, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
on conflict (name) do update set state = excluded.state, changed = excluded.changed"""
_SAY = f"""
with said as materialized (select 0::smallint as bucket, 0::bigint as person,
                                  (extract(epoch from clock_timestamp()) * 1000000)::bigint as real, $1::text as text)
{leaves("said", "$2")}"""


class State(msgspec.Struct):
    """How far a run came: `after` is the key of the last row looked at in `table`."""

    indexer: int
    table: str = "entry"
    after: list[Any] = msgspec.field(default_factory=lambda: list(_START))
    done: int = 0


@dataclass(slots=True)
class Outcome:
    """What a run did: rows brought up to date, and references of those that cannot be read as FHIR any more."""

    done: int = 0
    unreadable: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Fresh:
    row: Any
    kind: int
    index: Index | None

    def columns(self) -> tuple[Any, ...]:
        """The values for `_update`, the key first. A deletion has no index and keeps its kind and period."""
        row, index = self.row, self.index
        key = tuple(row[name] for name in _KEY)
        if index is None:
            return (*key, self.kind, None, False, row["low"], row["high"], "{}", None, None)
        low = row["updated"] if index.low is None else index.low
        high = low + 1 if index.high is None else index.high
        marks = "{" + ",".join(map(str, index.marks)) + "}"
        terms = msgspec.json.encode(index.terms).decode() if index.terms else None
        refs = "\n".join(f"{param}={ref}" for param, ref in index.refs) or None
        return (*key, self.kind, index.code, index.many_codes, low, high, marks, terms, refs)


async def waiting(conn: asyncpg.Connection) -> int:
    """How many rows an older extraction filled; reads the tables once."""
    counts = [
        await conn.fetchval(f"select count(*) from {table} e where e.state < 2 and e.indexer <> $1", INDEXER)
        for table in _TABLES
    ]
    return sum(int(count or 0) for count in counts)


async def reindex(
    conn: asyncpg.Connection, era: int, *, many: int = BATCH, progress: Callable[[int], None] | None = None
) -> Outcome:
    """Bring every row up to date; goes on where a run for the same extraction stopped. One run at a time.

    `conn` is a job's connection of the workers' role, `era` its era; `progress` is told the rows done so far.
    """
    await conn.execute("select pg_advisory_lock(hashtext('felles reindex'))")
    try:
        state = await _resume(conn)
        outcome = Outcome(state.done)
        if await waiting(conn):
            await conn.execute(_SAY, _line(), era)
        for _ in range(PASSES):
            await _pass(conn, state, outcome, many, progress)
            if await waiting(conn) <= len(outcome.unreadable):
                break
            state = State(INDEXER, done=outcome.done)
            outcome.unreadable.clear()
        await conn.execute("delete from run where name = $1", _NAME)
        return outcome
    finally:
        if not conn.is_closed():
            await conn.execute("select pg_advisory_unlock(hashtext('felles reindex'))")


def _line() -> str:
    who = {"actor": "Device/reindex", "name": f"felles reindex, run by {getpass.getuser()}", "role": "maintenance"}
    return render(Line(who=who | {"purpose": "maintenance"}, act="reindex", what="entries", outcome="done"))


async def _resume(conn: asyncpg.Connection) -> State:
    text = await conn.fetchval("select state::text from run where name = $1", _NAME)
    state = msgspec.json.decode(text, type=State) if text else State(INDEXER)
    return state if state.indexer == INDEXER else State(INDEXER)


async def _pass(
    conn: asyncpg.Connection, state: State, outcome: Outcome, many: int, progress: Callable[[int], None] | None
) -> None:
    for table in _TABLES[_TABLES.index(state.table) :]:
        if table != state.table:
            state.table, state.after = table, list(_START)
        while await _batch(conn, state, outcome, many):
            if progress is not None:
                progress(outcome.done)


async def _batch(conn: asyncpg.Connection, state: State, outcome: Outcome, many: int) -> int:
    async with conn.transaction():
        rows = await conn.fetch(_next(state.table), *state.after, INDEXER, many)
        if not rows:
            return 0
        fresh = [each for each in (_read(row, outcome) for row in rows) if each is not None]
        if fresh:
            values = [list(column) for column in zip(*(each.columns() for each in fresh), strict=True)]
            await conn.execute(_update(state.table), *values, INDEXER)
            await _find_again(conn, [each for each in fresh if each.row["form"] == 0])
        outcome.done += len(fresh)
        state.after, state.done = [rows[-1][name] for name in _KEY], outcome.done
        await conn.execute(_NOTE, _NAME, msgspec.json.encode(state).decode())
    return len(rows)


def _read(row: Any, outcome: Outcome) -> _Fresh | None:
    """The row's new index; None, and a line in the outcome, when its text breaks a rule made since."""
    if row["deleted"]:
        return _Fresh(row, row["kind"], None)
    try:
        resource = decode(row["body"].encode())
    except Invalid:
        outcome.unreadable.append(f"{TYPE_NAMES[row['type']]}/{row['id']}/_history/{row['version']}")
        return None
    return _Fresh(row, int(kind_of(resource)), extract(resource))


async def _find_again(conn: asyncpg.Connection, fresh: list[_Fresh]) -> None:
    """Write the pointers and names of these rows."""
    asked = [
        (each.row["bucket"], each.row["person"], *reference.split("/", 1))
        for each in fresh
        if each.index is not None and each.row["person"]
        for _, reference in each.index.refs
    ]
    own: dict[tuple[int, int], set[str]] = {}
    for found in await conn.fetch(_OWN, *map(list, zip(*asked, strict=True))) if asked else ():
        own.setdefault((found["bucket"], found["person"]), set()).add(found["reference"])
    pointers: list[tuple[Any, ...]] = []
    names: list[tuple[Any, ...]] = []
    for each in fresh:
        row, index = each.row, each.index
        if index is not None:
            key = (row["bucket"], row["person"])
            marks = index.pointers(frozenset(own.get(key, ())))
            pointers.extend((mark, row["type"], *key, row["id"]) for mark in marks)
            names.extend((row["type"], word[:WORD], PARTS[part], *key, row["id"]) for part, word in index.names)
    for sql, found in ((_POINTERS, pointers), (_NAMES, names)):
        if found:
            await conn.execute(sql, *map(list, zip(*found, strict=True)))
