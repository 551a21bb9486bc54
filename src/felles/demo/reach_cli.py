"""`felles reach`: how many of the region's people each persona can open without stating a need, and by what."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from felles.access import command, journal, personas
from felles.access.derive import Durations
from felles.access.whom import Reach, whom
from felles.record.opens import how_many

if TYPE_CHECKING:
    from felles.record.opens import Opened
    from felles.record.store import Store

MOST: Final = 0.01
"""The part of a region's people that one member of staff may open without stating a need (issue: the region)."""
_HEAD: Final = ("persona", "role", "people", "share", "by", "nameless", "stated a need")


def reach(
    persona: Annotated[list[str] | None, typer.Argument(help="Only these personas. [all who work]")] = None,
    most: Annotated[float, typer.Option(min=0, max=1, help="The largest share that one may open.")] = MOST,
    each: Annotated[
        Path | None, typer.Option(help="Write a line for each person and persona: the basis and the entry it rests on.")
    ] = None,
) -> None:
    """Ask the decision about every person in the region, as each persona who works, and hold it against the record.

    Exits with 1 when somebody opens more than --most of them without stating a need, or anybody without an entry of
    that person's that relates the two. Of the made-up region alone; the run stands in the log.
    """

    async def work(store: Store) -> tuple[int, list[Reach]]:
        return await _all(store, persona or [], each)

    people, found = command.run(work)
    typer.echo(table(people, found))
    if wrong := [line for r in found if (line := fault(r, people, most))]:
        typer.echo("\n" + "\n".join(wrong))
        raise typer.Exit(1)
    typer.echo(f"\nNobody opens more than {most:.1%} of {people} people, and each of them by an entry of hers.")


async def _all(store: Store, wanted: list[str], each: Path | None) -> tuple[int, list[Reach]]:
    operator = command.operator(store, "felles reach")
    await journal.note(store, operator.who, "reach", "relations of the personas")
    days = Durations(message=store.settings.message_days)
    accounts = await personas.at_work(store, wanted)
    with ExitStack() as stack:
        out = None if each is None else stack.enter_context(each.open("wb"))
        found: list[Reach] = []
        for account in accounts:

            def write(opened: Opened, who: str = account.id) -> None:
                if out is not None:
                    said = {"persona": who, "bucket": opened.bucket, "person": opened.person}
                    said |= {"basis": opened.basis, "source": opened.source}
                    out.write(msgspec.json.encode(said) + b"\n")

            found.append(await whom(store, operator, account, days=days, each=write))
        return await how_many(store.pool), found


def fault(reach: Reach, people: int, most: float) -> str:
    """What is wrong with somebody's reach, as a line; "" when nothing is."""
    if reach.nameless:
        first = reach.nameless[0]
        return f"{reach.account.id} opens {len(reach.nameless)} without an entry that says why, {first.source!r} first"
    if reach.share(people) > most:
        return f"{reach.account.id} opens {reach.people} of {people}: {reach.share(people):.2%}, more than {most:.1%}"
    return ""


def table(people: int, found: list[Reach]) -> str:
    """A line for each, as a table of Markdown."""
    lines = ["| " + " | ".join(_HEAD) + " |", "|" + "---|" * len(_HEAD)]
    for each in found:
        by = ", ".join(f"{basis} {count}" for basis, count in each.bases.most_common()) or "nothing"
        cells = (
            each.account.id,
            each.role,
            each.people,
            f"{each.share(people):.3%}",
            by,
            len(each.nameless),
            each.stated,
        )
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)
