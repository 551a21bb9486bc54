"""`felles bench`: throughput and latency, of our own server or of any other."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from felles.ops.bench.figures import FIGURES, Figure, sample, sources
from felles.ops.bench.load import Target, closed_loop
from felles.ops.bench.local import bench_ourselves
from felles.ops.bench.report import Report, Run, machine

_console = Console(stderr=True)


def bench(
    base: Annotated[str | None, typer.Option(help="A FHIR base URL to measure instead of ourselves.")] = None,
    token: Annotated[str | None, typer.Option(help="Access token for --base.")] = None,
    figure: Annotated[list[str] | None, typer.Option(help="Only these figures (several times).")] = None,
    seconds: Annotated[int, typer.Option(help="Seconds of one run.")] = 8,
    runs: Annotated[int, typer.Option(help="Runs of each figure; the median counts.")] = 5,
    people: Annotated[int, typer.Option(help="Lives to load, 300 entries each.")] = 1500,
    home: Annotated[Path | None, typer.Option(help="Keep the measured region here, and use it again.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table and the raw figures under this folder.")] = None,
) -> None:
    """Measure the figures of the design, each beside what PostgreSQL alone does with the same rows.

    Without --base a region of its own is set up (lives of 300 entries, their GP, blocks), served, and measured
    as staff and as a system client. With --base the server must hold such lives already.
    """
    chosen = tuple(f for f in FIGURES if not figure or f.name in figure)
    if base is None:
        report = uvloop.run(bench_ourselves(chosen, people=people, runs=runs, seconds=seconds, home=home, tell=_tell))
    else:
        report = uvloop.run(_bench(base.rstrip("/"), token, chosen, seconds, runs))
    typer.echo(report.table(FIGURES))
    if out is not None:
        _tell(f"written to {report.write(out, FIGURES)}")


def _tell(line: str) -> None:
    _console.print(line, highlight=False)


async def _bench(base: str, token: str | None, figures: tuple[Figure, ...], seconds: int, runs: int) -> Report:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    found = await sample(base, headers)
    make = sources(Target.of(base, headers), found)
    report = Report("Felles bench of a FHIR server", machine())
    for each in figures:
        for _ in range(runs):
            measured = await closed_loop(
                Target.of(base), make[each.name](), connections=each.connections, seconds=seconds
            )
            report.add("client", each, Run.of(each, measured, None))
            _tell(f"{each.title}: {measured.rate * each.counts:.0f}{each.unit}")
            await asyncio.sleep(0.2)
    return report
