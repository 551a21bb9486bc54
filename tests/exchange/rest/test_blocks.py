"""A block hides what the person says from whom she says, everywhere, and what refers to it; nothing else."""

from __future__ import annotations

import pytest
from doors import block, item
from worlds import actor

from felles.access.actor import Sort
from felles.access.codes import ENTRIES_OF, KIND_SYSTEM, ROLE_SYSTEM

HERE, THERE = "Organization/here", "Organization/there"
DOCTOR, OTHER = "Practitioner/doctor", "Practitioner/other"
STAFF = ((DOCTOR, HERE, "doctor"), (DOCTOR, HERE, "nurse"), (OTHER, HERE, "doctor"), (OTHER, THERE, "doctor"))
VITAL = "http://terminology.hl7.org/CodeSystem/observation-category"


@pytest.fixture
async def places(world):
    for who, place, role in STAFF:
        await world.made(
            {
                "resourceType": "PractitionerRole",
                "practitioner": {"reference": who},
                "organization": {"reference": place},
                "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}],
            }
        )


@pytest.fixture
async def life(world, places):
    """A person with a result, a note about it, a prescription for the note, and a measurement of another day."""
    patient = await world.patient()
    name = patient["id"]
    subject = {"subject": {"reference": f"Patient/{name}"}}
    for place in (HERE, THERE):
        await world.made(
            {
                "resourceType": "EpisodeOfCare",
                "status": "active",
                "patient": subject["subject"],
                "managingOrganization": {"reference": place},
            }
        )
    result = await world.made(world.observation(name))
    vital = [{"coding": [{"system": VITAL, "code": "vital-signs"}]}]
    vital = await world.made(world.observation(name, category=vital, effectiveDateTime="2020-02-02"))
    note = await world.made(
        {
            "resourceType": "ClinicalImpression",
            "status": "completed",
            "investigation": [{"code": {"text": "x"}, "item": [{"reference": path(result)}]}],
            **subject,
        }
    )
    return {"patient": patient, "result": result, "vital": vital, "note": note}


def path(entry):
    return f"{entry['resourceType']}/{entry['id']}"


def reader(world, reference=DOCTOR, organization=HERE, role="doctor"):
    return world.client(actor(role, Sort.STAFF, reference=reference, organization=organization))


async def seen(client, life):
    """Which of the life's entries this reader gets."""
    return {name for name, entry in life.items() if (await client.get(path(entry))).status == 200}


EVERYTHING = {"patient", "result", "vital", "note"}


def kinds(*codes):
    return {"class": [{"system": KIND_SYSTEM, "code": code} for code in codes]}


@pytest.mark.parametrize(
    ("what", "left"),
    [
        (lambda life: {"data": [item(path(life["vital"]))]}, {"patient", "result", "note"}),
        (lambda life: {"data": [item(path(life["result"]))]}, {"patient", "vital"}),
        (lambda _: kinds("vital"), {"patient", "result", "note"}),
        (lambda _: kinds("vital", "result"), {"patient"}),
        (lambda _: {"dataPeriod": {"end": "2021-01-01"}}, {"patient", "result", "note"}),
        (lambda _: {"extension": [{"url": ENTRIES_OF, "valueReference": {"reference": THERE}}]}, EVERYTHING),
        (lambda _: kinds("nonsense"), EVERYTHING),
        (lambda _: {}, {"patient"}),
    ],
    ids=["one", "one that is referred to", "kind", "kinds", "period", "organisation", "none of ours", "everything"],
)
async def test_what_is_blocked_is_hidden_with_what_refers_to_it(world, life, what, left):
    citizen = await world.citizen(life["patient"])
    assert await seen(reader(world), life) == EVERYTHING
    made = await citizen.post("Consent", block(life["patient"]["id"], **what(life)))
    assert made.status == 201, made.json
    assert await seen(reader(world), life) == left
    assert await seen(citizen, life) == EVERYTHING
    ended = await citizen.put(f"Consent/{made.json['id']}", made.json | {"status": "inactive"})
    assert ended.status == 200, ended.json
    assert await seen(reader(world), life) == EVERYTHING


@pytest.mark.parametrize(
    ("against", "hidden"),
    [
        ({"against": HERE}, {(DOCTOR, HERE, "doctor"), (DOCTOR, HERE, "nurse"), (OTHER, HERE, "doctor")}),
        ({"against": DOCTOR}, {(DOCTOR, HERE, "doctor"), (DOCTOR, HERE, "nurse")}),
        ({"role": "nurse"}, {(DOCTOR, HERE, "nurse")}),
        ({"against": "CareTeam/x"}, set()),
    ],
    ids=["organisation", "person", "role", "none of ours"],
)
async def test_a_block_is_against_those_it_names(world, life, against, hidden):
    citizen = await world.citizen(life["patient"])
    assert (await citizen.post("Consent", block(life["patient"]["id"], **kinds("vital"), **against))).status == 201
    for who in STAFF:
        expected = EVERYTHING - {"vital"} if who in hidden else EVERYTHING
        assert await seen(reader(world, *who), life) == expected, who


async def test_entries_to_come_are_covered_and_what_will_refer_to_them(world, life):
    citizen, name = await world.citizen(life["patient"]), life["patient"]["id"]
    assert (await citizen.post("Consent", block(name, against=HERE, **kinds("result")))).status == 201
    doctor = reader(world, OTHER, THERE)
    result = await doctor.post("Observation", world.observation(name))
    assert result.status == 201, result.json
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": "Svar"},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "34117-2"}]}],
        "subject": {"reference": f"Patient/{name}"},
        "result": [{"reference": f"Observation/{result.json['id']}"}],
    }
    note = (await doctor.post("DiagnosticReport", report)).json
    here, there = reader(world), reader(world, OTHER, THERE)
    assert [(await c.get(f"Observation/{result.json['id']}")).status for c in (here, there)] == [404, 200]
    assert [(await c.get(path(note))).status for c in (here, there)] == [404, 200]
    changed = await there.put(path(note), {k: v for k, v in note.items() if k != "result"})
    assert changed.status == 200, changed.json
    assert (await here.get(path(note))).status == 200, "it refers to nothing that is closed any longer"


async def test_what_the_person_takes_out_stays_open(world, life):
    citizen, name = await world.citizen(life["patient"]), life["patient"]["id"]
    out = {"provision": [{"type": "permit", "data": [item(path(life["note"]))]}]}
    made = await citizen.post("Consent", block(name, data=[item(path(life["result"]))], **out))
    assert made.status == 201, made.json
    assert await seen(reader(world), life) == {"patient", "vital", "note"}


@pytest.mark.parametrize("end", ["2026-01-01", None])
async def test_a_block_ends_by_its_period(world, life, end):
    citizen, name = await world.citizen(life["patient"]), life["patient"]["id"]
    period = {"period": {"end": end}} if end else {}
    assert (await citizen.post("Consent", block(name, **kinds("vital"), **period))).status == 201
    assert ("vital" in await seen(reader(world), life)) is (end is not None)


async def test_nothing_tells_of_it_search_count_sort_history_or_whole(world, life):
    citizen, name = await world.citizen(life["patient"]), life["patient"]["id"]
    doctor, vital = reader(world), path(life["vital"])
    assert (await citizen.post("Consent", block(name, data=[item(vital)]))).status == 201
    found = (await doctor.get(f"Observation?patient={name}&_sort=date&_total=accurate")).json
    assert (found["total"], [e["resource"]["id"] for e in found["entry"]]) == (1, [life["result"]["id"]])
    assert (await doctor.get(f"Observation?patient={name}&_summary=count")).json["total"] == 1
    assert (await doctor.get(f"Observation?_id={life['vital']['id']}")).json["total"] == 0
    assert (await doctor.get(f"{vital}/_history")).status == 404
    assert (await doctor.get(f"{vital}/_history/1")).status == 404
    whole = (await doctor.get(f"Patient/{name}/$everything")).json
    assert vital not in {path(e["resource"]) for e in whole["entry"]}
    included = (await doctor.get(f"Patient?_id={name}&_revinclude=Observation:patient")).json
    assert {path(e["resource"]) for e in included["entry"]} == {f"Patient/{name}", path(life["result"])}
    assert (await doctor.put(vital, life["vital"])).status == 404
    assert (await doctor.put("Observation/nowhere", life["vital"] | {"id": "nowhere"})).status == 404
    assert (await doctor.delete(vital)).status == 404
