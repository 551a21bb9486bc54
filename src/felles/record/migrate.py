"""Migrations: forward only, resumable, checked for drift.

Files `migrations/NNNN_name.sql` are applied in the order of their numbers, under an advisory lock, each in a
transaction of its own together with the row that says so. A file whose first line is `-- no-transaction`
(`create index concurrently` and the like) runs statement by statement; how far it came is kept, so a run that
was cut off goes on. Its statements must bear being run twice: the last one may have happened unrecorded.

Drift is refused with one line: an applied file that was changed, a file with a number that was passed, or a
live schema that is not the one the last migration left. For that, the catalogue is read into lines of text
(`schema_lines`), which are the same on PostgreSQL 17 and 18.

The role that owns the schema migrates. Workers get what `grant_worker` gives their role and no more: from
the log they can neither change nor remove a line, and versions of entries they cannot remove.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parent / "migrations"
SCHEMA = "felles"
_LOCK = 0x66656C6C6573  # "felles": one migration at a time in a database
_AGAIN = 0.2
"""Seconds until somebody else's migration is asked after again."""
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_STEPWISE = "-- no-transaction"
_CHANGED_ENTRY_COLUMNS = "state, end_era, end_xid, kind, indexer, code, many, low, high, marks, terms, refs"


class MigrationError(RuntimeError):
    """The database cannot be brought, or is not, where the program needs it; the message is one clear line."""


class Drift(MigrationError):
    """What is there is not what the migrations made."""


class Behind(MigrationError):
    """Migrations wait to be applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `number` from its name, `sha256` of its bytes, hex."""

    number: int
    name: str
    sql: str
    sha256: str

    @property
    def stepwise(self) -> bool:
        """Whether it runs statement by statement, outside a transaction."""
        return self.sql.startswith(_STEPWISE)


@dataclass(frozen=True, slots=True)
class _Applied:
    number: int
    name: str
    sha256: str
    steps: int
    done: bool
    schema: str | None


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """The files of a folder in order. Raises `MigrationError` for a name that is not `NNNN_name.sql`."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is None or (found and found[-1].number == int(match[1])):
            raise MigrationError(f"{path.name} is not a migration's name of its own (0001_what_it_does.sql)")
        raw = path.read_bytes()
        found.append(Migration(int(match[1]), path.stem, raw.decode(), hashlib.sha256(raw).hexdigest()))
    return found


async def migrate(
    conn: asyncpg.Connection, worker: str | None = "felles_worker", *, folder: Path = FOLDER
) -> list[str]:
    """Bring the database to the newest migration; the names of those applied now.

    `conn` is the owner's, and is left with the record's search path. `worker` names the role of the workers,
    which must exist; None grants nothing. Another run is waited for. Raises `Drift`, `MigrationError`.
    """
    await _alone(conn)
    try:
        await _prepare(conn)
        files = migrations(folder)
        applied = await _applied(conn)
        await _refuse_drift(conn, files, applied)
        known = {a.number: a for a in applied if a.done}
        ran: list[str] = []
        for each in files:
            if each.number not in known:
                await _apply(conn, each, next((a for a in applied if a.number == each.number), None))
                ran.append(each.name)
        if worker is not None:
            await grant_worker(conn, worker)
        return ran
    finally:
        if not conn.is_closed():
            await conn.execute("select pg_advisory_unlock($1)", _LOCK)


async def _alone(conn: asyncpg.Connection) -> None:
    """Take the lock of migrations.

    Asked again and again: another run's `create index concurrently` would wait for a statement that waits for it.
    """
    while not await conn.fetchval("select pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110 - another process's
        await asyncio.sleep(_AGAIN)


async def check(conn: asyncpg.Connection, *, folder: Path = FOLDER) -> int:
    """The number of the newest migration, all being applied and the schema being as they left it.

    For any role of ours, with any search path. Raises `Behind` when migrations wait, `Drift`.
    """
    if await conn.fetchval("select to_regclass($1)", f"{SCHEMA}.migration") is None:
        raise Behind("the database has no record yet: run the migrations as its owner")
    files = migrations(folder)
    applied = await _applied(conn)
    await _refuse_drift(conn, files, applied)
    done = {a.number for a in applied if a.done}
    if waiting := [each.name for each in files if each.number not in done]:
        raise Behind(f"migrations wait to be applied: {', '.join(waiting)}")
    return max(done, default=0)


async def _prepare(conn: asyncpg.Connection) -> None:
    await conn.execute(f"create schema if not exists {SCHEMA}")
    await conn.execute(f"set search_path to {SCHEMA}, public")
    await conn.execute(
        """create table if not exists migration (
               number  integer primary key,
               name    text not null,
               sha256  text not null,
               steps   integer not null,       -- statements done, of one that runs statement by statement
               done    boolean not null,
               schema  text,                   -- the schema it left, as lines
               applied timestamptz not null default clock_timestamp()
           )"""
    )


async def _applied(conn: asyncpg.Connection) -> list[_Applied]:
    rows = await conn.fetch(f"select number, name, sha256, steps, done, schema from {SCHEMA}.migration order by number")
    return [_Applied(*row.values()) for row in rows]


async def _refuse_drift(conn: asyncpg.Connection, files: Sequence[Migration], applied: Sequence[_Applied]) -> None:
    by_number = {each.number: each for each in files}
    for was in applied:
        now = by_number.get(was.number)
        if now is None:
            raise Drift(f"migration {was.name} is applied here and not known to this program: it is older")
        if now.sha256 != was.sha256:
            raise Drift(f"migration {now.name} was changed after it was applied here")
    newest = max((a.number for a in applied), default=0)
    passed = [e.name for e in files if e.number < newest and all(e.number != a.number for a in applied)]
    if passed:
        raise Drift(f"migration {passed[0]} has a lower number than one that is applied here")
    if applied and applied[-1].done:
        _compare((applied[-1].schema or "").splitlines(), await schema_lines(conn))


def _compare(expected: Sequence[str], live: Sequence[str]) -> None:
    missing, extra = sorted(set(expected) - set(live)), sorted(set(live) - set(expected))
    if missing or extra:
        said = f"lacks: {missing[0]}" if missing else f"also has: {extra[0]}"
        more = len(missing) + len(extra) - 1
        raise Drift(f"the database's schema is not what the migrations made; it {said} ({more} more differ)")


async def _apply(conn: asyncpg.Connection, each: Migration, begun: _Applied | None) -> None:
    try:
        if each.stepwise:
            await _apply_stepwise(conn, each, begun.steps if begun else 0)
        else:
            async with conn.transaction():
                await conn.execute(each.sql)
                await _note(conn, each, 0, done=True)
    except asyncpg.PostgresError as error:
        raise MigrationError(f"migration {each.name} failed and is not applied: {error}") from error


async def _apply_stepwise(conn: asyncpg.Connection, each: Migration, done: int) -> None:
    steps = statements(each.sql)
    for position, statement in enumerate(steps, start=1):
        if position > done:
            await conn.execute(statement)
            await _note(conn, each, position, done=position == len(steps))


async def _note(conn: asyncpg.Connection, each: Migration, steps: int, *, done: bool) -> None:
    await conn.execute(
        """insert into migration (number, name, sha256, steps, done, schema) values ($1, $2, $3, $4, $5, $6)
           on conflict (number) do update set steps = excluded.steps, done = excluded.done,
              schema = excluded.schema, applied = clock_timestamp()""",
        each.number,
        each.name,
        each.sha256,
        steps,
        done,
        "\n".join(await schema_lines(conn)) if done else None,
    )


_TOKEN = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|\$(\w*)\$.*?\$\1\$|;|[^;'\"$/-]+|.", re.DOTALL)


def statements(sql: str) -> list[str]:
    """The statements of a file, parted at semicolons outside strings, quotes, dollar quotes and comments."""
    found, current = [], ""
    for token in _TOKEN.finditer(sql):
        text = token[0]
        if text == ";":
            found.append(current.strip())
            current = ""
        elif not text.startswith(("--", "/*")):
            current += text
    return [statement for statement in (*found, current.strip()) if statement]


# Not null is read from the columns: PostgreSQL 18 lists it among the constraints too, 17 does not.
_SCHEMA = f"""
with here as (select oid from pg_namespace where nspname = '{SCHEMA}'),
     mine as (select c.* from pg_class c join here on c.relnamespace = here.oid where c.relname not like 'migration%')
select format('table %s %s%s', relname, relkind, coalesce(' with ' || reloptions::text, '')) as line
  from mine where relkind in ('r', 'p', 'v', 'm', 'S')
union all
select format('column %s.%s %s%s%s%s storage %s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
              case when a.attnotnull then ' not null' else '' end,
              coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''),
              case when a.attidentity <> '' then ' identity ' || a.attidentity::text else '' end, a.attstorage,
              case when a.attcollation > 0 then ' collate ' || l.collname else '' end)
  from mine c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  left join pg_collation l on l.oid = a.attcollation
 where c.relkind in ('r', 'p', 'v', 'm')
union all
select format('constraint %s %s', c.relname, pg_get_constraintdef(k.oid))
  from mine c join pg_constraint k on k.conrelid = c.oid and k.contype <> 'n'
union all
select format('index %s%s', pg_get_indexdef(i.indexrelid), case when i.indisvalid then '' else ' invalid' end)
  from mine c join pg_index i on i.indrelid = c.oid
union all
select format('trigger %s', pg_get_triggerdef(t.oid)) from mine c join pg_trigger t on t.tgrelid = c.oid
 where not t.tgisinternal
union all
select format('rule %s', pg_get_ruledef(r.oid)) from mine c join pg_rewrite r on r.ev_class = c.oid
union all
select format('function %s %s', p.oid::regprocedure, md5(pg_get_functiondef(p.oid)))
  from pg_proc p join here on p.pronamespace = here.oid
"""


async def schema_lines(conn: asyncpg.Connection) -> list[str]:
    """The schema as sorted lines of text: tables, columns, constraints, indexes, triggers, functions."""
    async with conn.transaction():
        # Names are written without their schema, whatever path the caller has.
        await conn.execute(f"set local search_path to {SCHEMA}, public")
        return sorted(row["line"] for row in await conn.fetch(_SCHEMA))


async def fingerprint(conn: asyncpg.Connection) -> str:
    """SHA-256 (hex) of the schema's lines: equal schemas, equal fingerprints."""
    return hashlib.sha256("\n".join(await schema_lines(conn)).encode()).hexdigest()


# Table → what workers may do. Leaves, ticks and versions are append-only for them; of a version they may
# change what says that it ended and how it is indexed, never what it says.
_GRANTS: dict[str, str] = {
    "entry": f"select, insert, update ({_CHANGED_ENTRY_COLUMNS})",
    "shared": f"select, insert, update ({_CHANGED_ENTRY_COLUMNS})",
    "leaf": "select, insert",
    "tick": "select, insert",
    "era": "select, insert",
    "person": "select, insert, update",
    "directory": "select, insert, update",
    "joining": "select, insert, update",
    "migration": "select",
    "erased": "select",
    "type_name": "select",
}
_FULL = "select, insert, update, delete"


async def grant_worker(conn: asyncpg.Connection, role: str) -> None:
    """Give `role` what workers need on every table here, and take away what it had beyond that.

    Raises `MigrationError` when there is no such role.
    """
    if not await conn.fetchval("select exists (select from pg_roles where rolname = $1)", role):
        raise MigrationError(f"the workers' database role {role} does not exist: create it first")
    name = '"' + role.replace('"', '""') + '"'
    tables = await conn.fetch(
        "select tablename from pg_tables where schemaname = $1 and tableowner = current_user", SCHEMA
    )
    lines = [f"grant usage on schema {SCHEMA} to {name}"]
    for (table,) in tables:
        lines.append(f'revoke all on {SCHEMA}."{table}" from {name}')
        lines.append(f'grant {_GRANTS.get(table, _FULL)} on {SCHEMA}."{table}" to {name}')
    lines.append(f"grant usage, select on all sequences in schema {SCHEMA} to {name}")
    async with conn.transaction():
        await conn.execute(";\n".join(lines))
