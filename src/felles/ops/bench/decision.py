"""What decision and durable log line cost a read: with them and without, by turns, in one run, on the same rows.

With them answers `felles serve`; without them a server of the benchmark's own (`bare.py`). The difference is all that
the decision joins and the log writes, sealing included.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from felles.ops.bench import lives
from felles.ops.bench.blocks import weighed
from felles.ops.bench.connection import Target
from felles.ops.bench.cpu import STOOD, Meter
from felles.ops.bench.load import at_rate, closed_loop
from felles.ops.bench.region import Region, Shape, region, served, started
from felles.ops.bench.report import machine
from felles.ops.bench.sample import Sample, sample

Tell = Callable[[str], None]

CPU_MOST = 100.0
"""Microseconds of CPU a read may cost more with decision and log line (docs/plan.md, the figures)."""
P95_MOST = 5.0
"""Milliseconds its p95 may be longer."""
CONNECTIONS = 32
PER_SECOND = 1000
"""The steady rate at which latency is measured a second time: far from the most either server can do."""
READS = 8_000
ALIKE = 50
"""Reads that are compared byte for byte before anything is measured."""
SETTLE = 2.0
"""Seconds between two runs: the seal of the last second of one is no work of the next."""
_TRIES = 4
_LINES = "select coalesce(max(number), 0) from felles.leaf"
LOADS = ("closed loop", "steady")
WAYS = ("with", "without")


@dataclass(slots=True)
class Way:
    """The runs of one way under one load: microseconds of CPU for each read by part, milliseconds of p50 and p95."""

    worker: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    failed: int = 0
    reads: int = 0
    lines: int = 0

    @property
    def cpu(self) -> list[float]:
        """Of server and database together, run by run."""
        return [a + b for a, b in zip(self.worker, self.database, strict=True)]


@dataclass(slots=True)
class DecisionReport:
    """Both ways under each load. `ways[load][way]`."""

    setting: dict[str, Any]
    ways: dict[str, dict[str, Way]] = field(
        default_factory=lambda: {load: {way: Way() for way in WAYS} for load in LOADS}
    )

    def more(self, load: str, part: str) -> float:
        """The median over the pairs of runs of what `part` ("cpu", "p95") is larger with than without."""
        with_, without = (getattr(self.ways[load][way], part) for way in WAYS)
        return statistics.median(a - b for a, b in zip(with_, without, strict=True))

    def holds(self) -> bool:
        """Whether CPU and p95 are within what they may cost, nothing failed, and each read left its line."""
        by_way = [way for ways in self.ways.values() for way in ways.values()]
        lines = all(
            ways["with"].lines >= ways["with"].reads and not ways["without"].lines for ways in self.ways.values()
        )
        cpu, p95 = self.more(LOADS[0], "cpu"), max(self.more(load, "p95") for load in LOADS)
        return cpu <= CPU_MOST and p95 <= P95_MOST and lines and not any(way.failed for way in by_way)

    def table(self) -> str:
        """A line for each way under each load, the differences, the answer."""
        head = (
            "load",
            "decision and log line",
            "reads/s",
            "worker µs",
            "database µs",
            "together",
            "p50",
            "p95",
            "lines",
        )
        lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        for load in LOADS:
            for way, run in self.ways[load].items():
                costs = [f"{statistics.median(each):.0f}" for each in (run.worker, run.database, run.cpu)]
                times = [f"{statistics.median(each):.2f} ms" for each in (run.p50, run.p95)]
                rate = f"{statistics.median(run.rate):.0f}" + (f" (**{run.failed} FAILED**)" if run.failed else "")
                lines.append("| " + " | ".join([load, way, rate, *costs, *times, f"{run.lines} of {run.reads}"]) + " |")
        told = [
            f"{load}: {self.more(load, 'cpu'):.0f} µs of CPU a read, {self.more(load, 'p95'):.2f} ms at p95"
            for load in LOADS
        ]
        allowed = f"At most {CPU_MOST:.0f} µs (closed loop) and {P95_MOST:.0f} ms (both)"
        return "\n".join(
            [*lines, "", f"They cost: {'; '.join(told)}. {allowed}: {'yes' if self.holds() else '**NO**'}."]
        )

    def write(self, folder: Path) -> Path:
        """Write NAME-decision.md and NAME-decision.json under `folder`; the path of the table."""
        folder.mkdir(parents=True, exist_ok=True)
        name = datetime.now(UTC).strftime("%Y-%m-%d-%H%M-decision")
        (folder / f"{name}.json").write_text(json.dumps(asdict(self), indent=1))
        told = "\n".join(f"- {key}: {value}" for key, value in self.setting.items())
        path = folder / f"{name}.md"
        path.write_text(f"# What decision and log line cost a read\n\n{told}\n\n{self.table()}\n")
        return path


async def bench_decision(people: int, *, runs: int, seconds: int, home: Path | None, tell: Tell) -> DecisionReport:
    """Load, serve both ways, read by turns. Raises `RuntimeError` with one line when a part does not do its own."""
    place = (home or Path(tempfile.mkdtemp(prefix="felles-bench-"))).absolute()
    report = DecisionReport(
        machine() | {"people": f"{people} of {lives.PER_PERSON} entries", "runs": f"{runs} of {seconds} s each way"}
    )
    try:
        async with region(place, Shape(people, 0, "person")) as on, AsyncExitStack() as stack:
            await on.warm()
            report.setting |= {"entries": await on.entries(), "patients on the GP's list": await on.listed()}
            ours, worker = await stack.enter_async_context(served(on))
            bare, other = await stack.enter_async_context(_bare_served(on))
            tokens = await on.tokens()
            report.setting["blocks"] = await weighed(on.owner, f"{ours}/fhir", tokens)
            found = await sample(f"{ours}/fhir", {"Authorization": f"Bearer {tokens['system']}"})
            both = await _sides(on, {"with": (ours, worker), "without": (bare, other)}, tokens["staff"], found)
            for _ in range(runs):
                for load in LOADS:
                    for side in both:
                        await side.measure(load, seconds, report.ways[load][side.way], tell)
    finally:
        if home is None:
            shutil.rmtree(place, ignore_errors=True)
    return report


@dataclass(slots=True)
class _Side:
    """One of the two servers, with its requests ready."""

    way: str
    on: Region
    parts: dict[str, int]
    target: Target
    requests: cycle[bytes]

    async def measure(self, load: str, seconds: int, into: Way, tell: Tell) -> None:
        """One run, made again while the machine stood still in it. Raises `RuntimeError` when it always does."""
        for _ in range(_TRIES):
            await asyncio.sleep(SETTLE)
            before = await self._lines()
            meter = Meter(self.parts)
            if load == LOADS[0]:
                measured = closed_loop(self.target, self.requests, connections=CONNECTIONS, seconds=seconds)
            else:
                measured = at_rate(self.target, self.requests, per_second=PER_SECOND, seconds=seconds)
            used = meter.used()
            into.failed += measured.failed
            into.reads += measured.answers
            into.lines += await self._lines() - before
            if used.stood < STOOD:
                break
            tell("the machine stood still: that run is made again")
        else:
            raise RuntimeError("the machine stands still again and again: nothing can be measured on it")
        each = 1e6 / max(1, measured.answers)
        into.worker.append(used.parts["worker"] * each)
        into.database.append(used.parts["database"] * each)
        into.p50.append(measured.percentile(0.5))
        into.p95.append(measured.percentile(0.95))
        into.rate.append(measured.rate)
        tell(f"{load}, {self.way}: {into.cpu[-1]:.0f} µs of CPU a read, p95 {into.p95[-1]:.2f} ms")

    async def _lines(self) -> int:
        return int(await self.on.owner.fetchval(_LINES) or 0)


async def _sides(on: Region, servers: dict[str, tuple[str, int]], token: str, found: Sample) -> list[_Side]:
    """Both servers, asked the same. Raises `RuntimeError` when they do not answer the same."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        for reference in random.sample(found.references, min(ALIKE, len(found.references))):
            answers = [await client.get(f"{address}/fhir/{reference}") for address, _ in servers.values()]
            if len({(answer.status_code, answer.content, answer.headers["etag"]) for answer in answers}) != 1:
                raise RuntimeError(f"the two servers do not answer alike: {[a.status_code for a in answers]}")
    paths = [f"/{random.choice(found.references)}" for _ in range(READS)]
    database = await on.postmaster()
    sides: list[_Side] = []
    for way, (address, pid) in servers.items():
        target = Target.of(f"{address}/fhir", headers)
        requests = cycle([target.request("GET", path) for path in paths])
        sides.append(_Side(way, on, {"worker": pid, "database": database}, target, requests))
    return sides


@asynccontextmanager
async def _bare_served(on: Region) -> AsyncGenerator[tuple[str, int]]:
    """Serve a region without decision and log line: the address, and the server's process."""
    async with started(on, sys.executable, "-m", "felles.ops.bench.bare") as found:
        yield found
