"""What was measured, as a table to read and as raw JSON to check it by."""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from felles.ops.bench.bound import bound_of
from felles.ops.bench.cpu import STOOD, Used
from felles.ops.bench.figures import Figure
from felles.ops.bench.measured import Measured

_HEAD = (
    "asked by",
    "work",
    "rate",
    "p50",
    "p95",
    "p99",
    "limit",
    "share",
    "must",
    "reached",
    "µs of CPU each: worker",
    "database",
    "generator",
    "what bounds it",
)


@dataclass(slots=True)
class Run:
    """One run of one figure: what the server gave, and the limit measured beside it (None: none).

    `rate` is good answers in the figure's unit; times are milliseconds; `cpu` microseconds for each answer by part;
    `busy` and `stolen` cores of the machine, of `cores`; `stood` seconds for which it stood still; `bytes` of an
    answer. What failed is in `failed` alone.
    """

    rate: float
    p50: float
    p95: float
    p99: float
    answers: int
    failed: int
    bytes: float
    limit: float | None
    cpu: dict[str, float]
    busy: float
    stolen: float
    cores: int
    stood: float = 0.0

    @classmethod
    def of(cls, figure: Figure, measured: Measured, limit: float | None, used: Used) -> Run:
        """The run of a figure that the generator measured."""
        each = 1e6 / max(1, measured.answers)
        return cls(
            rate=measured.rate * figure.counts,
            p50=measured.percentile(0.50),
            p95=measured.percentile(0.95),
            p99=measured.percentile(0.99),
            answers=measured.answers,
            failed=measured.failed,
            bytes=measured.bytes / max(1, measured.answers),
            limit=limit,
            cpu={part: seconds * each for part, seconds in used.parts.items()} | {"generator": measured.cpu * each},
            busy=used.busy,
            stolen=used.stolen,
            cores=cores(),
            stood=used.stood,
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

    def rate(self, who: str, name: str) -> float | None:
        """The median rate of a figure as `who` asked it; None when it was not measured, or failed."""
        runs = self.runs.get(who, {}).get(name, [])
        if not runs or any(run.failed for run in runs):
            return None
        return statistics.median(run.rate for run in runs)

    def table(self, figures: tuple[Figure, ...]) -> str:
        """The medians as Markdown: the share of the limit, what had to be reached, whether it was, what bounds it."""
        lines = ["| " + " | ".join(_HEAD) + " |", "|" + "---|" * len(_HEAD)]
        for who, by_figure in self.runs.items():
            lines += [_line(who, f, by_figure[f.name]) for f in figures if f.name in by_figure]
        return "\n".join(lines)

    def missed(self, figures: tuple[Figure, ...]) -> list[str]:
        """The figures that were measured and not reached, as `asker: name`."""
        by_name = {figure.name: figure for figure in figures}
        return [
            f"{who}: {name}"
            for who, by_figure in self.runs.items()
            for name, runs in by_figure.items()
            if not reached(by_name[name], runs).startswith("yes")
        ]

    def write(self, folder: Path, figures: tuple[Figure, ...]) -> Path:
        """Write NAME.md and NAME.json under `folder`; the path of the table."""
        folder.mkdir(parents=True, exist_ok=True)
        name = datetime.now(UTC).strftime("%Y-%m-%d-%H%M")
        raw = {"title": self.title, "setting": self.setting, "runs": self.runs}
        (folder / f"{name}.json").write_text(json.dumps(raw, default=_plain, indent=1))
        told = "\n".join(f"- {key}: {value}" for key, value in self.setting.items())
        path = folder / f"{name}.md"
        path.write_text(f"# {self.title}\n\n{told}\n\n{self.table(figures)}\n")
        return path


def _plain(run: Run) -> dict[str, Any]:
    """A run as JSON has it: a percentile of no answers is null there."""
    return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in asdict(run).items()}


def told(who: str, figure: Figure, run: Run) -> str:
    """One run as a line, for whoever waits."""
    line = f"{who}: {figure.title}: {run.rate:.0f}{figure.unit}"
    if not math.isnan(run.p95):
        line += f", p95 {run.p95:.1f} ms"
    if run.limit:
        line += f", {run.rate / run.limit:.1%} of {run.limit:.0f}"
    cpu = ", ".join(f"{part} {each:.0f} µs" for part, each in run.cpu.items())
    failed = f"; {run.failed} OF {run.answers} FAILED" if run.failed else ""
    stood = f"; THE MACHINE STOOD STILL for {run.stood:.1f} s" if run.stood >= STOOD else ""
    return f"{line}; {cpu}; {run.busy:.2f} cores busy{failed}{stood}"


def share_of(runs: list[Run]) -> float | None:
    """The median of the runs' shares of their limits; None where a run has no limit."""
    shares = [run.rate / run.limit for run in runs if run.limit]
    return statistics.median(shares) if len(shares) == len(runs) else None


def reached(figure: Figure, runs: list[Run]) -> str:
    """Whether a figure holds: never when anything failed; by its share where there is a limit, else by its rate."""
    failed = sum(run.failed for run in runs)
    if failed:
        return f"**NO: {failed} of {sum(run.answers for run in runs)} FAILED**"
    if figure.p95 is not None:
        return "yes" if statistics.median(run.p95 for run in runs) < figure.p95 else "**no**"
    share = share_of(runs)
    if share is not None and figure.share is not None:
        return "yes" if share >= figure.share else "**no**"
    return "yes (rate)" if statistics.median(run.rate for run in runs) >= figure.must else "**no** (rate)"


def _line(who: str, figure: Figure, runs: list[Run]) -> str:
    def median(of: Callable[[Run], float]) -> float:
        return statistics.median(of(run) for run in runs)

    share = share_of(runs)
    limit = f"{median(lambda r: r.limit or 0):.0f}" if share is not None else ""
    cpu = {part: median(lambda r, part=part: r.cpu[part]) for part in runs[0].cpu}
    shown = {"worker": cpu.get("server", 0.0)} | cpu if "server" in cpu else cpu
    cells = [
        who,
        figure.title,
        f"{median(lambda r: r.rate):.0f}{figure.unit}",
        *(_time(median(lambda r, p=p: getattr(r, p))) for p in ("p50", "p95", "p99")),
        limit + (f" (own {figure.limit})" if limit and figure.of_figure else ""),
        f"{share:.1%}" if share is not None else "",
        _must(figure),
        reached(figure, runs),
        *(f"{shown[part]:.0f}" if part in shown else "" for part in ("worker", "database", "generator")),
        bound_of(
            cpu,
            answers=median(lambda r: r.rate) / figure.counts,
            cores=runs[0].cores,
            busy=median(lambda r: r.busy),
            stolen=median(lambda r: r.stolen),
        ),
    ]
    return "| " + " | ".join(cells) + " |"


def _time(milliseconds: float) -> str:
    return "" if math.isnan(milliseconds) else f"{milliseconds:.1f} ms"


def _must(figure: Figure) -> str:
    if figure.p95 is not None:
        return f"p95 < {figure.p95:.0f} ms"
    rate = f"{figure.must:.0f}{figure.unit}"
    return rate if figure.share is None else f"{figure.share * 100:.3g} %; {rate}"


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0))


def machine() -> dict[str, Any]:
    """What it ran on, without naming it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": cores(),
        "memory": f"{memory:.0f} GiB",
        "python": platform.python_version(),
        "kernel": platform.release().split("-")[0],
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
