"""Reindexing gives a row what a commit would have given it; while others write, and again after a kill."""

from __future__ import annotations

import json
from typing import Any

import pytest

from felles.access.derive import register
from felles.fhir import decode
from felles.record.changes import Change
from felles.record.derive import Registry
from felles.record.maintenance import connect
from felles.record.reindex import reindex, waiting
from felles.record.store import Store
from felles.settings import load

pytestmark = [pytest.mark.store, pytest.mark.slow]

COLUMNS = """bucket, person, type, id, form, version, state, kind, code, many, low, high,
  (select array_agg(m order by m) from unnest(marks) m) as marks, terms, refs, indexer"""
SPOIL = """update {} set indexer = 0, kind = case when deleted then kind else 0 end, code = null, many = false,
           low = case when deleted then low else 0 end, high = case when deleted then high else 0 end,
           marks = '{{}}', terms = null, refs = null"""


def _change(resource: Any, **more: Any):
    return Change(op="create", type=resource["resourceType"], resource=decode(json.dumps(resource).encode()), **more)


@pytest.fixture
async def store(rows, record_database, clock, tmp_path):
    settings = load({}, home=tmp_path)
    store = await Store.open(settings, record_database.url, clock=clock, registry=register(Registry()))
    yield store
    await store.close()


@pytest.fixture
async def lives(rows, store, maintenance):
    """A few people with observations, one of them corrected and one deleted, and a practitioner; all rows spoilt."""
    patient = {"resourceType": "Patient", "birthDate": "1950-04-01", "identifier": [{"system": "urn:x", "value": "12"}]}
    for family in ("Åsen", "Berg", "Dahl"):
        (made,) = await store.commit(maintenance, [_change(patient | {"name": [{"family": family}]})])
        weight: dict[str, Any] = {
            "resourceType": "Observation", "status": "final", "subject": {"reference": made.reference},
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "category": [{"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
            "valueQuantity": {"value": 70.50, "unit": "kg"}, "effectiveDateTime": "2026-01-02T03:04:05Z",
            "performer": [{"reference": "Practitioner/p"}],
        }  # fmt: skip
        (seen,) = await store.commit(maintenance, [_change(weight)])
    weight["valueQuantity"]["value"] = 71
    await store.commit(
        maintenance,
        [Change(op="update", type="Observation", id=seen.id, resource=decode(json.dumps(weight).encode()))],
    )
    await store.commit(maintenance, [Change(op="delete", type="Observation", id=seen.id)])
    doctor = {"resourceType": "Practitioner", "name": [{"family": "Lege"}]}
    await store.commit(maintenance, [_change(doctor)])
    return rows


async def _shape(rows):
    """All that search finds by."""
    found = []
    for table in ("entry", "shared"):
        sql = f"select {COLUMNS} from {table} where state < 2 order by type, id, form, version"
        found += [tuple(r) for r in await rows.conn.fetch(sql)]
    names = await rows.conn.fetch("select type, word, part, bucket, person, id from name order by 1, 2, 6")
    pointers = await rows.conn.fetch("select mark, type, bucket, person, id from pointer order by 1, 2, 5")
    return found, [tuple(n) for n in names], [tuple(p) for p in pointers]


async def _spoil(owner):
    for table in ("entry", "shared"):
        await owner.execute(SPOIL.format(table))
    await owner.execute("truncate pointer, name")


async def test_a_row_gets_what_its_commit_gave_it(lives, owner):
    before = await _shape(lives)
    assert len(before[0]) > 10
    assert before[1]
    assert before[2]
    await _spoil(owner)
    assert await waiting(lives.conn) == len(before[0])
    told = []
    outcome = await reindex(lives.conn, lives.era, many=3, progress=told.append)
    assert (outcome.done, outcome.unreadable) == (len(before[0]), [])
    assert told == sorted(told)
    assert await _shape(lives) == before
    assert await waiting(lives.conn) == 0


async def test_what_it_changes_is_only_how_a_row_is_found(lives, owner):
    sql = """select bucket, type, id, version, body, author, org, era, xid, updated, deleted
               from entry order by 2, 3, form, 4"""
    before = await lives.conn.fetch(sql)
    await _spoil(owner)
    await reindex(lives.conn, lives.era)
    assert await lives.conn.fetch(sql) == before


async def test_a_run_that_was_cut_off_goes_on(lives, owner):
    before = await _shape(lives)
    await _spoil(owner)

    def stop(done):
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await reindex(lives.conn, lives.era, many=2, progress=stop)
    assert await waiting(lives.conn) == len(before[0]) - 4
    told = []
    outcome = await reindex(lives.conn, lives.era, many=2, progress=told.append)
    assert told[0] == 6
    assert outcome.done == len(before[0])
    assert await _shape(lives) == before
    assert await lives.conn.fetchval("select count(*) from run") == 0


async def test_a_row_that_somebody_holds_is_met_in_the_next_pass(lives, owner):
    await _spoil(owner)
    other = await connect(lives.database.url)
    try:
        held = other.transaction()
        await held.start()
        await other.execute("select 1 from shared for update")
        rest = await lives.conn.fetchval("select count(*) from shared")

        outcome = await reindex(lives.conn, lives.era)
        assert await waiting(lives.conn) == rest > 0
        await held.rollback()
    finally:
        await other.close()
    assert (await reindex(lives.conn, lives.era)).done == rest
    assert outcome.done > rest
    assert await waiting(lives.conn) == 0


async def test_a_row_that_breaks_a_later_rule_is_named_and_keeps_its_index(lives, owner):
    await _spoil(owner)
    reference = await owner.fetchval(
        """update shared set body = '{"resourceType":"Practitioner","nonsense":1}' returning id"""
    )
    outcome = await reindex(lives.conn, lives.era)
    assert outcome.unreadable == [f"Practitioner/{reference}/_history/1"]
    assert await waiting(lives.conn) == 1


async def test_a_run_is_logged_once_and_only_when_there_is_something_to_do(lives, owner):
    count = 'select count(*) from leaf where text like \'%"act":"reindex"%\''
    await reindex(lives.conn, lives.era)
    assert await lives.conn.fetchval(count) == 0
    await _spoil(owner)
    await reindex(lives.conn, lives.era, many=1)
    assert await lives.conn.fetchval(count) == 1
