"""What `felles demo` tells of its own rate and memory, and that it tells it now and then, not always."""

import re
from pathlib import Path

import pytest

from felles.demo import pace
from felles.demo.pace import Pace


class Clock:
    """The two clocks of `time` that a pace looks at, standing still until they are moved."""

    now = 100.0
    cpu = 7.0

    def perf_counter(self):
        return self.now

    def process_time(self):
        return self.cpu


def test_it_tells_people_entries_rate_and_memory(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(pace, "time", clock)
    monkeypatch.setattr(pace, "peak_bytes", lambda: 210 << 20)
    run = Pace()
    clock.now, clock.cpu = 150.0, 37.0
    assert run.line(1_000, 20_000, 30_000) == (
        "1000/20000 citizens, 50 s (30 s of CPU in this command), 600 entries/s, 20 citizens/s, memory at most 210 MB"
    )
    assert run.line(1_100, 20_000, 31_000) is None
    assert run.whole(20_000, 600_000, 5 << 30) == (
        "600000 entries of 20000 citizens written: 50 s (30 s of CPU in this command), 12000 entries/s,"
        " 400 citizens/s, memory at most 210 MB, the database 5120 MB."
    )


def test_a_line_for_each_part_and_one_at_the_end():
    run = Pace()
    lines = [run.line(done, 2_000, done) for done in range(0, 2_001, 7)]
    assert sum(line is not None for line in lines) == pace.STEP - 1
    last = run.line(2_000, 2_000, 2_000)
    assert last is not None
    assert last.startswith("2000/2000 ")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system has no such page")
def test_memory_is_this_process_own():
    """The same number as the kernel's own page about the process."""
    told = pace.peak_bytes()
    said = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert said is not None
    peak = int(said[1]) * 1024
    assert peak / 2 < told < peak * 2
