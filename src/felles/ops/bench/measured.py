"""What one run of the generator gave."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Measured:
    """Answers of one run. Latencies in seconds; `seconds` from first request to last answer.

    `latencies` holds those of answers with a status below 400 alone: what failed is no throughput.
    `cpu` is what the generator itself used, in seconds.
    """

    seconds: float = 0.0
    latencies: array[float] = field(default_factory=lambda: array("d"))
    statuses: Counter[int] = field(default_factory=Counter)
    bytes: int = 0
    cpu: float = 0.0

    @property
    def answers(self) -> int:
        """All answers, the failed ones too."""
        return sum(self.statuses.values())

    @property
    def failed(self) -> int:
        """Answers whose status is 400 or more."""
        return sum(count for status, count in self.statuses.items() if status >= 400)

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def note(self, status: int, latency: float, size: int) -> None:
        """Keep one answer: its status, seconds, and bytes with its head."""
        self.statuses[status] += 1
        self.bytes += size
        if status < 400:
            self.latencies.append(latency)

    def percentile(self, share: float) -> float:
        """The latency in milliseconds that `share` (0-1) of the good answers did not exceed; NaN without any."""
        if not self.latencies:
            return math.nan
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]
