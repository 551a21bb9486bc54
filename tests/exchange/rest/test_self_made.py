"""A way in that its reader made herself lasts as a stated need does, waits to be looked over, and can be confirmed."""

from __future__ import annotations

import msgspec
import pytest
from doors import case
from worlds import actor

from felles import fhir
from felles.access import open as doors
from felles.access.actor import Sort
from felles.access.codes import OPENING_REASON, ROLE_SYSTEM
from felles.record.changes import Change
from felles.record.ids import mark_of

HERE, THERE = "Organization/here", "Organization/there"
DOCTOR, COLLEAGUE, OTHER = "Practitioner/doctor", "Practitioner/colleague", "Practitioner/other"
HOUR = 3600 * 1_000_000
SELF_MADE = 28


@pytest.fixture
async def patient(world):
    for who, place in ((DOCTOR, HERE), (COLLEAGUE, HERE), (OTHER, THERE)):
        await world.made(
            {
                "resourceType": "PractitionerRole",
                "practitioner": {"reference": who},
                "organization": {"reference": place},
                "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "doctor"}]}],
            }
        )
    offset = world.store.clock.offset
    yield await world.patient()
    world.store.clock.offset = offset


def who(reference=DOCTOR, organization=HERE):
    return actor("doctor", Sort.STAFF, reference=reference, organization=organization)


def doctor(world, *reader):
    return world.client(who(*reader))


async def follows(world, patient, organization):
    """A relation that somebody else made."""
    return await world.made(
        {
            "resourceType": "EpisodeOfCare",
            "status": "active",
            "patient": {"reference": f"Patient/{patient['id']}"},
            "managingOrganization": {"reference": organization},
        }
    )


async def states_a_need(world, patient, *reader):
    reason = {"coding": [{"system": OPENING_REASON, "code": "other"}], "text": "Ringte og spurte om hjelp"}
    key = await world.store.place(f"Patient/{patient['id']}")
    task = fhir.decode(msgspec.json.encode(case(patient["id"], "need", reasonCode=reason)))
    await world.store.commit(doors.case(who(*reader), (key,)), [Change(op="create", type="Task", resource=task)])


async def the_need_is_over(world, patient):
    key = await world.store.place(f"Patient/{patient['id']}")
    await world.store.pool.fetch("delete from opening where bucket = $1 and person = $2", *key)


def task(patient, owner, **more):
    return case(patient["id"], "need") | {"code": {"text": "Ring"}, "owner": {"reference": owner}, **more}


def booking(patient, who_comes):
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-01-01T10:00:00Z",
        "end": "2099-01-01T10:30:00Z",
        "participant": [
            {"actor": {"reference": each}, "status": "accepted"} for each in (f"Patient/{patient['id']}", who_comes)
        ],
    }


def referral(patient, performer):
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": {"text": "Vurdering"},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "performer": [{"reference": performer}],
    }


async def queued(world, made):
    """The open reviews of an entry."""
    name = f"Review/{made['resourceType']}.{made['id']}"
    rows = "select * from handover where (source = $1 or focus = $1) and state < 7"
    return await world.store.pool.fetch(rows, name)


async def opens(world, patient, *reader):
    return (await doctor(world, *reader).get(f"Patient/{patient['id']}")).status == 200


@pytest.mark.parametrize("ask", [task, booking, referral], ids=["task", "booking", "referral"])
@pytest.mark.parametrize(("party", "reader"), [(DOCTOR, ()), (COLLEAGUE, (COLLEAGUE, HERE))], ids=["own", "colleague"])
async def test_it_lasts_as_a_stated_need_and_waits_to_be_looked_over(world, patient, ask, party, reader):
    await states_a_need(world, patient)
    sent = await doctor(world).post(ask(patient, party)["resourceType"], ask(patient, party))
    assert sent.status == 201, sent.json
    await the_need_is_over(world, patient)
    (row,) = await queued(world, sent.json)
    assert (row["kind"], row["state"], row["owner"], row["sender"]) == (SELF_MADE, 0, HERE, DOCTOR)
    assert (row["holder"], row["org"], row["origin"]) == (mark_of(HERE), mark_of(HERE), mark_of(DOCTOR))
    assert row["next"] > row["made"]
    assert await opens(world, patient, *reader)
    world.store.clock.offset += 23 * HOUR
    assert await opens(world, patient, *reader)
    world.store.clock.offset += 2 * HOUR
    assert not await opens(world, patient, *reader)


@pytest.mark.parametrize("ask", [task, booking, referral], ids=["task", "booking", "referral"])
async def test_what_is_asked_of_another_house_is_none(world, patient, ask):
    await states_a_need(world, patient)
    made = (await doctor(world).post(ask(patient, OTHER)["resourceType"], ask(patient, OTHER))).json
    assert await queued(world, made) == []
    world.store.clock.offset += 100 * HOUR
    assert await opens(world, patient, OTHER, THERE)


async def test_to_and_fro_with_a_colleague_each_waits(world, patient):
    await states_a_need(world, patient)
    to = (await doctor(world).post("Task", task(patient, COLLEAGUE))).json
    await the_need_is_over(world, patient)
    fro = (await doctor(world, COLLEAGUE, HERE).post("Task", task(patient, DOCTOR))).json
    assert len([*await queued(world, to), *await queued(world, fro)]) == 2
    assert (await queued(world, fro))[0]["sender"] == COLLEAGUE
    world.store.clock.offset += 25 * HOUR
    assert not await opens(world, patient)
    assert not await opens(world, patient, COLLEAGUE, HERE)


async def test_who_gives_care_may_hand_on_within_her_house_but_not_prolong_her_own_way_in(world, patient):
    relation = await follows(world, patient, HERE)
    own = (await doctor(world).post("Task", task(patient, DOCTOR))).json
    handed = (await doctor(world).post("Task", task(patient, COLLEAGUE))).json
    assert [*await queued(world, own), *await queued(world, handed)] == []
    gone = await world.system.put(f"EpisodeOfCare/{relation['id']}", relation | {"status": "cancelled"})
    assert gone.status == 200
    world.store.clock.offset += 25 * HOUR
    assert not await opens(world, patient)
    assert await opens(world, patient, COLLEAGUE, HERE)


async def test_the_other_side_confirms_and_it_leaves_the_queue(world, patient):
    await states_a_need(world, patient)
    asked = (await doctor(world).post("Task", task(patient, DOCTOR))).json
    assert len(await queued(world, asked)) == 1
    again = await doctor(world).put(f"Task/{asked['id']}", asked | {"status": "accepted"})
    assert (again.status, len(await queued(world, asked))) == (200, 1)  # she herself confirms nothing
    await follows(world, patient, THERE)
    answer = await doctor(world, OTHER, THERE).put(f"Task/{asked['id']}", asked | {"status": "in-progress"})
    assert answer.status == 200, answer.json
    assert await queued(world, asked) == []
    # Once confirmed it stays so when she writes it again.
    assert (await doctor(world).put(f"Task/{asked['id']}", asked | {"status": "on-hold"})).status == 200
    assert await queued(world, asked) == []
    await the_need_is_over(world, patient)
    world.store.clock.offset += 100 * HOUR
    assert await opens(world, patient)


@pytest.mark.parametrize("who_writes", ["herself", "job"])
async def test_who_gives_her_own_way_in_to_another_house_is_looked_over_all_the_same(world, patient, who_writes):
    await states_a_need(world, patient)
    asked = (await doctor(world).post("Task", task(patient, DOCTOR))).json
    writer = {"herself": doctor(world), "job": world.system}[who_writes]
    given = await writer.put(f"Task/{asked['id']}", asked | {"owner": {"reference": OTHER}})
    assert given.status == 200, given.json
    assert len(await queued(world, asked)) == 1
    answer = await doctor(world, OTHER, THERE).put(f"Task/{asked['id']}", given.json | {"status": "accepted"})
    assert (answer.status, await queued(world, asked)) == (200, [])  # the other side says that it is so


async def test_her_house_confirms_nothing_when_she_has_left(world, patient):
    await states_a_need(world, patient)
    asked = (await doctor(world).post("Task", task(patient, DOCTOR))).json
    found = (await world.system.get(f"PractitionerRole?practitioner={DOCTOR}&_count=50")).json["entry"]
    roles = [each["resource"] for each in found]
    for role in roles:
        assert (await world.system.put(f"PractitionerRole/{role['id']}", role | {"active": False})).status == 200
    given = await world.system.put(f"Task/{asked['id']}", asked | {"owner": {"reference": HERE}})
    seen = given.json | {"status": "received"}
    assert (await doctor(world, COLLEAGUE, HERE).put(f"Task/{asked['id']}", seen)).status == 200
    assert len(await queued(world, asked)) == 1
    for role in roles:
        assert (await world.system.put(f"PractitionerRole/{role['id']}", role)).status == 200


def confirmation(patient, made):
    return case(patient["id"], "confirmed", focus={"reference": f"{made['resourceType']}/{made['id']}"})


async def test_the_person_confirms_and_nobody_for_her(world, patient):
    await states_a_need(world, patient)
    asked = (await doctor(world).post("Appointment", booking(patient, DOCTOR))).json
    other = await world.citizen(await world.patient())
    for client in (doctor(world), doctor(world, COLLEAGUE, HERE), other):
        assert (await client.post("Task", confirmation(patient, asked))).status == 403
    await world.made(confirmation(patient, asked))  # a run of the operator's says nothing for her either
    assert len(await queued(world, asked)) == 1
    said = await (await world.citizen(patient)).post("Task", confirmation(patient, asked))
    assert said.status == 201, said.json
    assert await queued(world, asked) == []
    await the_need_is_over(world, patient)
    world.store.clock.offset += 100 * HOUR
    assert await opens(world, patient)


async def test_an_import_is_nobodys_way_in(world, patient):
    made = await world.made(task(patient, DOCTOR))
    assert await queued(world, made) == []


async def test_a_way_in_that_was_taken_away_again_is_looked_over_all_the_same(world, patient):
    await states_a_need(world, patient)
    asked = (await doctor(world).post("Task", task(patient, DOCTOR))).json
    assert (await doctor(world).delete(f"Task/{asked['id']}")).status in (200, 204)
    assert len(await queued(world, asked)) == 1
