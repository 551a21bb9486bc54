"""The region that is measured: the demo's staff, lives by `felles import`, blocks; made once under a folder."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from felles.demo.people import CAST
from felles.demo.places import STAFF
from felles.ops.bench import lives
from felles.ops.bench.blocks import set_blocks
from felles.ops.bench.cpu import parent_of
from felles.ops.bench.figures import STAFF as ASKED_BY_STAFF
from felles.ops.bench.figures import SYSTEM
from felles.ops.bench.files import by_person, by_time
from felles.record.embedded import DATABASE, ROLES, Embedded
from felles.record.ids import mark_of

GP = "ingrid"
PERSONA = "fastlege"
START_SECONDS = 60
_WARMED = """select sum(bench.pg_prewarm(c.oid)) from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where (n.nspname = 'felles' and c.relkind in ('r', 'i'))
    or c.oid in (select reltoastrelid from pg_class t where t.relnamespace = 'felles'::regnamespace)"""
_LISTED = "select count(distinct (bucket, person)) from felles.relation where party = $1"
_ROWS = "select count(*) from felles.entry where state = 0 and form = 0"


@dataclass(frozen=True, slots=True)
class Shape:
    """What is loaded: `people` lives of `lives.PER_PERSON` entries, `big` ones of `lives.BIG`, written in `order`."""

    people: int
    big: int
    order: str

    def lives(self) -> Iterator[list[dict[str, Any]]]:
        """Each life once."""
        yield from lives.people(self.people)
        for number in range(self.big):
            yield lives.person(number, lives.BIG_SEED, lives.BIG)


@dataclass(frozen=True, slots=True)
class Region:
    """A loaded region, its database running. `felles` runs our own commands on it."""

    home: Path
    embedded: Embedded
    owner: asyncpg.Connection

    @property
    def environment(self) -> dict[str, str]:
        """What our own commands find this region by."""
        return os.environ | {"FELLES_HOME": str(self.home), "FELLES_DEMO": "true", "FELLES_LOG_LEVEL": "warning"}

    async def felles(self, *arguments: str) -> str:
        """What a command of ours told. Raises `RuntimeError` with its last words when it failed."""
        process = await asyncio.create_subprocess_exec(
            _program(), *arguments, env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            out, err = await process.communicate()
        finally:
            if process.returncode is None:  # we are being stopped, and nothing of ours stays behind
                process.terminate()
                await process.wait()
        if process.returncode:
            raise RuntimeError(f"felles {arguments[0]} failed: {err.decode()[-500:]}")
        return (out + err).decode()

    async def warm(self) -> None:
        """Read the whole record into PostgreSQL's buffers, so that whoever comes first does not do it for the others.

        What does not fit (`shared_buffers`) stays out, as it would in use.
        """
        conn = await asyncpg.connect(self.embedded.url("superuser", DATABASE))
        try:
            await conn.execute(f"create schema if not exists bench authorization {ROLES['owner']}")
            await conn.execute("create extension if not exists pg_prewarm schema bench")
            await conn.execute(_WARMED)
        finally:
            await conn.close()

    async def checkpoint(self) -> None:
        """Have everything written so far on disk, so that whoever writes next does not pay for it."""
        await asyncio.to_thread(self.embedded.execute, "checkpoint")

    async def listed(self) -> int:
        """How many people stand on the list of the GP who is measured."""
        return await self._number(_LISTED, mark_of(STAFF[GP].practitioner))

    async def entries(self) -> int:
        """Current entries with a person."""
        return await self._number(_ROWS)

    async def postmaster(self) -> int:
        """The process whose children are PostgreSQL's."""
        return parent_of(await self._number("select pg_backend_pid()"))

    async def token(self, *arguments: str) -> str:
        """An access token made by `felles token` with these arguments. Raises `RuntimeError`."""
        return (await self.felles("token", "--expires", "8h", *arguments)).split()[0]

    async def tokens(self) -> dict[str, str]:
        """Those of the measured GP (`staff`) and of a system client that sees everything (`system`)."""
        return {ASKED_BY_STAFF: await self.token("--as", PERSONA), SYSTEM: await self.token("--scope", "system/*.*")}

    async def _number(self, sql: str, *arguments: Any) -> int:
        return int(await self.owner.fetchval(sql, *arguments) or 0)


def _program() -> str:
    return str(Path(sys.executable).parent / "felles")


@asynccontextmanager
async def region(home: Path, shape: Shape) -> AsyncGenerator[Region]:
    """The region under `home`, loaded if it is not. Raises `RuntimeError` when another one is there."""
    made = _marker(home, wanted := json.dumps(asdict(shape)))
    with Embedded(home) as embedded:
        owner = await asyncpg.connect(embedded.url("owner"))
        try:
            found = Region(home, embedded, owner)
            if not made.exists():
                await _load(found, shape)
                made.write_text(wanted)
            yield found
        finally:
            await owner.close()


def _marker(home: Path, wanted: str) -> Path:
    """The file that says what was loaded under `home`. Raises `RuntimeError` when it says something else."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    made = home / "loaded"
    if made.exists() and made.read_text() != wanted:
        raise RuntimeError(f"{home} holds another region ({made.read_text()}): name another folder, or remove it")
    return made


async def _load(empty: Region, shape: Shape) -> None:
    await empty.felles("demo", "--if-empty", "--people", str(CAST))  # for its staff: the lives are our own
    folder = empty.home / "lives"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (by_time if shape.order == "time" else by_person)(folder, shape.lives())
    await empty.felles("import", str(folder))
    shutil.rmtree(folder)
    await set_blocks(empty.owner)
    await empty.owner.execute("vacuum analyze")
    await empty.checkpoint()


def written_of(told: str) -> tuple[int, float]:
    """Entries written and seconds taken, from what `felles import` tells. Raises `RuntimeError` when it tells none."""
    match = re.search(r"(\d+) written.* in ([0-9.]+) s", " ".join(told.split()))
    if match is None:
        raise RuntimeError(f"felles import told no rate: {told[-300:]}")
    return int(match[1]), float(match[2])


@asynccontextmanager
async def served(on: Region) -> AsyncGenerator[tuple[str, int]]:
    """Serve a region for as long as the block runs: the address, and the server's process.

    Raises `RuntimeError` when it does not get ready.
    """
    async with started(on, _program(), "serve") as found:
        yield found


@asynccontextmanager
async def started(on: Region, *command: str) -> AsyncGenerator[tuple[str, int]]:
    """Run a server's `command` on a region for as long as the block runs. Raises as `served`."""
    port = _free_port()
    server = await asyncio.create_subprocess_exec(
        *command, env=on.environment | {"FELLES_PORT": str(port)}, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        await _ready(address, server)
        yield address, server.pid
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _ready(address: str, server: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient(timeout=2) as client:
        for _ in range(START_SECONDS * 10):
            await asyncio.sleep(0.1)
            if server.returncode is not None:
                raise RuntimeError(f"the server ended with {server.returncode} before it was ready")
            try:
                if (await client.get(f"{address}/health")).status_code == 200:
                    return
            except httpx.HTTPError:
                continue
    raise RuntimeError(f"the server did not get ready within {START_SECONDS} s")
