"""What is over is never read: the index of what stands, and what the overview of a long record touches."""

from __future__ import annotations

import json
import re
from typing import Any

import asyncpg
import pytest

from felles.care.overview.views import WANTS
from felles.fhir.search.marks import code_mark
from felles.record.era import open_era
from felles.record.ids import mark_of
from felles.record.migrate import FOLDER
from felles.record.numbers import TYPES
from felles.record.pool import Pool
from felles.record.read_person import page_shape
from felles.record.short_record import SHORT
from felles.record.standing import INDEX

pytestmark = pytest.mark.store

HOSPITAL, DOCTOR = mark_of("Organization/hospital"), mark_of("Practitioner/doctor")
STOPPED, ACTIVE = code_mark("status", "stopped"), code_mark("status", "active")
RESOLVED = code_mark("clinical-status", "resolved")
_ENTRY = """
insert into entry (bucket, person, type, id, version, kind, org, author, self, code, many, low, high, updated, commit,
                   era, xid, indexer, marks, body)
select n, n, {type}, '{name}' || n || '-' || i, 1, {kind}, 1, 'Practitioner/x', i, {code}, false, i, i + 1, i, 1,
       1, '3', 1, {marks}, '{{}}'
  from generate_series(1, 500) n, generate_series(1, case when n = 7 then {many} else {others} end) i;"""
LONG = (
    ("MedicationRequest", 5, "i % 40", f"array[case when i % 500 = 0 then {ACTIVE} else {STOPPED} end]", 4000),
    ("Condition", 6, "i % 50", f"case when i % 1000 = 0 then '{{}}'::bigint[] else array[{RESOLVED}] end", 4000),
    ("DocumentReference", 14, "i % 10", "'{}'", 4000),
    ("Encounter", 12, "null", "'{}'", 4000),
    ("Observation", 3, "i % 10", "'{}'", 4000),
    ("Patient", 1, "null", "'{}'", 1),
)
"""(type, kind, code, marks, how many) of one person's long record, as SQL over the number `i`."""


@pytest.fixture
async def long_record(record_database):
    owner = await asyncpg.connect(record_database.owner_url, server_settings={"search_path": "felles, public"})
    if not await owner.fetchval("select count(*) from person"):
        rows = [
            _ENTRY.format(
                type=TYPES[name], name=f"{name}-", kind=kind, code=code, marks=marks, many=many, others=min(many, 40)
            )
            for name, kind, code, marks, many in LONG
        ]
        await owner.execute(
            f"""insert into person (bucket, person) select n, n from generate_series(1, 500) n;
            insert into relation select n, n, {HOSPITAL}, 1, 'EpisodeOfCare/x', 'x', 0, {2**62}
              from generate_series(1, 500) n;
            insert into staffing (actor, org, party, role, role_mark, source, since, until)
            values ({DOCTOR}, {HOSPITAL}, {HOSPITAL}, 'doctor', {mark_of("doctor")}, 'PractitionerRole/r', 0, {2**62});
            {"".join(rows)} analyze;"""
        )
    await owner.close()
    return record_database


async def test_the_migration_makes_the_index_word_for_word(rows):
    assert INDEX in (FOLDER / "0006_standing.sql").read_text()


@pytest.mark.slow
async def test_the_overview_of_a_long_record_reads_what_it_shows(long_record):
    """Of twenty thousand entries some hundred and sixty are touched, and none of what is over."""
    person = (7, 7, "page:overview", "Patient/p7", TYPES["Patient"], "p7", mark_of("Patient/p7"), -1, 0, False)
    asked = (*person, 0, DOCTOR, HOSPITAL, mark_of("doctor"), 2**62 - 1, 0, 10**15, 10**15, False, "{}")
    pool = Pool(long_record.url, size=2, statement_timeout_ms=30_000, era_of=open_era)
    try:
        alone = await _nodes(pool, [asked])
        joint = await _nodes(pool, [asked] * 16)
    finally:
        await pool.close()
    for nodes, requests in ((alone, 1), (joint, 16)):
        scans = [node for node in nodes if node.get("Relation Name") == "entry" and node["Actual Loops"]]
        assert {node["Index Name"] for node in scans} == {"entry_person", "entry_standing"}
        standing = [node for node in scans if node["Index Name"] == "entry_standing"]
        # 4 conditions, 8 prescriptions, 10 contacts, 10 documents: nothing is read to be thrown away.
        # (17 rounds the rows of a loop.)
        assert 28 * requests <= _rows(standing) <= 32 * requests
        assert not any(node.get("Rows Removed by Filter") for node in standing)
        # That it is long; the patient; of 10 codes each step of the loose scan, 8 values of each.
        assert _rows(scans) <= (SHORT + 1 + 1 + 32 + 10 + 80) * requests
        assert not {node["Node Type"] for node in scans} - {"Index Scan", "Index Only Scan"}


def _rows(nodes: list[dict[str, Any]]) -> float:
    return round(sum(node["Actual Rows"] * node["Actual Loops"] for node in nodes))


async def _nodes(pool: Pool, requests: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The nodes of the page's plan, as the workers' connections make it, with what each really did."""
    async with pool.acquire() as conn:
        await conn.raw.execute("begin")
        text: Any = await conn.raw.fetchval(
            f"explain (analyze, buffers, format json) {page_shape(WANTS, single=True).sql}",
            *zip(*requests, strict=True),
            conn.era,
        )
        await conn.raw.execute("rollback")
    nodes: list[dict[str, Any]] = []

    def walk(node: dict[str, Any]) -> None:
        nodes.append(node)
        for below in node.get("Plans", ()):
            walk(below)

    walk(json.loads(text)[0]["Plan"])
    return nodes


async def test_every_mark_of_the_condition_is_of_a_code_that_means_over(rows):
    numbers = set(map(int, re.findall(r"-?\d{12,}", INDEX)))
    assert {STOPPED, RESOLVED, code_mark("verification-status", "refuted")} <= numbers
    assert not numbers & {code_mark(param, code) for param in ("status", "clinical-status") for code in _STANDING}


_STANDING = ("active", "on-hold", "draft", "unknown", "final", "current", "booked", "recurrence", "relapse", "planned")
