"""The decision table: its page is what the data say, and every cell of it is what the FHIR door answers."""

import runpy
from pathlib import Path

import msgspec
import pytest
from worlds import actor, opened

from felles import fhir
from felles.access.actor import Sort
from felles.access.codes import EPISODE_SYSTEM, MUNICIPAL_SERVICE, ROLE_SYSTEM
from felles.access.roles import ROLES
from felles.access.table import READS, STAFF, WRITES, WRITING, page
from felles.access.verbs import verb_of
from felles.record.kinds import DEFAULTS, Kind, kind_of

ROOT = Path(__file__).resolve().parents[2]
ATC, SNOMED = "http://www.whocc.no/atc", "http://snomed.info/sct"
CLINIC = "Organization/clinic"


def test_the_page_is_what_the_data_say():
    told = "run scripts/decision_table.py"
    assert (ROOT / "docs" / "decision-table.md").read_text("utf-8") == page(), told


def test_the_script_writes_the_page_it_is_held_to():
    assert runpy.run_path(str(ROOT / "scripts" / "decision_table.py"))["page"]() == page()


def entry(verb, who):
    """An entry that takes the verb."""
    subject = {"subject": {"reference": f"Patient/{who}"}}
    request = {"status": "active", "intent": "order", **subject}
    medicine = {"resourceType": "MedicationRequest", **request}
    return {
        "write": {"resourceType": "Condition", "code": {"text": "x"}, **subject},
        "sign": {"resourceType": "DocumentReference", "status": "current", "docStatus": "final",
                 "content": [{"attachment": {"title": "x"}}], **subject},
        "prescribe": medicine | {"medicationCodeableConcept": {"coding": [{"system": ATC, "code": "N02BE01"}]}},
        "order-vaccine": medicine | {"medicationCodeableConcept": {"coding": [{"system": ATC, "code": "J07BB02"}]}},
        "propose": medicine | {"intent": "proposal", "medicationCodeableConcept": {"text": "x"}},
        "order": {"resourceType": "ServiceRequest", **request,
                  "category": [{"coding": [{"system": SNOMED, "code": "108252007"}]}]},
        "refer": {"resourceType": "ServiceRequest", **request},
        "give": {"resourceType": "MedicationAdministration", "status": "completed", **subject,
                 "medicationCodeableConcept": {"text": "x"}, "effectiveDateTime": "2026-05-03"},
        "book": {"resourceType": "Appointment", "status": "proposed",
                 "participant": [{"actor": subject["subject"], "status": "needs-action"}]},
    }[verb]  # fmt: skip


def struct(resource):
    return fhir.decode(msgspec.json.encode(resource))


@pytest.mark.parametrize("verb", WRITING)
def test_each_sample_takes_its_verb(verb):
    assert verb_of(struct(entry(verb, "x"))) == verb


@pytest.fixture(scope="module")
async def world(record_database, tmp_path_factory):
    async with opened(record_database.url, tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture(scope="module")
async def persons(world):
    """One whom the clinic follows up, and one whom it does not; all roles work there."""
    await world.system.put("Organization/clinic", {"resourceType": "Organization", "id": "clinic", "name": "Klinikk"})
    for role in STAFF:
        held = {"resourceType": "PractitionerRole", "id": f"c-{role}", "organization": {"reference": CLINIC},
                "practitioner": {"reference": f"Practitioner/{role}"},
                "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}]}  # fmt: skip
        assert (await world.system.put(f"PractitionerRole/c-{role}", held)).status == 201
    followed, other = (await world.patient())["id"], (await world.patient())["id"]
    await world.made({
        "resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{followed}"},
        "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": MUNICIPAL_SERVICE}]}],
        "managingOrganization": {"reference": CLINIC}, "period": {"start": "2020-01-01"},
    })  # fmt: skip
    return {"lasting": followed, "none": other}


def client(world, role):
    return world.client(actor(role, Sort.STAFF, reference=f"Practitioner/{role}", organization=CLINIC))


@pytest.mark.slow
@pytest.mark.parametrize("role", STAFF)
async def test_every_cell_of_writing(world, persons, role):
    cells = [cell for cell in WRITES if cell.role == role]
    assert len(cells) == 2 * len(WRITING)
    for cell in cells:
        made = entry(cell.verb, persons[cell.relation])
        answer = await client(world, role).post(made["resourceType"], made)
        assert (answer.status == 201) is cell.allowed, (cell, answer.body)
        assert answer.status in (201, 403), (cell, answer.body)


def of_kind(kind, who):
    """An entry of the kind, of a type that is of that kind by itself and needs little; None when there is none."""
    person = {"reference": f"Patient/{who}"}
    samples = {
        "ClinicalImpression": {"status": "completed", "subject": person},
        "Observation": {"status": "final", "code": {"text": "x"}, "subject": person},
        "MedicationStatement": {"status": "active", "medicationCodeableConcept": {"text": "x"}, "subject": person},
        "Condition": {"subject": person},
        "AllergyIntolerance": {"patient": person},
        "Appointment": {"status": "proposed", "participant": [{"actor": person, "status": "needs-action"}]},
        "Task": {"status": "requested", "intent": "order", "for": person},
        "Communication": {"status": "completed", "subject": person},
        "Immunization": {"status": "completed", "vaccineCode": {"text": "x"}, "patient": person,
                         "occurrenceDateTime": "2026-01-01"},
        "DocumentReference": {"status": "current", "content": [{"attachment": {"title": "x"}}], "subject": person},
        "CarePlan": {"status": "active", "intent": "plan", "subject": person},
        "FamilyMemberHistory": {"status": "completed", "patient": person, "relationship": {"text": "x"}},
        "ServiceRequest": {"status": "active", "intent": "order", "subject": person},
        "ImagingStudy": {"status": "available", "subject": person},
        "Consent": {"status": "active", "scope": {"text": "x"}, "category": [{"text": "x"}], "patient": person,
                    "policyRule": {"text": "x"}},
        "Procedure": {"status": "completed", "subject": person},
        "DeviceUseStatement": {"status": "active", "subject": person, "device": {"display": "x"}},
        "QuestionnaireResponse": {"status": "completed", "subject": person},
    }  # fmt: skip
    found = next((name for name in samples if DEFAULTS.get(name) == kind), None)
    return None if found is None else {"resourceType": found, **samples[found]}


@pytest.mark.slow
async def test_every_cell_of_reading(world, persons):
    asked = 0
    for relation, who in persons.items():
        for kind in Kind:
            made = of_kind(kind, who)
            if made is None:
                continue
            assert kind_of(struct(made)) == kind
            stored = await world.made(made)
            for cell in (c for c in READS if c.kind == kind and c.relation == relation):
                answer = await client(world, cell.role).get(f"{stored['resourceType']}/{stored['id']}")
                assert (answer.status == 200) is cell.allowed, (cell, answer.body)
                refused = 404 if "read" in ROLES[cell.role].verbs else 403
                assert answer.status in (200, refused), (cell, answer.body)
                asked += 1
    print(f"{asked} cells of reading, {len(READS)} in all")
    assert asked > 2 * 15 * len(STAFF)


def test_staff_see_no_more_for_administering():
    for role in ("administrator", "local-administrator", "reviewer"):
        assert not any(cell.allowed for cell in (*READS, *WRITES) if cell.role == role)
        assert ROLES[role].kinds == 0
