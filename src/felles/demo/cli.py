"""`felles demo`: fill an empty database with the synthetic region, and say who can sign in."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from felles import settings
from felles.access import command, personas
from felles.access.region import start
from felles.demo import ndjson as lines
from felles.demo import region
from felles.demo.fill import Filled, NotEmpty, fill, keep, state_of, today
from felles.demo.pace import Pace, database_bytes
from felles.demo.people import CAST
from felles.demo.region import Region
from felles.demo.reset import reset as begin_anew
from felles.record.clock import MICROSECONDS
from felles.record.store import Store

_DAY = 86_400 * MICROSECONDS
Tell = Callable[[int, int], object]


def demo(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing when there is a record already.")] = False,
    people: Annotated[int, typer.Option(min=CAST, max=1_000_000, help="How many citizens.")] = region.PEOPLE,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = region.SEED,
    years: Annotated[int, typer.Option(min=0, max=15, help="How many years back (0: as usual for the size).")] = 0,
    ndjson: Annotated[Path | None, typer.Option(help="Write NDJSON files into this folder instead.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Remove all that is here, and begin anew today.")] = False,
    go_on: Annotated[
        bool, typer.Option("--go-on", help="Turn the clinical clock back to the day the region was made for.")
    ] = False,
) -> None:
    """Fill an empty database with a synthetic region, and show its personas.

    The same seed and day give the same people. Run again, it goes on where it was cut off, and leaves a region that
    is whole as it is; on a later day it offers to go on from the day the region was made for, or to begin anew.
    """
    console = Console()
    if ndjson is not None:
        _write(console, Region(seed, date.today(), people, years or None), ndjson)  # noqa: DTZ011 - the day, as the calendar on the wall has it
        return
    if reset:
        _reset()
    filled, cards = _fill(console, people, seed, years or None, if_empty=if_empty, go_on=go_on)
    if filled is None:
        console.print("There is a record here already; nothing was written.")
        return
    if not filled.lives:
        console.print("All is here.")
    console.print(_table(cards))
    if _is_old(filled) and not go_on:
        _offer(console, filled, people, seed, years)


def _fill(
    console: Console, people: int, seed: int, years: int | None, *, if_empty: bool, go_on: bool
) -> tuple[Filled | None, list[personas.Persona]]:
    # What is made lives for a batch and has no cycles: to look for them after each 700 objects takes a seventh.
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)

    async def work(store: Store) -> tuple[Filled | None, list[personas.Persona]]:
        pace = Pace()
        with _progress(console) as bar:
            task = bar.add_task("Citizens", total=people)

            def tell(done: int, of: int, entries: int) -> None:
                bar.update(task, completed=done, total=of)
                if not console.is_terminal and (line := pace.line(done, of, entries)):
                    console.print(line, highlight=False, soft_wrap=True)

            try:
                filled = await fill(store, seed=seed, count=people, years=years, tell=tell)
            except NotEmpty:
                if not if_empty:
                    raise
                return None, []
        if filled.lives:
            console.print(
                pace.whole(filled.lives, filled.entries, await database_bytes(store)), highlight=False, soft_wrap=True
            )
        if go_on:
            await _turn_back(store)
        store.settings = replace(store.settings, demo=True)
        return filled, await personas.all_of(store)

    return command.run(work)


async def _turn_back(store: Store) -> None:
    """Let the clinical clock of this region be as many days behind as it is old; a server takes it up at its start."""
    state = await state_of(store)
    if state is not None:
        store.clock.offset = 0
        state.offset = (date.fromisoformat(state.day) - today(store)).days * _DAY
        await keep(store, state)


def _is_old(filled: Filled) -> bool:
    return date.fromisoformat(filled.day) < date.today()  # noqa: DTZ011 - the day, as the calendar on the wall has it


def _offer(console: Console, filled: Filled, people: int, seed: int, years: int) -> None:
    """A region of an earlier day: go on from that day, or begin anew; where nobody can answer, say how."""
    console.print(f"This region was made for {filled.day}.")
    if not sys.stdin.isatty():
        console.print(
            "felles demo --go-on goes on from that day, felles demo --reset begins anew; start the server after it."
        )
        return
    chosen = typer.prompt("Go on from that day (g), begin anew (n), or leave it (l)?", default="l")
    if chosen == "g":
        _fill(console, people, seed, years or None, if_empty=True, go_on=True)
    elif chosen == "n":
        _reset()
        _fill(console, people, seed, years or None, if_empty=False, go_on=False)


def _reset() -> None:
    embedded, place = start(settings.load())
    try:
        asyncio.run(begin_anew(place))
    finally:
        if embedded is not None:
            embedded.stop()


def _write(console: Console, made: Region, folder: Path) -> None:
    with _progress(console) as bar:
        task = bar.add_task("Citizens", total=made.count)
        counts = lines.write(made, folder, lambda done, of: bar.update(task, completed=done, total=of))
    console.print(f"{counts.total()} resources of {counts['Patient']} citizens in {folder}")


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True)


def _table(cards: list[personas.Persona]) -> Table:
    table = Table("felles token --as", "Name", "Role", "Try this", box=None, pad_edge=False)
    for card in cards:
        table.add_row(card.id, card.name, card.title["nb"], card.attempt["nb"])
    return table
