"""What all processes of the month share: the clinical clock, how much is done, and whether it is over.

A month of 31 days in two halves, with both nights on which the clock changes; in between it is moved over the winter.
"""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime
from pathlib import Path

from felles.record.clock import MICROSECONDS

DAY = 86_400 * MICROSECONDS


def _at(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * MICROSECONDS  # pyright: ignore[reportArgumentType]


HALVES = ((_at(2026, 10, 12, 6), 16 * DAY), (_at(2027, 3, 16, 6), 15 * DAY))
"""(since, how long): the last Sundays of October and of March are in them."""
SLOTS = 16
_WORD = 8


class Shared:
    """A page of memory in a file: slot 0 the clinical time of real time 0, slot 1 whether it is over, then counters."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_WORD * SLOTS))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _WORD * SLOTS)

    def _get(self, slot: int) -> int:
        return struct.unpack_from("<q", self._page, slot * _WORD)[0]

    def _set(self, slot: int, value: int) -> None:
        struct.pack_into("<q", self._page, slot * _WORD, value)

    @property
    def offset(self) -> int:
        """How far the clinical clock lies from real time."""
        return self._get(0)

    @offset.setter
    def offset(self, value: int) -> None:
        self._set(0, value)

    @property
    def over(self) -> bool:
        """Whether nobody begins anything more."""
        return bool(self._get(1))

    @over.setter
    def over(self, value: bool) -> None:
        self._set(1, value)

    def add(self, writer: int) -> None:
        """One more was sent by this writing process."""
        self._set(2 + writer, self._get(2 + writer) + 1)

    @property
    def sent(self) -> int:
        """How many were sent and acknowledged."""
        return sum(self._get(slot) for slot in range(2, SLOTS))


def clinical(done: float) -> int:
    """The time when so much of the month is over (0 to 1), in clinical microseconds."""
    length = sum(long for _, long in HALVES)
    gone = int(done * length)
    for since, long in HALVES:
        if gone < long:
            return since + gone
        gone -= long
    return sum(HALVES[-1])
