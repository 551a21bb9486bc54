"""`felles reindex`: the search index brought up to date while the server serves."""

from __future__ import annotations

import asyncio

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from felles import settings as settings_module
from felles.record.era import open_era
from felles.record.maintenance import opened
from felles.record.migrate import check
from felles.record.reindex import Outcome, waiting
from felles.record.reindex import reindex as run
from felles.settings import Settings


def reindex() -> None:
    """Bring entries that an older version indexed up to date; can be stopped and goes on where it was."""
    outcome = asyncio.run(_reindex(settings_module.load()))
    print(f"{outcome.done} entries brought up to date")
    for reference in outcome.unreadable:
        print(f"cannot be read as FHIR any more, found as before: {reference}")
    if outcome.unreadable:
        raise typer.Exit(1)


async def _reindex(settings: Settings) -> Outcome:
    async with opened(settings) as conn:
        await check(conn)
        era, total = await open_era(conn), await waiting(conn)
        columns = (TextColumn("reindexing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("entries", total=total)
            return await run(conn, era, progress=lambda done: bar.update(task, completed=done))
