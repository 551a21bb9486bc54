"""When each part last did what it is there for: noted in memory where it happens, told to the database now and then.

A job that runs in one worker at a time is told by whichever ran it; a job that has stopped is told by nobody, and that
is how its silence shows. One statement every `EVERY` seconds for each process, whatever it ran, that waits for no disk.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from felles.record import breakage
from felles.record.breakage import Breakage
from felles.record.maintenance import AWAY, connect

if TYPE_CHECKING:
    import asyncpg

EVERY: Final = 10.0
"""Seconds between two tellings."""
WORKER: Final = "worker"
"""The part that each process is itself: it tells."""
SEALING: Final = "sealing"
COPYING: Final = "seal-copy"
CLEANING: Final = "cleaning"
CLOCK: Final = "demo-clock"
LIVE: Final = "live"
_KEPT: Final = "interval '1 day'"

_TELL: Final = """
insert into pulse as p (part, process, host, many, at, failed, error)
select q.part, $2, $3, $4, n.now - q.ago, n.now - q.failed, q.error
  from unnest($1::text[], $5::bigint[], $6::bigint[], $7::text[]) q(part, ago, failed, error)
 cross join (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now) n
on conflict (part, process) do update
   set at = coalesce(excluded.at, p.at), many = excluded.many,
       failed = coalesce(excluded.failed, p.failed), error = coalesce(excluded.error, p.error)"""
SWEEP: Final = f"""
delete from pulse p
 where coalesce(p.at, p.failed) < (extract(epoch from clock_timestamp() - {_KEPT}) * 1000000)::bigint
   and exists (select from pulse q where q.part = p.part and coalesce(q.at, 0) > coalesce(p.at, 0))"""
"""A process that is gone is told of for a day; what is the last that is known of a part stays."""
_LEAVE: Final = f"delete from pulse where part = '{WORKER}' and process = $1"


@dataclass(slots=True)
class Noted:
    """What has not been told yet; times by `time.monotonic`."""

    done: float | None = None
    failed: float | None = None
    error: str | None = None


@dataclass(slots=True)
class Pulse:
    """What one process has to tell. `many`: how many like it this host is to have."""

    many: int = 1
    host: str = field(default_factory=socket.gethostname)
    process: str = ""
    noted: dict[str, Noted] = field(default_factory=dict)
    breakage: Breakage = field(default_factory=Breakage)
    """Parts of pages that failed in this process."""

    def __post_init__(self) -> None:
        """Name the process, unless it has a name."""
        self.process = self.process or f"{self.host}/{secrets.token_hex(6)}"

    def done(self, part: str) -> None:
        """`part` has just done what it is there for."""
        self.noted.setdefault(part, Noted()).done = time.monotonic()

    def failed(self, part: str, error: BaseException) -> None:
        """`part` has just tried and failed. Of the error its kind alone is kept: a message may hold anything."""
        noted = self.noted.setdefault(part, Noted())
        noted.failed, noted.error = time.monotonic(), type(error).__name__

    async def tell(self, conn: asyncpg.Connection) -> None:
        """Write what was noted since the last time, and that this process lives. What is not written is kept."""
        self.done(WORKER)
        noted, self.noted = self.noted, {}
        now = time.monotonic()
        rows = [(part, _ago(now, each.done), _ago(now, each.failed), each.error) for part, each in noted.items()]
        parts, done, failed, errors = map(list, zip(*rows, strict=True))
        try:
            await conn.execute(_TELL, parts, self.process, self.host, self.many, done, failed, errors)
        except AWAY:
            self.noted = noted | self.noted
            raise
        await self.breakage.tell(conn)

    async def run(self, url: str, *, every: float = EVERY) -> None:
        """Tell for as long as the task lives; outlives the database's restarts. `url` is the workers' role."""
        while True:
            try:
                await self._hold(url, every)
            except AWAY:
                await asyncio.sleep(min(every, 1.0))

    async def _hold(self, url: str, every: float) -> None:
        conn = await connect(url)
        try:
            # What is lost with a power cut is told again ten seconds later.
            await conn.execute("set synchronous_commit = off")
            await conn.execute(SWEEP)
            await conn.execute(breakage.SWEEP)
            while True:
                await self.tell(conn)
                await asyncio.sleep(every)
        finally:
            with suppress(*AWAY):
                await conn.close(timeout=1)

    async def leave(self, url: str) -> None:
        """Say that this process ends in order: it is not missed."""
        with suppress(*AWAY):  # else it will be missed for a day, by a database that was away itself
            conn = await connect(url)
            try:
                await conn.execute(_LEAVE, self.process)
            finally:
                await conn.close(timeout=1)


def _ago(now: float, then: float | None) -> int | None:
    """Microseconds since `then`."""
    return None if then is None else int((now - then) * 1_000_000)
