"""What is asked of one's own house is marked as such; each case becomes something that must be answered."""

from __future__ import annotations

import pytest
from doors import case
from worlds import actor

from felles.access.actor import Sort
from felles.access.codes import OPENING_REASON, ROLE_SYSTEM

HERE, THERE = "Organization/here", "Organization/there"
DOCTOR, COLLEAGUE, OTHER = "Practitioner/doctor", "Practitioner/colleague", "Practitioner/other"


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
async def patient(world):
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


def doctor(world, reference=DOCTOR, organization=HERE):
    return world.client(actor("doctor", Sort.STAFF, reference=reference, organization=organization))


def task(patient, owner):
    return case(patient["id"], "need") | {"code": {"text": "Ring"}, "owner": {"reference": owner}}


async def bases(world, answer):
    rows = await world.store.pool.fetch(
        "select basis from relation where source = $1 order by basis", f"Task/{answer['id']}"
    )
    return [row["basis"] for row in rows]


@pytest.mark.parametrize(("owner", "basis"), [(DOCTOR, 160), (HERE, 160), (COLLEAGUE, 160), (OTHER, 60), (THERE, 60)])
async def test_a_task_within_the_house_is_self_made_and_one_to_others_is_not(world, places, patient, owner, basis):
    made = await doctor(world).post("Task", task(patient, owner))
    assert made.status == 201, made.json
    assert await bases(world, made.json) == [basis]


async def test_a_self_made_one_that_the_other_side_accepts_is_confirmed(world, places, patient):
    asked = (await doctor(world).post("Task", task(patient, COLLEAGUE))).json
    assert await bases(world, asked) == [160]
    await world.made(
        {
            "resourceType": "EpisodeOfCare",
            "status": "active",
            "patient": {"reference": f"Patient/{patient['id']}"},
            "managingOrganization": {"reference": THERE},
        }
    )
    taken = await doctor(world, OTHER, THERE).put(f"Task/{asked['id']}", asked | {"status": "accepted"})
    assert taken.status == 403  # it was not sent to her
    given = asked | {"owner": {"reference": OTHER}}
    assert (await doctor(world).put(f"Task/{asked['id']}", given)).status == 200
    answer = await doctor(world, OTHER, THERE).put(f"Task/{asked['id']}", given | {"status": "accepted"})
    assert answer.status == 200, answer.json
    assert await bases(world, asked) == [60]


async def _handed(world, task_id):
    return await world.store.pool.fetch("select * from handover where source = $1", f"Task/{task_id}")


async def test_a_question_is_a_case_with_an_owner_and_a_day(world, patient):
    citizen = await world.citizen(patient)
    sent = case(
        patient["id"],
        "log-question",
        owner={"reference": THERE},
        restriction={"period": {"end": "2026-12-24T12:00:00Z"}},
    )
    asked = (await citizen.post("Task", sent)).json
    (row,) = await _handed(world, asked["id"])
    assert (row["kind"], row["owner"], row["state"]) == (24, THERE, 0)
    assert row["sender"] == f"Patient/{patient['id']}"
    assert row["next"] <= 1_798_113_600_000_000 + 1_000_000
    taken = asked | {"status": "accepted"}
    asked = (await world.system.put(f"Task/{asked['id']}", taken)).json
    (row,) = await _handed(world, asked["id"])
    assert row["next"] == 1_798_113_600_000_000 + 1_000_000
    await world.system.put(f"Task/{asked['id']}", asked | {"status": "completed"})
    (row,) = await _handed(world, asked["id"])
    assert (row["state"], row["next"], row["owner"]) == (7, None, "")
    await world.system.delete(f"Task/{asked['id']}")
    assert await _handed(world, asked["id"]) == []


async def test_a_plain_task_is_no_case(world, places, patient):
    made = (await doctor(world).post("Task", task(patient, THERE))).json
    assert [row["kind"] for row in await _handed(world, made["id"])] == [2]


@pytest.mark.parametrize("status", ["draft", "completed", "cancelled", "entered-in-error"])
async def test_who_went_in_ends_no_review_of_it(world, places, patient, status):
    reason = {"coding": [{"system": OPENING_REASON, "code": "danger"}], "text": "Bevisstløs, må se allergier"}
    sent = case(patient["id"], "emergency", status="requested", reasonCode=reason)
    made = (await doctor(world).post("Task", sent)).json
    at_once = (await doctor(world).post("Task", sent | {"status": status})).json
    assert (await doctor(world).put(f"Task/{made['id']}", made | {"status": status})).status == 404
    for each in (made, at_once):
        (row,) = await _handed(world, each["id"])
        assert (row["kind"], row["state"], row["owner"]) == (22, 0, HERE)
    assert (await doctor(world).delete(f"Task/{made['id']}")).status == 404


async def test_who_looks_over_a_way_in_is_the_house_that_went_in_whatever_the_task_says(world, places, patient):
    sent = case(patient["id"], "emergency", owner={"reference": THERE}, requester={"reference": OTHER})
    made = await doctor(world).post("Task", sent)
    assert made.status == 201, made.json
    (row,) = await _handed(world, made.json["id"])
    assert (row["kind"], row["owner"], row["sender"]) == (22, HERE, DOCTOR)
