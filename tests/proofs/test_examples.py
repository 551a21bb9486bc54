"""Every example of the FHIR specification goes in by PUT and comes back as it was, or is refused by name."""

from __future__ import annotations

import asyncio
import gc
import runpy
from collections import Counter
from pathlib import Path

import pytest
from refused_examples import ALL, CLINICAL, GROUPS, Counts
from sameness import References, exact, without_stamp
from worlds import opened

from felles.record.homes import WAYS

LARGE = {"max_body_bytes": 64 << 20, "max_unpacked_bytes": 128 << 20, "statement_timeout": 60.0}
AT_ONCE = 8
LATE = frozenset(name for name, tiers in WAYS.items() if any(tier.via for tier in tiers))
"""Types whose person is that of what they refer to, which therefore must be here first."""


@pytest.fixture(scope="module")
def examples(npm_modules):
    """(file name, its bytes, the resource), in the order in which they are sent, as waves.

    They are millions of objects that stay: the collector would go through them again and again.
    """
    gc.disable()
    waves = _waves(npm_modules)
    gc.freeze()
    gc.enable()
    yield waves
    gc.unfreeze()


def _waves(npm_modules):
    waves = [[], [], []]
    for file in sorted((npm_modules / "hl7.fhir.r4.examples").glob("*.json")):
        raw = file.read_bytes()
        resource = exact(raw) if file.name not in ("package.json", ".index.json") else {}
        type_name = resource.get("resourceType")
        if type_name is not None:
            waves[0 if type_name == "Patient" else 2 if type_name in LATE else 1].append((file.name, raw, resource))
    return waves


@pytest.fixture(scope="module")
def compartment(npm_modules):
    """The types of R4's patient compartment."""
    file = npm_modules / "hl7.fhir.r4.examples" / "CompartmentDefinition-patient.json"
    return {r["code"] for r in exact(file.read_bytes())["resource"] if "param" in r} | {"Patient"}


async def _sent(world, raw, resource):
    """What became of one: None when it came back the same, else (status, element) or the differences."""
    place = f"{resource['resourceType']}/{resource.get('id')}"
    answer = await world.system.put(place, raw)
    if answer.status not in (200, 201):
        return answer.status, answer.issues[0][1] or ""
    back = await world.system.get(place)
    given, found = without_stamp(resource, keep_id=True), without_stamp(exact(back.body), keep_id=True)
    if given == found:
        return None
    unlike = References()
    return (
        unlike.differences(given, found, place) + [f"{a} became {b}" for a, b in unlike.became.items() if a != b]
        or None
    )


@pytest.fixture(scope="module")
async def outcome(record_database, tmp_path_factory, examples):
    """File name → what became of it."""
    places = asyncio.Semaphore(AT_ONCE)
    async with opened(record_database.url, tmp_path_factory.mktemp("home"), **LARGE) as world:

        async def one(raw, resource):
            async with places:
                return await _sent(world, raw, resource)

        became = {}
        for wave in examples:
            found = await asyncio.gather(*(one(raw, resource) for _, raw, resource in wave))
            became |= dict(zip((name for name, _, _ in wave), found, strict=True))
        return became


@pytest.mark.slow
async def test_each_comes_back_as_it_was_or_is_refused_by_name(outcome):
    refused = {each.file: (each.status, each.element) for _, group in GROUPS for each in group}
    assert {name: became for name, became in outcome.items() if became is not None} == refused


@pytest.mark.slow
async def test_the_counts_in_the_docs_are_these(outcome, examples, compartment):
    types = {name: resource["resourceType"] for wave in examples for name, _, resource in wave}
    taken = Counter(types[name] for name, became in outcome.items() if became is None)
    clinical = [name for name in types if types[name] in compartment]
    print(f"clinical types: {sum(taken[t] for t in compartment)} of {len(clinical)}")
    assert Counts(len(types), taken.total()) == ALL
    assert Counts(len(clinical), sum(taken[t] for t in compartment)) == CLINICAL


def test_the_page_in_docs_is_the_table():
    root = Path(__file__).resolve().parents[2]
    page = runpy.run_path(str(root / "scripts" / "proofs_docs.py"))["page"]
    text = (root / "docs" / "proofs.md").read_text()
    assert page(text) == text
    assert f"| {ALL.examples} | {ALL.taken} |" in text


async def test_what_leads_to_several_that_are_not_here_is_nobodys(world):
    """Each way leads to nobody, so they are not several persons; to two persons who are here they are."""
    issue = {"resourceType": "DetectedIssue", "status": "final"}
    absent = [{"reference": "MedicationStatement/nowhere"}, {"reference": "MedicationRequest/nowhere"}]
    made = await world.made(issue | {"implicated": absent})
    assert (await world.system.get(f"DetectedIssue/{made['id']}")).status == 200
    patients = [await world.patient(), await world.patient()]
    theirs = [await world.made(world.observation(patient["id"])) for patient in patients]
    several = [{"reference": f"Observation/{one['id']}"} for one in theirs]
    answer = await world.system.post("DetectedIssue", issue | {"implicated": several})
    assert (answer.status, answer.issues[0][0]) == (422, "business-rule")
