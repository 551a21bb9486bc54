"""What opens and closes a joined person's record holds for all of it, whichever of her Patients it was made on.

Her relations, blocks, ways in and what is held back are copied, marked `mirror`, to each other key of hers, in the
commit that changes any of them and under the lock of all: so the statement that reads a row decides it by what lies
beside that row, as for anybody else. Copies are made anew and never edited; un-joining takes them away, and what is
left is what was written. (Who acts for her is derived from the entries of all keys: `access.representation_hook`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.record import passing
from felles.record.joined import keys_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from felles.record.aftermath import After
    from felles.record.derive import Registry
    from felles.record.grants import PersonKey
    from felles.record.pool import Conn, Pool

_COPIED: Final[dict[str, str]] = {
    "relation": "party, basis, source, writer, since, until",
    "pointed": "source, self",
    "block": "id, against, party, kind, org, item, low, high, since, until, source, passed, left_out",
    "opening": "id, source, basis, actor, org, role, kinds, since, until",
    "held": "item, id, source, from_whom, reason, since, until, review, passed",
}
"""What is copied: table → its columns but for whose it is. A case has one row, at the key of its Task."""

# $1 buckets, $2 persons: all keys.
_OURS: Final = "unnest($1::smallint[], $2::bigint[]) k(bucket, person)"
_FORGET: Final = {
    table: f"delete from {table} t using {_OURS} where t.bucket = k.bucket and t.person = k.person and t.mirror"
    for table in _COPIED
}
_COPY: Final = {
    table: f"""
insert into {table} (bucket, person, {columns}, mirror)
select o.bucket, o.person, {", ".join(f"t.{column.strip()}" for column in columns.split(","))}, true
  from {_OURS} join {table} t on t.bucket = k.bucket and t.person = k.person
  join unnest($1::smallint[], $2::bigint[]) o(bucket, person) on (o.bucket, o.person) <> (k.bucket, k.person)
on conflict do nothing returning 1"""
    for table, columns in _COPIED.items()
}
_BITS: Final = """
update person p
   set blocked = exists (select 1 from block b where b.bucket = p.bucket and b.person = p.person),
       opened = exists (select 1 from opening o where o.bucket = p.bucket and o.person = p.person),
       held = exists (select 1 from held h where h.bucket = p.bucket and h.person = p.person),
       version = p.version + 1
  from unnest($1::smallint[], $2::bigint[]) k(bucket, person) where p.bucket = k.bucket and p.person = k.person"""
_BLOCKED: Final = f"select exists (select 1 from {_OURS} join block b using (bucket, person)) as blocked"
_FORGET_TWINS: Final = f"""
delete from twin t using (select e.self from {_OURS}
    join entry e on e.bucket = k.bucket and e.person = k.person and e.type = {TYPES["Patient"]} and e.form = 0
     and e.state = 0) w where t.mark = w.self or t.other = w.self"""
_TWINS: Final = f"""
with ours as materialized (
    select e.self from {_OURS}
      join entry e on e.bucket = k.bucket and e.person = k.person and e.type = {TYPES["Patient"]} and e.form = 0
       and e.state = 0)
insert into twin (mark, other) select a.self, b.self from ours a join ours b on a.self <> b.self
on conflict do nothing"""
_STAND_IN: Final = """
insert into representation (bucket, person, actor, id, source, basis, kinds, item, verbs, listed, since, until, mirror)
select v.bucket, v.person, t.other, v.id, v.source, v.basis, v.kinds, v.item, v.verbs, v.listed, v.since, v.until, true
  from {rows} join twin t on t.mark = v.actor
on conflict do nothing"""
_STAND_IN_OF: Final = _STAND_IN.format(
    rows="""(select * from representation r
              where r.bucket = $1 and r.person = $2 and not r.mirror) v"""
)
# Those for whom the joined person may act: whoever they are.
_ACTED_FOR: Final = _STAND_IN.format(
    rows=f"""{_OURS} join entry e on e.bucket = k.bucket and e.person = k.person and e.type = {TYPES["Patient"]}
       and e.form = 0 and e.state = 0
      join representation v on v.actor = e.self and not v.mirror"""
)
_NO_MORE: Final = f"""
delete from representation v using {_OURS}
  join entry e on e.bucket = k.bucket and e.person = k.person and e.type = {TYPES["Patient"]} and e.form = 0
   and e.state = 0
 where v.actor = e.self and v.mirror"""
_TURN: Final = 0x7477696E  # "twin"
_SHARE: Final = f"select pg_advisory_xact_lock_shared({_TURN})"
_ALONE: Final = f"select pg_advisory_xact_lock({_TURN})"


async def mirror(conn: Conn, keys: Sequence[PersonKey]) -> None:
    """Make all copies of a person with these keys anew, and the bits that follow. All are locked."""
    ours = _columns(keys)
    for table in _COPIED:
        await conn.fetch(_FORGET[table], *ours)
    if (await conn.fetch(_BLOCKED, *ours))[0]["blocked"]:
        for key in keys:  # what follows from a key's own blocks is its own
            await passing.spread(conn, key)
    for table in _COPIED:
        await conn.fetch(_COPY[table], *ours)
    if (await conn.fetch(_BLOCKED, *ours))[0]["blocked"]:
        for _ in range(passing.DEEP):
            for key in keys:
                await passing.spread(conn, key, among=keys)
            if not await conn.fetch(_COPY["block"], *ours):
                break
    await conn.fetch(_BITS, *ours)


async def part(conn: Conn, keys: Sequence[PersonKey]) -> None:
    """Take away all copies of keys that belong together no more: each has again what was written with it."""
    ours = _columns(keys)
    for table in _COPIED:
        await conn.fetch(_FORGET[table], *ours)
    for key in keys:
        await passing.anew(conn, key)
    await conn.fetch(_BITS, *ours)


async def stand_in(conn: Conn, key: PersonKey) -> None:
    """Let who acts for the person be known by either of her own Patients, where she has several."""
    await conn.fetch(_SHARE)
    await conn.fetch(_STAND_IN_OF, *key)


async def twins(conn: Conn, keys: Sequence[PersonKey]) -> None:
    """Note the Patients of a joined person as hers, and let her act by each for whom she may act by one.

    To be called when all her keys are locked: nobody writes of somebody for whom she acts at the same moment (`_TURN`).
    """
    await conn.fetch(_ALONE)
    ours = _columns(keys)
    await _forget_twins(conn, ours)
    await conn.fetch(_TWINS, *ours)
    await conn.fetch(_ACTED_FOR, *ours)


async def no_twins(conn: Conn, keys: Sequence[PersonKey]) -> None:
    """Each of these keys' Patients is a person of her own again."""
    await conn.fetch(_ALONE)
    await _forget_twins(conn, _columns(keys))


async def _forget_twins(conn: Conn, ours: tuple[list[int], list[int]]) -> None:
    await conn.fetch(_NO_MORE, *ours)
    await conn.fetch(_FORGET_TWINS, *ours)


def _columns(keys: Sequence[PersonKey]) -> tuple[list[int], list[int]]:
    return [bucket for bucket, _ in keys], [person for _, person in keys]


async def follow(after: After) -> None:
    """Bring the copies up to date after a commit of a joined person."""
    if len(after.keys) < 2:
        return
    await mirror(after.conn, after.keys)
    if not after.created.isdisjoint(after.of("Patient")):
        await twins(after.conn, after.keys)


def register(registry: Registry) -> None:
    """Let copies follow every commit of a joined person."""
    registry.hooks.always("joined", follow)


async def foresee(
    pool: Pool, key: PersonKey, rows: list[Any], stops: Callable[[Conn, PersonKey], Awaitable[list[int]]]
) -> tuple[list[int], list[int]]:
    """The entries (hashes) that a block of these rows would pass to, whichever Patient of hers they lie with.

    Also what it would stop: what `stops` finds under it, of each key. Done, looked at, and undone. Shows nothing.
    `rows` as `access.blocks` makes.
    """
    source = "Consent/foreseen"
    async with pool.acquire() as conn:
        keys: tuple[PersonKey, ...] = (await keys_of(conn, [key])).get(key, (key,))
        ours = _columns(keys)
        among = keys if len(keys) > 1 else ()
        await conn.execute("begin")
        try:
            await passing.replace(conn, key, source, rows, [])
            for _ in range(passing.DEEP):
                copied = await conn.fetch(_COPY["block"], *ours) if among else ()
                for each in keys:
                    await passing.spread(conn, each, among=among)
                if not copied:
                    break
            found = [await passing.passed_of(conn, each, source) for each in keys]
            stopped: list[int] = []
            for each in keys:
                await passing.set_bit(conn, each)
                stopped += await stops(conn, each)
            return list(dict.fromkeys(item for items in found for item in items)), stopped
        finally:
            await conn.execute("rollback")
