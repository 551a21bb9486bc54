"""Who wrote each version of an entry, for whom, on the page of the entry."""

from dataclasses import replace

import msgspec
import pytest
from browsing import words

from felles import access, fhir
from felles.access import personas
from felles.access.doorkeeper import Doorkeeper
from felles.access.signing import Signer
from felles.demo.places import STAFF
from felles.record.changes import Change


async def place_of(site, family):
    rows = await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %")
    return rows[0]["id"], (rows[0]["bucket"], rows[0]["person"])


def pulse(patient, value, **more):
    return fhir.decode(
        msgspec.json.encode(
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": "Puls"},
                "subject": {"reference": f"Patient/{patient}"},
                "valueQuantity": {"value": value, "unit": "/min"},
                **more,
            }
        )
    )


@pytest.fixture
async def entry(site, pages_home):
    """An Observation of Olav's: written by his GP, then by the secretary on her behalf."""
    patient, key = await place_of(site, "saeterbo")
    keeper = Doorkeeper(site.store, Signer.of(pages_home))
    doctor = await keeper.sessions.actor(await personas.sign_in(site.store, keeper.sessions, "fastlege"))
    assert doctor
    (made,) = await site.store.commit(
        access.person(doctor, (key,)), [Change(op="create", type="Observation", resource=pulse(patient, 70))]
    )
    nurse = await keeper.sessions.actor(await personas.sign_in(site.store, keeper.sessions, "hjemmesykepleier"))
    assert nurse
    behalf = replace(nurse, behalf=STAFF["tom"].practitioner)
    again = Change(op="update", type="Observation", id=made.id, resource=pulse(patient, 72, id=made.id))
    await site.store.commit(access.person(behalf, (key,)), [again])
    return patient, made.id


async def test_each_version_says_who_wrote_it_for_which_organisation_and_for_whom(site, entry):
    patient, made = entry
    for persona, path in (("fastlege", f"/p/{patient}/e/Observation/{made}"), ("eldre", f"/meg/e/Observation/{made}")):
        async with site.visitor(persona) as visitor:
            text = words((await visitor.get(path)).text)
        assert "Skrevet av Tom Erik Sletten Ført av Lise Moan Virksomhet" in text
        listed = text.partition("Versjoner")[2]
        newest, first = listed.index("Tom Erik Sletten ,"), listed.index("Ingrid Haugan ,")
        assert newest < listed.index("versjon 2 · den som gjelder") < first < listed.index("versjon 1")
        assert "Ført av Lise Moan" in listed[newest:first]
        assert "Fjordgløtt legekontor" in listed[first:]


async def test_who_does_not_see_the_entry_sees_no_version_and_one_version_is_no_list(site, entry):
    patient, made = entry
    async with site.visitor("sekretar") as secretary, site.visitor("jordmor") as stranger:
        for visitor in (secretary, stranger):
            answer = await visitor.get(f"/p/{patient}/e/Observation/{made}")
            assert answer.status_code == 404
            assert "Tom Erik Sletten" not in answer.text
    async with site.visitor("fastlege") as doctor:
        patient_page = await doctor.get(f"/p/{patient}/e/Patient/{patient}")
        assert patient_page.status_code == 200
        assert "versjon 1" not in words(patient_page.text)
