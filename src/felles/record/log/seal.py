"""A tick, and what its hashes are taken over. Pure; sealing and verifying share it.

A tick seals all leaves that are visible in its snapshot and were not in that of the tick before. Its digest
is taken in two steps, so that a tick after a long silence has no bound: SHA-256 over the digests of each
65 536 leaves in order (era, xid, number), then SHA-256 over these. Its hash covers everything else it says and
the hash of the tick before; the signature covers the hash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec

CHUNK = 65_536
"""Leaves whose digests are hashed together."""
NOTHING = bytes(32)
"""What stands for the hash of the tick before the first."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A `pg_snapshot` taken in an era: xids below `xmin` are seen, from `xmax` on not, between them but for `xip`."""

    era: int
    xmin: int
    xmax: int
    xip: frozenset[int]

    @classmethod
    def of(cls, era: int, text: str) -> Snapshot:
        """From PostgreSQL's text `xmin:xmax:xip,xip`. Raises `ValueError`."""
        xmin, xmax, xip = text.split(":")
        return cls(era, int(xmin), int(xmax), frozenset(int(x) for x in xip.split(",") if x))

    def sees(self, era: int, xid: int) -> bool:
        """Whether what transaction `xid` of `era` did is visible in it."""
        if era != self.era:
            return era < self.era
        return xid < self.xmin or (xid < self.xmax and xid not in self.xip)

    def is_past(self, era: int, xid: int) -> bool:
        """Whether nothing from (era, xid) on, in that order, is visible in it."""
        return era > self.era or (era == self.era and xid >= self.xmax)


@dataclass(frozen=True, slots=True)
class Tick:
    """One row of `tick`: `at` database time in microseconds, `leaves` how many it seals."""

    tick: int
    era: int
    at: int
    snapshot: str
    leaves: int
    digest: bytes
    previous: bytes
    hash: bytes
    signature: bytes
    key_id: str


def tick_hash(
    *, tick: int, era: int, at: int, snapshot: str, leaves: int, digest: bytes, previous: bytes, key_id: str
) -> bytes:
    """The hash of a tick: SHA-256 over a JSON array of all it says, in this order."""
    said: list[Any] = ["felles tick 1", tick, era, at, snapshot, leaves, digest.hex(), previous.hex(), key_id]
    return hashlib.sha256(msgspec.json.encode(said)).digest()


class Digest:
    """The digest over a tick's leaves, taken one leaf at a time."""

    __slots__ = ("_chunk", "_whole", "leaves")

    def __init__(self) -> None:
        self._chunk = hashlib.sha256()
        self._whole = hashlib.sha256()
        self.leaves = 0

    def add(self, leaf: bytes) -> None:
        """Take the next leaf's digest."""
        self._chunk.update(leaf)
        self.leaves += 1
        if self.leaves % CHUNK == 0:
            self._whole.update(self._chunk.digest())
            self._chunk = hashlib.sha256()

    def value(self) -> bytes:
        """The digest over all leaves taken. Nothing may be added afterwards."""
        if self.leaves % CHUNK:
            self._whole.update(self._chunk.digest())
        return self._whole.digest()
