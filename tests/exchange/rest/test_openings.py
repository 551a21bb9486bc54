"""An emergency and a consent open what they name, for who wrote them, for a while; each without effect has its twin."""

from __future__ import annotations

import pytest
from doors import block, case
from worlds import actor

from felles.access import open as doors
from felles.access.actor import Sort
from felles.access.codes import KIND_SYSTEM, OPENING_REASON, ROLE_SYSTEM
from felles.record.changes import Change
from felles.record.cleanup import shut
from felles.record.maintenance import connect

HERE, THERE = "Organization/here", "Organization/there"
DOCTOR, COLLEAGUE, OTHER = "Practitioner/doctor", "Practitioner/colleague", "Practitioner/other"
REASON = {"coding": [{"system": OPENING_REASON, "code": "danger"}], "text": "Bevisstløs i akuttmottaket"}
HOUR = 3600 * 1_000_000


@pytest.fixture
async def places(world):
    for who, place in ((DOCTOR, HERE), (COLLEAGUE, HERE), (OTHER, THERE)):
        await world.made(
            {
                "resourceType": "PractitionerRole",
                "practitioner": {"reference": who},
                "organization": {"reference": place},
                "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "doctor"}]}],
            }
        )


@pytest.fixture
async def patient(world, places):
    made = await world.patient()
    await world.made(
        {
            "resourceType": "EpisodeOfCare",
            "status": "active",
            "patient": {"reference": f"Patient/{made['id']}"},
            "managingOrganization": {"reference": HERE},
        }
    )
    return made


def who(reference=DOCTOR, organization=HERE, role="doctor"):
    return actor(role, Sort.STAFF, reference=reference, organization=organization)


def opening(patient, code, *kinds, reason=REASON, **more):
    parts = [{"type": {"text": "del"}, "valueCoding": {"system": KIND_SYSTEM, "code": kind}} for kind in kinds]
    return case(patient["id"], code, reasonCode=reason, **({"input": parts} if parts else {}), **more)


async def closed(world, patient, **what):
    """A closed result, and where it is."""
    made = await world.made(world.observation(patient["id"]))
    await world.made(block(patient["id"], **what))
    return f"Observation/{made['id']}"


async def status(world, path, *reader):
    return (await world.client(who(*reader)).get(path)).status


@pytest.mark.parametrize("code", ["emergency", "consent"])
async def test_it_lifts_a_block_for_who_opened_and_nobody_else(world, patient, code):
    path = await closed(world, patient)
    assert await status(world, path) == 404
    made = await world.client(who()).post("Task", opening(patient, code, "result"))
    assert made.status == 201, made.json
    assert await status(world, path) == 200
    assert await status(world, path, COLLEAGUE) == 404
    assert await status(world, path, OTHER, THERE) == 404


@pytest.mark.parametrize(
    "sent",
    [
        lambda p: opening(p, "emergency", "note"),
        lambda p: opening(p, "emergency"),
        lambda p: opening(p, "need", "result"),
        lambda p: opening(p, "emergency", "result", reason={"text": "Bevisstløs i akuttmottaket"}),
        lambda p: opening(p, "emergency", "result", reason=REASON | {"text": "fordi"}),
        lambda p: opening(p, "emergency", "result", executionPeriod={"end": "2020-01-01"}),
        lambda p: opening(p, "emergency", "result") | {"status": "cancelled"},
    ],
    ids=["another kind", "no kind", "a need", "not coded", "hardly a word", "ended", "cancelled"],
)
async def test_what_lifts_nothing(world, patient, sent):
    path = await closed(world, patient)
    made = await world.client(who()).post("Task", sent(patient))
    assert made.status == 201, made.json
    assert await status(world, path) == 404


async def test_a_block_against_the_reader_by_name_yields_to_consent_alone(world, patient):
    path = await closed(world, patient, against=DOCTOR)
    doctor = world.client(who())
    assert (await doctor.post("Task", opening(patient, "emergency", "result"))).status == 201
    assert await status(world, path) == 404
    assert (await doctor.post("Task", opening(patient, "consent", "result"))).status == 201
    assert await status(world, path) == 200


async def _enter(world, patient, reader, code):
    """As the page does: with a Grant that needs no relation."""
    from msgspec.json import encode

    from felles.fhir import decode

    key = await world.store.place(f"Patient/{patient['id']}")
    resource = decode(encode(opening(patient, code, "result")))
    grant = doors.case(reader, (key,), "test")
    return await world.store.commit(grant, [Change(op="create", type="Task", resource=resource)])


@pytest.mark.parametrize(("code", "basis"), [("need", "70:Task/"), ("emergency", "5:Task/")])
async def test_who_has_no_relation_comes_in_for_a_while_and_each_line_says_how(world, patient, code, basis):
    result = await world.made(world.observation(patient["id"]))
    path, stranger = f"Observation/{result['id']}", who(OTHER, THERE)
    assert await status(world, path, OTHER, THERE) == 404
    await _enter(world, patient, stranger, code)
    assert await status(world, path, OTHER, THERE) == 200
    found = (await world.client(stranger).get(f"Observation?patient={patient['id']}")).json
    assert found["total"] == 1
    assert (await world.client(stranger).get("Observation?code=8867-4&_count=50")).json["total"] >= 1
    rows = await world.store.pool.fetch("select text from leaf where text like $1 order by number", f'%"{path}"%')
    assert basis in rows[-1]["text"]
    assert await status(world, path, OTHER, HERE) == 404, "for the organisation she came in for alone"


async def test_it_ends_by_itself_and_the_bit_falls(world, patient, record_database):
    path = await closed(world, patient)
    assert (await world.client(who()).post("Task", opening(patient, "emergency", "result"))).status == 201
    assert await status(world, path) == 200
    await world.store.pool.fetch("update opening set until = $1", world.store.clock.real() - 1)
    assert await status(world, path) == 404
    conn = await connect(record_database.url)
    try:
        assert await shut(conn, world.store.clock.real()) >= 1
        assert await shut(conn, world.store.clock.real()) == 0
    finally:
        await conn.close()
    assert not (await world.store.pool.fetch("select opened from person where opened"))


async def test_what_a_task_says_of_others_opens_nothing_for_them(world, patient):
    path = await closed(world, patient)
    sent = opening(patient, "emergency", "result", requester={"reference": COLLEAGUE}, owner={"reference": THERE})
    assert (await world.client(who()).post("Task", sent)).status == 201
    assert await status(world, path, COLLEAGUE) == 404


async def test_changing_a_task_opens_nothing_anew_and_deleting_it_ends_it(world, patient):
    path = await closed(world, patient)
    cancelled = await world.client(who()).post(
        "Task", opening(patient, "emergency", "result") | {"status": "cancelled"}
    )
    await world.system.put(f"Task/{cancelled.json['id']}", cancelled.json | {"status": "requested"})
    assert await status(world, path) == 404
    made = await world.client(who()).post("Task", opening(patient, "emergency", "result"))
    assert await status(world, path) == 200
    assert (await world.system.delete(f"Task/{made.json['id']}")).status == 204
    assert await status(world, path) == 404


@pytest.mark.parametrize(("role", "code", "expected"), [("secretary", "need", 201), ("secretary", "emergency", 403)])
async def test_who_may_open_how(world, patient, role, code, expected):
    await world.made(
        {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": "Practitioner/office"},
            "organization": {"reference": HERE},
            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}],
        }
    )
    client = world.client(who("Practitioner/office", HERE, role))
    assert (await client.post("Task", opening(patient, code, "result"))).status == expected
