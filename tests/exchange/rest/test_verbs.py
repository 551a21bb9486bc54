"""Who may write what, at the FHIR door: by role, by what the entry says now, and by the basis that opens the person."""

import pytest
from worlds import actor

from felles.access.actor import Sort
from felles.access.codes import EPISODE_SYSTEM, MUNICIPAL_SERVICE, PREGNANCY, ROLE_SYSTEM

CLINIC = "Organization/clinic"
ATC = "http://www.whocc.no/atc"


def medicine(patient, atc="N02BE01", **more):
    return {"resourceType": "MedicationRequest", "status": "active", "intent": "order",
            "medicationCodeableConcept": {"coding": [{"system": ATC, "code": atc}]},
            "subject": {"reference": f"Patient/{patient}"}, **more}  # fmt: skip


def referral(patient, **more):
    return {"resourceType": "ServiceRequest", "status": "active", "intent": "order",
            "subject": {"reference": f"Patient/{patient}"}, **more}  # fmt: skip


def document(patient, status):
    return {"resourceType": "DocumentReference", "status": "current", "docStatus": status,
            "subject": {"reference": f"Patient/{patient}"}, "content": [{"attachment": {"title": "Brev"}}]}  # fmt: skip


def appointment(patient):
    return {"resourceType": "Appointment", "status": "proposed",
            "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "needs-action"}]}  # fmt: skip


def episode(patient, code):
    return {"resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{patient}"},
            "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": code}]}],
            "managingOrganization": {"reference": CLINIC}, "period": {"start": "2020-01-01"}}  # fmt: skip


@pytest.fixture
async def staff(world):
    """Signs somebody in at the clinic in a role, as the register has her."""
    await world.system.put("Organization/clinic", {"resourceType": "Organization", "id": "clinic", "name": "Klinikk"})

    async def sign_in(role):
        held = {
            "resourceType": "PractitionerRole", "id": f"clinic-{role}",
            "practitioner": {"reference": f"Practitioner/{role}"}, "organization": {"reference": CLINIC},
            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}],
        }  # fmt: skip
        assert (await world.system.put(f"PractitionerRole/clinic-{role}", held)).status < 300
        return world.client(actor(role, Sort.STAFF, reference=f"Practitioner/{role}", organization=CLINIC))

    return sign_in


@pytest.fixture
async def patient(world, staff):
    made = await world.patient()
    await world.made(episode(made["id"], MUNICIPAL_SERVICE))
    return made["id"]


CASES = [
    ("gp", medicine, 201), ("doctor", medicine, 201), ("nurse", medicine, 403), ("pharmacist", medicine, 403),
    ("health-nurse", lambda p: medicine(p, "J07BB02"), 201), ("health-nurse", medicine, 403),
    ("nurse", lambda p: medicine(p, "J07BB02"), 403), ("nurse", lambda p: medicine(p, intent="proposal"), 201),
    ("pharmacist", lambda p: medicine(p, intent="proposal"), 201),
    ("secretary", lambda p: medicine(p, intent="proposal"), 403),
    ("secretary", lambda p: medicine(p, status="draft"), 201),
    ("secretary", appointment, 201), ("pharmacist", appointment, 403),
    ("secretary", lambda p: document(p, "preliminary"), 201), ("secretary", lambda p: document(p, "final"), 403),
    ("psychologist", lambda p: document(p, "final"), 201), ("care-worker", lambda p: document(p, "final"), 403),
    ("gp", referral, 201), ("nurse", referral, 403), ("midwife", referral, 403),
]  # fmt: skip


@pytest.mark.parametrize(("role", "make", "status"), CASES)
async def test_each_role_writes_what_it_may(staff, patient, role, make, status):
    client = await staff(role)
    answer = await client.post(make(patient)["resourceType"], make(patient))
    assert answer.status == status, answer.body
    if status == 403:
        assert "this role may not create" in answer.json["issue"][0]["diagnostics"]


async def test_what_an_entry_says_already_counts_too(staff, patient):
    gp, nurse, secretary = await staff("gp"), await staff("nurse"), await staff("secretary")
    order = (await gp.post("MedicationRequest", medicine(patient))).json
    proposal = (await nurse.post("MedicationRequest", medicine(patient, intent="proposal"))).json
    assert (await nurse.put(f"MedicationRequest/{order['id']}", order | {"intent": "proposal"})).status == 403
    assert (await nurse.delete(f"MedicationRequest/{order['id']}")).status == 403
    assert (await nurse.put(f"MedicationRequest/{proposal['id']}", proposal | {"intent": "order"})).status == 403
    assert (await nurse.put(f"MedicationRequest/{proposal['id']}", proposal | {"status": "on-hold"})).status == 200
    assert (await nurse.delete(f"MedicationRequest/{proposal['id']}")).status == 204
    assert (await gp.put(f"MedicationRequest/{order['id']}", order | {"status": "stopped"})).status == 200
    draft = (await gp.post("DocumentReference", document(patient, "preliminary"))).json
    signed = (await gp.put(f"DocumentReference/{draft['id']}", draft | {"docStatus": "final"})).json
    again = await gp.put(f"DocumentReference/{draft['id']}", signed | {"description": "Rettet"})
    assert (signed["docStatus"], again.status) == ("final", 200)
    back = await secretary.put(f"DocumentReference/{draft['id']}", signed | {"docStatus": "preliminary"})
    assert back.status in (403, 404)


async def test_a_midwife_refers_while_she_follows_a_pregnancy_and_no_longer(world, staff):
    midwife = await staff("midwife")
    made = await world.patient()
    municipal = await world.made(episode(made["id"], MUNICIPAL_SERVICE))
    assert municipal["id"]
    assert (await midwife.post("ServiceRequest", referral(made["id"]))).status == 403
    pregnancy = await world.made(episode(made["id"], PREGNANCY))
    sent = await midwife.post("ServiceRequest", referral(made["id"]))
    assert sent.status == 201, sent.body
    back = sent.json | {"status": "revoked", "note": [{"text": "Skrevet på feil person"}]}
    assert (await midwife.put(f"ServiceRequest/{sent.json['id']}", back)).status == 200
    over = pregnancy | {"period": {"start": "2020-01-01", "end": "2020-02-01"}, "status": "finished"}
    assert (await world.system.put(f"EpisodeOfCare/{pregnancy['id']}", over)).status == 200
    assert (await midwife.post("ServiceRequest", referral(made["id"]))).status == 403
    assert (await midwife.delete(f"ServiceRequest/{sent.json['id']}")).status == 403


async def test_a_citizen_writes_none_of_it(world, patient):
    citizen = await world.citizen({"id": patient})
    for make in (medicine, referral, appointment, lambda p: document(p, "final")):
        assert (await citizen.post(make(patient)["resourceType"], make(patient))).status == 403
