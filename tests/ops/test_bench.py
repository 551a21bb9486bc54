"""The benchmark's own parts: what it sends, how it counts, what it tells. Nothing here is timed."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, pairwise
from pathlib import Path

import asyncpg
import pytest

from felles.ops.bench import lives
from felles.ops.bench.bare import Bare
from felles.ops.bench.bound import bound_of
from felles.ops.bench.connection import Target
from felles.ops.bench.cpu import Meter, Used, tree_of
from felles.ops.bench.decision import DecisionReport, Way
from felles.ops.bench.figures import FIGURES, SYSTEM
from felles.ops.bench.files import by_person, by_time
from felles.ops.bench.flat import Cost, FlatReport
from felles.ops.bench.limit import tps_of
from felles.ops.bench.load import at_rate, closed_loop
from felles.ops.bench.measured import Measured
from felles.ops.bench.region import written_of
from felles.ops.bench.report import Report, Run, reached
from felles.ops.bench.requests import ready
from felles.ops.bench.sample import Sample
from felles.ops.bench.town import ENTRIES, LIST, Office, found, numbers, write_part
from felles.record.ids import mark_of
from felles.settings import load

READ, CREATE = (next(f for f in FIGURES if f.name == name) for name in ("read", "create"))
GOOD = Run(
    rate=8000.0,
    p50=3.0,
    p95=6.0,
    p99=9.0,
    answers=8000,
    failed=0,
    bytes=1200.0,
    limit=40_000.0,
    cpu={"worker": 90.0, "database": 80.0, "generator": 12.0},
    busy=1.9,
    stolen=0.0,
    cores=2,
)
PGBENCH = """pgbench (18.6)
transaction type: /tmp/limit.sql
number of transactions actually processed: 171238
number of failed transactions: {failed} (0.000%)
latency average = 0.744 ms
initial connection time = 61.482 ms
tps = 43012.117722 (without initial connection time)
"""


def test_the_limit_is_read_from_what_pgbench_tells():
    assert tps_of(PGBENCH.format(failed=0)) == 43012.117722


@pytest.mark.parametrize("told", ["pgbench: error: connection failed", PGBENCH.format(failed=3)])
def test_a_limit_that_was_not_measured_is_none(told):
    with pytest.raises(RuntimeError, match="nothing to hold against"):
        tps_of(told)


def test_the_rate_of_an_import_is_read_from_what_it_tells():
    assert written_of("100200 written, 0 unchanged, 0 older, in\n12.5 s\n  Patient: 334") == (100200, 12.5)
    with pytest.raises(RuntimeError):
        written_of("nothing")


def test_a_figure_is_reached_by_the_median_of_its_shares():
    runs = [replace(GOOD, rate=rate) for rate in (2000.0, 6900.0, 9000.0)]
    assert reached(READ, runs) == "yes"
    assert reached(READ, [replace(run, limit=60_000.0) for run in runs]) == "**no**"


def test_a_run_without_a_limit_is_held_against_the_rate():
    assert reached(READ, [replace(GOOD, limit=None)]) == "yes (rate)"
    assert reached(READ, [replace(GOOD, limit=None, rate=7999.0)]) == "**no** (rate)"


def test_one_failed_request_and_the_figure_does_not_hold():
    runs = [GOOD, GOOD, replace(GOOD, failed=1)]
    assert reached(READ, runs) == "**NO: 1 of 24000 FAILED**"
    report = Report("x", runs={SYSTEM: {"read": runs}})
    assert "FAILED" in report.table(FIGURES)
    assert report.missed(FIGURES) == ["system: read"]
    assert report.rate(SYSTEM, "read") is None


def test_failed_answers_are_no_throughput():
    measured = Measured(seconds=1.0)
    for status in (200, 201, 400, 503):
        measured.note(status, 0.001, 100)
    run = Run.of(READ, measured, 40_000.0, Used({"worker": 0.4}, 1.5, 0.0))
    assert (run.rate, run.answers, run.failed) == (2.0, 4, 2)


def test_all_failed_is_a_report_too(tmp_path):
    measured = Measured(seconds=1.0)
    measured.note(400, 0.001, 100)
    report = Report("x")
    report.add(SYSTEM, READ, Run.of(READ, measured, 40_000.0, Used({}, 1.5, 0.0)))
    path = report.write(tmp_path, FIGURES)
    assert "**NO: 1 of 1 FAILED**" in path.read_text()
    assert json.loads(path.with_suffix(".json").read_text())["runs"]["system"]["read"][0]["p95"] is None


def test_the_table_tells_share_and_cost():
    row = Report("x", runs={SYSTEM: {"read": [GOOD]}}).table(FIGURES).splitlines()[-1]
    for cell in ("8000/s", "20.0%", "17 %; 8000/s", "yes", "| 90 | 80 | 12 |", "all cores, most by the worker (0.72)"):
        assert cell in row


@pytest.mark.parametrize(
    ("busy", "each", "told"),
    [
        (1.95, {"worker": 60.0, "database": 110.0}, "all cores, most by the database (0.88)"),
        (1.2, {"worker": 118.0, "database": 20.0}, "the worker, one core full"),
        (0.6, {"worker": 30.0, "database": 30.0}, "waiting"),
    ],
)
def test_what_bounds_a_figure_follows_from_where_the_time_went(busy, each, told):
    assert bound_of(each, answers=8000, cores=2, busy=busy, stolen=0.0).startswith(told)


def test_what_others_use_is_told():
    told = bound_of({"worker": 100.0, "database": 120.0}, answers=2000, cores=2, busy=1.9, stolen=0.0)
    assert "1.46 of them by others (CPU alone allows 9091 answers/s)" in told


def test_requests_are_ready_before_the_clock_starts():
    drawn = Sample(["p1", "p2"], ["Observation/o1"], ["Aune1"], [f"{lives.SEED}-0"], big=["b1"], blocked=["b1"])
    target = Target.of("http://127.0.0.1:9/fhir", {"Authorization": "Bearer x"})
    for figure in FIGURES:
        if figure.name in ("bundles", "import"):
            continue
        head, _, body = next(ready(figure.name, target, drawn, 1)).partition(b"\r\n\r\n")
        assert head.startswith(b"POST /fhir/Observation HTTP/1.1" if figure is CREATE else b"GET /fhir/")
        assert b"Authorization: Bearer x" in head
        assert (f"Content-Length: {len(body)}".encode() in head) is (figure is CREATE)
    bundles = list(ready("bundles", target, drawn, 0)) or [b""]
    assert bundles == [b""]


def test_a_life_is_sent_once_in_each_order(tmp_path):
    everyone = list(lives.people(3, entries=40))
    for order, write in (("person", by_person), ("time", by_time)):
        folder = tmp_path / order
        folder.mkdir()
        write(folder, everyone)
        written = [e["resource"] for f in sorted(folder.iterdir()) for e in json.loads(f.read_bytes())["entry"]]
        assert sorted(r["id"] for r in written) == sorted(r["id"] for life in everyone for r in life)
        owners = [r["subject"]["reference"] for r in written if "subject" in r]
        changes = sum(a != b for a, b in pairwise(owners))
        assert changes == 2 if order == "person" else changes > 40


def test_what_ended_children_used_is_counted():
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    meter = Meter({"worker": os.getpid()})
    subprocess.run([sys.executable, "-c", burn], check=True)
    assert meter.used().parts["worker"] >= 0.15


def test_a_part_is_a_process_with_its_descendants():
    with subprocess.Popen(["sleep", "30"]) as child:
        assert child.pid in tree_of(os.getpid())
        assert os.getpid() not in tree_of(child.pid)
        child.kill()
    assert child.pid not in tree_of(os.getpid())


def flat_report(small, large, *, failed=0, buffers=30.0):
    def cost(people, each, buffers, failed):
        return Cost(people, people * 22, 4000, failed, [each] * 5, [each / 2] * 5, [9.0] * 5, [20.0] * 5, buffers)

    return FlatReport({}, [cost(2000, small, 25.0, 0), cost(200_000, large, buffers, failed)])


@pytest.mark.parametrize(
    ("report", "flat"),
    [
        (flat_report(1000.0, 1190.0), True),
        (flat_report(1000.0, 1210.0), False),
        (flat_report(1000.0, 1000.0, buffers=31.0), False),
        (flat_report(1000.0, 1000.0, failed=1), False),
    ],
)
def test_a_chart_costs_the_same_within_a_fifth(report, flat, tmp_path):
    assert report.flat() is flat
    assert ("**NO**" in report.write(tmp_path).read_text()) is not flat


@pytest.mark.parametrize("people", [1, 1499, 1500, 1501, 4000])
def test_everybody_stands_on_one_list_of_realistic_length(people):
    lists = {}
    for office, some in numbers(people):
        lists.setdefault(office.number, []).extend(some)
    assert sorted(number for listed in lists.values() for number in listed) == list(range(people))
    assert max(map(len, lists.values())) <= LIST
    assert sum(len(listed) < LIST for listed in lists.values()) <= 1


def test_a_population_is_written_with_its_lists(record_database, tmp_path, monkeypatch):
    monkeypatch.setenv("FELLES_DATABASE_URL", record_database.url)
    monkeypatch.setenv("FELLES_DATABASE_OWNER_URL", record_database.owner_url)
    found(tmp_path, 60)
    for part in range(2):
        write_part(tmp_path, 60, part, 2)
    counted = asyncio.run(count(record_database.owner_url, mark_of(Office(0).gp)))
    assert counted == {"entries": 60 * ENTRIES, "people": 60, "listed": 60, "open": 0}


async def count(url, party):
    conn = await asyncpg.connect(url)
    try:
        return dict(
            await conn.fetchrow(
                """select (select count(*) from felles.entry where form = 0) as entries,
                          (select count(*) from felles.person where not reserved) as people,
                          (select count(distinct person) from felles.relation where party = $1) as listed,
                          (select count(*) from felles.entry where strpos(body, 'urn:uuid') > 0) as open""",
                party,
            )
        )
    finally:
        await conn.close()


@pytest.mark.soak
def test_the_whole_of_it_on_a_small_region(tmp_path):
    felles = Path(sys.executable).parent / "felles"
    small = (
        f"--people 20 --big 0 --seconds 1 --runs 1 --figure read --figure everything --figure create --out {tmp_path}"
    )
    command = ["timeout", "900", felles, "bench", *small.split()]  # stopped by SIGTERM, it leaves nothing behind
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr  # 1: a figure not reached, on a machine that does other things
    [path] = tmp_path.glob("*.json")
    told = json.loads(path.read_text())
    assert told["setting"]["blocks"].startswith("2 people, one in ten")
    assert told["setting"]["patients on the GP's list"] >= 20
    runs = {(who, name): made for who, by in told["runs"].items() for name, made in by.items()}
    assert len(runs) == 6
    assert all(run["failed"] == 0 < run["rate"] and run["limit"] for made in runs.values() for run in made)


def decision_report(cpu=80.0, p95=4.0, *, failed=0, lines=4000, bare_lines=0):
    def way(worker, p95, failed, lines):
        return Way([worker] * 3, [10.0] * 3, [2.0] * 3, [p95] * 3, [5000.0] * 3, failed, 4000, lines)

    ways = {"with": way(50.0 + cpu, 3.0 + p95, failed, lines), "without": way(50.0, 3.0, 0, bare_lines)}
    return DecisionReport({}, {"closed loop": ways, "steady": ways})


@pytest.mark.parametrize(
    ("report", "holds"),
    [
        (decision_report(), True),
        (decision_report(cpu=101.0), False),
        (decision_report(p95=5.1), False),
        (decision_report(failed=1), False),
        (decision_report(lines=3999), False),
        (decision_report(bare_lines=1), False),
    ],
)
def test_decision_and_line_may_cost_so_much_and_every_read_has_its_line(report, holds, tmp_path):
    assert report.holds() is holds
    assert ("**NO**" in report.write(tmp_path).read_text()) is not holds


async def test_the_door_without_decision_opens_no_record_but_one_made_to_measure(record_database, tmp_path):
    bare = await Bare.open(load({}, home=tmp_path), record_database.url)
    try:
        assert not await bare.made_to_measure()
        owner = await asyncpg.connect(record_database.owner_url)
        await owner.execute("create schema bench")
        await owner.close()
        assert await bare.made_to_measure()
    finally:
        await bare.close()


@pytest.mark.soak
def test_decision_and_line_are_measured_on_the_same_rows(tmp_path):
    felles = Path(sys.executable).parent / "felles"
    command = ["timeout", "900", felles, "bench", "decision", "--people", "20", "--seconds", "1", "--runs", "1"]
    done = subprocess.run([*command, "--out", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr  # 1: too dear, on a machine that does other things
    [path] = tmp_path.glob("*.json")
    ways = json.loads(path.read_text())["ways"]
    for load_, by_way in ways.items():
        for way, run in by_way.items():
            assert run["failed"] == 0 < run["reads"], (load_, way)
            assert run["lines"] == (run["reads"] if way == "with" else 0), (load_, way)


@contextmanager
def answering(*pieces, keeps=10**9):
    """A server that answers each request with these pieces, each sent alone; closes after `keeps` answers."""

    def serve(connection):
        with connection:
            for _ in range(keeps):
                asked = b""
                while b"\r\n\r\n" not in asked:
                    more = connection.recv(65536)
                    if not more:
                        return
                    asked += more
                head, _, body = asked.partition(b"\r\n\r\n")
                length = int(head.partition(b"Content-Length: ")[2].partition(b"\r")[0] or 0)
                while len(body) < length:
                    body += connection.recv(65536)
                sizes.append(len(body))
                for piece in pieces:
                    connection.sendall(piece)

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    sizes = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield Target.of(f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"), sizes
        listener.shutdown(socket.SHUT_RDWR)


def whole(status=b"200 OK", body=b"{}", name=b"content-length: "):
    return b"HTTP/1.1 " + status + b"\r\n" + name + str(len(body)).encode() + b"\r\n\r\n" + body


@pytest.mark.slow
@pytest.mark.parametrize(
    "pieces",
    [
        [whole()],
        [whole(name=b"Content-Length:")],
        [b"HTTP/1.1 200 OK\r\ncont", b"ent-length: 4\r\n\r\nab", b"cd"],
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n", b"0\r\n\r\n"],
        [b"HTTP/1.1 204 No Content\r\n\r\n"],
        [whole(body=b"x" * 3_000_000)],
    ],
    ids=["whole", "spelt otherwise", "in pieces", "in chunks", "without a body", "long"],
)
def test_every_answer_is_counted_once(pieces):
    with answering(*pieces) as (target, sizes):
        measured = closed_loop(target, iter([target.request("GET", "/x")] * 40), connections=4, seconds=60)
    assert len(sizes) == measured.answers == len(measured.latencies) == 40
    assert measured.failed == 0
    assert measured.bytes == 40 * sum(map(len, pieces))


def test_refusals_are_counted_apart():
    with answering(whole(b"400 Bad Request")) as (target, _):
        measured = closed_loop(target, iter([target.request("GET", "/x")] * 9), connections=2, seconds=60)
    assert (measured.failed, len(measured.latencies), measured.rate) == (9, 0, 0.0)


def test_a_request_longer_than_the_socket_takes_goes_out_whole():
    with answering(whole(b"201 Created")) as (target, sizes):
        request = target.request("POST", "", b"x" * 9_000_000)
        measured = closed_loop(target, iter([request] * 3), connections=2, seconds=60)
    assert sizes == [9_000_000] * 3
    assert measured.statuses == {201: 3}


def test_a_server_that_closes_between_answers_is_asked_again():
    with answering(whole(), keeps=5) as (target, sizes):
        measured = closed_loop(target, iter([target.request("GET", "/x")] * 23), connections=2, seconds=60)
    assert measured.answers == len(sizes) == 23


def test_a_server_that_closes_instead_of_answering_is_an_error():
    with answering(whole(), keeps=0) as (target, _), pytest.raises(ConnectionError):
        closed_loop(target, cycle([target.request("GET", "/x")]), connections=2, seconds=60)


def test_at_a_rate_every_due_request_is_sent():
    with answering(whole()) as (target, sizes):
        measured = at_rate(target, cycle([target.request("GET", "/x")]), per_second=200, seconds=0.3)
    assert measured.answers == len(sizes) == 60
