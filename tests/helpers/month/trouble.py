"""What goes wrong in the month, or merely changes: people, units, blocks, the clock, processes, the database."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any

import asyncpg
from doors import block

from felles.access import erase_cli
from felles.access.codes import STAND_IN
from felles.access.resources import moment
from felles.record.errors import RecordError
from felles.record.maintenance import connect
from month.clocks import DAY, clinical
from month.scene import TOWNS, at

if TYPE_CHECKING:
    import random

    from worlds import World

    from month.clocks import Shared
    from month.processes import Processes
    from month.scene import Post, Scene

HOUR = DAY // 24
BROKEN = (RecordError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What trouble meets when the database is just away."""


@dataclass
class Trouble:
    """What makes it. `shift`: how far the clock stands from where the month is."""

    world: World
    scene: Scene
    shared: Shared
    processes: Processes
    database: Any
    dice: random.Random
    many: int
    minutes: float
    begun: float = field(default_factory=time.monotonic)
    shift: int = 0
    said: Counter[str] = field(default_factory=Counter)
    later: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def done(self) -> float:
        """How much of the month is over, 0 to 1: by what was sent, or by the time there is."""
        spent = (time.monotonic() - self.begun) / 60 / self.minutes if self.minutes else 0
        return min(max(self.shared.sent / self.many, spent), 1)

    def clock(self) -> None:
        """Move the clock on, so that each day has its share."""
        now = clinical(self.done) + self.shift
        self.shared.offset = self.world.store.clock.offset = now - self.world.store.clock.real()

    async def one(self) -> None:
        """One of them."""
        ways: dict[Callable[[], Awaitable[None]], int] = {
            self.leaves: 2, self.comes: 2, self.goes_away: 3, self.is_back: 2, self.other_gp: 3, self.moves: 2,
            self.closes: 1, self.blocks: 2, self.lifts: 2, self.moves_the_clock: 1, self.erases: 1,
            self.cuts: 2, self.kills_a_writer: 3, self.kills_the_keeper: 3, self.kills_a_backend: 1,
            self.is_away: 1,
        }  # fmt: skip
        (way,) = self.dice.choices(list(ways), list(ways.values()))
        self.said[way.__name__] += 1
        with suppress(*BROKEN):
            await way()

    def post(self) -> Post:
        """Somebody who gives care, or answers cases."""
        people = [each for each in self.scene.posts.values() if each.role != "administrator"]
        return self.dice.choice(people)

    async def _role(self, post: Post, **more: Any) -> bool:
        """Let the register say more, or else, of somebody's role; whether it did."""
        return (await self.world.system.put(post.source, post.body | more)).status == 200

    async def leaves(self) -> None:
        await self._role(self.post(), active=False)

    async def comes(self) -> None:
        await self._role(self.post())

    async def goes_away(self) -> None:
        """For some days from now, or from tomorrow, with a stand-in or without."""
        dice, now = self.dice, self.world.store.clock.clinical()
        since = now + dice.choice([0, DAY])
        leave: dict[str, Any] = {"during": {"start": moment(since), "end": moment(since + dice.randint(1, 6) * DAY)}}
        if dice.random() < 0.6:
            leave["extension"] = [{"url": STAND_IN, "valueReference": {"reference": self.post().person}}]
        await self._role(self.post(), notAvailable=[leave])

    async def is_back(self) -> None:
        """Before it was over: the leave is taken out of the register."""
        sql = "select distinct source from away limit 1"
        for row in await self.world.store.pool.fetch(sql):
            for post in self.scene.posts.values():
                if post.source == row["source"]:
                    await self._role(post)

    async def _patient(self, **more: Any) -> None:
        address = f"Patient/{self.dice.choice(self.scene.patients)}"
        found = await self.world.system.get(address)
        if found.status == 200:
            await self.world.system.put(address, found.json | more)

    async def other_gp(self) -> None:
        post = self.scene.posts[self.dice.choice(self.scene.gps)]
        await self._patient(generalPractitioner=[{"reference": post.source}])

    async def moves(self) -> None:
        await self._patient(address=at(self.dice.choice(TOWNS)))

    async def closes(self) -> None:
        """A unit, for a while: nobody works there, or the register says that it is closed."""
        unit = self.dice.choice([*self.scene.units[1:], self.scene.towns[1]])
        by_name = self.dice.random() < 0.5
        those = [] if by_name else [each for each in self.scene.posts.values() if unit in (each.unit, each.org)]
        if by_name:
            await self._house(unit, active=False)
        for post in those:
            await self._role(post, active=False)

        async def opens() -> None:
            await asyncio.sleep(self.dice.uniform(1, 4))
            with suppress(*BROKEN):
                await self._house(unit)
            for post in those:
                with suppress(*BROKEN):
                    await self._role(post)

        later = asyncio.create_task(opens())
        self.later.add(later)
        later.add_done_callback(self.later.discard)

    async def _house(self, unit: str, **more: Any) -> bool:
        """Let the register say more, or else, of a unit; whether it did."""
        return (await self.world.system.put(unit, self.scene.houses[unit] | more)).status == 200

    async def blocks(self) -> None:
        """Somebody, or a whole house, sees nothing of a patient any more."""
        against = self.dice.choice([self.post().person, self.post().person, self.post().org])
        await self.world.system.post("Consent", block(self.dice.choice(self.scene.patients), against=against))

    async def lifts(self) -> None:
        await self._lift(0.7)

    async def _lift(self, share: float) -> None:
        found = (await self.world.system.get("Consent?status=active&_count=50")).json.get("entry", [])
        for each in found:
            if self.dice.random() < share:
                over = each["resource"] | {"status": "inactive"}
                await self.world.system.put(f"Consent/{over['id']}", over)

    async def moves_the_clock(self) -> None:
        """Some hours on, or back, and then it stands right again."""
        self.shift = 0 if self.shift else self.dice.choice([-20, -2, 2, 20, 50]) * HOUR
        self.clock()

    async def erases(self) -> None:
        """What two people have approved is deleted, by whoever runs the record."""
        conn = await connect(self.database.owner_url)
        try:
            with redirect_stdout(StringIO()):
                await erase_cli.carry_out(self.world.store, conn)
        finally:
            conn.terminate()

    # -- processes and the database -------------------------------------------------------------------------

    async def kills_a_writer(self) -> None:
        await asyncio.to_thread(self.processes.kill_writer, self.dice)

    async def kills_the_keeper(self) -> None:
        await asyncio.to_thread(self.processes.kill_keeper)

    async def cuts(self) -> None:
        """About half of all connections are cut, in the middle of whatever they do."""
        conn = await asyncpg.connect(self.database.owner_url)
        try:
            await conn.execute("""select pg_terminate_backend(pid) from pg_stat_activity
                                   where datname = current_database() and pid <> pg_backend_pid() and usename =
                                         current_user and random() < 0.5""")
            await conn.execute("""select pg_terminate_backend(pid) from pg_stat_activity
                                   where datname = current_database() and pid <> pg_backend_pid()
                                     and random() < 0.5""")
        finally:
            conn.terminate()

    async def kills_a_backend(self) -> None:
        """One process of the database is killed: PostgreSQL ends all others, and recovers from its log."""
        conn = await asyncpg.connect(self.database.superuser_url)
        try:
            pids = await conn.fetch("""select pid from pg_stat_activity where datname = current_database()
                                          and pid <> pg_backend_pid() and backend_type = 'client backend'""")
        finally:
            conn.terminate()
        if pids:
            with suppress(ProcessLookupError):
                os.kill(self.dice.choice(pids)["pid"], signal.SIGKILL)

    async def is_away(self) -> None:
        """The database is stopped, and started again some seconds later."""
        await asyncio.to_thread(self.database.server.stop)
        await asyncio.sleep(self.dice.uniform(0, 2))
        await asyncio.to_thread(self.database.server.start)

    # -- the end --------------------------------------------------------------------------------------------

    async def over(self) -> None:
        """Everybody is there, every unit is open, and the clock stands right."""
        await asyncio.gather(*self.later)
        self.shift = 0
        self.clock()
        for unit in self.scene.houses:
            await self._surely(partial(self._house, unit), unit)
        for post in self.scene.posts.values():
            await self._surely(partial(self._role, post), post.person)

    async def _surely(self, act: Callable[[], Awaitable[bool]], what: str) -> None:
        for _ in range(100):
            with suppress(*BROKEN):
                if await act():
                    return
            await asyncio.sleep(0.1)
        raise AssertionError(f"the register does not say again that {what} is there")
