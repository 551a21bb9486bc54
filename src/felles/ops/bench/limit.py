"""What PostgreSQL alone does with the same rows: the limit each figure is held against.

pgbench of the same build, prepared statements, as many connections as the figure has, in the same run and on
the same database. Nothing is decided, logged, validated or sent over HTTP here.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from felles.fhir.search.marks import code_mark
from felles.ops.bench.lives import CODES, COMMON, SEED, SYSTEM
from felles.record.migrate import SCHEMA
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    import asyncpg

    from felles.record.embedded import Embedded

_PREPARE = f"""
create schema if not exists bench;
drop table if exists bench.target, bench.entry, bench.one;
create table bench.target
    (n integer primary key, bucket smallint, person bigint, type smallint, id text collate "C");
-- Of the lives the figures are drawn from: neither the few long ones nor what runs have written.
insert into bench.target
select row_number() over (), bucket, person, type, id from (
    select e.bucket, e.person, e.type, e.id from {SCHEMA}.entry p
      join {SCHEMA}.entry e on e.bucket = p.bucket and e.person = p.person and e.state = 0 and e.form = 0
     where p.type = {TYPES["Patient"]} and p.state = 0 and p.form = 0 and strpos(p.body, '"{SYSTEM}"') > 0
       and strpos(p.body, '"{SEED}-') > 0
     order by md5(e.id) limit 100000) x;
-- Filled: what an insert costs hangs on how large the indexes are, and ours goes where all the rows lie.
create table bench.entry (like {SCHEMA}.entry including all);
insert into bench.entry select * from {SCHEMA}.entry;
-- The one row that `create` inserts again and again, under new ids.
create table bench.one as
select * from {SCHEMA}.entry where type = {TYPES["Observation"]} and state = 0 and form = 0 limit 1;
analyze bench.target, bench.entry;
"""
_COLUMNS = """person, type, form, version, state, deleted, kind, org, author, behalf, self, code, many, low, high,
    updated, commit, era, xid, end_era, end_xid, indexer, marks, terms, refs, body"""


WRITING = frozenset({"pg-create", "pg-rows"})
"""Limits whose scripts insert."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure's limit: its pgbench script, connections, and how many rows a transaction counts for."""

    script: str
    connections: int = 32
    rows: int = 1


def _limits(targets: int, entries: int) -> dict[str, Limit]:
    one = f"\\set n random(1, {targets})\n"
    observation = TYPES["Observation"]
    codes = ", ".join(str(code_mark("code", code[0])) for code in CODES[:COMMON])
    copied = f"insert into bench.entry (bucket, id, {_COLUMNS})"
    read = """select e.body from bench.target t join entry e on e.bucket = t.bucket and e.type = t.type
        and e.id = t.id and e.form = 0 where t.n = :n and e.state = 0;"""
    search = f"""select e.body from bench.target t join entry e on e.bucket = t.bucket and e.person = t.person
        and e.type = {observation} and e.code = (array[{codes}])[:c] and e.state < 2
        where t.n = :n order by e.low desc limit 20;"""
    whole = """select e.body from bench.target t join entry e on e.bucket = t.bucket and e.person = t.person
        and e.state < 2 where t.n = :n;"""
    create = f"{copied} select :n % 4096, md5(random()::text || :n), {_qualified()} from bench.one e;"
    copy = f"""{copied} select t.bucket, md5(random()::text || e.id), {_qualified()} from bench.target t
        join entry e on e.bucket = t.bucket and e.person = t.person and e.state < 2 where t.n = :n;"""
    return {
        "pg-read": Limit(one + _joined(read)),
        "pg-create": Limit("\\set n random(1, 1000000000)\n" + _joined(create)),
        "pg-search": Limit(one + f"\\set c random(1, {COMMON})\n" + _joined(search)),
        "pg-everything": Limit(one + _joined(whole)),
        "pg-rows": Limit(one + _joined(copy), connections=4, rows=entries),
    }


def _qualified() -> str:
    return ", ".join(f"e.{name.strip()}" for name in _COLUMNS.split(","))


def _joined(sql: str) -> str:
    """Pgbench ends a statement at the semicolon; newlines inside it are fine only without comments."""
    return " ".join(sql.split()) + "\n"


class Limits:
    """Measures limits on one database. `owner` makes tables of its own beside the record."""

    def __init__(self, embedded: Embedded, database: str, entries: int) -> None:
        self._embedded = embedded
        self._database = database
        self._entries = entries
        self._limits: dict[str, Limit] = {}

    async def prepare(self, owner: asyncpg.Connection) -> None:
        """Make what pgbench reads and writes from the rows that are there now, in a schema beside the record's."""
        await owner.execute(_PREPARE)
        targets = await owner.fetchval("select count(*) from bench.target") or 1
        self._limits = _limits(targets, self._entries)

    async def clear(self, owner: asyncpg.Connection) -> None:
        """Drop what the scripts wrote: gigabytes after some runs."""
        await owner.execute("drop table if exists bench.entry")

    async def measure(self, name: str, seconds: int) -> float:
        """Transactions (of pg-rows: rows) per second of PostgreSQL alone. Raises `RuntimeError` if pgbench fails."""
        limit = self._limits[name]
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "limit.sql"
            script.write_text(limit.script)
            clients = str(limit.connections)
            command = ["-n", "-M", "prepared", "-c", clients, "-j", "2", "-T", str(seconds), "-f", str(script)]
            url = self._embedded.url("owner", self._database) + f"&options=-csearch_path%3D{SCHEMA}"
            process = await asyncio.create_subprocess_exec(
                str(self._embedded.binary("pgbench")),
                *command,
                url,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"pgbench failed: {err.decode()[-400:]}")
        return tps_of(out.decode()) * limit.rows


def tps_of(told: str) -> float:
    """Transactions per second as pgbench tells them. Raises `RuntimeError` when it tells none, or some failed."""
    match = re.search(r"^tps = ([0-9.]+)", told, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: ([0-9]+)", told, re.MULTILINE)
    if match is None or (failed is not None and int(failed[1])):
        raise RuntimeError(f"pgbench measured nothing to hold against: {told[-400:]}")
    return float(match[1])
