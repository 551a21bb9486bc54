"""The hot searches begin in the index they were written for: alone, sixty-four together, and with skewed persons."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import pytest

from felles.record.clock import Clock
from felles.record.era import open_era
from felles.record.find import Links, parse, search
from felles.record.ids import mark_of
from felles.record.numbers import TYPES
from felles.record.pool import Pool

pytestmark = [pytest.mark.store, pytest.mark.slow]

HOSPITAL, DOCTOR = mark_of("Organization/hospital"), mark_of("Practitioner/doctor")
OBSERVATION, PATIENT = TYPES["Observation"], TYPES["Patient"]
_FILL = f"""
insert into person (bucket, person) select n % 4096, n from generate_series(1, 3000) n;
insert into relation (bucket, person, party, basis, source, writer, since, until)
select n % 4096, n, {HOSPITAL}, 1, 'EpisodeOfCare/x', 'x', 0, {2**62}
  from generate_series(1, 1500) n;
insert into staffing (actor, org, party, role, role_mark, source, since, until)
values ({DOCTOR}, {HOSPITAL}, {HOSPITAL}, 'doctor', {mark_of("doctor")}, 'PractitionerRole/r', 0, {2**62});
insert into entry (bucket, person, type, id, version, kind, org, author, self, code, many, low, high, updated,
                   commit, era, xid, indexer, marks, terms, body)
select n % 4096, n, {PATIENT}, 'p' || n, 1, 1, 1, 'Practitioner/x', n, null, false, n, n + 1, n, 1, 1, '3', 1,
       array[n], '{{"name": ["nordmann"], "family": ["nordmann"]}}', '{{}}' from generate_series(1, 3000) n;
insert into name select {PATIENT}, 'name' || n, 0, n % 4096, n, 'p' || n from generate_series(1, 3000) n;
insert into pointer select n, {PATIENT}, n % 4096, n, 'p' || n from generate_series(1, 3000) n;
insert into entry (bucket, person, type, id, version, kind, org, author, self, code, many, low, high, updated,
                   commit, era, xid, indexer, marks, body)
select n % 4096, n, {OBSERVATION}, 'o' || n || '-' || i, 1, 1, 1, 'Practitioner/x', n, i % 10, i % 9 = 0, i, i + 1, i,
       1, 1, '3', 1, array[i % 10, n], '{{}}'
  from generate_series(1, 3000) n,
       generate_series(1, case when n = 7 then 8000 when n % 100 = 0 then 300 else 12 end) i;
insert into block (bucket, person, id, against, party, low, high, since, until)
select n % 4096, n, 'b' || i, 1, i, 0, {2**62}, 0, {2**62} from generate_series(2901, 3000) n, generate_series(1, 30) i;
insert into opening (bucket, person, id, source, basis, actor, org, role, since, until)
select n % 4096, n, 'o' || i, 'Task/x', 5, i, i, i, 0, {2**62}
  from generate_series(2901, 3000) n, generate_series(1, 30) i;
insert into held (bucket, person, item, id, source, from_whom, reason, since, until)
select n % 4096, n, i, 'h', 'Consent/x', 7, 1, 0, {2**62} from generate_series(2901, 3000) n, generate_series(1, 30) i;
update person set blocked = true, opened = true, held = true where person > 2900;
analyze;
"""
GUARDED = {"block", "opening", "held"}
FORBIDDEN = {"Seq Scan", "Hash Join", "Merge Join", "Materialize"}


class Recorder:
    """Remembers the statement of a search instead of running it; places are those of the fill."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, tuple[Any, ...]]] = []

    async def submit(self, shape: Any, args: tuple[Any, ...]) -> list[Any]:
        if "as s0" in shape.sql:
            return [{f"s{i}": 10 for i in range(9)}]
        if shape.sql.lstrip().startswith("select q.n, coalesce(y.bucket"):
            person = int(args[1][1:])
            return [{"bucket": person % 4096, "person": person}]
        self.seen.append((shape, args))
        return []


@pytest.fixture
async def filled(record_database):
    owner = await asyncpg.connect(record_database.owner_url, server_settings={"search_path": "felles, public"})
    if not await owner.fetchval("select count(*) from person"):
        await owner.execute(_FILL)
    await owner.close()
    return record_database


async def _nodes(world_pool: Any, shape: Any, requests: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The nodes of the statement's plan, as the workers' connections make it, with what each really did."""
    conn = await world_pool.take()
    try:
        args = [*zip(*requests, strict=True), conn.era]
        raw = conn.raw
        await raw.execute("begin")
        try:
            text = await raw.fetchval(f"explain (analyze, buffers, format json) {shape.sql}", *args)
        finally:
            await raw.execute("rollback")
    finally:
        world_pool.give(conn)
    nodes: list[dict[str, Any]] = []

    def walk(node: dict[str, Any]) -> None:
        nodes.append(node)
        for below in node.get("Plans", ()):
            walk(below)

    walk(json.loads(text)[0]["Plan"])
    return nodes


def _indexes(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in nodes if "Index Name" in node and node["Actual Loops"]}


def _looked_at(nodes: list[dict[str, Any]]) -> set[str]:
    return {n["Relation Name"] for n in nodes if n.get("Relation Name") in GUARDED and n["Actual Loops"]}


def _touched(nodes: list[dict[str, Any]], relation: str) -> float:
    """Rows that scans of a table gave or threw away."""
    scans = [node for node in nodes if node.get("Relation Name") == relation]
    return sum((n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"] for n in scans)


HOT = [
    (
        "Observation",
        lambda n: [("patient", f"p{n}"), ("code", "x"), ("_sort", "-date"), ("_count", "20")],
        "entry_person",
    ),
    ("Observation", lambda n: [("patient", f"p{n}"), ("date", "ge2020"), ("_count", "20")], "entry_person"),
    ("Patient", lambda n: [("name", f"name{n}")], "name_pkey"),
    ("Patient", lambda n: [("identifier", f"s|{n}")], "pointer_pkey"),
    ("Patient", lambda n: [("_id", f"p{n}")], "entry_person"),
    ("Observation", lambda _: [("code", "x"), ("status", "final")], "relation_by_party"),
]


@pytest.mark.parametrize(("kind", "pairs", "index"), HOT)
@pytest.mark.parametrize("mode", ["staff", "all"])
async def test_hot_searches_use_their_index(filled, grants, kind, pairs, index, mode):
    grant = getattr(grants, mode)()
    recorder = Recorder()
    persons = [7, 100, 200, *range(300, 361)]
    for person in persons:
        await search(recorder, Clock(), grant, parse(kind, pairs(person)), None, Links(bytes(32)))
    shapes = {id(shape) for shape, _ in recorder.seen}
    assert len(shapes) == 1, "searches of one form share one statement"
    shape, requests = recorder.seen[0][0], [args for _, args in recorder.seen]
    pool = Pool(filled.url, size=2, statement_timeout_ms=30_000, era_of=open_era)
    try:
        for batch in (requests[:1], requests[1:2], requests):
            nodes = await _nodes(pool, shape, batch)
            if index != "relation_by_party" or mode == "staff":
                assert index in _indexes(nodes)
            found = {node["Node Type"] for node in nodes if "Relation Name" in node or "Join" in node["Node Type"]}
            assert not found & FORBIDDEN
    finally:
        await pool.close()


@pytest.mark.parametrize("mode", ["staff", "all"])
@pytest.mark.parametrize(("kind", "pairs", "index"), HOT)
async def test_tables_of_the_few_are_looked_at_for_the_few_alone(filled, grants, kind, pairs, index, mode):
    """Blocks, openings and what is held back cost a person without them nothing: guarded by bits on her row."""
    recorder = Recorder()
    for person in (7, 300, 2950):
        await search(recorder, Clock(), getattr(grants, mode)(), parse(kind, pairs(person)), None, Links(bytes(32)))
    shape, requests = recorder.seen[0][0], [args for _, args in recorder.seen]
    pool = Pool(filled.url, size=2, statement_timeout_ms=30_000, era_of=open_era)
    try:
        plain, few = await _nodes(pool, shape, requests[:2]), await _nodes(pool, shape, requests[2:])
    finally:
        await pool.close()
    assert {node.get("Relation Name") for node in plain} >= GUARDED, "the statement knows them"
    if index != "relation_by_party":  # that one reads the list, which holds none of the few
        assert not _looked_at(plain)
    if index == "entry_person":  # the fill has no marks of the others for a search to find
        assert ("opening" in _looked_at(few)) is (mode == "staff")


async def test_the_newest_of_a_code_reads_no_more_than_it_shows(filled, grants):
    """Person 7 has 8 000 observations, 800 of the code: the page reads twenty-one from the index."""
    recorder = Recorder()
    query = parse("Observation", [("patient", "p7"), ("code", "x"), ("_sort", "-date"), ("_count", "20")])
    await search(recorder, Clock(), grants.all(), query, None, Links(bytes(32)))
    shape, args = recorder.seen[0]
    # The fill's codes and marks are small numbers: 3 is the code of a tenth of the rows.
    marks = {query.clauses[0].marks[0]: 7, query.clauses[1].marks[0]: 3}
    args = tuple(marks.get(arg, arg) if isinstance(arg, int) else arg for arg in args)
    pool = Pool(filled.url, size=2, statement_timeout_ms=30_000, era_of=open_era)
    try:
        nodes = await _nodes(pool, shape, [args])
    finally:
        await pool.close()
    by_code = [n for n in nodes if n.get("Index Name") == "entry_person"]
    assert [n["Actual Rows"] for n in by_code] == [21]
