"""Protected address over HTTP: no answer shows where she is to who lacks the permission, and nothing else is lost."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import replace

import pytest
from together import as_one
from worlds import actor

from felles.access.actor import Sort
from felles.record.codes import PROTECTED_ADDRESS
from felles.record.homes import SHARED_TYPES
from felles.record.place_words import HIDDEN

_serial = itertools.count(1)
WORDS = ("Fjordlegen", "fjordlegen", "Skjulevegen", "Lyngseidet", "9060", "Tornes", "tornes")
"""What must not stand in any answer to who lacks the permission."""


def protected(level="strict"):
    return [{"url": PROTECTED_ADDRESS, "valueCode": level}]


ADDRESS = [{"use": "home", "line": ["Skjulevegen 7"], "postalCode": "9060", "city": "Lyngseidet"}]


class Hidden:
    """A woman with protected address and entries that tell where she is; `clinic` sees her without the permission."""

    def __init__(self, world):
        self.world = world

    async def made(self, **patient):
        world = self.world
        self.at = f"fjordlegen-{next(_serial)}"  # an organisation of her own: what others have is not in its answers
        await world.system.put(
            self.clinics, {"resourceType": "Organization", "id": self.at, "name": "Fjordlegen legekontor"}
        )
        await world.system.put(
            "Practitioner/tornes",
            {"resourceType": "Practitioner", "id": "tornes", "name": [{"family": "Tornes", "given": ["Eli"]}]},
        )
        self.patient = await world.patient(address=ADDRESS, **patient)
        self.id = self.patient["id"]
        self.episode = await world.made(
            {
                "resourceType": "EpisodeOfCare",
                "status": "active",
                "type": [{"coding": [{"system": "http://felles.example/fhir/CodeSystem/episode", "code": "gp-list"}]}],
                "patient": {"reference": f"Patient/{self.id}"},
                "managingOrganization": {"reference": self.clinics},
                "careManager": {"reference": "Practitioner/tornes", "display": "Eli Tornes"},
                "period": {"start": "2020-01-01"},
            }
        )
        self.note = await world.made(
            world.observation(
                self.id,
                note=[{"text": "Bor i Skjulevegen 7, 9060 Lyngseidet. Går til Fjordlegen."}],
                performer=[{"reference": "Practitioner/tornes"}],
            )
        )
        return self

    async def protect(self):
        answer = await self.world.system.put(f"Patient/{self.id}", {**self.patient, "extension": protected()})
        assert answer.status == 200
        self.patient = answer.json
        return self

    @property
    def clinic(self):
        return self.world.client(self.who)

    @property
    def clinics(self):
        return f"Organization/{self.at}"

    @property
    def who(self):
        return actor("system", Sort.SYSTEM, organization=self.clinics, reference=f"Device/{self.at}")

    @property
    def places(self):
        """The urls by which her entries are reached."""
        note, whose = self.note["id"], f"Patient/{self.id}"
        return [
            whose,
            f"{whose}/_history",
            f"{whose}/$everything",
            f"Observation/{note}",
            f"Observation/{note}/_history",
            f"Observation/{note}/_history/1",
            f"EpisodeOfCare/{self.episode['id']}",
            f"Observation?subject={whose}",
            f"Observation?subject={whose}&_include=Observation:performer",
            "Observation",
            "Patient",
            f"Patient?_id={self.id}",
            f"Patient?_id={self.id}&_revinclude=Observation:subject&_revinclude=Provenance:target",
            f"EpisodeOfCare?patient={whose}&_include=EpisodeOfCare:organization",
            "Observation/_history",
            "_history",
            f"Provenance?target=Observation/{note}",
            f"Provenance?target={whose}",
        ]


@pytest.fixture
async def her(world):
    return await Hidden(world).made()


async def told(her, url, words=WORDS):
    """The words that an answer holds; what belongs to nobody (her doctor's own entry) stands in feeds for all."""
    answer = await her.clinic.get(url)
    assert answer.status == 200, url
    entries = [e for e in answer.json.get("entry", []) if e.get("resource", {}).get("resourceType") not in SHARED_TYPES]
    text = json.dumps({**answer.json, "entry": entries, "link": []}, ensure_ascii=False)
    text = text.replace(f"organization={her.clinics}", "")
    return [word for word in words if word in text]


async def test_every_answer_told_where_she_is_before(her):
    silent = [url for url in her.places if not await told(her, url)]
    assert silent == [url for url in silent if url.startswith("Provenance")]


async def test_and_none_does_once_her_address_is_protected(her):
    await her.protect()
    for url in her.places:
        assert await told(her, url) == [], url
    bundle = (await her.clinic.get(f"Observation?subject=Patient/{her.id}")).json
    assert [e["resource"]["id"] for e in bundle["entry"]] == [her.note["id"]]


async def test_she_and_maintenance_see_all(her):
    await her.protect()
    own = await her.world.citizen(her.patient)
    for client in (own, her.world.system):
        assert (await client.get(f"Patient/{her.id}")).json["address"] == ADDRESS
        assert (await client.get(f"Observation/{her.note['id']}")).json["performer"]


async def test_who_has_the_permission_sees_the_whole(her):
    await her.protect()
    who = her.who
    key = await her.world.store.place(f"Patient/{her.id}")
    from felles.access import person

    grant = replace(person(who, (key,)), place=True)
    row = await her.world.store.read(grant, "Patient", her.id)
    assert "Skjulevegen" in row.body
    assert "Skjulevegen" not in (await her.world.store.read(person(who, (key,)), "Patient", her.id)).body


async def test_searches_by_what_is_hidden_find_nothing(her):
    found = {
        "Patient?address-city=Lyngseidet",
        "Patient?address=Skjulevegen",
        f"Observation?performer=Practitioner/tornes&subject=Patient/{her.id}",
        f"EpisodeOfCare?organization={her.clinics}",
        f"Patient?_has:Observation:subject:performer=Practitioner/tornes&_id={her.id}",
        f"Observation?subject:Patient.address-city=Lyngseidet&subject=Patient/{her.id}",
    }

    async def hits(url):
        bundle = (await her.clinic.get(url)).json
        return [e for e in bundle["entry"] if her.id in str(e)] if "entry" in bundle else []

    assert {url for url in found if await hits(url)} == found
    await her.protect()
    assert {url for url in found if await hits(url)} == set()


async def test_only_the_register_sets_and_clears_it(her):
    world = her.world
    own = await world.citizen(her.patient)
    await own.put(f"Patient/{her.id}", {**her.patient, "extension": protected()})
    assert (await her.clinic.get(f"Patient/{her.id}")).json.get("address") == ADDRESS
    await her.protect()
    assert "address" not in (await her.clinic.get(f"Patient/{her.id}")).json
    cleared = {k: v for k, v in her.patient.items() if k != "extension"}
    assert (await world.system.put(f"Patient/{her.id}", cleared)).status == 200
    assert (await her.clinic.get(f"Patient/{her.id}")).json["address"] == ADDRESS


async def test_what_is_written_afterwards_is_masked_too(her):
    await her.protect()
    later = await her.world.made(her.world.observation(her.id, note=[{"text": "Møtte på Fjordlegen"}]))
    shown = (await her.clinic.get(f"Observation/{later['id']}")).json
    assert shown["note"] == [{"text": f"Møtte på {HIDDEN}"}]
    assert shown["meta"]["versionId"] == "1"


async def test_a_form_has_versions_of_its_own(her):
    """A change of what is hidden makes no version for those who do not see it: they cannot tell that she moved."""
    await her.protect()
    before = (await her.clinic.get(f"Patient/{her.id}")).headers["etag"]
    moved = {**her.patient, "address": [{"line": ["Skjulevegen 9"], "city": "Lyngseidet"}]}
    assert (await her.world.system.put(f"Patient/{her.id}", moved)).status == 200
    assert (await her.clinic.get(f"Patient/{her.id}")).headers["etag"] == before
    named = {**moved, "name": [{"family": "Ny"}]}
    assert (await her.world.system.put(f"Patient/{her.id}", named)).status == 200
    assert (await her.clinic.get(f"Patient/{her.id}")).headers["etag"] != before


async def test_words_that_become_known_are_hidden_in_what_was_made_before(her):
    await her.protect()
    entry = await her.world.made(her.world.observation(her.id, note=[{"text": "Flytter til Hemmeligvik snart"}]))
    assert "Hemmeligvik" in (await her.clinic.get(f"Observation/{entry['id']}")).body.decode()
    await her.world.system.put(f"Observation/{entry['id']}", {**entry, "note": [{"text": "Flyttet til Hemmeligvik"}]})
    await her.world.system.put(f"Patient/{her.id}", {**her.patient, "address": [{"city": "Hemmeligvik"}]})
    for url in (f"Observation/{entry['id']}", f"Observation/{entry['id']}/_history", "_history"):
        assert "Hemmeligvik" not in (await her.clinic.get(url)).body.decode(), url


TOWN = "Hemmeligvik"


async def foretold(her):
    """Where the clinic reads of a town that nothing of hers leads to yet: a note in two versions of a protected one."""
    await her.protect()
    note = await her.world.made(her.world.observation(her.id, note=[{"text": f"Flytter til {TOWN} snart"}]))
    her.older = at = f"Observation/{note['id']}"
    assert (await her.world.system.put(at, {**note, "note": [{"text": f"Flyttet til {TOWN}"}]})).status == 200
    urls = [at, f"{at}/_history", f"Observation?subject=Patient/{her.id}", f"Patient/{her.id}/$everything", "_history"]
    assert await telling(her, urls) == urls
    return urls


async def telling(her, urls):
    return [url for url in urls if await told(her, url, (TOWN,))]


async def placed(world, sort, **elements):
    """`Type/id` of a new place."""
    return f"{sort}/{(await world.made({'resourceType': sort, **elements}))['id']}"


async def at_one_office(her):
    office = await placed(her.world, "Organization", name=f"{TOWN} legesenter")
    new = her.world.observation(her.id, performer=[{"reference": office}])
    return [her.world.system.post("Observation", new) for _ in range(8)]


async def in_two_rooms(her):
    """Of one new office, which alone has the name."""
    of = {"managingOrganization": {"reference": await placed(her.world, "Organization", name=f"{TOWN} legesenter")}}
    rooms = [await placed(her.world, "Location", name=f"Rom {number}", **of) for number in (1, 2)]
    done = {"resourceType": "Procedure", "status": "completed", "subject": {"reference": f"Patient/{her.id}"}}
    return [her.world.system.post("Procedure", {**done, "location": {"reference": room}}) for room in rooms]


async def at_home_and_at_an_office(her):
    office = await placed(her.world, "Organization", name=TOWN)
    seen = her.world.observation(her.id, performer=[{"reference": office}])
    return [moved(her.world, her.patient), her.world.system.post("Observation", seen)]


async def by_both_her_patients(her):
    world, other = her.world, await her.world.patient(extension=protected())
    admin = world.client(actor("administrator", Sort.STAFF, reference="Practitioner/a", organization="Organization/a"))
    named = {"name": "other", "valueReference": {"reference": f"Patient/{other['id']}"}}
    joined = await admin.post(f"Patient/{her.id}/$join", {"resourceType": "Parameters", "parameter": [named]})
    assert joined.status == 200
    return [moved(world, patient) for patient in (her.patient, other)]


def moved(world, patient):
    return world.system.put(f"Patient/{patient['id']}", {**patient, "address": [{"city": TOWN}]})


@pytest.mark.parametrize("brought", [at_one_office, in_two_rooms, at_home_and_at_an_office, by_both_her_patients])
async def test_words_that_several_bring_in_one_transaction_are_hidden_in_what_was_made_before(her, brought):
    urls = await foretold(her)
    answers = await as_one(her.world, *await brought(her))
    assert {answer.status for answer in answers} <= {200, 201}
    assert await telling(her, urls) == []
    assert (await her.clinic.get(f"{her.older}/_history/1")).status == 404
    own = await her.world.citizen(her.patient)
    assert TOWN in (await own.get(her.older)).body.decode()


async def test_words_that_none_of_them_brings_are_shown_as_before(her):
    urls = await foretold(her)
    new = her.world.observation(her.id, performer=[{"reference": "Practitioner/tornes"}])
    answers = await as_one(her.world, *(her.world.system.post("Observation", new) for _ in range(8)))
    assert {answer.status for answer in answers} == {201}
    assert await telling(her, urls) == urls
    assert (await her.clinic.get(f"{her.older}/_history/1")).status == 200


async def test_words_that_a_batch_brings_are_hidden_in_what_was_made_before(her):
    urls = await foretold(her)
    office = await placed(her.world, "Organization", name=f"{TOWN} legesenter")
    new = her.world.observation(her.id, performer=[{"reference": office}])
    entries = [{"request": {"method": "POST", "url": "Observation"}, "resource": new} for _ in range(8)]
    answer = await her.world.system.post("", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert [entry["response"]["status"][:3] for entry in answer.json["entry"]] == ["201"] * 8
    assert await telling(her, urls) == []


async def test_who_does_not_see_an_entry_whole_cannot_replace_it(her):
    await her.protect()
    shown = (await her.clinic.get(f"Observation/{her.note['id']}")).json
    answer = await her.clinic.put(f"Observation/{her.note['id']}", {**shown, "status": "amended"})
    assert (answer.status, answer.issues[0][0]) == (409, "conflict")
    plain = await her.world.made(her.world.observation(her.id))
    seen = (await her.clinic.get(f"Observation/{plain['id']}")).json
    answer = await her.clinic.put(f"Observation/{plain['id']}", {**seen, "status": "amended"})
    assert answer.status == 200  # nothing of it is hidden


async def test_a_deletion_is_one_in_this_form_too(her):
    await her.protect()
    assert (await her.world.system.delete(f"Observation/{her.note['id']}")).status == 204
    assert (await her.clinic.get(f"Observation/{her.note['id']}")).status == 410


async def test_letters_are_masked_or_left_out(her):
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": f"Patient/{her.id}"},
        "content": [
            {
                "attachment": {
                    "contentType": "text/plain",
                    "data": base64.b64encode("Kjære Eli Tornes i Lyngseidet".encode()).decode(),
                }
            }
        ],
    }
    made = await her.world.made(document)
    await her.protect()
    shown = (await her.clinic.get(f"DocumentReference/{made['id']}")).json["content"][0]["attachment"]
    assert base64.b64decode(shown["data"]).decode() == f"Kjære {HIDDEN} i {HIDDEN}"


async def test_a_look_up_gives_no_municipality(her):
    world = her.world
    number = {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13057512399"}
    other = await Hidden(world).made(identifier=[number], birthDate="1975-05-13")
    looks = world.client(
        actor("doctor", Sort.STAFF, organization="Organization/annet", reference="Practitioner/looks", purpose="TREAT")
    )
    url = "Patient?identifier=urn:oid:2.16.578.1.12.4.1.4.1|13057512399"
    assert "Lyngseidet" in (await looks.get(url)).body.decode()
    await other.protect()
    answer = await looks.get(url)
    assert answer.json["total"] == 1
    assert not [w for w in WORDS if w in answer.body.decode()]
