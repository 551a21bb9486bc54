"""Entries that open or close doors take verbs of their own, whoever may write else."""

from __future__ import annotations

import pytest
from doors import block, case, coded, held_back, proxy
from worlds import actor

from felles.access.actor import Sort
from felles.record.codes import CASE_SYSTEM

HERE = "Organization/here"


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


@pytest.fixture
def client(world):
    """A system client of the organisation that follows the person up: writes, but guards nothing."""
    return world.client(actor("system", Sort.SYSTEM, organization=HERE))


def resources(patient):
    return {
        "block": block(patient),
        "held": held_back(patient, "Observation/x"),
        "proxy": proxy(patient, "someone"),
        "need": case(patient, "need"),
        "looked": case(patient, "looked"),
        "question": case(patient, "log-question"),
    }


@pytest.mark.parametrize("what", ["block", "held", "proxy", "need", "looked", "question"])
async def test_who_writes_does_not_open_or_close_doors_by_it(client, patient, what):
    answer = await client.post(
        "Task" if what in ("need", "looked", "question") else "Consent", resources(patient["id"])[what]
    )
    assert answer.status == 403, answer.json


async def test_a_plain_task_and_a_plain_consent_are_written_as_ever(client, patient):
    plain = case(patient["id"], "need") | {"code": {"text": "Ring"}}
    consent = block(patient["id"]) | {"category": [coded("http://loinc.org", "64292-6")]}
    assert (await client.post("Task", plain)).status == 201
    assert (await client.post("Consent", consent)).status == 201


@pytest.mark.parametrize(
    ("what", "status"),
    [("block", 201), ("proxy", 201), ("question", 201), ("need", 403), ("looked", 403), ("held", 403)],
)
async def test_the_person_closes_gives_and_asks_and_no_more(world, patient, what, status):
    citizen = await world.citizen(patient)
    answer = await citizen.post(resources(patient["id"])[what]["resourceType"], resources(patient["id"])[what])
    assert answer.status == status, answer.json


async def test_no_entry_passes_under_the_verb_of_one_code_and_works_by_another(world, patient):
    citizen = await world.citizen(patient)
    both = case(patient["id"], "log-question")
    both["code"]["coding"].append({"system": CASE_SYSTEM, "code": "emergency"})
    assert (await citizen.post("Task", both)).status == 403


async def test_what_is_guarded_cannot_be_changed_or_taken_away_by_who_only_writes(world, client, patient):
    stored = await world.made(proxy(patient["id"], "someone"))
    plain = stored | {"category": [coded("http://loinc.org", "64292-6")]}
    path = f"Consent/{stored['id']}"
    assert (await client.get(path)).status == 200
    assert (await client.put(path, plain)).status == 403
    assert (await client.put(path, stored)).status == 403
    assert (await client.delete(path)).status == 403
    assert (await (await world.citizen(patient)).delete(path)).status == 204


async def test_the_person_cannot_touch_what_is_not_hers_to_end(world, patient):
    citizen = await world.citizen(patient)
    emergency = await world.made(case(patient["id"], "emergency"))
    path = f"Task/{emergency['id']}"
    assert (await citizen.get(path)).status == 200
    assert (await citizen.put(path, emergency | {"status": "cancelled"})).status == 403
    assert (await citizen.delete(path)).status == 403


async def test_staff_and_systems_see_neither_blocks_nor_cases(world, client, patient):
    citizen = await world.citizen(patient)
    closed = (await citizen.post("Consent", block(patient["id"], against="Organization/other"))).json
    asked = (await citizen.post("Task", case(patient["id"], "log-question"))).json
    for path in (f"Consent/{closed['id']}", f"Task/{asked['id']}"):
        assert (await citizen.get(path)).status == 200
        assert (await client.get(path)).status == 404
        assert (await client.delete(path)).status == 404
    found = await client.get(f"Consent?patient={patient['id']}&_summary=count")
    assert found.json["total"] == 0


async def test_the_person_does_not_see_that_something_is_held_back_from_her(world, patient):
    stored = await world.made(held_back(patient["id"], "Observation/x"))
    citizen = await world.citizen(patient)
    assert (await citizen.get(f"Consent/{stored['id']}")).status == 404
    assert (await world.system.get(f"Consent/{stored['id']}")).status == 200
