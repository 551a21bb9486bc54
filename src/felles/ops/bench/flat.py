"""Whether opening a chart costs the same in a town and in a region: CPU of server and database, buffers touched."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import statistics
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import asyncpg

from felles.access.accounts import roles_held
from felles.access.region import opened
from felles.access.sessions import Sessions, cookie_name
from felles.ops.bench.connection import Target
from felles.ops.bench.cpu import STOOD, Meter
from felles.ops.bench.load import closed_loop
from felles.ops.bench.region import Region, served
from felles.ops.bench.report import cores, machine
from felles.ops.bench.town import ENTRIES, LIST, found, offices, write_part
from felles.record.embedded import Embedded
from felles.record.ids import mark_of
from felles.record.numbers import TYPES
from felles.settings import load

Tell = Callable[[str], None]

SESSIONS = 128
"""Sessions at work in each population: as many people open charts in the small one as in the large."""
DRAWN = 2_000
"""Charts drawn at random in each population, each opened once until all were; more than the server keeps overviews of.

As many in each, so that the populations differ in their size alone: a worker remembers where the charts it opened lie.
"""
CONNECTIONS = 16
SETTLE = 11.0
"""Seconds after which an idle PostgreSQL backend has told its statistics (PGSTAT_IDLE_INTERVAL is ten)."""
WITHIN = 1.2
_TRIES = 4
_WRITTEN = "select count(*) from felles.face"
_LISTED = f"""select e.id, r.party from felles.entry e
  join felles.relation r on r.bucket = e.bucket and r.person = e.person
 where e.type = {TYPES["Patient"]} and e.form = 0 and e.state = 0 and r.party = any($1::bigint[])"""
_BUFFERS = """select blks_hit + blks_read as touched, blks_read as outside
  from pg_stat_database where datname = current_database()"""
_HEAD = (
    "people",
    "entries",
    "openings",
    "worker µs",
    "database µs",
    "buffers touched",
    "of them read from outside",
    "p50",
    "p95",
)


@dataclass(slots=True)
class Cost:
    """What opening a chart cost in one population: medians of the runs; buffers over all runs."""

    people: int
    entries: int
    openings: int = 0
    failed: int = 0
    worker: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    buffers: float = 0.0
    outside: float = 0.0

    def cells(self) -> list[str]:
        """Its line of the table."""
        times = [f"{statistics.median(each):.1f} ms" for each in (self.p50, self.p95)]
        costs = [f"{statistics.median(each):.0f}" for each in (self.worker, self.database)]
        opened = f"{self.openings}" + (f" (**{self.failed} FAILED**)" if self.failed else "")
        return [
            str(self.people),
            str(self.entries),
            opened,
            *costs,
            f"{self.buffers:.1f}",
            f"{self.outside:.2f}",
            *times,
        ]


@dataclass(slots=True)
class FlatReport:
    """The cost in each population, the smallest first."""

    setting: dict[str, Any]
    costs: list[Cost]

    def ratios(self) -> dict[str, float]:
        """The largest population's cost by the smallest's: CPU of worker, of database, of both; buffers touched."""
        small, large = (
            {"worker": statistics.median(cost.worker), "database": statistics.median(cost.database)}
            for cost in (self.costs[0], self.costs[-1])
        )
        return {
            "worker": large["worker"] / small["worker"],
            "database": large["database"] / small["database"],
            "both": sum(large.values()) / sum(small.values()),
            "buffers": self.costs[-1].buffers / self.costs[0].buffers,
        }

    def flat(self) -> bool:
        """Whether CPU time and buffers are within 20 %, and every chart was opened."""
        ratios = self.ratios()
        return max(ratios["both"], ratios["buffers"]) <= WITHIN and not any(cost.failed for cost in self.costs)

    def table(self) -> str:
        """Both lines, their ratios, the answer."""
        lines = ["| " + " | ".join(_HEAD) + " |", "|" + "---|" * len(_HEAD)]
        lines += ["| " + " | ".join(cost.cells()) + " |" for cost in self.costs]
        told = ", ".join(f"{part} {ratio:.2f}" for part, ratio in self.ratios().items())
        return "\n".join(
            [*lines, "", f"Large by small: {told}. Flat within 20 %: {'yes' if self.flat() else '**NO**'}."]
        )

    def write(self, folder: Path) -> Path:
        """Write NAME-flat.md and NAME-flat.json under `folder`; the path of the table."""
        folder.mkdir(parents=True, exist_ok=True)
        name = datetime.now(UTC).strftime("%Y-%m-%d-%H%M-flat")
        raw = {"setting": self.setting, "costs": [asdict(cost) for cost in self.costs], "ratios": self.ratios()}
        (folder / f"{name}.json").write_text(json.dumps(raw, indent=1))
        told = "\n".join(f"- {key}: {value}" for key, value in self.setting.items())
        path = folder / f"{name}.md"
        path.write_text(f"# Cost of a chart opening by population\n\n{told}\n\n{self.table()}\n")
        return path


async def bench_flat(
    sizes: list[int], *, runs: int, seconds: int, home: Path, tell: Tell, drawn: int = DRAWN
) -> FlatReport:
    """Load each population that is not there yet, then open `drawn` charts of each again and again, taking turns.

    Raises `RuntimeError` with one line when a part does not start or a load was cut off.
    """
    setting = machine() | {
        "runs": f"{runs} of {seconds} s in each, taking turns",
        "charts": f"{drawn} drawn at random in each, opened in turn",
        "sessions": f"{SESSIONS} of GPs with at most {LIST} people each on their lists",
    }
    async with AsyncExitStack() as stack:
        ready: list[_Population] = []
        for people in sorted(sizes):
            place = (home / f"flat-{people}").absolute()
            on = await stack.enter_async_context(_town(place, people, tell))
            ready.append(await _Population.of(stack, on, people, drawn))
        # Counting reads the whole table: before the buffers are looked at, not among the openings.
        report = FlatReport(setting, [Cost(each.people, await each.on.entries()) for each in ready])
        for each in ready:
            await each.open_charts(2, None)
        await asyncio.sleep(SETTLE)
        before = [await each.touched() for each in ready]
        for _ in range(runs):
            for each, cost in zip(ready, report.costs, strict=True):
                for _ in range(_TRIES):
                    if await each.open_charts(seconds, cost):
                        break
                    tell("the machine stood still: that run is made again")
                else:
                    raise RuntimeError("the machine stands still again and again: nothing can be measured on it")
                tell(f"{each.people} people: worker {cost.worker[-1]:.0f} µs, database {cost.database[-1]:.0f} µs")
        await asyncio.sleep(SETTLE)
        for each, cost, (touched, outside) in zip(ready, report.costs, before, strict=True):
            now = await each.touched()
            cost.buffers, cost.outside = (now[0] - touched) / cost.openings, (now[1] - outside) / cost.openings
        return report


@dataclass(slots=True)
class _Population:
    """One population, served, with its requests ready."""

    people: int
    on: Region
    parts: dict[str, int]
    target: Target
    requests: cycle[bytes]

    @classmethod
    async def of(cls, stack: AsyncExitStack, on: Region, people: int, drawn: int) -> _Population:
        """Serve it, sign its GPs in, draw its charts."""
        address, server = await stack.enter_async_context(served(on))
        requests = await _drawn(on, address, people, drawn)
        parts = {"worker": server, "database": await on.postmaster()}
        return cls(people, on, parts, Target.of(address), cycle(requests))

    async def open_charts(self, seconds: int, cost: Cost | None) -> bool:
        """Open charts for so long, and add what each cost to `cost`. False: the machine stood still meanwhile.

        Then only buffers and failures count, which do not depend on time.
        """
        meter = Meter(self.parts)
        measured = closed_loop(self.target, self.requests, connections=CONNECTIONS, seconds=seconds)
        used = meter.used()
        if cost is None:
            return True
        cost.openings += measured.answers
        cost.failed += measured.failed
        if used.stood >= STOOD:
            return False
        for part, costs in (("worker", cost.worker), ("database", cost.database)):
            costs.append(used.parts[part] / measured.answers * 1e6)
        cost.p50.append(measured.percentile(0.5))
        cost.p95.append(measured.percentile(0.95))
        return True

    async def touched(self) -> tuple[int, int]:
        """Buffers touched so far, and those of them that were not in PostgreSQL's own memory."""
        row = await self.on.owner.fetchrow(_BUFFERS)
        return (row["touched"], row["outside"]) if row else (0, 0)


async def _drawn(on: Region, address: str, people: int, most: int) -> list[bytes]:
    """Requests for charts drawn at random, each opened by the GP on whose list the person stands."""
    everywhere = {mark_of(office.gp): office for office in offices(people)}
    rows = await on.owner.fetch(_LISTED, list(everywhere))
    charts = random.sample(rows, min(len(rows), most))
    cookies = await _sessions(on, people)
    turn = {mark: cycle(cookies[office.number]) for mark, office in everywhere.items()}
    targets = {value: Target.of(address, {"Cookie": value}) for values in cookies for value in values}
    return [targets[next(turn[row["party"]])].request("GET", f"/p/{row['id']}") for row in charts]


async def _sessions(on: Region, people: int) -> list[list[str]]:
    """Cookies of each office's GP, `SESSIONS` in all, or one for each office where there are more."""
    everywhere = offices(people)
    async with opened(load(home=on.home)) as store:
        sessions = Sessions(store)
        cookies: list[list[str]] = [[] for _ in everywhere]
        for number in range(max(SESSIONS, len(everywhere))):
            office = everywhere[number % len(everywhere)]
            held = await roles_held(store, office.gp)
            value = await sessions.start(office.account, held[0])
            cookies[office.number].append(f"{cookie_name(secure=False)}={value}")
        return cookies


@asynccontextmanager
async def _town(home: Path, people: int, tell: Tell) -> AsyncGenerator[Region]:
    """The population under `home`, its database running; loaded when it is not there."""
    made = _marker(home)
    with Embedded(home) as embedded:
        if not made.exists():
            began, meter = time.perf_counter(), Meter({"writers": os.getpid()})
            await asyncio.to_thread(found, home, people)
            owner = await asyncpg.connect(embedded.url("owner"))
            await _fill(home, people, owner, tell)
            await owner.execute("vacuum analyze")
            await owner.close()
            await asyncio.to_thread(embedded.execute, "checkpoint")
            entries, seconds = people * ENTRIES, time.perf_counter() - began
            each = meter.used().parts["writers"] / entries * 1e6
            tell(
                f"{people} people, {entries} entries in {seconds:.0f} s: {entries / seconds:.0f}/s, {each:.0f} µs each"
            )
            made.write_text(str(people))
        owner = await asyncpg.connect(embedded.url("owner"))
        try:
            on = Region(home, embedded, owner)
            await on.warm()
            yield on
        finally:
            await owner.close()


def _marker(home: Path) -> Path:
    """The file that says that a population is there. Raises `RuntimeError` when half of one is."""
    made = home / "loaded"
    if not made.exists() and (home / "postgres.json").exists():
        raise RuntimeError(f"a load of {home} was cut off: remove the folder and begin again")
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    return made


async def _fill(home: Path, people: int, owner: asyncpg.Connection, tell: Tell) -> None:
    """Write the population in as many processes as there are cores, telling how far it is."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(cores(), mp_context=multiprocessing.get_context("spawn")) as pool:
        parts = [loop.run_in_executor(pool, write_part, home, people, part, cores()) for part in range(cores())]
        whole = asyncio.gather(*parts)
        while not whole.done():
            await asyncio.wait([whole], timeout=15)
            tell(f"{await owner.fetchval(_WRITTEN)} of {people} people written")
        await whole
