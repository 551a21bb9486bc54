"""A hundred writers at once, through two workers over one database: nothing lost, nothing doubled, nothing torn."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections import Counter
from contextlib import suppress

import pytest
from worlds import opened

from felles.record.log import keys, tick

pytestmark = pytest.mark.slow

WRITERS = 100


@pytest.fixture(scope="module")
async def workers(record_database, tmp_path_factory):
    """Two doors over one database, as two worker processes have them, and the log sealed beside them."""
    home = tmp_path_factory.mktemp("home")
    async with opened(record_database.url, home) as one, opened(record_database.url, home) as other:
        sealing = asyncio.create_task(tick.run(record_database.url, keys.load(home), every=0.05))
        yield one, other
        sealing.cancel()
        with suppress(asyncio.CancelledError):
            await sealing


def each(workers):
    """A client for each writer, on one of the workers in turn."""
    clients = [world.system for world in workers]
    return [client for client, _ in zip(itertools.cycle(clients), range(WRITERS), strict=False)]


async def test_no_update_is_lost(workers):
    """Everybody adds one to the same counter, five times over, as often as it takes."""
    rounds = 5
    made = await workers[0].made({"resourceType": "Basic", "code": {"text": "0"}, "subject": await subject(workers)})
    path = f"Basic/{made['id']}"

    async def add(client):
        added = 0
        for _ in range(rounds):
            answer = await client.get(path)
            counter = answer.json
            counter["code"]["text"] = str(int(counter["code"]["text"]) + 1)
            answer = await client.put(path, counter, if_match=answer.headers["etag"])
            assert answer.status in (200, 412), answer.json
            added += answer.status == 200
        return added

    acknowledged = sum(await asyncio.gather(*(add(client) for client in each(workers))))
    final = (await workers[0].system.get(path)).json
    assert 0 < acknowledged <= WRITERS * rounds
    assert int(final["code"]["text"]) == acknowledged
    assert int(final["meta"]["versionId"]) == acknowledged + 1
    told = (await workers[1].system.get(f"{path}/_history?_count=1000")).json["entry"]
    assert [int(e["resource"]["code"]["text"]) for e in told] == list(range(acknowledged, -1, -1))


async def test_a_conditional_create_makes_one(workers):
    value = uuid.uuid4().hex
    body = {"resourceType": "Patient", "identifier": [{"system": "urn:example:mrn", "value": value}]}
    wanted = f"identifier=urn:example:mrn|{value}"
    answers = await asyncio.gather(*(c.post("Patient", body, if_none_exist=wanted) for c in each(workers)))
    assert Counter(answer.status for answer in answers) == {201: 1, 200: WRITERS - 1}
    assert len({answer.json["id"] for answer in answers}) == 1
    found = (await workers[0].system.get(f"Patient?{wanted}&_summary=count")).json
    assert found["total"] == 1


async def test_without_a_condition_each_makes_its_own(workers):
    """The twin: what keeps the others to one is the condition."""
    value = uuid.uuid4().hex
    body = {"resourceType": "Patient", "identifier": [{"system": "urn:example:mrn", "value": value}]}
    answers = await asyncio.gather(*(c.post("Patient", body) for c in each(workers)))
    assert len({answer.json["id"] for answer in answers}) == WRITERS


async def test_transactions_are_whole_or_absent_as_history_shows(workers):
    """Each writes three entries; one in three names a version that is not there, and leaves nothing at all."""
    about, contested = await subject(workers), await subject(workers)
    marks = [f"{'bad' if n % 3 == 0 else 'good'}-{uuid.uuid4().hex}" for n in range(WRITERS)]

    async def write(client, mark):
        entries = [{"resource": basic(about, mark), "request": {"method": "POST", "url": "Basic"}} for _ in range(2)]
        entries.append({"resource": basic(contested, mark), "request": {"method": "POST", "url": "Basic"}})
        if mark.startswith("bad"):
            patient = {"resourceType": "Patient", "id": about["reference"].partition("/")[2]}
            request = {"method": "PUT", "url": about["reference"], "ifMatch": 'W/"99"'}
            entries.append({"resource": patient, "request": request})
        answer = await client.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
        return answer.status

    statuses = await asyncio.gather(*(write(c, mark) for c, mark in zip(each(workers), marks, strict=True)))
    assert {(mark.partition("-")[0], status) for mark, status in zip(marks, statuses, strict=True)} == {
        ("good", 200),
        ("bad", 412),
    }
    told = [entry["resource"] for entry in await feed(workers[1].system, "Basic/_history?_count=1000")]
    written = Counter(r["code"]["text"] for r in told if r["code"]["text"] in set(marks))
    assert written == {mark: 3 for mark in marks if mark.startswith("good")}


async def test_polling_while_they_write_misses_nothing(workers):
    about, acknowledged, seen, over = await subject(workers), set(), set(), asyncio.Event()

    async def write(client):
        for _ in range(3):
            answer = await client.post("Basic", basic(about, "polled"))
            assert answer.status == 201
            acknowledged.add(answer.json["id"])

    async def poll():
        since, polls = None, 0
        while True:
            last = over.is_set()
            target = "Basic/_history?_count=1000" + (f"&_since={since}" if since else "")
            first = (await workers[1].system.get(target)).json
            seen.update(entry["resource"]["id"] for entry in await feed(workers[1].system, target, first))
            since, polls = first["timestamp"], polls + 1
            if last:
                return polls

    polling = asyncio.create_task(poll())
    await asyncio.gather(*(write(client) for client in each(workers)))
    over.set()
    assert await polling > 1
    assert len(acknowledged) == WRITERS * 3
    assert acknowledged <= seen


def basic(about, mark):
    return {"resourceType": "Basic", "code": {"text": mark}, "subject": about}


async def subject(workers):
    return {"reference": f"Patient/{(await workers[0].patient())['id']}"}


async def feed(client, target, page=None):
    """All entries of a feed, from its first page to its last."""
    page = page or (await client.get(target)).json
    entries = list(page.get("entry", []))
    while following := next((link["url"] for link in page["link"] if link["relation"] == "next"), None):
        page = (await client.get(following.partition("/fhir/")[2])).json
        entries += page.get("entry", [])
    return entries
