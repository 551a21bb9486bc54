"""`felles import PATH…`"""

from __future__ import annotations

import gc
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from felles.access.command import settle_mode
from felles.access.open import maintenance
from felles.access.region import opened
from felles.exchange.bulk.defaults import chosen
from felles.exchange.bulk.importer import Importer, Orders, Tally
from felles.exchange.bulk.inputs import Unreadable, find
from felles.exchange.bulk.rejects import Rejects
from felles.settings import Settings, load

_DAY = 86_400_000_000
_HELP_PATHS = "Files or folders: FHIR JSON bundles, single resources or NDJSON, plain or gzipped."


def import_(
    paths: Annotated[list[Path], typer.Argument(help=_HELP_PATHS)],
    organization: Annotated[
        str | None, typer.Option(help="On whose behalf: Organization/id or organisation number.")
    ] = None,
    gp: Annotated[str | None, typer.Option(help="Whose list the imported join: Practitioner/id or HPR number.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Where the inputs come from, when they do not say (any fixed text).")
    ] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where to write what was not taken (NDJSON).")] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a file whole when anything in it is invalid.")
    ] = False,
) -> None:
    """Take FHIR files into the record. Run again, it changes nothing; killed, it goes on where it was."""
    try:
        failed = uvloop.run(_import(load(), paths, organization, gp, source, rejects, strict=strict))
    except Unreadable as error:
        raise typer.BadParameter(str(error)) from None
    if failed:
        raise typer.Exit(1)


async def _import(
    settings: Settings,
    paths: list[Path],
    organization: str | None,
    gp: str | None,
    source: str | None,
    rejects_path: Path | None,
    *,
    strict: bool,
) -> bool:
    # What is decoded lives for a few commits and has no cycles: to look for them after each 700 objects takes a tenth,
    # and to go through the types each time, which are here to stay, a tenth again.
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    files = find(paths)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    place = rejects_path or settings.home / f"rejects-{stamp}.ndjson"
    tally = Tally(size=sum(f.stat().st_size for f in files))
    async with opened(settings) as store:
        await settle_mode(store)
        org, doctor = await chosen(store, organization, gp)
        until = store.clock.real() + 30 * _DAY
        grant = maintenance("felles import", until=until, organization=org.reference, organization_name=org.name)
        since = datetime.fromtimestamp(store.clock.clinical() / 1_000_000, UTC).date().isoformat()
        orders = Orders(organization=org.reference, gp=doctor, source=source, strict=strict, since=since)
        began = time.perf_counter()
        with Rejects(place) as rejects, _progress() as progress:
            task = progress.add_task("reading", total=tally.size, entries=0, rate=0)

            def told() -> None:
                rate = tally.entries / max(0.001, time.perf_counter() - began)
                progress.update(task, completed=tally.done, entries=tally.entries, rate=round(rate))

            await Importer(store, grant, orders, rejects, tally, told).run(files)
        _report(tally, rejects, time.perf_counter() - began)
    return rejects.count > 0


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[entries]} entries, {task.fields[rate]}/s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _report(tally: Tally, rejects: Rejects, seconds: float) -> None:
    console = Console(stderr=True)
    written: Any = sum(tally.counts[k] for k in ("created", "updated"))
    console.print(
        f"{written} written, {tally.counts['unchanged']} unchanged, {tally.counts['older']} older, in {seconds:.1f} s"
    )
    for type_name, count in sorted(tally.types.items()):
        console.print(f"  {type_name}: {count}")
    if rejects.count:
        console.print(
            f"{tally.counts['rejected']} rejected, {tally.counts['files refused']} files refused: {rejects.path}"
        )
