"""The processes of the month: some that write, one that keeps, each killed at any moment and started again."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from worlds import opened

from felles.access.handovers import keeper
from felles.record.errors import Busy
from month.clocks import Shared
from month.journal import Journal
from month.scene import Scene
from month.working import Worker

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

WRITERS = 2
AT_A_TIME = 4
"""People who work at once in one process."""
BETWEEN = 0.05
"""Seconds between two rounds of the keeper."""


@dataclass
class Plan:
    """What a process is told: where everything is."""

    url: str
    folder: Path
    scene: Scene
    seed: int
    many: int


@dataclass
class Processes:
    """Those that run now."""

    plan: Plan
    writers: list[Any] = field(default_factory=list)
    keeping: Any = None
    started: int = 0
    died: Counter[str] = field(default_factory=Counter)

    def start(self) -> None:
        """Start them all."""
        self.writers = [self._begin(_write, number) for number in range(WRITERS)]
        self.keeping = self._begin(_keep, 0)

    def _begin(self, what: Any, number: int) -> ForkServerProcess:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["month.processes"])
        self.started += 1
        process = context.Process(target=_run, args=(what, self.plan, number, self.started), daemon=True)
        process.start()
        return process

    def kill_writer(self, dice: random.Random) -> None:
        """Kill one that writes, and start another in its place."""
        number = dice.randrange(WRITERS)
        if self._ended(self.writers[number]):
            self.writers[number] = self._begin(_write, number)

    def kill_keeper(self) -> None:
        """Kill the one that keeps, and start another."""
        if self._ended(self.keeping):
            self.keeping = self._begin(_keep, 0)

    def _ended(self, process: ForkServerProcess) -> bool:
        """Kill a process; False where it had ended by itself, which none does before the month is over."""
        alive = process.is_alive()
        process.kill()
        process.join()
        if not alive:
            self.died[f"exit {process.exitcode}"] += 1
        return True

    def finish(self) -> None:
        """Wait until those that write have stopped, and stop the keeper."""
        for each in self.writers:
            each.join(120)
            assert each.exitcode == 0, f"a process that writes ended with {each.exitcode}"
        self.keeping.kill()
        self.keeping.join()

    def stop(self) -> None:
        """Leave none behind."""
        for each in [*self.writers, self.keeping]:
            if each is not None:
                each.kill()
                each.join()


def _run(what: Any, plan: Plan, number: int, started: int) -> None:
    home(plan, started).mkdir()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(what(plan, number, started))


def home(plan: Plan, started: int) -> Path:
    """The folder of one process."""
    return plan.folder / f"home-{started}"


async def _opened(plan: Plan, home: Path) -> Any:
    while True:
        context = opened(plan.url, home)
        try:
            return context, await context.__aenter__()
        except Busy:
            await asyncio.sleep(0.05)


async def _write(plan: Plan, number: int, started: int) -> None:
    shared = Shared(plan.folder / "shared")
    context, world = await _opened(plan, home(plan, started))
    journal = Journal(plan.folder, f"{started}-{os.getpid()}")

    async def person(seat: int) -> None:
        dice = random.Random(f"{plan.seed}-{started}-{seat}")
        worker = Worker(world, plan.scene, shared, journal, dice, number)
        while not shared.over:
            await worker.turn()

    try:
        await asyncio.gather(*(person(seat) for seat in range(AT_A_TIME)))
    finally:
        await context.__aexit__(None, None, None)


async def _keep(plan: Plan, _: int, started: int) -> None:
    shared = Shared(plan.folder / "shared")
    context, world = await _opened(plan, home(plan, started))
    world.store.clock.offset = shared.offset
    async with keeper.running(world.store, plan.url, every=BETWEEN):
        while True:
            world.store.clock.offset = shared.offset
            await asyncio.sleep(0.02)
    await context.__aexit__(None, None, None)
