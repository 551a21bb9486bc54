"""The decision table asked: every cell of it, of the FHIR door and of the pages, allow and deny."""

from __future__ import annotations

from collections import Counter
from itertools import count

import msgspec
import pytest
from cells_asked import Asking, acting, read_as_citizen
from does_asked import done, looked_up
from every_kind import of_every_kind
from worlds import opened

from felles import fhir
from felles.access.cells import (
    ACTS,
    CASES,
    DOES,
    DOORS,
    KEPT,
    READS,
    SITUATIONS,
    STAFF,
    STANDINGS,
    UNASKED,
    WRITES,
    WRITING,
    Act,
    Read,
    Situation,
    Write,
)
from felles.access.verbs import VERBS, verb_of
from felles.record.kinds import Kind, kind_of

ATC, SNOMED = "http://www.whocc.no/atc", "http://snomed.info/sct"
FEW = (
    Situation("lasting", "none", "none"),
    Situation("lasting", "organisation", "none"),
    Situation("none", "none", "none"),
    Situation("none", "person", "emergency"),
)
"""Situations that `make check` asks about; `make test` asks about all."""
_numbers = count(1)


def struct(resource):
    return fhir.decode(msgspec.json.encode(resource))


def test_the_samples_are_of_every_kind():
    assert {kind: kind_of(struct(entry)) for kind, entry in of_every_kind("x").items()} == {k: k for k in Kind}


@pytest.fixture(scope="module")
async def asking(record_database, tmp_path_factory):
    async with opened(record_database.url, tmp_path_factory.mktemp("home")) as world:
        yield await Asking.of(world)


async def _reads(asking, situations, roles):
    """Ask about reading, and give (cell, seen)."""
    for situation in situations:
        patient = await asking.person(situation)
        for role in roles:
            await asking.go_in(role, patient, situation.way)
            for kind, seen in (await asking.seen(asking.client(role), patient, role)).items():
                yield Read(role, kind, situation), seen


async def test_a_sample_of_reading(asking):
    async for cell, seen in _reads(asking, FEW, ("gp", "pharmacist", "secretary")):
        assert seen is cell.allowed, cell


@pytest.mark.slow
async def test_every_cell_of_reading(asking):
    asked = Counter()
    async for cell, seen in _reads(asking, SITUATIONS, STAFF):
        assert seen is cell.allowed, cell
        asked[cell] += 1
    assert asked == Counter(READS)
    assert 0 < sum(cell.allowed for cell in READS) < len(READS)


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


@pytest.mark.parametrize("verb", WRITING)
def test_each_sample_takes_its_verb(verb):
    assert verb_of(struct(entry(verb, "x"))) == verb


@pytest.mark.slow
@pytest.mark.parametrize("standing", STANDINGS, ids=[each.name for each in STANDINGS])
async def test_every_cell_of_writing(asking, standing):
    patient = f"w{next(_numbers)}"
    await asking.stood(patient, standing.name)
    for role in STAFF:
        await asking.go_in(role, patient, standing.situation.way)
        for verb in WRITING:
            cell, made = Write(role, verb, standing), entry(verb, patient)
            assert cell in WRITES
            answer = await asking.client(role).post(made["resourceType"], made)
            assert answer.status == (201 if cell.allowed else 403), (cell, answer.body)


@pytest.mark.slow
@pytest.mark.parametrize("kept", KEPT)
async def test_every_cell_of_acting_for_another(asking, kept):
    asked = set()
    for case in CASES:
        found = await acting(asking, case, kept, next(_numbers))
        for kind, seen in (await read_as_citizen(asking, found)).items():
            cell = Act(case, kind, kept)
            assert seen is cell.allowed, cell
            asked.add(cell)
    assert asked == {cell for cell in ACTS if cell.kept == kept}


def test_every_verb_has_its_cells():
    assert {"read", *WRITING, *DOORS, *UNASKED} == set(VERBS)
    assert not UNASKED & DOORS.keys()


@pytest.mark.slow
async def test_every_cell_of_the_doors(asking):
    opened_to, closed, own = "d1", "d2", "d3"
    await asking.put(looked_up())
    for patient in (opened_to, closed, own):
        await asking.stood(patient, "none" if patient == closed else "lasting")
        await asking.put(*(of_every_kind(patient)[kind] for kind in (Kind.RESULT, Kind.ENCOUNTER)))
    for cell in DOES:
        patient = closed if not cell.opened else own if cell.role == "citizen" else opened_to
        assert await done(asking, cell.role, cell.verb, patient, own) is cell.allowed, cell
