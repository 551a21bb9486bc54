"""How facts about the database are judged and worded, and who may see metrics."""

import subprocess
import sys
from dataclasses import replace

import pytest

from felles.ops.health import parts
from felles.ops.metrics import Metrics, may_see
from felles.record.health import Beat, Facts

WELL = Facts(
    now=100_000_000,
    version="18.6",
    migration=3,
    drift=None,
    era=1,
    ticks=7,
    sealed=99_000_000,
    unsealed=0,
    oldest_unsealed=None,
    oldest_transaction=0.1,
    nobodys=2,
    outbox=0,
    deskless=0,
    bytes=50 * 2**20,
)


def test_all_is_well():
    told = parts(WELL)
    assert all(part["ok"] for part in told.values())
    assert told["database"]["last"] == "1970-01-01T00:01:40.000000Z"


@pytest.mark.parametrize(
    ("fact", "part"),
    [
        ({"drift": "a column is missing"}, "schema"),
        ({"oldest_transaction": 31.0}, "transactions"),
        ({"unsealed": 3, "oldest_unsealed": 30_000_000}, "log"),
        ({"deskless": 3}, "cases"),
        ({"broken": 99_500_000}, "proof"),
        ({"now": 40 * 86_400_000_000, "first_seal": 1}, "proof"),
    ],
)
def test_a_part_that_is_not_well_says_so_alone(fact, part):
    told = parts(replace(WELL, **fact))
    assert [name for name, one in told.items() if not one["ok"]] == [part]


def test_what_a_server_tells_of_itself_is_judged_and_without_one_nothing_is_missed():
    beats = tuple(Beat(part, "here", 2, 95_000_000) for part in ("worker", "worker", "cleaning", "sealing"))
    assert all(part["ok"] for part in parts(replace(WELL, beats=beats)).values())
    one = parts(replace(WELL, beats=beats[1:]))
    assert (one["workers"]["ok"], one["workers"]["said"]) == (False, "1 of 2 tell of themselves")
    late = parts(replace(WELL, now=900_000_000, beats=(*beats[2:], Beat("worker", "here", 1, 899_000_000))))
    assert [name for name, each in late.items() if not each["ok"]] == ["cleaning"]
    assert late["cleaning"]["last"] == "1970-01-01T00:01:35.000000Z"
    assert parts(replace(WELL, now=900_000_000, beats=beats))["workers"] == {"ok": True, "said": "none runs"}


def test_lines_that_wait_a_moment_are_no_fault():
    assert parts(replace(WELL, unsealed=3, oldest_unsealed=99_500_000))["log"]["ok"]


@pytest.mark.parametrize(
    ("client", "sent", "token", "seen"),
    [
        ("127.0.0.1", "", None, True),
        ("::1", "", None, True),
        ("10.0.0.7", "", None, False),
        (None, "", None, False),
        ("somewhere", "", None, False),
        ("10.0.0.7", "Bearer secret", "secret", True),
        ("127.0.0.1", "", "secret", False),
        ("127.0.0.1", "Bearer other", "secret", False),
    ],
)
def test_metrics_are_for_this_machine_or_by_token(client, sent, token, seen):
    assert may_see(client, sent, token) is seen


def test_methods_from_outside_make_no_lines_of_their_own():
    metrics = Metrics()
    for method in ("GET", "BREW", "X" * 50):
        metrics.count("fhir", method, 200, 0.003)
    text = metrics.text().decode()
    assert 'method="other",status="200"} 2.0' in text
    assert "BREW" not in text
    assert 'felles_http_seconds_bucket{door="fhir",le="0.005"} 3.0' in text


WORKERS = """
import os, sys
from felles.ops.metrics import FOLDER, Metrics
os.environ[FOLDER] = sys.argv[1]
for _ in range(2):
    if os.fork() == 0:
        Metrics().count("fhir", "GET", 200, 0.003)
        os._exit(0)
for _ in range(2):
    assert os.wait()[1] == 0
print(Metrics().text().decode())
"""


def test_any_worker_answers_for_all(tmp_path):
    done = subprocess.run([sys.executable, "-c", WORKERS, tmp_path], capture_output=True, text=True, check=True)
    assert 'felles_http_requests_total{door="fhir",method="GET",status="200"} 2.0' in done.stdout
