"""`felles log`: proving the access log whole."""

from __future__ import annotations

import asyncio
import getpass
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from felles import settings as settings_module
from felles.record.log import keys, proof
from felles.record.log.tick import COPY
from felles.record.log.verify import Broken, Report, read_copies, verify
from felles.record.maintenance import opened
from felles.record.migrate import check
from felles.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The access log.")


@app.callback()
def log() -> None:
    """Prove the access log whole."""


@app.command("verify")
def verify_command(
    copy: Annotated[
        Path | None, typer.Option(help="Also compare with the copy of the seals kept outside (file or folder).")
    ] = None,
    known: Annotated[
        Path | None, typer.Option("--keys", help="The list of public keys; default: log.keys in FELLES_HOME.")
    ] = None,
) -> None:
    """Recompute every seal of the log and find every line in exactly one; names the first that is broken."""
    settings = settings_module.load()
    copies = None if copy is None else read_copies(copy / COPY if copy.is_dir() else copy)
    report = asyncio.run(_noted(settings, keys.known(known or settings.home / keys.PUBLIC), copies))
    for line in said(report):
        print(line)


async def _noted(
    settings: Settings, known: Mapping[str, Ed25519PublicKey], copies: Mapping[int, bytes] | None
) -> Report:
    """Verify, and note in the database what was found: the operator's page tells when the log was last proved."""
    async with opened(settings) as conn:
        await check(conn)
        began = time.monotonic()
        found: Report | Broken
        try:
            found = await _verify(conn, known, copies)
        except Broken as error:
            found = error
        who = ("Device/log-verify", f"felles log verify, {getpass.getuser()}")
        await proof.note(conn, *who, found, seconds=time.monotonic() - began)
    if isinstance(found, Broken):
        raise found
    return found


async def _verify(
    conn: asyncpg.Connection, known: Mapping[str, Ed25519PublicKey], copies: Mapping[int, bytes] | None
) -> Report:
    columns = (TextColumn("verifying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("lines", total=None)
        return await verify(
            conn,
            known,
            copies=copies,
            progress=lambda read, about: bar.update(task, completed=read, total=max(read, about)),
        )


def said(report: Report) -> list[str]:
    """The report as lines for a person."""
    lines = [
        f"whole: {report.ticks} ticks seal {report.sealed} lines, each exactly once",
        f"{report.sealed + report.unsealed} lines in {report.seconds:.1f} s ({report.rate:.0f}/s)",
    ]
    if report.erased:
        lines.append(f"{report.erased} lines lawfully erased; their proof stands")
    if report.copied:
        lines.append(f"{report.copied} ticks equal their copies kept outside")
    if report.oldest_unsealed is not None:
        oldest = datetime.fromtimestamp(report.oldest_unsealed / 1_000_000, UTC).isoformat(timespec="seconds")
        lines.append(f"{report.unsealed} lines not yet sealed, the oldest of {oldest}")
    return lines
