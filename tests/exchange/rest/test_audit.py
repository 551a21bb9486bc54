"""AuditEvent as a view of one's own log: made from lines, for the person herself, and for nobody else."""

from __future__ import annotations

import json

import msgspec
import pytest
from worlds import actor

from felles import fhir
from felles.access.actor import Sort
from felles.access.codes import EPISODE_SYSTEM, MUNICIPAL_SERVICE, ROLE_SYSTEM

CLINIC, GP = "Organization/clinic", "Practitioner/gp"
PATIENT_EXTENSION = "http://hl7.no/fhir/StructureDefinition/auditevent-patient-extension"


@pytest.fixture
async def life(world):
    """A person whom a GP follows up and has read, and another one."""
    await world.system.put("Organization/clinic", {"resourceType": "Organization", "id": "clinic", "name": "Klinikk"})
    role = {"resourceType": "PractitionerRole", "id": "gp-here", "practitioner": {"reference": GP},
            "organization": {"reference": CLINIC},
            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "gp"}]}]}  # fmt: skip
    await world.system.put("PractitionerRole/gp-here", role)
    patient, other = await world.patient(), await world.patient()
    for each in (patient, other):
        await world.made({
            "resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{each['id']}"},
            "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": MUNICIPAL_SERVICE}]}],
            "managingOrganization": {"reference": CLINIC}, "period": {"start": "2020-01-01"},
        })  # fmt: skip
    result = await world.made(world.observation(patient["id"]))
    gp = doctor(world)
    assert (await gp.get(f"Observation/{result['id']}")).status == 200
    assert (await world.stranger.get(f"Observation/{result['id']}")).status == 404
    return patient, other, result


def doctor(world):
    return world.client(
        actor("gp", Sort.STAFF, reference=GP, organization=CLINIC, organization_name="Klinikk", purpose="TREAT")
    )


async def events(client, query=""):
    answer = await client.get(f"AuditEvent{query}")
    assert answer.status == 200, answer.json
    return [entry["resource"] for entry in answer.json.get("entry", [])]


async def lines(world, patient):
    key = await world.store.place(f"Patient/{patient['id']}")
    rows = await world.store.pool.fetch(
        "select number, text from leaf where bucket = $1 and person = $2 order by number", *key
    )
    return [(row["number"], json.loads(row["text"])) for row in rows]


async def test_each_line_of_hers_is_an_event_and_valid(world, life):
    patient, _, result = life
    before = await lines(world, patient)
    found = await events(await world.citizen(patient), "?_count=200")
    assert [event["id"] for event in found] == [f"al-{number}" for number, _ in reversed(before)]
    for event in found:
        fhir.decode(msgspec.json.encode(event))
        assert event["extension"][0] == {"url": PATIENT_EXTENSION,
                                         "valueReference": {"reference": f"Patient/{patient['id']}"}}  # fmt: skip
    read = next(e for e in found if e["agent"][0]["who"].get("reference") == GP)
    assert (read["action"], read["outcome"], read["subtype"][0]["code"]) == ("R", "0", "read")
    assert read["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    assert read["entity"][1]["what"]["reference"] == f"Observation/{result['id']}"
    assert read["agent"][1]["who"] == {"reference": CLINIC, "display": "Klinikk"}
    refused = next(e for e in found if e["agent"][0]["who"].get("reference") == "Device/system")
    assert refused["outcome"] == "4"


async def test_reading_it_leaves_a_line_of_its_own(world, life):
    patient, *_ = life
    citizen = await world.citizen(patient)
    before = len(await lines(world, patient))
    await events(citizen, f"?patient={patient['id']}")
    told = [line for _, line in (await lines(world, patient))[before:]]
    assert {line["who"]["actor"] for line in told} == {f"Patient/{patient['id']}"}
    assert "audit" in {line["act"] for line in told if line["outcome"] == "released"}
    again = await events(citizen)
    assert again[0]["agent"][0]["who"]["reference"] == f"Patient/{patient['id']}"


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("?agent=Practitioner/gp", lambda e: e["agent"][0]["who"].get("reference") == GP),
        ("?outcome=4", lambda e: e["outcome"] == "4"),
        ("?action=C", lambda e: e["action"] == "C"),
        ("?date=ge2100", lambda _: False),
        ("?date=lt2100&date=ge2020", lambda _: True),
        ("?date=lt2020", lambda _: False),
    ],
)
async def test_it_is_searched_by_who_when_and_what_came_of_it(world, life, query, fits):
    citizen = await world.citizen(life[0])
    everything = await events(citizen, "?_count=200")
    known = {event["id"] for event in everything}
    found = await events(citizen, f"{query}&_count=200")
    assert [event["id"] for event in found if event["id"] in known] == [e["id"] for e in everything if fits(e)]
    assert all(fits(event) for event in found)


async def test_one_event_is_read_by_its_id_and_pages_follow(world, life):
    patient, *_ = life
    citizen = await world.citizen(patient)
    first = (await events(citizen))[0]
    answer = await citizen.get(f"AuditEvent/{first['id']}")
    assert (answer.status, answer.json["id"]) == (200, first["id"])
    page = (await citizen.get("AuditEvent?_count=2")).json
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    second = (await citizen.get(following.partition("/fhir/")[2])).json
    assert not {e["resource"]["id"] for e in page["entry"]} & {e["resource"]["id"] for e in second["entry"]}


async def test_nobody_elses_log_is_told_and_the_try_is_logged(world, life):
    patient, other, _ = life
    mine, stranger = await world.citizen(patient), await world.citizen(other)
    wanted = (await events(mine))[0]["id"]
    assert await events(stranger, f"?patient={patient['id']}") == []
    assert (await stranger.get(f"AuditEvent/{wanted}")).status == 404
    _, last = (await lines(world, patient))[-1]
    assert (last["act"], last["outcome"]) == ("refused", "refused")
    absent = await stranger.get("AuditEvent?patient=nowhere")
    hidden = await stranger.get(f"AuditEvent?patient={patient['id']}")
    assert absent.body.replace(b"nowhere", b"") == hidden.body.replace(patient["id"].encode(), b"")


async def test_staff_and_systems_read_nobodys_log(world, life):
    patient, *_ = life
    wanted = (await events(await world.citizen(patient)))[0]["id"]
    for client in (doctor(world), world.stranger):
        assert await events(client, f"?patient={patient['id']}") == []
        assert (await client.get(f"AuditEvent/{wanted}")).status == 404
    reviewer = world.client(actor("reviewer", Sort.STAFF, reference="Practitioner/eva", organization=CLINIC))
    assert (await reviewer.get(f"AuditEvent?patient={patient['id']}")).status == 403


async def test_maintenance_reads_the_log_of_one_it_names_and_of_nobody_else(world, life):
    patient, *_ = life
    assert [e for e in await events(world.system, f"?patient={patient['id']}") if e["id"].startswith("al-")]
    assert not [e for e in await events(world.system) if e["id"].startswith("al-")]


async def test_nothing_is_stored_for_it(world, life):
    await events(await world.citizen(life[0]))
    rows = await world.store.pool.fetch(
        "select count(*) as n from entry e join type_name t on t.type = e.type where t.name = 'AuditEvent'"
    )
    assert rows[0]["n"] == 0


async def test_the_statement_says_so(world):
    served = (await world.nobody.get("metadata")).json["rest"][0]["resource"]
    audit = next(each for each in served if each["type"] == "AuditEvent")
    assert "access log" in audit["documentation"]
    assert {"patient", "date", "agent", "action", "outcome"} <= {p["name"] for p in audit["searchParam"]}
