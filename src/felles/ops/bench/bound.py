"""What bounds a figure, told from where the CPU time went."""

from __future__ import annotations

_FULL = 0.92
"""Of a core, or of all: beyond this there is nothing left to give."""


def bound_of(cpu: dict[str, float], *, answers: float, cores: int, busy: float, stolen: float) -> str:
    """A few words: what ran full, and how many cores were busy.

    Where others used the machine too, how many answers a second the CPU for each would allow on one left alone is
    told, never counted. `cpu` is microseconds for each answer by part, `answers` those of a second, `busy` the cores
    kept busy by everything on the machine, `stolen` those its host took away meanwhile.
    """
    used = {part: each * answers / 1e6 for part, each in cpu.items()}
    told = f"{busy:.2f} of {cores} cores busy"
    if (others := busy - sum(used.values())) > 0.1 * cores and any(used.values()):
        told += f", {others:.2f} of them by others (CPU alone allows {_allowed(cpu, cores):.0f} answers/s)"
    if stolen > 0.05 * cores:
        told += f", {stolen:.2f} taken by the host"
    if not used:
        return told
    if busy + stolen >= _FULL * cores:
        most = max(used, key=lambda part: used[part])
        return f"all cores, most by the {most} ({used[most]:.2f}); {told}"
    full = [part for part in ("worker", "generator") if used.get(part, 0) >= _FULL]
    if full:
        return f"the {full[0]}, one core full; {told}"
    return f"waiting (disk, turns taken); {told}"


def _allowed(cpu: dict[str, float], cores: int) -> float:
    """Answers a second when all cores do nothing else, and the worker, one event loop, has one of them."""
    return min(1e6 * cores / sum(cpu.values()), 1e6 / cpu.get("worker", 1.0))
