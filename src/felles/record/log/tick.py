"""Sealing: one process across all workers writes a tick for each second in which something was committed.

Nobody waits for it. If it stops, another worker takes over; the next tick takes all that came meanwhile. A
leaf whose transaction began long ago and commits late stands in the first tick whose snapshot shows it.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec
import structlog

from felles.record.era import open_era
from felles.record.log.seal import CHUNK, NOTHING, Tick, tick_hash
from felles.record.maintenance import AWAY, connect
from felles.record.pulse import COPYING, SEALING, Pulse

if TYPE_CHECKING:
    from felles.record.log.keys import SigningKey

_LOCK = 0x7469636B  # "tick": held by the one connection that seals
SECOND = 1.0
COPY = "felles-ticks.ndjson"
"""Name of the file in a folder given as FELLES_SEAL_COPY."""
_log = structlog.get_logger("felles.log")

_LAST = "select tick, era, snapshot::text as snapshot, at, hash from tick order by tick desc limit 1"

_NEWER = """{t}.era = $1 and {t}.xid >= pg_snapshot_xmin($2::text::pg_snapshot)
      and not pg_visible_in_snapshot({t}.xid, $2::text::pg_snapshot)"""

# One statement, one snapshot: what it counts is what that snapshot shows. `at` is taken while it runs, thus after
# its snapshot, never before: a feed that starts from the last tick at or before T misses nothing.
_LOOK = f"""
with fresh as (
    select era, xid, number, digest from leaf l where {_NEWER.format(t="l")}
    union all
    select era, xid, number, digest from leaf l where l.era > $1
), numbered as (
    select digest, row_number() over (order by era, xid, number) - 1 as place from fresh
), chunks as (
    select place / {CHUNK} as chunk, sha256(string_agg(digest, ''::bytea order by place)) as digest, count(*) as leaves
      from numbered group by place / {CHUNK}
)
select pg_current_snapshot()::text as snapshot,
       (select coalesce(sum(leaves), 0)::bigint from chunks) as leaves,
       (select sha256(coalesce(string_agg(digest, ''::bytea order by chunk), ''::bytea)) from chunks) as digest,
       exists (select from entry e where {_NEWER.format(t="e")}) or exists (select from entry e where e.era > $1)
       or exists (select from shared s where {_NEWER.format(t="s")})
       or exists (select from shared s where s.era > $1) as written,
       (extract(epoch from clock_timestamp()) * 1000000)::bigint as at"""

_INSERT = """
insert into tick (tick, era, at, snapshot, leaves, digest, previous, hash, signature, key_id)
values ($1, $2, $3, $4::text::pg_snapshot, $5, $6, $7, $8, $9, $10)"""


@dataclass(slots=True)
class Sealer:
    """Seals over one connection, which must be the only one that does."""

    conn: asyncpg.Connection
    era: int
    key: SigningKey

    async def seal(self) -> Tick | None:
        """Seal what became visible since the last tick: the new tick, or None when nothing did."""
        last = await self.conn.fetchrow(_LAST)
        era, snapshot = (last["era"], last["snapshot"]) if last else (0, "1:1:")
        seen = await self.conn.fetchrow(_LOOK, era, snapshot)
        if seen is None or not (seen["leaves"] or seen["written"]):
            return None
        said: dict[str, Any] = {
            "tick": last["tick"] + 1 if last else 1,
            "era": self.era,
            "at": max(seen["at"], last["at"] if last else 0),
            "snapshot": seen["snapshot"],
            "leaves": seen["leaves"],
            "digest": seen["digest"],
            "previous": last["hash"] if last else NOTHING,
            "key_id": self.key.id,
        }
        hashed = tick_hash(**said)
        tick = Tick(**said, hash=hashed, signature=self.key.sign(hashed))
        await self.conn.execute(
            _INSERT,
            tick.tick,
            tick.era,
            tick.at,
            tick.snapshot,
            tick.leaves,
            tick.digest,
            tick.previous,
            tick.hash,
            tick.signature,
            tick.key_id,
        )
        return tick


def write_copy(place: Path, tick: Tick) -> None:
    """Append a tick as one line of JSON to the file `place`, or to `COPY` in the folder `place`; durable."""
    path = place / COPY if place.is_dir() else place
    said = {k: v.hex() if isinstance(v, bytes) else v for k, v in asdict(tick).items()}
    with path.open("ab") as file:
        file.write(msgspec.json.encode(said) + b"\n")
        file.flush()
        os.fsync(file.fileno())


@dataclass(slots=True)
class Copies:
    """Seals on their way to the copy outside; `place` None: there is none. In order, and none left out."""

    place: Path | None
    pulse: Pulse
    waiting: deque[Tick] = field(default_factory=deque)

    def add(self, tick: Tick) -> None:
        """A seal that is to be copied."""
        if self.place is not None:
            self.waiting.append(tick)

    async def hand_out(self) -> None:
        """Copy what waits. A place that cannot be written stops no seal: it is told, and tried again each second."""
        if self.place is None:
            return
        try:
            while self.waiting:
                await asyncio.to_thread(write_copy, self.place, self.waiting[0])
                self.waiting.popleft()
        except OSError as error:
            self.pulse.failed(COPYING, error)
        else:
            self.pulse.done(COPYING)


async def run(
    url: str, key: SigningKey, *, copy: Path | None = None, every: float = SECOND, pulse: Pulse | None = None
) -> None:
    """Seal for as long as the task lives, whenever no other process does; outlives the database's restarts.

    To be cancelled by whoever started it. `url` is the workers' role; `every` is in seconds.
    """
    pulse = pulse or Pulse()
    copies = Copies(copy, pulse)
    while True:
        try:
            await _hold(url, key, copies, every)
        except AWAY as error:
            pulse.failed(SEALING, error)
            _log.warning("sealing interrupted; trying again", error=str(error))
            await asyncio.sleep(every)


async def _hold(url: str, key: SigningKey, copies: Copies, every: float) -> None:
    conn = await connect(url)
    try:
        # What it waits for is another process.
        while not await conn.fetchval("select pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110
            await asyncio.sleep(every)
        sealer = Sealer(conn, await open_era(conn), key)
        while True:
            if (made := await sealer.seal()) is not None:
                copies.add(made)
            copies.pulse.done(SEALING)
            await copies.hand_out()
            await asyncio.sleep(every)
    finally:
        with suppress(*AWAY):
            await conn.close(timeout=1)
