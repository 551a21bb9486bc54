"""Every example of the specification decodes and comes back exactly, but for those that break its own rules."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from shares import dealt

from felles.fhir import Invalid, decode, encode
from felles.fhir.walker import walk

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("uncollected")]

_EMPTY = "a narrative without content (txt-2)"
_BASE = "a SearchParameter without base"
_LINK = "questionnaire items without linkId"
INVALID: dict[str, tuple[str, str]] = {
    "ActivityDefinition-blood-tubes-supply.json": ("invariant", _EMPTY),
    "ActivityDefinition-heart-valve-replacement.json": ("invariant", _EMPTY),
    "EventDefinition-example.json": ("invariant", _EMPTY),
    "Questionnaire-zika-virus-exposure-assessment.json": ("invariant", _EMPTY),
    "Bundle-v2-valuesets.json": ("value", "codes that end in a no-break space"),
    "CodeSystem-v2-0550.json": ("value", "codes that end in a no-break space"),
    "DeviceMetric-example.json": ("value", "parent leads to a DeviceDefinition"),
    "DeviceUseStatement-example.json": ("value", "reasonReference leads to a Procedure"),
    "MedicationRequest-medrx0301.json": ("value", "the dispense performer is a Practitioner"),
    "Observation-clinical-gender.json": ("value", "the performer is an Encounter"),
    "ImplementationGuide-fhir.json": ("required", "no name, no status, a reference with an id of 67 characters"),
    "ig-r4.json": ("required", "no name, no status, a reference with an id of 67 characters"),
    "Questionnaire-qs1.json": ("required", _LINK),
    "SearchParameter-questionnaireresponse-extensions-QuestionnaireResponse-item-subject.json": (
        "value",
        "an id of 67 characters",
    ),
    **{
        f"SearchParameter-{name}.json": ("required", _BASE)
        for name in (
            "codesystem-extensions-CodeSystem-author",
            "codesystem-extensions-CodeSystem-effective",
            "codesystem-extensions-CodeSystem-end",
            "codesystem-extensions-CodeSystem-keyword",
            "codesystem-extensions-CodeSystem-workflow",
            "valueset-extensions-ValueSet-author",
            "valueset-extensions-ValueSet-effective",
            "valueset-extensions-ValueSet-end",
            "valueset-extensions-ValueSet-keyword",
            "valueset-extensions-ValueSet-workflow",
        )
    },
}
"""File → the issue's code and, in words, what is wrong with it by the rules of R4 itself."""


def _examples(npm_modules: Path) -> list[Path]:
    files = sorted((npm_modules / "hl7.fhir.r4.examples").glob("*.json"))
    found = [f for f in files if f.name not in {"package.json", ".index.json"}]
    assert len(found) > 5000
    return found


def _exact(raw: bytes) -> Any:
    return json.loads(raw, parse_float=Decimal, parse_int=Decimal)


def test_valid_examples_come_back_exactly(npm_modules: Path):
    """Half of them in a run, the others in the next; `FELLES_WHOLE=1`: all."""
    refused: dict[str, set[str]] = {}
    invalid = {name for name in INVALID if dealt(name, 2)}
    for file in _examples(npm_modules):
        if not dealt(file.name, 2):
            continue
        raw = file.read_bytes()
        try:
            written = encode(decode(raw))
        except Invalid as error:
            refused[file.name] = {issue.code for issue in error.issues}
            continue
        assert _exact(written) == _exact(raw), file.name
    assert refused.keys() == invalid
    assert {name for name, codes in refused.items() if INVALID[name][0] not in codes} == set()


def test_the_walker_agrees_on_the_examples(npm_modules: Path):
    # Every fifth: the walker reads plain JSON and takes its time.
    for file in _examples(npm_modules)[::5]:
        assert bool(walk(file.read_bytes(), 64)) == (file.name in INVALID), file.name
