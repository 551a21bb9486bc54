"""Where one with protected address is stands in no page and no answer: every page, form and parameter, every role.

Her record tells it everywhere it can: address, municipality, doctor, unit, room, and the texts of her entries.
"""

from __future__ import annotations

import random
import re

import pytest
import pytest_asyncio
from households import parent_of
from requests_made import every_parameter, fhir_routes
from routes import Asked, Pages, reads_dealt, writes
from twins import CHILD, CLINIC, HIDDEN, READERS, SEEN, SHARED, fill, life, staff
from worlds import actor, opened

from felles.access.actor import Sort
from felles.access.cells import STAFF
from felles.access.codes import EPISODE_SYSTEM, ROLE_SYSTEM
from felles.record.codes import PROTECTED_ADDRESS

WORDS = ("skjærgårdsveien", "ytterøya", "7629", "tornesvik", "rorbua")
_ALONE = r"(?<![\w.:\-]){}(?![\w:\-]|\.\d)"
OFFICE, DOCTOR, ROOM = "Organization/office", "Practitioner/tornesvik", "Location/rorbua"
HOME = [{"line": ["Skjærgårdsveien 2"], "postalCode": "7629", "city": "Ytterøya", "district": "Ytterøya"}]
SAID = "Bor i Skjærgårdsveien 2, 7629 Ytterøya. Går til Eli Tornesvik."
TAKING_PART = "/drift/virksomheter"
"""The list of all organisations of the region, with nobody's patients in it: that her doctor's is one tells nothing."""
PLACES = [
    {"resourceType": "Organization", "id": "office", "name": "Ytterøya legekontor", "address": HOME},
    {"resourceType": "Practitioner", "id": "tornesvik", "name": [{"family": "Tornesvik", "given": ["Eli"]}]},
    {"resourceType": "Location", "id": "rorbua", "name": "Rorbua", "managingOrganization": {"reference": OFFICE}},
]


def _telling(entry):
    """An entry of hers that tells where she is, as far as its type lets it."""
    kind = entry["resourceType"]
    if kind == "Patient":
        return entry | {"address": HOME, "generalPractitioner": [{"reference": DOCTOR}],
                        "managingOrganization": {"reference": OFFICE}}  # fmt: skip
    if kind == "Encounter":
        return entry | {"location": [{"location": {"reference": ROOM, "display": "Rorbua"}}]}
    if kind in ("Observation", "Condition", "Procedure", "AllergyIntolerance", "MedicationRequest", "Immunization"):
        return entry | {"note": [{"text": SAID}]}
    if kind == "Communication":
        return entry | {"payload": [{"contentString": SAID}]}
    return entry


def _episode(name, patient, where, kind):
    return {"resourceType": "EpisodeOfCare", "id": name, "status": "active",
            "patient": {"reference": f"Patient/{patient}"},
            "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": kind}]}],
            "managingOrganization": {"reference": where}, "period": {"start": "2020-01-01"}}  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def world(record_database, tmp_path_factory):
    async with opened(record_database.url, tmp_path_factory.mktemp("home")) as made:
        roles = [
            {"resourceType": "PractitionerRole", "id": f"works-{role}", "organization": {"reference": CLINIC},
             "practitioner": {"reference": f"Practitioner/{role}"},
             "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}]}
            for role in STAFF
        ]  # fmt: skip
        hers = [_telling(entry) for entry in life(SEEN, HIDDEN, CLINIC)]
        other = life(HIDDEN, SEEN, "Organization/elsewhere")
        child = {"resourceType": "Patient", "id": CHILD, "name": [{"family": "Nordmann"}], "birthDate": "2020-02-02",
                 "address": HOME, "generalPractitioner": [{"reference": DOCTOR}]}  # fmt: skip
        father = parent_of({"id": CHILD}, {"id": HIDDEN, "name": [{"family": "Nordmann"}]}, "far")
        told = {"resourceType": "Condition", "id": f"{CHILD}-1", "code": {"text": SAID},
                "subject": {"reference": f"Patient/{CHILD}"}}  # fmt: skip
        await fill(made, SHARED, PLACES, roles, hers, other, [
            _episode("listed", SEEN, OFFICE, "gp-list"), child, told, father | {"id": "father"},
            _episode("child-listed", CHILD, OFFICE, "gp-list"), _episode("child-here", CHILD, CLINIC, "gp-list"),
        ])  # fmt: skip
        for name in (SEEN, CHILD):
            patient = (await made.system.get(f"Patient/{name}")).json
            patient["extension"] = [{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]
            assert (await made.system.put(f"Patient/{name}", patient)).status == 200
        yield made


async def citizen(world, name):
    key = await world.store.place(f"Patient/{name}")
    return actor("citizen", Sort.CITIZEN, reference=f"Patient/{name}", keys=(key,), purpose="PATRQT")


def at_work(role):
    where = {"organization": CLINIC, "organization_name": "Fjordbyen legesenter"}
    return actor(role, Sort.STAFF, reference=f"Practitioner/{role}", **where)


def telling(text):
    """The words of hers that a text holds. A feed shows what all share, which is no secret: her doctor's own entry.

    The number stands alone: ids, tokens and moments hold any four digits by chance.
    """
    said = text.lower()
    return [word for word in WORDS if (re.search(_ALONE.format(word), said) if word.isdigit() else word in said)]


@pytest.mark.slow
async def test_she_herself_sees_where_she_lives(world):
    answer = await world.client(await citizen(world, SEEN)).get(f"Patient/{SEEN}")
    assert "skjærgårdsveien" in telling(answer.body.decode())


@pytest.mark.slow
@pytest.mark.parametrize("role", [*STAFF, "father", "visitor"])
async def test_no_page_tells_it(world, role):
    who = None if role == "visitor" else await citizen(world, HIDDEN) if role == "father" else at_work(role)
    pages, seen, seat = Pages.of(world), 0, [*STAFF, "father", "visitor"].index(role)
    for asked in reads_dealt(1, seat):  # each path by some of them, by others the next day (`shares`)
        answer = await pages.ask(who, asked)
        if asked.path != TAKING_PART:
            assert not telling(answer.text), (role, asked, telling(answer.text))
        seen += answer.status_code == 200
    for asked in writes(random.Random(role), 2):
        answer = await pages.ask(who, asked)
        assert not telling(answer.text), (role, asked, telling(answer.text))
    assert seen
    if role == "father":
        assert (await pages.ask(who, Asked("GET", f"/for/{CHILD}"))).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("reader", ["gp", "secretary", "system"])
async def test_no_answer_of_the_fhir_door_tells_it(world, reader):
    kind, sort, reference = READERS[reader]
    who = actor(kind, sort, reference=reference, organization=CLINIC) if reader == "system" else staff(reader)
    client, seen = world.client(who), 0
    targets = [request.target for request in every_parameter() if not request.target.startswith(_SHARED)]
    targets += [f"Patient/{SEEN}/$everything", f"Patient/{SEEN}/_history", f"Observation/{SEEN}-3/_history",
                f"Observation/{SEEN}-3/_history/1", f"Encounter/{SEEN}-2", f"Provenance?target=Patient/{SEEN}",
                f"Patient?_id={SEEN}&_revinclude=Provenance:target&_revinclude=Observation:subject",
                f"AuditEvent?patient={SEEN}"]  # fmt: skip
    for target in targets:
        answer = await client.get(target)
        assert not telling(answer.body.decode()), (reader, target, telling(answer.body.decode()))
        seen += answer.status == 200
    assert seen > len(targets) // 2
    assert {"everything", "history", "vread", "read", "search"} <= {name for _, _, name in fhir_routes()}


_SHARED = ("Organization", "Practitioner", "Location", "Medication")
"""What all share: that these places and people are there is no secret; that she has to do with them is."""
