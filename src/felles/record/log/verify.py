"""Proving the log whole: every tick recomputed, every leaf found in exactly one, the first thing broken named.

Leaves are read once, in the order (era, xid, number) in which ticks hash them, and each is given to the first
tick whose snapshot sees it; only the ticks that can still get one are held. So a million lines need no memory.
Nothing of it asks the database what is visible: snapshots are read here.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from felles.record.log import keys
from felles.record.log.seal import NOTHING, Digest, Snapshot, Tick, tick_hash
from felles.record.log.text import digest as leaf_digest

if TYPE_CHECKING:
    import asyncpg
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_TICKS = """select tick, era, at, snapshot::text as snapshot, leaves, digest, previous, hash, signature, key_id
              from tick where tick between $1 and $2 order by tick"""
_LEAF = "select era, xid::text::bigint as xid, number, at, digest, salt, text from leaf"
_LEAVES = f"{_LEAF} order by era, xid, number"
_LEAVES_BETWEEN = f"""{_LEAF}
 where (era, xid) >= ($1::smallint, $2::text::xid8) and (era, xid) < ($3::smallint, $4::text::xid8)
 order by era, xid, number"""
_LAST = 2**63 - 1
PREFETCH = 5_000
"""Lines fetched at once. Who shares the loop with requests takes fewer: so long they wait."""

Progress = Callable[[int, int], None]
"""Told (leaves read so far, of about how many) now and then."""


class Broken(RuntimeError):
    """The log is not whole; the message names the first thing that is not, and where."""


@dataclass(slots=True)
class Report:
    """What was proved. Times in microseconds; `seconds` is how long it took."""

    ticks: int = 0
    sealed: int = 0
    erased: int = 0
    unsealed: int = 0
    oldest_unsealed: int | None = None
    copied: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Leaves a second."""
        return (self.sealed + self.unsealed) / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class _Open:
    """A tick that can still get leaves."""

    tick: Tick
    snapshot: Snapshot
    digest: Digest = field(default_factory=Digest)


class _Chain:
    """Ticks one after another, each checked as it comes."""

    def __init__(
        self, public: Mapping[str, Ed25519PublicKey], copies: Mapping[int, bytes], after: Tick | None = None
    ) -> None:
        """`after`: the tick that the first must follow; None: the first is the first of all."""
        self._public = public
        self._copies = copies
        self._previous = after.hash if after else NOTHING
        self._at = after.at if after else 0
        self.count = after.tick if after else 0
        self.copied = 0

    def check(self, tick: Tick) -> None:
        """Raise `Broken` unless this tick follows the one before and says what was signed."""
        here = f"tick {tick.tick}"
        if tick.tick != self.count + 1:
            raise Broken(f"tick {self.count + 1} is missing: {here} comes after tick {self.count}")
        if tick.previous != self._previous:
            raise Broken(f"{here} does not follow tick {self.count}: the hash it carries of it is another")
        said = {name: getattr(tick, name) for name in ("tick", "era", "at", "snapshot", "leaves")}
        if tick.hash != tick_hash(**said, digest=tick.digest, previous=tick.previous, key_id=tick.key_id):
            raise Broken(f"{here} was changed: its hash is another")
        public = self._public.get(tick.key_id)
        if public is None:
            raise Broken(f"{here} is signed with the key {tick.key_id}, which is not among the known keys")
        if not keys.signed(public, tick.signature, tick.hash):
            raise Broken(f"{here} has a signature that its key {tick.key_id} did not make")
        if tick.at < self._at:
            raise Broken(f"{here} says an earlier time than tick {self.count}")
        self._check_copy(tick)
        self.count, self._previous, self._at = tick.tick, tick.hash, tick.at

    def _check_copy(self, tick: Tick) -> None:
        copy = self._copies.get(tick.tick)
        if copy is not None and copy != tick.hash:
            raise Broken(f"tick {tick.tick} is not the one in the copy kept outside")
        self.copied += copy is not None

    def check_end(self) -> None:
        """Raise `Broken` if the copy outside has ticks that are not here."""
        beyond = sorted(number for number in self._copies if number > self.count)
        if beyond:
            raise Broken(f"tick {beyond[0]} is missing: it stands in the copy kept outside")


def read_copies(path: Path) -> dict[int, bytes]:
    """The hashes of the ticks in a copy kept outside, by number. Raises `Broken` for a line that is none."""
    found: dict[int, bytes] = {}
    for place, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            said = msgspec.json.decode(line, type=dict[str, Any])
            found[int(said["tick"])] = bytes.fromhex(said["hash"])
        except (msgspec.MsgspecError, KeyError, ValueError, TypeError) as error:
            raise Broken(f"{path}, line {place} is no copy of a tick") from error
    return found


async def verify(
    conn: asyncpg.Connection,
    public: Mapping[str, Ed25519PublicKey],
    *,
    copies: Mapping[int, bytes] | None = None,
    progress: Progress | None = None,
    prefetch: int = PREFETCH,
) -> Report:
    """Prove the whole log over one connection of any role that may read it. Raises `Broken`.

    `public` are the keys that may sign; `copies` the hashes of ticks kept outside, which the database's ticks
    must equal and may not lack.
    """
    began = time.monotonic()
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        about = int(await conn.fetchval("select reltuples::bigint from pg_class where oid = 'leaf'::regclass") or 0)
        run = _Run(_Chain(public, copies or {}), _ticks(conn))
        async for leaf in conn.cursor(_LEAVES, prefetch=prefetch):
            await run.take(leaf)
            if progress is not None and run.read % prefetch == 0:
                progress(run.read, about)
        await run.end()
    run.report.seconds = time.monotonic() - began
    return run.report


async def verify_window(
    conn: asyncpg.Connection,
    public: Mapping[str, Ed25519PublicKey],
    first: int,
    last: int,
    *,
    progress: Progress | None = None,
    prefetch: int = PREFETCH,
) -> Report:
    """Prove the ticks `first` to `last` and their lines, taking the tick before `first` as it stands. Raises `Broken`.

    A sample of the log: what it proves whole may still hang on an end that was cut off or a beginning that was made
    anew, which `verify` finds.
    """
    began = time.monotonic()
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        before = await anext(_ticks(conn, first - 1, first - 1), None)
        end = await anext(_ticks(conn, last, last), None)
        if end is None or (before is None and first > 1):
            raise Broken(f"tick {last if end is None else first - 1} is missing")
        start = Snapshot.of(before.era, before.snapshot) if before else Snapshot(0, 1, 1, frozenset())
        over = Snapshot.of(end.era, end.snapshot)
        run = _Run(_Chain(public, {}, before), _ticks(conn, first, last))
        bounds = (start.era, str(start.xmin), over.era, str(over.xmax))
        async for leaf in conn.cursor(_LEAVES_BETWEEN, *bounds, prefetch=prefetch):
            if start.sees(leaf["era"], leaf["xid"]) or not over.sees(leaf["era"], leaf["xid"]):
                continue  # of a tick before, or after
            await run.take(leaf)
            if progress is not None and run.read % prefetch == 0:
                progress(run.read, run.read)
        await run.end()
    run.report.ticks, run.report.seconds = last - first + 1, time.monotonic() - began
    return run.report


async def _ticks(conn: asyncpg.Connection, first: int = 0, last: int = _LAST) -> AsyncIterator[Tick]:
    async for row in conn.cursor(_TICKS, first, last, prefetch=500):
        yield Tick(*row.values())


class _Run:
    """One pass over all leaves."""

    def __init__(self, chain: _Chain, ticks: AsyncIterator[Tick]) -> None:
        self._chain = chain
        self._ticks = ticks
        self._open: deque[_Open] = deque()
        self._ended = False
        self.read = 0
        self.report = Report()

    async def take(self, leaf: Any) -> None:
        """Check a leaf and give it to its tick."""
        self.read += 1
        era, xid, number, at, digest, salt, text = leaf
        if text is None or salt is None:
            if (text is None) != (salt is None):
                raise Broken(f"line {number} (era {era}, transaction {xid}) is half erased: text and salt go together")
            self.report.erased += 1
        elif leaf_digest(salt, text) != digest:
            raise Broken(f"line {number} (era {era}, transaction {xid}) was changed: its text has another digest")
        while self._open and self._open[0].snapshot.is_past(era, xid):
            self._close(self._open.popleft())
        home = await self._home(era, xid)
        if home is not None:
            home.digest.add(digest)
            self.report.sealed += 1
            return
        self.report.unsealed += 1
        oldest = self.report.oldest_unsealed
        self.report.oldest_unsealed = at if oldest is None else min(oldest, at)

    async def _home(self, era: int, xid: int) -> _Open | None:
        """The first tick whose snapshot sees this transaction; None when no tick does yet."""
        for each in self._open:
            if each.snapshot.sees(era, xid):
                return each
        while (each := await self._next()) is not None:
            if each.snapshot.is_past(era, xid) and not self._open:
                self._close(each)
                continue
            self._open.append(each)
            if each.snapshot.sees(era, xid):
                return each
        return None

    async def _next(self) -> _Open | None:
        tick = None if self._ended else await anext(self._ticks, None)
        if tick is None:
            self._ended = True
            return None
        self._chain.check(tick)
        try:
            return _Open(tick, Snapshot.of(tick.era, tick.snapshot))
        except ValueError as error:
            raise Broken(f"tick {tick.tick} has a snapshot that is none: {tick.snapshot}") from error

    def _close(self, done: _Open) -> None:
        tick, counted = done.tick, done.digest.leaves
        if counted != tick.leaves:
            what = "added" if counted > tick.leaves else "removed"
            raise Broken(f"tick {tick.tick} seals {tick.leaves} lines and {counted} are here: some were {what}")
        if done.digest.value() != tick.digest:
            raise Broken(f"tick {tick.tick} seals other lines than the {counted} that are here, or in another order")

    async def end(self) -> None:
        """Check what is left when the last leaf was read."""
        while self._open:
            self._close(self._open.popleft())
        while (each := await self._next()) is not None:
            self._close(each)
        self._chain.check_end()
        self.report.ticks, self.report.copied = self._chain.count, self._chain.copied
