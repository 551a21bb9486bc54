"""What `felles bench live` found: what each phase cost, what one open page costs, how soon it hears."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from felles.ops.bench.page_report import percentile

if TYPE_CHECKING:
    from pathlib import Path

_HEAD: Final = ("phase", "seconds", "entries written", "server", "database")
SOON: Final = 6.0
"""Seconds at p95 within which a page must have heard: two beats (docs/decisions/0007-live-signal.md)."""


@dataclass(slots=True)
class Phase:
    """One phase: how long, how much was written in it, seconds of CPU of the server and of PostgreSQL.

    `stood`: the longest time, in seconds, for which the whole machine did nothing.
    """

    name: str
    seconds: float
    writes: int
    server: float
    database: float
    stood: float

    def cells(self) -> list[str]:
        """Its line of the table; CPU as a share of one core."""
        shares = [f"{100 * used / self.seconds:.1f} % of a core" for used in (self.server, self.database)]
        return [self.name, f"{self.seconds:.0f}", str(self.writes), *shares]


@dataclass(slots=True)
class LiveReport:
    """All phases; `grown` bytes of the server by `pages` open pages; `delays` in seconds from commit to screen."""

    setting: dict[str, Any]
    phases: list[Phase]
    pages: int
    grown: int
    delays: list[float]
    missed: int
    ended: int

    def holds(self) -> bool:
        """Whether every page heard of every change, and soon, and none was cut off."""
        return bool(self.delays) and not (self.missed or self.ended) and percentile(self.delays, 0.95) <= SOON

    def table(self) -> str:
        """The phases as a table of Markdown, and what they come to."""
        lines = ["| " + " | ".join(_HEAD) + " |", "|" + "---|" * len(_HEAD)]
        lines += ["| " + " | ".join(phase.cells()) + " |" for phase in self.phases]
        p50, p95 = (percentile(self.delays, part) for part in (0.5, 0.95))
        slowest = max(self.delays, default=0)
        cost = f"{self.grown / self.pages / 1024:.0f} kB of the server's memory; {self._each()} while nobody writes"
        heard = f"p50 {p50:.1f} s, p95 {p95:.1f} s, slowest {slowest:.1f} s ({len(self.delays)} times"
        lines += ["", f"- one open page: {cost}"]
        lines.append(f"- from the commit to the page: {heard}; at most {SOON:.0f} s at p95)")
        lines.append(f"- never heard of: {self.missed}; pages cut off: {self.ended}")
        return "\n".join(lines)

    def _each(self) -> str:
        """CPU of one page each second, of the server and of PostgreSQL, above what they use without."""
        empty, held = self.phases[0], self.phases[2]
        used = [
            (getattr(held, part) / held.seconds - getattr(empty, part) / empty.seconds) / self.pages * 1e6
            for part in ("server", "database")
        ]
        return "{:.0f} µs of the server's and {:.0f} µs of PostgreSQL's CPU a second".format(*used)

    def write(self, folder: Path) -> Path:
        """Write NAME-live.md and .json (every delay) under `folder`; the path of the table."""
        folder.mkdir(parents=True, exist_ok=True)
        name = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S-live")
        (folder / f"{name}.json").write_text(json.dumps(asdict(self), indent=1))
        told = "\n".join(f"- {key}: {value}" for key, value in self.setting.items())
        path = folder / f"{name}.md"
        path.write_text(f"# Pages held open live\n\n{told}\n\n{self.table()}\n")
        return path
