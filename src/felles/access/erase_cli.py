"""`felles erase`: demands for deletion that two people have approved are carried out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from felles import fhir, settings
from felles.access.command import operator, settle_mode
from felles.access.region import bring_up_to_date, open_store, start
from felles.record.changes import Change
from felles.record.codes import CASE_SYSTEM
from felles.record.erase import Erased, NotErasable, Waiting, again, answered, erase, tombs, unanswered, waiting
from felles.record.errors import Absent, Gone
from felles.record.maintenance import connect

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import asyncpg

    from felles.record.store import Store

ANSWER: Final = "Opplysningen er slettet."
"""What the case is answered with; the person reads it."""
_HOW: Final = {"read": "has read it", "opened": "has opened the record while it was there", "received": "was sent it"}


def erase_command(
    only: Annotated[str | None, typer.Argument(metavar="CASE", help="One case (a Task's id); default: all.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, and erase nothing.")] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="Print all that was ever erased, one JSON line each, to be kept outside.")
    ] = False,
    anew: Annotated[
        Path | None, typer.Option("--again", help="After a restore: erase again what such a list says.")
    ] = None,
) -> None:
    """Carry out the demands for deletion that two people have approved; lists who must be told. Can be stopped."""
    failed = asyncio.run(_run(only, anew, dry_run=dry_run, listed=listed))
    if failed:
        raise typer.Exit(1)


async def _run(only: str | None, anew: Path | None, *, dry_run: bool, listed: bool) -> bool:
    known = None if anew is None else read_list(anew)
    async with _opened() as (store, conn):
        if listed:
            for case in await tombs(conn):
                print(msgspec.json.encode(case).decode())
            return False
        if known is not None:
            return await carry_out_again(store, conn, known)
        return await carry_out(store, conn, only, dry_run=dry_run)


def read_list(path: Path) -> list[Waiting]:
    """What `--list` printed. Raises `msgspec.ValidationError`, `OSError`."""
    return [msgspec.json.decode(line, type=Waiting) for line in path.read_bytes().splitlines() if line.strip()]


async def carry_out_again(store: Store, conn: asyncpg.Connection, known: list[Waiting]) -> bool:
    """Erase what a database restored from an older dump holds again; False: what is not here is no failure."""
    for case in await again(conn, known):
        try:
            print(said(await erase(conn, case, store.clock.real()))[0])
        except NotErasable as error:  # the dump is older than the entry: nothing of it is here
            print(error)
    for matter in await unanswered(conn):
        await _answer(store, conn, matter)
    return False


async def carry_out(store: Store, conn: asyncpg.Connection, only: str | None = None, *, dry_run: bool = False) -> bool:
    """Carry out what waits, over `conn` of the owner's role; whether something could not be."""
    failed = False
    if not dry_run:
        for matter in await unanswered(conn):
            await _answer(store, conn, matter)
    cases = [case for case in await waiting(conn) if only in (None, case.matter)]
    if not cases:
        print("nothing waits to be erased" if only is None else f"{only} does not wait to be erased")
        return only is not None
    for case in cases:
        if dry_run:
            print(f"{case.entry} would be erased by Task/{case.matter}, approved by {', '.join(case.approved)}")
            continue
        try:
            done = await erase(conn, case, store.clock.real())
        except NotErasable as error:
            print(error)
            failed = True
            continue
        for line in said(done):
            print(line)
        await _answer(store, conn, case.matter)
    return failed


def said(done: Erased) -> list[str]:
    """What was erased and who must be told, as lines for a person."""
    lines = [f"{done.entry} is erased ({done.versions} versions), by Task/{done.matter}"]
    lines += [f"  tell {each['organization'] or each['reference']}: {_HOW[each['how']]}" for each in done.told]
    return lines if done.told else [*lines, "  nobody has read it: nobody is to be told"]


async def _answer(store: Store, conn: asyncpg.Connection, matter: str) -> None:
    """Close the case: its Task says that it is done."""
    grant = operator(store, "felles erase")
    try:
        row = await store.read(grant, "Task", matter)
    except (Absent, Gone):  # after a restore: the demand is younger than the dump
        await answered(conn, matter, store.clock.real())
        return
    task: dict[str, Any] = msgspec.json.decode(row.body)
    if task["status"] != "completed":
        coded = {"coding": [{"system": CASE_SYSTEM, "code": "answer"}]}
        task["status"] = "completed"
        task["output"] = [*task.get("output", []), {"type": coded, "valueString": ANSWER}]
        resource = fhir.decode(msgspec.json.encode(task))
        change = Change(op="update", type="Task", id=matter, resource=resource, expected=row.version)
        await store.commit(grant, [change], act="erase")
    await answered(conn, matter, store.clock.real())


@asynccontextmanager
async def _opened() -> AsyncGenerator[tuple[Store, asyncpg.Connection]]:
    """The store, and a connection of the owner's role."""
    known = settings.load()
    embedded, place = await asyncio.to_thread(start, known)
    try:
        await bring_up_to_date(place)
        store = await open_store(known, place.worker)
        conn = await connect(place.owner)
        try:
            await settle_mode(store)
            yield store, conn
        finally:
            await conn.close()
            await store.close()
    finally:
        if embedded is not None:
            await asyncio.to_thread(embedded.stop)
