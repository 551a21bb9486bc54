"""A plain commit, in one trip, leaves and answers what the whole way leaves and answers; what is not plain takes it."""

from __future__ import annotations

import asyncio
import re
from types import SimpleNamespace

import asyncpg
import pytest
from doors import block, item
from worlds import actor

from felles.access.actor import Sort
from felles.access.codes import ROLE_SYSTEM
from felles.record import commit
from felles.record.errors import Busy
from felles.record.maintenance import connect
from felles.record.passing import may_receive
from felles.record.stamps import PLACEHOLDER, first, stamp, timed

HERE, ELSEWHERE = "Organization/here", "Organization/elsewhere"
DOCTOR = "Practitioner/doctor"
COLUMNS = """form, version, deleted, kind, org, author, behalf, code, many, low, high, indexer, state, terms, refs,
             array_length(marks, 1) as marks, updated > 0 and era > 0 and xid is not null as stamped"""


def doctor(world, organization=HERE):
    return world.client(
        actor(
            "doctor", Sort.STAFF, reference=DOCTOR, organization=organization, organization_name="Her", purpose="TREAT"
        )
    )


@pytest.fixture
async def place(world):
    await world.made(
        {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": DOCTOR},
            "organization": {"reference": HERE},
            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "doctor"}]}],
        }
    )


async def person(world):
    patient = await world.patient()
    await world.made(
        {
            "resourceType": "EpisodeOfCare",
            "status": "active",
            "patient": {"reference": f"Patient/{patient['id']}"},
            "managingOrganization": {"reference": HERE},
        }
    )
    return patient["id"]


@pytest.fixture
def ways(monkeypatch):
    """Which way each commit went, and a switch that closes the short one."""
    seen = SimpleNamespace(plain=0, whole=0, closed=False)
    plain, whole, is_plain = commit.Committer._write_plain, commit.Committer._submit, commit.is_plain

    async def short(self, plan):
        found = await plain(self, plan)
        seen.plain += found is not None
        return found

    async def long(self, plan):
        seen.whole += 1
        return await whole(self, plan)

    monkeypatch.setattr(commit.Committer, "_write_plain", short)
    monkeypatch.setattr(commit.Committer, "_submit", long)
    monkeypatch.setattr(commit, "is_plain", lambda *asked: not seen.closed and is_plain(*asked))
    return seen


async def left(owner, patient, made):
    """What a create left in the database, without what must differ: ids, times, salts, numbers of transactions."""

    def told(value):
        return re.sub(r"(f[0-9a-z]{24})", "ID", value) if isinstance(value, str) else value

    entry = await owner.fetchrow(
        f"select {COLUMNS} from entry where type = (select type from type_name where name = 'Observation') and id = $1",
        made["id"],
    )
    key = await owner.fetchrow("select bucket, person from entry where id = $1 and form = 0", patient)
    lines = await owner.fetch("select text from leaf where bucket = $1 and person = $2 order by at, text", *key)
    count = await owner.fetchval("select count(*) from pointer where id = $1", made["id"])
    version = await owner.fetchval("select version from person where bucket = $1 and person = $2", *key)
    who = await owner.fetchval("select body from entry where id = $1 and form = 0 and version = 1", made["id"])
    found = {
        "entry": {
            name: told(value) if name != "refs" else [told(r) for r in value or ()] for name, value in entry.items()
        },
        "lines": [told(line["text"]) for line in lines],
        "pointers": count,
        "version": version,
    }
    return found, who


def without(resource):
    return {name: value for name, value in resource.items() if value is not None}


async def both(world, owner, ways, elements, **headers):
    """The same create both ways, each for a person of its own; gives what each left."""
    found = []
    for ways.closed in (False, True):
        patient = await person(world)
        before = (ways.plain, ways.whole)
        answer = await doctor(world).post("Observation", without(world.observation(patient, **elements)), **headers)
        assert answer.status == 201, answer.json
        assert (ways.plain - before[0], ways.whole - before[1]) == ((0, 1) if ways.closed else (1, 0))
        made = (await doctor(world).get(f"Observation/{answer.headers['location'].split('/')[-3]}")).json
        if answer.body:
            assert answer.json == made
        rows, served = await left(owner, patient, made)
        assert served.encode() == (await doctor(world).get(f"Observation/{made['id']}")).body
        assert made["meta"]["lastUpdated"] > "2026"
        assert made["meta"]["versionId"] == "1"
        found.append(rows)
    return found


@pytest.fixture
async def owner(record_database):
    conn = await connect(record_database.owner_url)
    yield conn
    await conn.close()


@pytest.mark.parametrize(
    "elements",
    [
        {},
        {"effectiveDateTime": None},
        {"performer": [{"reference": "Practitioner/doctor"}], "identifier": [{"system": "urn:x", "value": "7"}]},
        {"note": [{"text": 'æøå 🩺 "versionId":"0","lastUpdated":"0001-01-01T00:00:00.000000Z"'}]},
        {"meta": {"versionId": "9", "lastUpdated": "2001-01-01T00:00:00Z", "tag": [{"code": "t"}]}},
    ],
)
async def test_both_ways_leave_the_same(world, place, owner, ways, elements):
    short, whole = await both(world, owner, ways, elements)
    for rows in (short, whole):
        if elements.get("effectiveDateTime", 1) is None:  # then the period is the time of writing
            assert rows["entry"].pop("high") - rows["entry"].pop("low") == 1
    assert short == whole


async def test_without_a_relation_it_is_refused_as_ever(world, place, ways):
    patient = await person(world)
    ways.whole = 0
    for ways.closed in (False, True):
        other = doctor(world, ELSEWHERE)
        refused = await other.post("Observation", world.observation(patient))
        absent = await other.post("Observation", world.observation("f" + "0" * 24))
        assert (
            (refused.status, refused.issues)
            == (absent.status, absent.issues)
            == (403, [("forbidden", "Observation.subject")])
        )
    assert (ways.plain, ways.whole) == (0, 4)
    assert (await world.system.get(f"Observation?subject=Patient/{patient}")).json["total"] == 0


async def test_only_a_block_that_can_pass_on_takes_the_whole_way(world, place, ways):
    patient = await person(world)
    hidden = await world.made(world.observation(patient))
    citizen = await world.citizen({"id": patient})
    made = await citizen.post("Consent", block(patient, data=[item(f"Observation/{hidden['id']}")]))
    assert made.status == 201, made.json
    ways.plain = ways.whole = 0
    alone = await doctor(world).post("Observation", world.observation(patient))
    assert (alone.status, ways.plain, ways.whole) == (201, 1, 0)
    refers = {"hasMember": [{"reference": f"Observation/{hidden['id']}"}]}
    passed = await world.system.post("Observation", world.observation(patient, **refers))
    assert (passed.status, ways.plain, ways.whole) == (201, 1, 1)
    assert (await doctor(world).get(f"Observation/{alone.json['id']}")).status == 200
    assert (await doctor(world).get(f"Observation/{passed.json['id']}")).status == 404


async def test_what_is_conditional_shared_or_several_takes_the_whole_way(world, place, ways):
    patient = await person(world)
    ways.plain = ways.whole = 0
    await world.made({"resourceType": "Organization", "name": "Her"})
    await world.made(
        {"resourceType": "Task", "status": "requested", "intent": "order", "for": {"reference": f"Patient/{patient}"}}
    )
    entry = {"resource": world.observation(patient), "request": {"method": "POST", "url": "Observation"}}
    answer = await world.system.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [entry, entry]})
    assert answer.status == 200
    assert (ways.plain, ways.whole) == (0, 3)


async def test_many_at_once_get_a_version_of_the_person_each(world, place, owner, ways):
    patients = [await person(world) for _ in range(3)]
    before = {p: await version(owner, p) for p in patients}
    asked = [doctor(world).post("Observation", world.observation(p)) for p in patients * 20]
    answers = await asyncio.gather(*asked)
    assert {a.status for a in answers} == {201}
    assert ways.plain == 60
    for number, patient in enumerate(patients):
        assert await version(owner, patient) == before[patient] + 20
        times = [a.json["meta"]["lastUpdated"] for a in answers[number::3]]
        assert len(set(times)) == 20


async def version(owner, patient):
    return await owner.fetchval(
        "select p.version from person p join entry e using (bucket, person) where e.id = $1 and e.form = 0", patient
    )


async def test_what_the_database_breaks_off_is_told_and_nothing_is_written(world, place, ways, monkeypatch):
    patient = await person(world)
    ways.whole = 0

    async def broken(*_):
        raise Busy("the database is away")

    monkeypatch.setattr(world.store._committer._plain, "submit", broken)
    answer = await doctor(world).post("Observation", world.observation(patient))
    assert (answer.status, answer.issues) == (503, [("transient", None)])

    async def met(*_):
        raise asyncpg.DeadlockDetectedError("x")

    monkeypatch.setattr(world.store._committer._plain, "submit", met)
    assert (await doctor(world).post("Observation", world.observation(patient))).status == 201
    assert ways.whole == 1


def test_a_stamp_in_two_steps_is_the_same_stamp():
    meta = f'{{"versionId":"{PLACEHOLDER[0]}","lastUpdated":"{PLACEHOLDER[1]}"}}'
    text = f'{{"resourceType":"X","id":"å","meta":{meta},"a":"🩺"}}'
    body, place = first(text)
    for updated in (0, 1, 1_700_000_000_000_001, 253_402_300_799_999_999):
        assert timed(body, place, updated) == stamp(text, 1, updated)


def test_a_block_passes_only_to_what_refers_to_something_it_can_cover():
    assert may_receive(["Patient/a", "Observation/b"])
    assert not may_receive(["Patient/a", "Practitioner/c", "Organization/d"])
    assert not may_receive([])
