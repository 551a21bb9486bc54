"""`felles demo`: fill an empty database with the synthetic region, and say who can sign in."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from felles.access import command, personas
from felles.demo import region
from felles.demo.fill import Filled, NotEmpty, fill
from felles.record.store import Store


def demo(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing when there is a record already.")] = False,
    people: Annotated[int, typer.Option(min=4, max=5000, help="How many citizens.")] = region.PEOPLE,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = region.SEED,
) -> None:
    """Fill an empty database with a small synthetic region, and show its personas.

    The same seed and day give the same people. Run again, it goes on where it was cut off, and leaves a region that
    is whole as it is.
    """
    console = Console()

    async def work(store: Store) -> tuple[Filled | None, list[personas.Persona]]:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
            task = bar.add_task("Citizens", total=people)
            try:
                filled = await fill(
                    store,
                    seed=seed,
                    count=people,
                    tell=lambda done, of: bar.update(task, completed=done, total=of),
                )
            except NotEmpty:
                if not if_empty:
                    raise
                return None, []
        store.settings = replace(store.settings, demo=True)
        return filled, await personas.all_of(store)

    filled, cards = command.run(work)
    if filled is None:
        console.print("There is a record here already; nothing was written.")
        return
    console.print(f"{filled.entries} entries of {filled.lives} citizens written." if filled.lives else "All is here.")
    console.print(_table(cards))


def _table(cards: list[personas.Persona]) -> Table:
    table = Table("felles token --as", "Name", "Role", "Try this", box=None, pad_edge=False)
    for card in cards:
        table.add_row(card.id, card.name, card.title["nb"], card.attempt["nb"])
    return table
