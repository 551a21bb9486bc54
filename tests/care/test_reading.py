"""The statements behind the pages, on PostgreSQL 17 and 18: what they pick, what they hide, what they log."""

from datetime import UTC, datetime

import msgspec
import pytest

from felles import access, fhir
from felles.access import personas
from felles.access.doorkeeper import Doorkeeper
from felles.access.signing import Signer
from felles.care.overview.views import WANTS
from felles.record.changes import Change
from felles.record.clock import BEGINNING, FOREVER
from felles.record.errors import Absent
from felles.record.ids import mark_of
from felles.record.kinds import Kind
from felles.record.read_person import Coming, Course, One, PersonPage, Standing, Want

pytestmark = pytest.mark.store

HOUR = 3_600_000_000


async def acting(site, home, persona):
    keeper = Doorkeeper(site.store, Signer.of(home))
    return await keeper.sessions.actor(await personas.sign_in(site.store, keeper.sessions, persona))


async def place_of(site, family):
    rows = await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %")
    return rows[0]["id"], (rows[0]["bucket"], rows[0]["person"])


@pytest.fixture
async def olav(site):
    return await place_of(site, "saeterbo")


@pytest.fixture
async def gp(site, pages_home):
    return await acting(site, pages_home, "fastlege")


def grant_for(actor, place):
    return access.person(actor, (place[1],))


async def write(site, patient, *resources):
    """Write `resources`; `patient` is the subject of each, unless None."""
    grant = access.maintenance("a test", until=FOREVER, organization="Organization/o")
    changes = []
    for resource in resources:
        if patient is not None:
            resource["subject"] = {"reference": f"Patient/{patient}"}
        struct = fhir.decode(msgspec.json.encode(resource))
        changes.append(Change(op="create", type=resource["resourceType"], resource=struct))
    return [result.id for result in await site.store.commit(grant, changes)]


def result(code, day, value, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": f"2025-01-{day:02}T10:00:00Z",
        "valueQuantity": {"value": value},
        **more,
    }


def ids_of(page):
    """The ids of all entries of an overview, in order."""
    return [row.id for rows in page.rows for row in rows]


def bodies(rows):
    return [msgspec.json.decode(row.body) for row in rows]


async def test_a_course_gives_the_newest_of_each_of_the_newest_codes(site):
    place = await fresh_person(site)
    await write(site, place[0], *[result(f"c{code}", code + step, step) for code in range(1, 6) for step in range(4)])
    wants = (Course("Observation", 2, ((Kind.RESULT, 3),)),)
    page = await site.store.page(whole(site, place), wants, "test", f"Patient/{place[0]}")
    found = [(body["code"]["coding"][0]["code"], body["valueQuantity"]["value"]) for body in bodies(page.rows[0])]
    assert sorted(found, key=lambda pair: pair[0]) == [(f"c{c}", value) for c in (3, 4, 5) for value in (3, 2)]


def whole(site, place):
    """Maintenance as a Grant for one person: sees everything."""
    from felles.access.actor import Actor, Sort

    actor = Actor(
        sort=Sort.MAINTENANCE,
        reference="Device/t",
        name="t",
        role_code="maintenance",
        purpose="maintenance",
        until=FOREVER,
    )
    return access.person(actor, (place[1],))


async def fresh_person(site):
    grant = access.maintenance("a test", until=FOREVER, organization="Organization/o")
    struct = fhir.decode(msgspec.json.encode({"resourceType": "Patient", "name": [{"family": "Ny"}]}))
    (made,) = await site.store.commit(grant, [Change(op="create", type="Patient", resource=struct)])
    return made.id, await site.store.place(f"Patient/{made.id}")


def condition(name, day, **more):
    return {"resourceType": "Condition", "code": {"text": name}, "recordedDate": day, **more}


def state(code):
    return {"coding": [{"code": code}]}


async def test_what_is_over_does_not_stand(site):
    place = await fresh_person(site)
    await write(
        site,
        place[0],
        condition("a", "2020-01-01", clinicalStatus=state("active")),
        condition("b", "2021-01-01", clinicalStatus=state("resolved")),
        condition("c", "2022-01-01", clinicalStatus=state("active")),
        condition("d", "2023-01-01"),
        condition("e", "2024-01-01", clinicalStatus=state("active"), verificationStatus=state("refuted")),
        condition("f", "2055-01-01", clinicalStatus=state("recurrence")),
    )
    active = (("clinical-status", "active"), ("clinical-status", "relapse"))
    wants = (
        Standing("Condition", 10),
        Standing("Condition", 2),
        Standing("Condition", 10, having=active),
        Standing("Condition", 3, past=True),
        Want("Condition", 3),
    )
    page = await site.store.page(whole(site, place), wants, "test", f"Patient/{place[0]}")
    named = ["".join(body["code"]["text"] for body in bodies(page.rows[i])) for i in range(len(wants))]
    assert named == ["fdca", "fd", "ca", "dca", "fed"]


@pytest.mark.parametrize(
    ("kind", "stands", "over", "more"),
    [
        ("MedicationRequest", "active on-hold draft unknown", "cancelled completed entered-in-error stopped",
         {"intent": "order", "medicationCodeableConcept": {"text": "x"}}),
        ("MedicationStatement", "active on-hold intended unknown", "completed entered-in-error stopped not-taken",
         {"medicationCodeableConcept": {"text": "x"}}),
        ("ServiceRequest", "active on-hold draft", "revoked completed entered-in-error", {"intent": "order"}),
        ("CarePlan", "active on-hold draft", "revoked completed entered-in-error", {"intent": "plan"}),
        ("Flag", "active", "", {"code": {"text": "x"}}),
        ("Composition", "preliminary final amended", "entered-in-error",
         {"type": {"text": "x"}, "date": "2024-01-01", "author": [{"display": "x"}], "title": "x"}),
        ("DocumentReference", "current superseded", "entered-in-error", {"content": [{"attachment": {"title": "x"}}]}),
        ("DiagnosticReport", "registered partial final", "cancelled entered-in-error", {"code": {"text": "x"}}),
        ("Procedure", "in-progress on-hold stopped completed", "not-done entered-in-error", {}),
        ("Encounter", "arrived in-progress finished", "cancelled entered-in-error", {"class": {"code": "AMB"}}),
    ],
)  # fmt: skip
async def test_each_type_stands_until_it_is_over(site, kind, stands, over, more):
    place = await fresh_person(site)
    statuses = [*stands.split(), *over.split()]
    await write(site, place[0], *[{"resourceType": kind, "status": status, **more} for status in statuses])
    page = await site.store.page(whole(site, place), (Standing(kind, 20),), "test", f"Patient/{place[0]}")
    assert {body["status"] for body in bodies(page.rows[0])} == set(stands.split())


async def test_what_ended_stands_no_more_and_what_was_deleted_neither(site):
    place = await fresh_person(site)
    kept, ended, gone = await write(site, place[0], *[condition(name, "2020-01-01") for name in "abc"])
    grant = access.maintenance("a test", until=FOREVER, organization="Organization/o")
    over = condition("b", "2020-01-01", clinicalStatus=state("resolved"), id=ended)
    over["subject"] = {"reference": f"Patient/{place[0]}"}
    struct = fhir.decode(msgspec.json.encode(over))
    await site.store.commit(
        grant,
        [
            Change(op="update", type="Condition", id=ended, resource=struct),
            Change(op="delete", type="Condition", id=gone),
        ],
    )
    page = await site.store.page(whole(site, place), (Standing("Condition", 20),), "test", f"Patient/{place[0]}")
    assert [body["id"] for body in bodies(page.rows[0])] == [kept]


async def test_what_is_coming_began_a_day_ago_at_most_and_was_not_called_off(site):
    now = site.store.clock.clinical()

    def appointment(name, start, end, status="booked"):
        moments = {key: f"{datetime.fromtimestamp((now + hours * HOUR) / 1e6, UTC):%Y-%m-%dT%H:%M:%SZ}"
                   for key, hours in (("start", start), ("end", end))}  # fmt: skip
        who = [{"actor": {"reference": f"Patient/{place[0]}"}, "status": "accepted"}]
        return {"resourceType": "Appointment", "status": status, "description": name, "participant": who, **moments}

    place = await fresh_person(site)
    await write(
        site,
        None,
        appointment("never closed", -200, -199),
        appointment("next week", 168, 169),
        appointment("under way", -1, 1),
        appointment("tomorrow", 24, 25),
        appointment("called off", 5, 6, "cancelled"),
    )
    page = await site.store.page(whole(site, place), (Coming("Appointment", 2),), "test", f"Patient/{place[0]}")
    assert [body["description"] for body in bodies(page.rows[0])] == ["under way", "tomorrow"]


async def test_the_overview_holds_nothing_deleted_and_nothing_of_anybody_else(site, gp, olav):
    page = await site.store.page(grant_for(gp, olav), WANTS, "overview", f"Patient/{olav[0]}")
    ids = set(ids_of(page))
    rows = await site.store.pool.fetch(
        "select id from entry where bucket = $1 and person = $2 and state = 0 and form = 0 and not deleted", *olav[1]
    )
    assert ids
    assert ids <= {row["id"] for row in rows}


async def test_a_held_version_brings_no_rows_until_something_is_written(site, gp, olav):
    grant, what = grant_for(gp, olav), f"Patient/{olav[0]}"
    first = await site.store.page(grant, WANTS, "overview", what)
    again = await site.store.page(grant, WANTS, "overview", what, first.version)
    assert again.same
    assert set(again.found) == {b"[]"}
    assert (again.basis, again.version) == (first.basis, first.version)
    await write(site, olav[0], {"resourceType": "Condition", "code": {"text": "x"}})
    after = await site.store.page(grant, WANTS, "overview", what, first.version)
    assert not after.same
    assert ids_of(after)


async def test_a_stranger_gets_nothing_with_and_without_a_held_version(site, pages_home, olav, gp):
    midwife = await acting(site, pages_home, "jordmor")
    version = (await site.store.page(grant_for(gp, olav), WANTS, "overview", f"Patient/{olav[0]}")).version
    for held in (-1, version):
        with pytest.raises(Absent):
            await site.store.page(grant_for(midwife, olav), WANTS, "overview", f"Patient/{olav[0]}", held)


async def test_one_entry_is_the_persons_own_or_nothing(site, gp, olav):
    (mine,) = await write(site, olav[0], {"resourceType": "Condition", "code": {"text": "mine"}})
    other = await fresh_person(site)
    (theirs,) = await write(site, other[0], {"resourceType": "Condition", "code": {"text": "theirs"}})
    grant = grant_for(gp, olav)
    assert len((await site.store.page(grant, (One(),), "entry", f"Condition/{mine}")).rows[0]) == 1
    assert (await site.store.page(grant, (One(),), "entry", f"Condition/{theirs}")).rows[0] == []


async def close(site, key, actor, **scope):
    """A block of the person's, as the doors will write it, until the caller opens it again."""
    columns = {"kind": None, "item": None, "against": 1, "party": mark_of(actor.organization)} | scope
    async with site.store.pool.acquire() as conn:
        await conn.fetch(
            """insert into block (bucket, person, id, against, party, kind, item, low, high, since, until)
               values ($1, $2, 'test', $3, $4, $5, $6, $7, $8, 0, $8)""",
            *key, columns["against"], columns["party"], columns["kind"], columns["item"],
            BEGINNING, FOREVER,
        )  # fmt: skip
        await conn.fetch("update person set blocked = true where bucket = $1 and person = $2", *key)


async def reopen(site, key):
    await site.store.pool.fetch("delete from block where bucket = $1 and person = $2", *key)
    await site.store.pool.fetch("update person set blocked = false where bucket = $1 and person = $2", *key)


async def test_what_is_blocked_is_gone_and_only_that_it_is_so_is_told(site, gp, olav):
    grant, what = grant_for(gp, olav), f"Patient/{olav[0]}"
    index = next(i for i, want in enumerate(WANTS) if want.type == "MedicationRequest")
    before = await site.store.page(grant, WANTS, "overview", what)
    await close(site, olav[1], gp, kind=int(Kind.MEDICINE))
    try:
        blocked = await site.store.page(grant, WANTS, "overview", what, before.version)
    finally:
        await reopen(site, olav[1])
    assert before.rows[index]
    assert not before.closed
    assert blocked.closed
    assert blocked.special
    assert not blocked.same
    assert blocked.rows[index] == []
    assert blocked.rows[0]


async def test_a_block_against_another_hides_nothing_and_tells_nothing(site, gp, olav):
    grant, what = grant_for(gp, olav), f"Patient/{olav[0]}"
    before = await site.store.page(grant, WANTS, "overview", what)
    await close(site, olav[1], gp, party=1)
    try:
        after = await site.store.page(grant, WANTS, "overview", what)
    finally:
        await reopen(site, olav[1])
    assert not after.closed
    assert after.found == before.found


async def test_pages_asked_for_together_are_answered_apart(site, gp, olav, pages_home):
    import asyncio

    midwife = await acting(site, pages_home, "jordmor")
    ida = await place_of(site, "nordmarken")
    asked = [grant_for(gp, olav), grant_for(midwife, ida), grant_for(midwife, olav)] * 5
    whats = [f"Patient/{p[0]}" for p in (olav, ida, olav)] * 5
    answers = await asyncio.gather(
        *(site.store.page(g, WANTS, "overview", w) for g, w in zip(asked, whats, strict=True)), return_exceptions=True
    )
    for number, answer in enumerate(answers):
        if number % 3 == 2:
            assert isinstance(answer, Absent)
        else:
            assert isinstance(answer, PersonPage)
            assert bodies(answer.rows[0])[0]["id"] == whats[number].removeprefix("Patient/")


async def test_what_would_break_out_of_the_log_line_is_refused(site, gp, olav):
    with pytest.raises(Absent):
        await site.store.page(grant_for(gp, olav), (One(),), "entry", 'Condition/x","act":"forged')


async def test_only_the_person_reads_her_log(site, gp, olav, pages_home):
    with pytest.raises(Absent):
        await site.store.own_log(grant_for(gp, olav), 10)
    citizen = await acting(site, pages_home, "eldre")
    ida = await place_of(site, "nordmarken")
    with pytest.raises(Absent):
        await site.store.own_log(grant_for(citizen, ida), 10)
    own = await site.store.own_log(grant_for(citizen, olav), 10)
    assert own
    assert [leaf.number for leaf in own] == sorted((leaf.number for leaf in own), reverse=True)
    older = await site.store.own_log(grant_for(citizen, olav), 10, own[-1].number)
    assert all(leaf.number < own[-1].number for leaf in older)
