"""A message opens what it points to, each entry by itself, until it is answered; the record stays closed."""

from __future__ import annotations

import pytest
from doors import block, case
from worlds import actor

from felles.access.actor import Sort
from felles.access.codes import ROLE_SYSTEM

HERE, THERE = "Organization/here", "Organization/there"
DOCTOR, COLLEAGUE, OTHER = "Practitioner/doctor", "Practitioner/colleague", "Practitioner/other"
DAY = 86_400 * 1_000_000


@pytest.fixture
async def patient(world):
    """One whom HERE follows; THERE has nothing to do with her."""
    for who, place, role in ((DOCTOR, HERE, "doctor"), (COLLEAGUE, HERE, "doctor"), (OTHER, THERE, "doctor"),
                             (OTHER, THERE, "secretary")):  # fmt: skip
        await world.made(
            {
                "resourceType": "PractitionerRole",
                "practitioner": {"reference": who},
                "organization": {"reference": place},
                "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}],
            }
        )
    offset = world.store.clock.offset
    made = await world.patient(address=[{"city": "Røros"}], telecom=[{"system": "phone", "value": "99 88 77 66"}])
    await world.made(
        {
            "resourceType": "EpisodeOfCare",
            "status": "active",
            "patient": {"reference": f"Patient/{made['id']}"},
            "managingOrganization": {"reference": HERE},
        }
    )
    yield made
    world.store.clock.offset = offset


def staff(world, reference=OTHER, organization=THERE, role="doctor"):
    return world.client(actor(role, Sort.STAFF, reference=reference, organization=organization))


def ref(made):
    return f"{made['resourceType']}/{made['id']}"


def message(patient, to, *about, **more):
    """One that asks; an answer is over as it is sent."""
    return {
        "resourceType": "Communication",
        "status": "completed" if "inResponseTo" in more else "in-progress",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "recipient": [{"reference": to}],
        "payload": [{"contentString": "Hva mener du om denne?"}],
        **({"about": [{"reference": each} for each in about]} if about else {}),
        **more,
    }


def note(patient, **more):
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "content": [{"attachment": {"title": "Notat"}}],
        **more,
    }


async def send(client, entry):
    answer = await client.post(entry["resourceType"], entry)
    assert answer.status == 201, answer.json
    return answer.json


async def seen(client, *entries):
    return [(await client.get(ref(each))).status == 200 for each in entries]


async def test_it_opens_each_entry_it_points_to_and_no_other(world, patient):
    told, written, shown, hidden = [await world.made(world.observation(patient["id"])) for _ in range(3)] + [
        await world.made(note(patient))
    ]
    said = {"basedOn": [{"reference": ref(written)}], "payload": [{"contentReference": {"reference": ref(shown)}}]}
    other = staff(world)
    assert await seen(other, told, written, shown, hidden, patient) == [False] * 5
    sent = await send(staff(world, DOCTOR, HERE), message(patient, OTHER, ref(told), **said))
    assert await seen(other, told, written, shown, sent) == [True] * 4
    assert await seen(other, hidden) == [False]
    assert await seen(staff(world, role="gp"), told) == [False]  # the same person in a role that she does not have
    other = staff(world)
    for query in (f"patient={patient['id']}", f"subject=Patient/{patient['id']}&code=8867-4"):
        found = (await other.get(f"Observation?{query}&_total=accurate")).json
        assert found["total"] == 3
        assert {each["resource"]["id"] for each in found["entry"]} == {told["id"], written["id"], shown["id"]}
    assert (await other.get(f"DocumentReference?patient={patient['id']}")).json.get("entry", []) == []
    mail = (await other.get(f"Communication?recipient={OTHER}")).json
    assert [each["resource"]["id"] for each in mail["entry"]] == [sent["id"]]
    assert (await other.get(f"Patient/{patient['id']}/$everything")).status == 404


async def test_of_the_person_the_look_up_form_alone(world, patient):
    whole = (await staff(world, DOCTOR, HERE).get(ref(patient))).json
    await send(staff(world, DOCTOR, HERE), message(patient, THERE, ref(patient)))
    strip = (await staff(world).get(ref(patient))).json
    assert (strip["name"], "telecom" in strip) == (whole["name"], False)
    assert "99 88 77 66" not in str(strip)
    assert (await staff(world).put(ref(patient), strip)).status in (404, 403)


async def test_a_role_sees_no_more_than_it_ever_does_and_blocks_hold(world, patient):
    told, written = await world.made(world.observation(patient["id"])), await world.made(note(patient))
    await send(staff(world, DOCTOR, HERE), message(patient, THERE, ref(told), ref(written)))
    assert await seen(staff(world, role="secretary"), told, written) == [False, False]
    assert await seen(staff(world), told, written) == [True, True]
    await world.made(
        block(patient["id"], against=THERE, data=[{"meaning": "instance", "reference": {"reference": ref(told)}}])
    )
    assert await seen(staff(world), told, written) == [False, True]


async def test_nobody_hands_on_what_she_does_not_see(world, patient):
    told, written = await world.made(world.observation(patient["id"])), await world.made(note(patient))
    await world.made(
        block(patient["id"], against=DOCTOR, data=[{"meaning": "instance", "reference": {"reference": ref(told)}}])
    )
    await send(staff(world, DOCTOR, HERE), message(patient, OTHER, ref(told), ref(written)))
    assert await seen(staff(world), told, written) == [False, True]
    refused = await staff(world, "Practitioner/nobody", "Organization/nowhere").post(
        "Communication", message(patient, OTHER, ref(told))
    )
    assert refused.status == 403


async def test_the_person_herself_may_point_to_what_is_hers(world, patient):
    told, other = await world.made(world.observation(patient["id"])), await world.made(world.observation(patient["id"]))
    asked = case(patient["id"], "question")["code"]
    await send(await world.citizen(patient), message(patient, OTHER, ref(told), category=[asked]))
    assert await seen(staff(world), told, other) == [True, False]


async def test_she_answers_and_it_is_closed_and_she_writes_nothing_else(world, patient):
    told = await world.made(world.observation(patient["id"]))
    doctor, other = staff(world, DOCTOR, HERE), staff(world)
    sent = await send(doctor, message(patient, OTHER, ref(told)))
    for wrong in (
        world.observation(patient["id"]),
        message(patient, DOCTOR, ref(told)),
        message(patient, DOCTOR, inResponseTo=[{"reference": "Communication/another"}]),
    ):
        assert (await other.post(wrong["resourceType"], wrong)).status == 403
    assert (await other.put(ref(told), told | {"status": "amended"})).status == 404
    assert (await other.put(ref(sent), sent | {"status": "in-progress"})).status == 404
    assert (await other.delete(ref(told))).status == 404
    assert await seen(other, told) == [True]
    answer = message(patient, DOCTOR, ref(told), inResponseTo=[{"reference": ref(sent)}])
    answered = await send(other, answer)
    assert await seen(other, told, sent, answered, patient) == [False] * 4
    assert (await other.post("Communication", answer)).status == 403
    # What its writer changes in it opens it to nobody who has answered.
    again = await doctor.put(ref(sent), sent | {"note": [{"text": "Takk"}]})
    assert (again.status, await seen(other, told)) == (200, [False])


async def test_the_answer_of_one_receiver_ends_it_for_her_alone(world, patient):
    third = {"reference": "Practitioner/third", "organization": "Organization/third"}
    await world.made(
        {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": third["reference"]},
            "organization": {"reference": third["organization"]},
            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "doctor"}]}],
        }
    )
    told = await world.made(world.observation(patient["id"]))
    to = {"recipient": [{"reference": OTHER}, {"reference": third["reference"]}]}
    sent = await send(staff(world, DOCTOR, HERE), message(patient, OTHER, ref(told), **to))
    await send(staff(world), message(patient, DOCTOR, inResponseTo=[{"reference": ref(sent)}]))
    assert await seen(staff(world), told) == [False]
    assert await seen(staff(world, **third), told) == [True]


@pytest.mark.parametrize("status", ["preparation", "not-done", "stopped", "entered-in-error"])
async def test_what_was_not_sent_opens_nothing(world, patient, status):
    told = await world.made(world.observation(patient["id"]))
    doctor = staff(world, DOCTOR, HERE)
    sent = await send(doctor, message(patient, OTHER, ref(told), status=status))
    assert await seen(staff(world), told) == [False]
    sent = (await doctor.put(ref(sent), sent | {"status": "in-progress"})).json
    assert await seen(staff(world), told) == [True]
    back = sent | {"status": status, "statusReason": {"text": "Sendt ved en feil"}}
    refused = status == "preparation"  # what was sent is not unsent: it is stopped
    assert (await doctor.put(ref(sent), back)).status == (422 if refused else 200)
    assert await seen(staff(world), told) == [refused]


async def test_it_ends_by_itself_and_when_it_is_taken_away(world, patient):
    told = await world.made(world.observation(patient["id"]))
    doctor = staff(world, DOCTOR, HERE)
    sent = await send(doctor, message(patient, OTHER, ref(told)))
    world.store.clock.offset += 29 * DAY
    assert await seen(staff(world), told) == [True]
    world.store.clock.offset += 2 * DAY
    assert await seen(staff(world), told) == [False]
    world.store.clock.offset -= 31 * DAY
    assert (await doctor.delete(ref(sent))).status == 409  # somebody is asked
    stopped = sent | {"status": "stopped", "statusReason": {"text": "Feil mottaker"}}
    assert (await doctor.put(ref(sent), stopped)).status == 200
    assert (await doctor.delete(ref(sent))).status in (200, 204)
    assert await seen(staff(world), told) == [False]
    assert await world.store.pool.fetch("select 1 from pointed where source = $1", ref(sent)) == []


async def test_a_task_that_asks_to_answer_opens_what_it_points_to_and_other_work_the_record(world, patient):
    told, rest = await world.made(world.observation(patient["id"])), await world.made(world.observation(patient["id"]))
    doctor, other = staff(world, DOCTOR, HERE), staff(world)
    sent = await send(doctor, message(patient, "Practitioner/third", ref(told)))
    asks = case(patient["id"], "need") | {
        "code": {"text": "Besvar"},
        "owner": {"reference": OTHER},
        "focus": {"reference": ref(sent)},
        "input": [{"type": {"text": "svar"}, "valueReference": {"reference": ref(told)}}],
    }
    task = await send(doctor, asks)
    assert await seen(other, task, sent, told, rest) == [True, True, True, False]
    mine = task | {"focus": {"reference": ref(told)}, "status": "accepted"}
    assert (await other.put(ref(task), mine)).status == 404  # she makes no other work of it
    done = await other.put(ref(task), task | {"status": "completed"})
    assert (done.status, await seen(other, task, sent, told)) == (200, [False] * 3)
    await send(doctor, {name: value for name, value in asks.items() if name not in ("focus", "input")})
    assert await seen(other, told, rest) == [True, True]


async def test_to_a_colleague_it_is_a_stated_need_where_nothing_else_opens_the_record(world, patient):
    """As any other way in that one makes for oneself: `test_self_made.py`."""
    told = await world.made(world.observation(patient["id"]))
    sent = await send(staff(world, DOCTOR, HERE), message(patient, OTHER, ref(told)))
    fro = await send(
        staff(world), message(patient, "Practitioner/beside", ref(told), inResponseTo=[{"reference": ref(sent)}])
    )
    again = await send(staff(world, DOCTOR, HERE), message(patient, OTHER, ref(told)))
    own = await send(staff(world), message(patient, THERE, ref(told), inResponseTo=[{"reference": ref(again)}]))
    rows = await world.store.pool.fetch("select source, owner, sender from handover where kind = 28")
    assert [tuple(row) for row in rows] == [(f"Review/Communication.{own['id']}", THERE, OTHER)]
    assert fro["id"] not in str(rows)
    assert await seen(staff(world), told) == [True]
    world.store.clock.offset += 25 * 3600 * 1_000_000
    assert await seen(staff(world), told) == [False]


async def test_what_was_deleted_is_not_answered(world, patient):
    told = await world.made(world.observation(patient["id"]))
    doctor, other = staff(world, DOCTOR, HERE), staff(world)
    sent = await send(doctor, message(patient, OTHER, ref(told)))
    answer = message(patient, DOCTOR, inResponseTo=[{"reference": ref(sent)}])
    gone = await send(doctor, answer)
    for each, said in ((told, told), (gone, answer | {"id": gone["id"]})):
        assert (await world.system.delete(ref(each))).status == 204
        assert (await other.put(ref(each), said)).status == 404
        assert (await world.system.get(ref(each))).status == 410
    assert (await other.post("Communication", answer)).status == 201
