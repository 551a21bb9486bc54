"""`felles doctor`: how everything is, in words, with what to do about what is not well."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import typer
from rich.console import Console
from rich.markup import escape

from felles.ops.health import parts
from felles.ops.serving import address_of
from felles.record.embedded import EmbeddedError
from felles.record.health import facts
from felles.record.maintenance import opened
from felles.record.parts import LITTLE_ROOM
from felles.settings import Settings, load, unknown

REMEDIES = {
    "schema": "start `felles serve` with the owner's URL: it migrates; a schema changed by hand must be set back",
    "transactions": "look in pg_stat_activity for what holds it open",
    "cases": "give somebody the role `administrator` for the organisation that runs the record: they go to her",
    "workers": "look in the operations log for why a worker ends; `felles serve` starts it again",
    "cleaning": "look in the operations log of the workers; start `felles serve` again",
    "proof": "run `felles log verify`, with --copy where seals are copied outside",
    "log": "is `felles serve` running? it seals the log each second",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what was found, and what to do if it is not."""

    name: str
    ok: bool
    said: str
    remedy: str = ""


def settings_findings(environment: dict[str, str]) -> list[Finding]:
    """Variables with our prefix that mean nothing."""
    named = unknown(environment)
    said = f"{', '.join(named)} mean nothing to us" if named else "every FELLES_ variable is known"
    return [Finding("settings", not named, said, "see docs/settings.md for the names")]


def disk_finding(name: str, folder: Path) -> Finding:
    """The room left on the disk that holds `folder`."""
    while not folder.exists():
        folder = folder.parent
    disk = shutil.disk_usage(folder)
    share = disk.free / disk.total
    said = f"{disk.free // 2**30} GiB free of {disk.total // 2**30}, for {name}"
    return Finding("disk", share > LITTLE_ROOM, said, "make room: PostgreSQL stops writing when the disk is full")


def database_findings(told: dict[str, dict[str, Any]]) -> list[Finding]:
    """The parts of `/health` as findings."""
    return [Finding(name, p["ok"], p["said"], REMEDIES.get(name, "")) for name, p in told.items()]


async def _database(settings: Settings) -> list[Finding]:
    try:
        async with opened(settings) as conn:
            return database_findings(parts(await facts(conn)))
    except (EmbeddedError, asyncpg.PostgresError, OSError, RuntimeError) as error:
        said = " ".join(str(error).split())
        return [Finding("database", False, said, "start it: `felles serve`, or the server FELLES_DATABASE_URL names")]


async def _server(settings: Settings) -> Finding:
    address = address_of(settings.home) or f"http://{settings.host}:{settings.port}"
    try:
        async with httpx.AsyncClient(timeout=3) as client:
            answer = await client.get(f"{address}/health")
    except httpx.HTTPError:
        return Finding("server", True, f"nothing serves at {address}")
    return Finding("server", answer.status_code == 200, f"answers {answer.status_code} at {address}/health")


def doctor() -> None:
    """Tell how everything is. Ends with 1 when something is not well."""
    settings = load()
    found = settings_findings(dict(os.environ))
    found.append(disk_finding(str(settings.home), settings.home))
    found += asyncio.run(_database(settings))
    found.append(asyncio.run(_server(settings)))
    console = Console()
    for each in found:
        mark = "[green]well[/]  " if each.ok else "[red]not well[/]"
        console.print(f"{mark} {each.name}: {escape(each.said)}", highlight=False)
        if not each.ok and each.remedy:
            console.print(f"         {escape(each.remedy)}", highlight=False)
    if not all(each.ok for each in found):
        raise typer.Exit(1)
