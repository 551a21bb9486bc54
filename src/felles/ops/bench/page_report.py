"""What `felles bench pages` found: each step's times, its budget, and whether it is kept."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

_HEAD: Final = ("step", "runs", "p50", "p95", "slowest", "the server's part, p50", "p95", "at most, p95", "kept")


@dataclass(slots=True)
class Step:
    """One thing that is done again and again: milliseconds of each run, and of the server's part of it."""

    name: str
    most: float
    whole: list[float] = field(default_factory=list[float])
    server: list[float] = field(default_factory=list[float])

    def kept(self) -> bool:
        """Whether its p95 is within its budget."""
        return bool(self.whole) and percentile(self.whole, 0.95) <= self.most

    def cells(self) -> list[str]:
        """Its line of the table."""
        times = [percentile(self.whole, 0.5), percentile(self.whole, 0.95), max(self.whole)]
        served = [percentile(self.server, 0.5), percentile(self.server, 0.95)] if self.server else []
        told = [f"{each:.0f} ms" for each in times] + ([f"{each:.0f} ms" for each in served] or ["", ""])
        return [self.name, str(len(self.whole)), *told, f"{self.most:.0f} ms", "yes" if self.kept() else "**NO**"]


@dataclass(slots=True)
class PageReport:
    """All steps of one run over one region."""

    setting: dict[str, Any]
    steps: list[Step]

    def kept(self) -> bool:
        """Whether every step keeps its budget."""
        return all(step.kept() for step in self.steps)

    def table(self) -> str:
        """The steps as a table of Markdown."""
        lines = ["| " + " | ".join(_HEAD) + " |", "|" + "---|" * len(_HEAD)]
        return "\n".join([*lines, *("| " + " | ".join(step.cells()) + " |" for step in self.steps)])

    def write(self, folder: Path) -> Path:
        """Write NAME-pages.md and .json (every run) under `folder`; the path of the table."""
        folder.mkdir(parents=True, exist_ok=True)
        name = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S-pages")
        raw = {step.name: {"most": step.most, "whole": step.whole, "server": step.server} for step in self.steps}
        (folder / f"{name}.json").write_text(json.dumps({"setting": self.setting, "steps": raw}, indent=1))
        told = "\n".join(f"- {key}: {value}" for key, value in self.setting.items())
        path = folder / f"{name}.md"
        path.write_text(f"# Times of the pages, as Chromium has them\n\n{told}\n\n{self.table()}\n")
        return path


def percentile(values: list[float], part: float) -> float:
    """The smallest value that `part` of all are no greater than; NaN of none."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]
