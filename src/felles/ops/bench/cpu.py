"""CPU time of the processes that take part in a run, read from /proc before and after.

A part is a process with all its descendants. What a descendant used is handed to its parent when it ends
(cutime, cstime in proc(5)), so short-lived children are counted too. The kernel counts in hundredths of a second:
runs of seconds are exact to well under a hundredth.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Used:
    """What a run used: seconds of CPU by part, and of the machine: cores kept busy, cores taken by its host.

    `stood`: the longest time, in seconds, for which the machine did nothing at all (`Stillness`).
    """

    parts: dict[str, float]
    busy: float
    stolen: float
    stood: float = 0.0


STOOD = 1.0
"""Seconds of standing still after which a run is no measurement: it is made again."""


class Stillness:
    """Notices when the whole machine stands still, as virtual ones do when their host pauses them.

    A thread that sleeps a twentieth of a second is woken late only when nothing runs, whatever the load.
    """

    _NAP = 0.05

    def __init__(self) -> None:
        self._longest = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bench-stillness", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        before = time.perf_counter()
        while not self._over.wait(self._NAP):
            now = time.perf_counter()
            self._longest = max(self._longest, now - before - self._NAP)
            before = now

    def longest(self) -> float:
        """Stop watching: the longest standstill in seconds."""
        self._over.set()
        self._thread.join()
        return self._longest


def parent_of(pid: int) -> int:
    """The parent of a process. Raises `FileNotFoundError` when it is gone."""
    return int(_fields(pid)[1])


def tree_of(root: int) -> set[int]:
    """`root` and all its living descendants; empty when it is gone."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                children.setdefault(parent_of(int(entry.name)), []).append(int(entry.name))
            except OSError:  # it ended while we looked
                continue
    found: set[int] = set()
    waiting = [root] if (_PROC / str(root)).exists() else []
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += children.get(pid, [])
    return found


def seconds_of(pids: set[int]) -> float:
    """User and system time of processes so far, with that of their children that ended."""
    total = 0
    for pid in pids:
        try:
            total += sum(map(int, _fields(pid)[11:15]))
        except OSError:
            continue
    return total * _TICK


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third (state) on: the second may hold spaces and brackets."""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


class Meter:
    """Reads parts before and after: `meter = Meter({"worker": pid}); …; meter.used()`."""

    def __init__(self, parts: dict[str, int]) -> None:
        """`parts`: the root process of each part."""
        self._parts = parts
        self._before = self._now()
        self._machine = _machine()
        self._began = time.perf_counter()
        self._stillness = Stillness()

    def _now(self) -> dict[str, float]:
        return {name: seconds_of(tree_of(root)) for name, root in self._parts.items()}

    def used(self) -> Used:
        """What the parts and the machine used since this meter was made; to be asked once."""
        stood = self._stillness.longest()
        elapsed = time.perf_counter() - self._began
        busy, stolen = (after - before for after, before in zip(_machine(), self._machine, strict=True))
        now = self._now()
        parts = {name: max(0.0, now[name] - before) for name, before in self._before.items()}
        return Used(parts, busy / elapsed, stolen / elapsed, stood)


def _machine() -> tuple[float, float]:
    """Seconds that all cores together were busy, and that the host took from them (proc(5), /proc/stat)."""
    user, nice, system, _idle, _wait, irq, soft, steal = map(int, (_PROC / "stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft) * _TICK, steal * _TICK
