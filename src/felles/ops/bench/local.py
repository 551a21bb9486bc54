"""Measuring ourselves: a region of known size, its server, and PostgreSQL's own limit in the same run."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from felles.demo.places import GP_OFFICE, ORGANISATIONS
from felles.ops.bench import imports, lives
from felles.ops.bench.blocks import long_records, weighed
from felles.ops.bench.connection import Target
from felles.ops.bench.cpu import STOOD, Meter, Stillness
from felles.ops.bench.figures import CLIENT, COMMAND, SYSTEM, Figure
from felles.ops.bench.limit import WRITING, Limits
from felles.ops.bench.load import at_rate, closed_loop
from felles.ops.bench.pages import signed_in
from felles.ops.bench.region import PERSONA, Region, Shape, region, served
from felles.ops.bench.report import Report, Run, machine, told
from felles.ops.bench.requests import ready
from felles.ops.bench.sample import Sample, sample
from felles.record.embedded import DATABASE

Tell = Callable[[str], None]
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Orders:
    """What to measure: the figures, by whom asked, how often and how long, on what."""

    figures: tuple[Figure, ...]
    asked_by: tuple[str, ...]
    shape: Shape
    runs: int
    seconds: int
    home: Path | None
    tell: Tell


async def bench_ourselves(orders: Orders) -> Report:
    """Set up, load, serve and measure. Raises `RuntimeError` with one line when a part does not start."""
    place = (orders.home or Path(tempfile.mkdtemp(prefix="felles-bench-"))).absolute()
    shape = orders.shape
    report = Report(
        f"Felles bench, {'persons mixed, in the order of time' if shape.order == 'time' else 'person by person'}",
        machine()
        | {
            "people": f"{shape.people} of {lives.PER_PERSON} entries, {shape.big} of {lives.BIG}",
            "runs": f"{orders.runs} of {orders.seconds} s",
        },
    )
    try:
        orders.tell(f"{place}: {shape.people} lives, written in the order of {shape.order}")
        async with region(place, shape) as on:
            report.setting["entries"] = await on.entries()
            report.setting["patients on the GP's list"] = await on.listed()
            async with served(on) as (address, server):
                await _Measuring(orders, report, on, address, server).all()
    finally:
        if orders.home is None:
            shutil.rmtree(place, ignore_errors=True)
    return report


@dataclass(slots=True)
class _Measuring:
    """One measurement under way."""

    orders: Orders
    report: Report
    on: Region
    address: str
    server: int
    parts: dict[str, int] = field(default_factory=dict)

    async def all(self) -> None:
        """Every figure, by each who is to ask it, as many runs as ordered."""
        limits = Limits(self.on.embedded, DATABASE, lives.PER_PERSON)
        await limits.prepare(self.on.owner)
        await self.on.warm()
        self.parts = {"worker": self.server, "database": await self.on.postmaster()}
        tokens = await self._tokens()
        base = f"{self.address}/fhir"
        self.report.setting["blocks"] = await weighed(self.on.owner, base, tokens)
        found = await sample(base, {"Authorization": f"Bearer {tokens[SYSTEM]}"})
        found.big, found.blocked = await long_records(self.on.owner)
        for figure in self.orders.figures:
            for who in figure.asked_by:
                if who not in (*self.orders.asked_by, COMMAND) or (figure.page and not found.blocked):
                    continue
                for _ in range(self.orders.runs):
                    await self._one(figure, who, tokens.get(who, ""), found, limits)
        await limits.clear(self.on.owner)

    async def _one(self, figure: Figure, who: str, token: str, found: Sample, limits: Limits) -> None:
        """One run, made again while the machine stood still in it; after `_TRIES` it stands as it is."""
        for attempt in range(_TRIES):
            stillness = Stillness()
            await self._settle(figure)
            limit = await self._limit(limits, who, figure)
            stood = stillness.longest()
            await self._settle(figure)
            if who == COMMAND:
                run = await imports.run(self.on, self.parts["database"], limit)
            else:
                run = await self._run(figure, token, found, limit)
            run.stood = max(run.stood, stood)
            self.orders.tell(told(who, figure, run))
            if run.stood < STOOD or attempt == _TRIES - 1:
                self.report.add(who, figure, run)
                return

    async def _settle(self, figure: Figure) -> None:
        """Before what writes: what was written before it, by pgbench or by us, is none of its work."""
        if figure.limit in WRITING:
            await self.on.checkpoint()

    async def _tokens(self) -> dict[str, str]:
        tokens = await self.on.tokens()
        if CLIENT in self.orders.asked_by:
            place = ("--organization", ORGANISATIONS[GP_OFFICE].reference)
            why = ("--purpose", "TREAT", "--approval", "felles bench")
            tokens[CLIENT] = await self.on.token("--scope", "system/*.read", *place, *why)
        return tokens

    async def _limit(self, limits: Limits, who: str, figure: Figure) -> float | None:
        if figure.limit is None:
            return None
        if figure.of_figure:
            return self.report.rate(who, figure.limit)
        return await limits.measure(figure.limit, max(2, self.orders.seconds // 2))

    async def _run(self, figure: Figure, token: str, found: Sample, limit: float | None) -> Run:
        if figure.page:
            target = Target.of(self.address, {"Cookie": await signed_in(self.address, PERSONA)})
        else:
            target = Target.of(f"{self.address}/fhir", {"Authorization": f"Bearer {token}"})
        requests = ready(figure.name, target, found, self.orders.seconds)
        meter = Meter(self.parts)
        if figure.per_second is None:
            measured = closed_loop(target, requests, connections=figure.connections, seconds=self.orders.seconds)
        else:
            measured = at_rate(target, requests, per_second=figure.per_second, seconds=self.orders.seconds)
        return Run.of(figure, measured, limit, meter.used())
