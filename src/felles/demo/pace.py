"""How fast the region is written and what memory the command takes, as it tells them itself."""

from __future__ import annotations

import resource
import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from felles.record.store import Store

STEP: Final = 20
"""A line is told after each part of so many."""
_MEGABYTE: Final = 1024 * 1024
_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Bytes in a unit of ru_maxrss: getrusage(2) of the system."""
_SIZE: Final = "select pg_database_size(current_database()) as size"


class Pace:
    """One run: begins when it is made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._cpu = time.process_time()
        self._told = 0

    def line(self, done: int, of: int, entries: int) -> str | None:
        """How far it is, when another part of STEP is done since the last line; else None."""
        part = done * STEP // max(of, 1)
        if part <= self._told:
            return None
        self._told = part
        return f"{done}/{of} citizens, {self._rate(done, entries)}"

    def whole(self, people: int, entries: int, database: int) -> str:
        """The run in one line. `database`: bytes of the whole database."""
        return (
            f"{entries} entries of {people} citizens written: {self._rate(people, entries)},"
            f" the database {database // _MEGABYTE} MB."
        )

    def _rate(self, people: int, entries: int) -> str:
        passed = max(time.perf_counter() - self._began, 1e-9)
        cpu = time.process_time() - self._cpu
        return (
            f"{passed:.0f} s ({cpu:.0f} s of CPU in this command), {entries / passed:.0f} entries/s,"
            f" {people / passed:.0f} citizens/s, memory at most {peak_bytes() // _MEGABYTE} MB"
        )


def peak_bytes() -> int:
    """The most memory this process has held so far (resident), in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


async def database_bytes(store: Store) -> int:
    """What the database takes on disk. Raises `Busy`."""
    return int((await store.pool.fetch(_SIZE))[0]["size"])
