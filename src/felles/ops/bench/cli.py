"""`felles bench`: throughput and latency, of our own server or of any other."""

from __future__ import annotations

import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvloop
from rich.console import Console

from felles.ops.bench.chart_pages import RUNS, bench_pages
from felles.ops.bench.connection import Target
from felles.ops.bench.cpu import Meter
from felles.ops.bench.decision import bench_decision
from felles.ops.bench.figures import FIGURES, STAFF, SYSTEM, Figure
from felles.ops.bench.flat import DRAWN, bench_flat
from felles.ops.bench.live import Orders as LiveOrders
from felles.ops.bench.live import bench_live
from felles.ops.bench.load import closed_loop
from felles.ops.bench.local import Orders, bench_ourselves
from felles.ops.bench.region import Shape
from felles.ops.bench.report import Report, Run, machine, told
from felles.ops.bench.requests import ready
from felles.ops.bench.sample import sample

T = TypeVar("T")
_console = Console(stderr=True)
_ORDERS = ("person", "time")


app = typer.Typer(invoke_without_command=True, help="Measure throughput and latency.")


@app.command("flat")
def flat(
    people: Annotated[list[int] | None, typer.Option(min=1000, help="Sizes to compare. [2000, 200000]")] = None,
    seconds: Annotated[int, typer.Option(min=1, help="Seconds of one run.")] = 8,
    drawn: Annotated[int, typer.Option(min=1, help="Charts drawn at random in each population.")] = DRAWN,
    runs: Annotated[int, typer.Option(min=1, help="Runs in each population; medians count.")] = 5,
    home: Annotated[Path, typer.Option(help="Where the populations are kept (20 GB), and used again.")] = Path(
        ".cache/bench-flat"
    ),
    out: Annotated[Path | None, typer.Option(help="Write the table and the raw figures under this folder.")] = None,
) -> None:
    """Show that opening a chart costs the same however many people there are.

    Loads each population of 22 entries a person that is not under --home yet, serves them side by side, and opens
    charts drawn at random as GPs with 1 500 people on their lists. Exits with 1 when the CPU time of server and
    database, or the buffers touched, differ by more than 20 %.
    """
    sizes = people or [2_000, 200_000]
    report = _run(bench_flat(sizes, runs=runs, seconds=seconds, home=home, tell=_tell, drawn=drawn))
    typer.echo(report.table())
    if out is not None:
        _tell(f"written to {report.write(out)}")
    if not report.flat():
        raise typer.Exit(1)


@app.command("decision")
def decision(
    people: Annotated[int, typer.Option(min=20, help="Lives to load, 300 entries each.")] = 1500,
    seconds: Annotated[int, typer.Option(min=1, help="Seconds of one run.")] = 8,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each way; medians count.")] = 5,
    home: Annotated[Path | None, typer.Option(help="Keep the measured region here, and use it again.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table and the raw figures under this folder.")] = None,
) -> None:
    """Show what the decision and the durable log line cost a read.

    One region is served twice: by us, and by a server of this benchmark's own whose statement neither decides nor logs.
    Both get the same reads by turns, as the GP. Exits with 1 when they cost more than 0.1 ms of CPU a read or 5 ms at
    p95, when a request failed, or when a read of ours has no line.
    """
    report = _run(bench_decision(people, runs=runs, seconds=seconds, home=home, tell=_tell))
    typer.echo(report.table())
    if out is not None:
        _tell(f"written to {report.write(out)}")
    if not report.holds():
        raise typer.Exit(1)


@app.command("pages")
def pages(
    people: Annotated[int, typer.Option(min=20, help="How many people the region has, where it must be made.")] = 2000,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each step.")] = RUNS,
    only: Annotated[str, typer.Option(help="Only the steps with this in their name.")] = "",
    home: Annotated[Path, typer.Option(help="Where the region is, or is made.")] = Path(".cache/bench-pages"),
    out: Annotated[Path | None, typer.Option(help="Write the table and every run under this folder.")] = None,
) -> None:
    """Measure the pages in Chromium over a made-up region, with a chart of twenty years in it (a developer's tool).

    Exits with 1 when a step's p95 is over its budget.
    """
    report = _run(bench_pages(home, people, runs=runs, only=only, tell=_tell))
    typer.echo(report.table())
    if out is not None:
        _tell(f"written to {report.write(out)}")
    if not report.kept():
        raise typer.Exit(1)


@app.command("live")
def live(
    pages: Annotated[int, typer.Option(min=1, help="Pages of staff held open.")] = 200,
    writers: Annotated[int, typer.Option(min=1, help="Charts that are open, each with one who writes in it.")] = 100,
    seconds: Annotated[int, typer.Option(min=5, help="Seconds of each of the four phases.")] = 30,
    people: Annotated[int, typer.Option(min=20, help="Lives to load, 300 entries each.")] = 400,
    big: Annotated[int, typer.Option(min=0, help="Lives of 5 000 entries to load.")] = 20,
    home: Annotated[Path, typer.Option(help="Where the region is kept, and used again.")] = Path(".cache/bench-live"),
    out: Annotated[Path | None, typer.Option(help="Write the table and the raw figures under this folder.")] = None,
) -> None:
    """Show what pages that are held open live cost, and how soon they hear of what others write.

    Exits with 1 when a page never heard of a change, or was cut off, or p95 is above two beats.
    """
    orders = LiveOrders(pages, writers, seconds, Shape(people, big, "person"), home, _tell)
    report = _run(bench_live(orders))
    typer.echo(report.table())
    if out is not None:
        _tell(f"written to {report.write(out)}")
    if not report.holds():
        raise typer.Exit(1)


@app.callback()
def bench(  # noqa: PLR0913, PLR0917 - a command's options
    context: typer.Context,
    base: Annotated[str | None, typer.Option(help="A FHIR base URL to measure instead of ourselves.")] = None,
    token: Annotated[str | None, typer.Option(help="Access token for --base.")] = None,
    pid: Annotated[int | None, typer.Option(help="The process behind --base, for its CPU for each request.")] = None,
    figure: Annotated[list[str] | None, typer.Option(help="Only these figures (several times).")] = None,
    as_: Annotated[
        list[str] | None, typer.Option("--as", help="staff, system or client (several times; both first unless told).")
    ] = None,
    order: Annotated[
        list[str] | None, typer.Option(help="How lives were written: person, or time (persons mixed); several times.")
    ] = None,
    seconds: Annotated[int, typer.Option(min=1, help="Seconds of one run.")] = 8,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each figure; the median counts.")] = 5,
    people: Annotated[int, typer.Option(min=20, help="Lives to load, 300 entries each.")] = 1500,
    big: Annotated[
        int, typer.Option(min=0, help="Lives of 5 000 entries to load; with fewer than 10, no chart overview.")
    ] = 20,
    home: Annotated[Path | None, typer.Option(help="Keep the measured regions here, and use them again.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the table and the raw figures under this folder.")] = None,
) -> None:
    """Measure the figures of the design, each beside what PostgreSQL alone does with the same rows.

    Without --base a region of its own is set up (lives of 300 entries, their GP, blocks), served, and measured
    as staff and as a system client. With --base the server must hold such lives already. Exits with 1 when a figure
    that was measured is not reached, or any request failed.
    """
    if context.invoked_subcommand is not None:
        return
    chosen = _chosen(figure)
    if base is not None:
        reports = [_run(_bench(base.rstrip("/"), token, chosen, seconds, runs, pid))]
    else:
        reports = []
        for written in _orders(order):
            orders = Orders(
                figures=chosen,
                asked_by=tuple(as_ or (STAFF, SYSTEM)),
                shape=Shape(people, big, written),
                runs=runs,
                seconds=seconds,
                home=None if home is None else home / written,
                tell=_tell,
            )
            reports.append(_run(bench_ourselves(orders)))
    for report in reports:
        typer.echo(f"{report.title}\n\n{report.table(FIGURES)}\n")
        if out is not None:
            _tell(f"written to {report.write(out, FIGURES)}")
    if any(report.missed(FIGURES) for report in reports):
        raise typer.Exit(1)


def _run(measuring: Coroutine[Any, Any, T]) -> T:
    """Run it so that SIGTERM, like Ctrl+C, ends the database and servers it started and removes what was temporary."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return uvloop.run(measuring)


def _chosen(names: list[str] | None) -> tuple[Figure, ...]:
    known = {figure.name for figure in FIGURES}
    if wrong := set(names or ()) - known:
        raise typer.BadParameter(f"no figure {', '.join(sorted(wrong))}: there are {', '.join(sorted(known))}")
    return tuple(f for f in FIGURES if not names or f.name in names)


def _orders(names: list[str] | None) -> tuple[str, ...]:
    if wrong := set(names or ()) - set(_ORDERS):
        raise typer.BadParameter(f"no order {', '.join(sorted(wrong))}: there are person and time")
    return tuple(names or ("person",))


def _tell(line: str) -> None:
    _console.print(line, highlight=False, soft_wrap=True)


async def _bench(
    base: str, token: str | None, figures: tuple[Figure, ...], seconds: int, runs: int, pid: int | None
) -> Report:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    found = await sample(base, headers)
    target = Target.of(base, headers)
    report = Report("Felles bench of a FHIR server", machine() | {"runs": f"{runs} of {seconds} s"})
    for each in figures:
        if each.page or SYSTEM not in each.asked_by:
            continue
        for _ in range(runs):
            limit = report.rate("client", each.limit or "") if each.of_figure else None
            requests = ready(each.name, target, found, seconds)
            meter = Meter({} if pid is None else {"server": pid})
            measured = closed_loop(target, requests, connections=each.connections, seconds=seconds)
            run = Run.of(each, measured, limit, meter.used())
            report.add("client", each, run)
            _tell(told("client", each, run))
    return report
