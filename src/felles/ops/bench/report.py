"""What was measured, as a table to read and as raw JSON to check it by."""

from __future__ import annotations

import json
import os
import platform
import statistics
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from felles.ops.bench.figures import Figure
from felles.ops.bench.load import Measured


@dataclass(slots=True)
class Run:
    """One run of one figure: what the server gave, and PostgreSQL's limit measured beside it (None: none)."""

    rate: float
    p50: float
    p95: float
    p99: float
    failed: int
    limit: float | None

    @classmethod
    def of(cls, figure: Figure, measured: Measured, limit: float | None) -> Run:
        """Rate in the figure's unit, latencies in milliseconds."""
        return cls(
            measured.rate * figure.counts,
            measured.percentile(0.50),
            measured.percentile(0.95),
            measured.percentile(0.99),
            measured.failed,
            limit,
        )


@dataclass(slots=True)
class Report:
    """All runs of all figures, by who asked."""

    title: str
    setting: dict[str, Any] = field(default_factory=dict)
    runs: dict[str, dict[str, list[Run]]] = field(default_factory=dict)

    def add(self, who: str, figure: Figure, run: Run) -> None:
        """Keep one run."""
        self.runs.setdefault(who, {}).setdefault(figure.name, []).append(run)

    def table(self, figures: tuple[Figure, ...]) -> str:
        """The medians as Markdown, with the share of the limit reached and what had to be reached."""
        lines = [
            "| asked by | work | rate | p50 | p95 | p99 | limit | share | must reach |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for who, by_figure in self.runs.items():
            lines += [_line(who, f, by_figure[f.name]) for f in figures if f.name in by_figure]
        return "\n".join(lines)

    def write(self, folder: Path, figures: tuple[Figure, ...]) -> Path:
        """Write NAME.md and NAME.json under `folder`; the path of the table."""
        folder.mkdir(parents=True, exist_ok=True)
        name = datetime.now(UTC).strftime("%Y-%m-%d-%H%M")
        raw = {"title": self.title, "setting": self.setting, "runs": self.runs}
        (folder / f"{name}.json").write_text(json.dumps(raw, default=lambda r: r.__getstate__()[1], indent=1))
        told = "\n".join(f"- {key}: {value}" for key, value in self.setting.items())
        path = folder / f"{name}.md"
        path.write_text(f"# {self.title}\n\n{told}\n\n{self.table(figures)}\n")
        return path


def _line(who: str, figure: Figure, runs: list[Run]) -> str:
    rate = statistics.median(r.rate for r in runs)
    limits = [r.limit for r in runs if r.limit]
    share = statistics.median(r.rate / r.limit for r in runs if r.limit) if limits else None
    must = f"{figure.must:.0f}{figure.unit}" + (f", {figure.share:.0%}" if figure.share else "")
    failed = sum(r.failed for r in runs)
    cells = [
        who,
        figure.title,
        f"{rate:.0f}{figure.unit}" + (f" ({failed} failed)" if failed else ""),
        *(f"{statistics.median(getattr(r, p) for r in runs):.1f} ms" for p in ("p50", "p95", "p99")),
        f"{statistics.median(limits):.0f}" if limits else "",
        f"{share:.1%}" if share else "",
        must,
    ]
    return "| " + " | ".join(cells) + " |"


def machine() -> dict[str, Any]:
    """What it ran on, without naming it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{memory:.0f} GiB",
        "python": platform.python_version(),
        "kernel": platform.release().split("-")[0],
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
