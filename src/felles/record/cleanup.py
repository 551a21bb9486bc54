"""Cleaning up after the life of a link: index columns and finders of versions that ended long enough ago.

A paging link shows the record as it was when its search began, for `LIFE`. Until then an ended version keeps its
index (state 1); afterwards it only serves vread and history (state 2), and pointers and names that lead to no
living version go; so do ways into a record that have ended (`shut`) and what was held back for a time that is over
(`expire`), and drafts that nobody touches (`writings.age`). Which ended long enough ago is read from the ticks, so a
version whose end was committed late is kept for as long as any other. In small batches; a row that somebody holds is
left for the next round.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from felles.fhir import Invalid, decode
from felles.fhir.search import extract
from felles.record.clock import MICROSECONDS, Clock
from felles.record.drafts import PARTS
from felles.record.era import visible
from felles.record.expire import expire
from felles.record.log.seal import Snapshot
from felles.record.maintenance import AWAY, connect
from felles.record.numbers import TYPES
from felles.record.pulse import CLEANING, Pulse
from felles.record.writings import age

if TYPE_CHECKING:
    import asyncpg

LIFE = 3600 * MICROSECONDS
"""How long a link shows what it was made over."""
BATCH = 500
EVERY = 60.0
"""Seconds between two rounds."""
NAMED = frozenset(TYPES[name] for name in ("Patient", "Practitioner", "RelatedPerson", "Person"))
"""Types whose names are in `name`."""
LOCK = 0x636C65616E
"""One process at a time ("clean")."""
_log = structlog.get_logger("felles.cleanup")
_LAST_TICK = "select era, snapshot::text as snapshot from tick where at <= $1 order by at desc, tick desc limit 1"


def _ended(table: str) -> str:
    return f"""
select e.bucket, e.person, e.type, e.id, e.form, e.version, e.marks,
       case when e.type = any($3::smallint[]) then e.body end as body
  from {table} e
 where e.state = 1 and (e.end_era < $1::smallint or (e.end_era = $1::smallint and e.end_xid < $4::text::xid8))
   and {visible("e.end_era", "e.end_xid", "$1::smallint", "$2::text::pg_snapshot")}
 order by e.end_era, e.end_xid limit $5 for update skip locked"""


def _empty(table: str) -> str:
    return f"""
update {table} e set state = 2, marks = '{{}}', terms = null, refs = null
  from unnest($1::smallint[], $2::smallint[], $3::text[], $4::smallint[], $5::integer[])
       q(bucket, type, id, form, version)
 where e.bucket = q.bucket and e.type = q.type and e.id = q.id and e.form = q.form and e.version = q.version"""


# A commit that writes a mark which has its pointer already leaves the pointer as it is. So that none is taken away
# under it, the persons are held as commits hold them; of what has no person to hold, finders stay, and search
# sees on the row that they lead nowhere.
_HOLD = """
select 1 from person p join (select distinct * from unnest($1::smallint[], $2::bigint[])) q(bucket, person)
    on p.bucket = q.bucket and p.person = q.person order by p.bucket, p.person for no key update of p"""
_FORGET_POINTERS = """
delete from pointer p
 using (select q.bucket, q.type, q.id, m.mark
          from unnest($1::smallint[], $2::smallint[], $3::text[], $4::text[]) q(bucket, type, id, marks)
         cross join lateral unnest(q.marks::bigint[]) m(mark)) o
 where p.mark = o.mark and p.type = o.type and p.bucket = o.bucket and p.id = o.id
   and not exists (select from entry e where e.bucket = o.bucket and e.type = o.type and e.id = o.id
                      and e.state < 2 and e.marks @> array[o.mark])"""
_LIVING = (
    "select body from entry where bucket = $1 and type = $2 and id = $3 and state < 2 and form = 0 and not deleted"
)
_FORGET_NAMES = """
delete from name m using unnest($1::smallint[], $2::text[], $3::smallint[], $4::smallint[], $5::text[])
                         q(type, word, part, bucket, id)
 where m.type = q.type and m.word = q.word and m.part = q.part and m.bucket = q.bucket and m.id = q.id"""


async def clean(conn: asyncpg.Connection, before: int, *, many: int = BATCH) -> int:
    """Clean one batch of versions whose end was visible at the moment `before` (micros); how many there were."""
    tick = await conn.fetchrow(_LAST_TICK, before)
    if tick is None:
        return 0
    return sum([await _clean(conn, table, tick, many) for table in ("entry", "shared")])


async def _clean(conn: asyncpg.Connection, table: str, tick: Any, many: int) -> int:
    upper = str(Snapshot.of(tick["era"], tick["snapshot"]).xmax)
    async with conn.transaction():
        ended = await conn.fetch(_ended(table), tick["era"], tick["snapshot"], sorted(NAMED), upper, many)
        if not ended:
            return 0
        await conn.execute(_empty(table), *_columns(ended, "bucket", "type", "id", "form", "version"))
        await _forget(conn, [row for row in ended if row["person"]])
    return len(ended)


def _columns(rows: list[Any], *names: str) -> list[list[Any]]:
    return [[row[name] for row in rows] for name in names]


async def _forget(conn: asyncpg.Connection, ended: list[Any]) -> None:
    """Remove pointers and names that these versions had and no living one has."""
    await conn.execute(_HOLD, *_columns(ended, "bucket", "person"))
    marks = ["{" + ",".join(map(str, row["marks"])) + "}" for row in ended]
    await conn.execute(_FORGET_POINTERS, *_columns(ended, "bucket", "type", "id"), marks)
    stale: list[tuple[int, str, int, int, str]] = []
    for row in ended:
        if row["body"]:
            living = await conn.fetch(_LIVING, row["bucket"], row["type"], row["id"])
            words = words_of(row["body"]).difference(*(words_of(other["body"]) for other in living))
            stale.extend((row["type"], word, part, row["bucket"], row["id"]) for word, part in words)
    if stale:
        await conn.execute(_FORGET_NAMES, *map(list, zip(*stale, strict=True)))


def words_of(body: str) -> set[tuple[str, int]]:
    """(folded word, part) of all names in a stored entry."""
    try:
        return {(word, PARTS[part]) for part, word in extract(decode(body.encode())).names}
    except Invalid:  # written before a rule that it breaks: its words are found by nobody's search again
        return set()


async def run(url: str, clock: Clock, *, life: int = LIFE, every: float = EVERY, pulse: Pulse | None = None) -> None:
    """Clean for as long as the task lives, whenever no other process does; outlives the database's restarts."""
    pulse = pulse or Pulse()
    while True:
        try:
            if await _round(url, clock, life):
                pulse.done(CLEANING)
        except AWAY as error:
            pulse.failed(CLEANING, error)
        await asyncio.sleep(every)


_EXPIRED = "select distinct bucket, person from opening where until <= $1 order by bucket, person limit $2"
_SHUT = """
delete from opening o using unnest($1::smallint[], $2::bigint[]) q(bucket, person)
 where o.bucket = q.bucket and o.person = q.person and o.until <= $3"""
_FALL = """
update person p set opened = false from unnest($1::smallint[], $2::bigint[]) q(bucket, person)
 where p.bucket = q.bucket and p.person = q.person
   and not exists (select from opening o where o.bucket = p.bucket and o.person = p.person)"""


async def shut(conn: asyncpg.Connection, now: int, *, many: int = BATCH) -> int:
    """Take away openings that ended before `now` (real micros), and the bit of whom has no more; how many persons."""
    async with conn.transaction():
        persons = await conn.fetch(_EXPIRED, now, many)
        if persons:
            columns = _columns(persons, "bucket", "person")
            # Held as commits hold them, and looked at in a statement after that: none that begins now is overlooked.
            await conn.execute(_HOLD, *columns)
            await conn.execute(_SHUT, *columns, now)
            await conn.execute(_FALL, *columns)
    return len(persons)


async def _round(url: str, clock: Clock, life: int) -> bool:
    """Clean all there is; whether it was done, and not another process's to do."""
    conn = await connect(url)
    try:
        if not await conn.fetchval("select pg_try_advisory_lock($1)", LOCK):
            return False
        total = 0
        while done := await clean(conn, clock.real() - life):
            total += done
        while await shut(conn, clock.real()):
            pass
        if total:
            _log.info("cleaned ended versions", versions=total)
        while await expire(conn, clock.real()):
            pass
        await age(conn, clock.real())
        return True
    finally:
        await conn.close(timeout=1)
