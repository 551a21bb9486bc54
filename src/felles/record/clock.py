"""Two clocks, passed in wherever time matters; nothing else in Felles asks what time it is.

Real time is what the log, tokens, sessions, Grants and lastUpdated follow. Clinical time is what ages,
weeks, due dates, appointments and care relations follow; it can be moved in demo mode and in tests.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

MICROSECONDS = 1_000_000
FOREVER = 9_223_372_036_854_775_807
"""The open end of a period that has no end (bigint's largest value)."""
BEGINNING = -9_223_372_036_854_775_808
"""The open start of a period, and the main date of an entry that has none."""


@dataclass(slots=True)
class Clock:
    """Both clocks, in microseconds since 1970-01-01 UTC. `offset` moves the clinical one."""

    offset: int = 0

    def real(self) -> int:
        """Real time now."""
        return time.time_ns() // 1000

    def clinical(self) -> int:
        """Clinical time now."""
        return self.real() + self.offset
