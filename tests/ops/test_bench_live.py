"""What `felles bench live` tells of its phases, and when it holds."""

import json

import pytest

from felles.ops.bench.live_report import LiveReport, Phase

PHASES = [
    Phase("nothing open, nobody writes", 10, 0, 0.1, 0.2, 0),
    Phase("nothing open, they write", 10, 50, 0.5, 0.5, 0),
    Phase("held open, nobody writes", 10, 0, 0.3, 0.6, 0),
    Phase("held open, they write", 10, 40, 0.6, 0.9, 0),
]


@pytest.mark.parametrize(
    ("delays", "missed", "ended", "holds"),
    [
        ([0.5] * 19 + [9.0], 0, 0, True),
        ([0.5] * 18 + [9.0] * 2, 0, 0, False),
        ([0.5], 1, 0, False),
        ([0.5], 0, 1, False),
        ([], 0, 0, False),
    ],
)
def test_every_page_must_hear_of_every_change_and_soon(delays, missed, ended, holds):
    assert LiveReport({}, PHASES, 200, 0, delays, missed, ended).holds() is holds


def test_one_page_costs_what_two_hundred_add(tmp_path):
    report = LiveReport({"cores": 2}, PHASES, 200, 200 * 102_400, [1.0, 2.0, 3.0], 0, 0)
    table = report.table()
    assert "100 kB of the server's memory" in table
    assert "100 µs of the server's and 200 µs of PostgreSQL's CPU a second" in table
    assert "p50 2.0 s, p95 3.0 s, slowest 3.0 s (3 times" in table
    assert "| held open, they write | 10 | 40 | 6.0 % of a core | 9.0 % of a core |" in table
    path = report.write(tmp_path)
    assert table in path.read_text()
    assert json.loads(path.with_suffix(".json").read_text())["delays"] == [1.0, 2.0, 3.0]
