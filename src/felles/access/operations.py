"""What whoever runs the record sees of it: its parts, who takes part, and the proofs of its log. Nobody's health.

All here is for those who may `approve`, that is, for administrators of the record.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import asyncpg

from felles.access import journal
from felles.access.open import who
from felles.record.breakage import LISTED, Broken
from felles.record.errors import Busy, Forbidden
from felles.record.health import facts
from felles.record.ids import SHARED_BUCKET
from felles.record.log import keys, proof
from felles.record.maintenance import AWAY, connect
from felles.record.migrate import Behind
from felles.record.numbers import TYPES
from felles.record.parts import Here, Part, parts

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.record.health import Facts
    from felles.record.log.proof import Proof
    from felles.record.store import Store

PAGE: Final = 50
"""Organisations of one page of their list."""
ADMINISTERS: Final = ("administrator", "local-administrator")

_CURRENT: Final = f"s.bucket = {SHARED_BUCKET} and s.form = 0 and s.state = 0 and not s.deleted"
_JOINED: Final = f"""{_CURRENT} and s.type = {TYPES["Organization"]} and s.body::json -> 'partOf' is null
   and s.body::json ->> 'active' is distinct from 'false'"""
_COUNT: Final = f"select count(*) as n from shared s where {_JOINED}"
_PAGE: Final = f"""
select s.id, s.self, s.body::json ->> 'name' as name, coalesce(s.body::json #>> '{{type,0,text}}',
                s.body::json #>> '{{type,0,coding,0,display}}') as sort,
       s.body::json #>> '{{identifier,0,value}}' as number,
       (select min(v.updated) from shared v where v.bucket = s.bucket and v.type = s.type and v.id = s.id) as made
  from shared s where {_JOINED} order by name, s.id limit $1 offset $2"""
_STAFFED: Final = """
select t.org, count(distinct t.source) as roles from staffing t
 where t.org = any($1::bigint[]) and t.since <= $2 and t.until > $2 group by t.org"""
_HEADS: Final = f"""
select distinct h.org, concat_ws(' ', array_to_string(array(select json_array_elements_text(
           p.body::json #> '{{name,0,given}}')), ' '), p.body::json #>> '{{name,0,family}}') as name
  from (select distinct t.org, t.source from staffing t
         where t.org = any($1::bigint[]) and t.role = any($3::text[]) and t.since <= $2 and t.until > $2) h
  join shared r on r.bucket = {SHARED_BUCKET} and r.type = {TYPES["PractitionerRole"]} and r.id = substr(h.source, 18)
       and r.form = 0 and r.state = 0 and not r.deleted
  join shared p on p.bucket = {SHARED_BUCKET} and p.type = {TYPES["Practitioner"]} and p.form = 0 and p.state = 0
       and not p.deleted and p.id = substr(r.body::json #>> '{{practitioner,reference}}', 14)
 order by h.org, name"""
_WAITING: Final = """
select (select count(*) from application where state = 0) as applications,
       (select count(*) from fault_report where state = 0) as untaken,
       (select count(*) from fault_report where state = 1) as taken,
       (select count(*) from handover where state = 6) as nobody_took"""
_SEAL: Final = """select tick, at, encode(hash, 'hex') as hash, key_id from tick
    where tick = coalesce($1::bigint, (select max(tick) from tick))"""


@dataclass(frozen=True, slots=True)
class Organisation:
    """One that takes part: `made` when it was set up, `roles` held there now, `heads` who administer it."""

    name: str
    sort: str
    number: str
    made: int
    roles: int
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for whoever runs the record.

    Applications, reports of faults that nobody took, that somebody did, and hand-overs that nobody took.
    """

    applications: int
    untaken: int
    taken: int
    nobody_took: int


@dataclass(frozen=True, slots=True)
class Head:
    """A seal of the log: with it a copy outside can be compared by eye. `at` microseconds, `hash` hexadecimal."""

    tick: int
    at: int
    hash: str
    key: str


@dataclass(frozen=True, slots=True)
class Overlook:
    """The parts of the running record, the facts they were judged by, what waits, and which parts of pages failed."""

    facts: Facts
    parts: list[Part]
    waiting: Waiting
    broken: list[Broken]


async def overlook(store: Store, actor: Actor) -> Overlook:
    """How everything is, now. Raises `Forbidden`, `Busy`."""
    _may_run(actor)
    try:
        async with store.pool.acquire() as conn:
            told = await facts(conn.raw)
            waiting = await conn.fetch(_WAITING)
            broken = await conn.fetch(LISTED)
    except (Behind, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise Busy("the database does not tell how it is") from error
    found = [Broken(*row.values()) for row in broken]
    return Overlook(told, parts(told, _here(store)), Waiting(*waiting[0].values()), found)


def _here(store: Store) -> Here:
    home = store.settings.home
    while not home.exists():
        home = home.parent
    disk = shutil.disk_usage(home)
    return Here(store.settings.demo, store.settings.seal_copy is not None, disk.free, disk.total)


async def organisations(store: Store, actor: Actor, page: int = 1) -> tuple[list[Organisation], int]:
    """A page (from 1) of the organisations that take part, by name, and how many. Raises `Forbidden`, `Busy`."""
    _may_run(actor)
    count = (await store.pool.fetch(_COUNT))[0]["n"]
    rows = await store.pool.fetch(_PAGE, PAGE, (page - 1) * PAGE)
    marks, now = [row["self"] for row in rows], store.clock.real()
    staffed = {row["org"]: row["roles"] for row in await store.pool.fetch(_STAFFED, marks, now)}
    heads: dict[int, list[str]] = {}
    for row in await store.pool.fetch(_HEADS, marks, now, list(ADMINISTERS)):
        heads.setdefault(row["org"], []).append(row["name"])
    found = [
        Organisation(row["name"] or row["id"], row["sort"] or "", row["number"] or "", row["made"],
                     staffed.get(row["self"], 0), tuple(heads.get(row["self"], ())))
        for row in rows
    ]  # fmt: skip
    return found, count


async def seal(store: Store, actor: Actor, number: int | None = None) -> Head | None:
    """The seal of that number, or the newest; None where there is none. Raises `Forbidden`, `Busy`."""
    _may_run(actor)
    rows = await store.pool.fetch(_SEAL, number)
    return Head(*rows[0].values()) if rows else None


async def proofs(store: Store, actor: Actor) -> list[Proof]:
    """The newest runs that proved the log. Raises `Forbidden`, `Busy`."""
    _may_run(actor)
    return await proof.listed(store.pool)


async def prove(store: Store, actor: Actor, *, whole: bool) -> asyncio.Task[None] | None:
    """Begin to prove the log, or samples of it, in this process; the task that does, None when one is under way.

    Whoever calls keeps the task. Raises `Forbidden`, `Busy`, `felles.record.log.keys.LogKeyError`.
    """
    _may_run(actor)
    public = await asyncio.to_thread(keys.known, store.settings.home / keys.PUBLIC)
    try:
        conn = await connect(store.pool.url)
        try:
            run = await proof.begin(conn, actor.reference, actor.name, whole=whole)
        finally:
            await conn.close(timeout=1)
    except AWAY as error:
        raise Busy("the database is away; nothing was begun") from error
    if run is None:
        return None
    await journal.note(store, who(actor, actor.purpose, None), "verify", "log")
    return asyncio.create_task(proof.carry_out(store.pool.url, run, public, whole=whole), name="proving the log")


def _may_run(actor: Actor) -> None:
    if not actor.may("approve"):
        raise Forbidden("only whoever runs the record sees how it runs")
