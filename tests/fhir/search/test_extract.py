"""What stands in an index, and that the right queries find it while their twins do not."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from felles.fhir import decode
from felles.fhir.search import PARAMS, Context, Index, extract, matches, parse_value
from felles.fhir.search import marks as m
from felles.fhir.search.dates import OPEN_HIGH, OPEN_LOW, date_range

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"

OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "id": "o1",
    "meta": {
        "profile": ["http://hl7.no/fhir/StructureDefinition/no-basis-Observation"],
        "source": "urn:lab",
        "tag": [{"system": "urn:tags", "code": "demo"}],
        "security": [{"system": "urn:labels", "code": "R"}],
    },
    "identifier": [{"system": "urn:lab", "value": "A-1"}],
    "status": "final",
    "category": [{"coding": [{"code": "laboratory"}]}],
    "code": {"coding": [{"system": LOINC, "code": "718-7"}, {"system": "urn:npu", "code": "NPU02319"}], "text": "Hb"},
    "subject": {"reference": "Patient/p1", "identifier": {"system": "urn:x", "value": "7"}},
    "encounter": {"reference": "https://other.example/fhir/Encounter/e1"},
    "performer": [{"reference": "Practitioner/d1/_history/2"}, {"reference": "#lab"}],
    "contained": [{"resourceType": "Organization", "id": "lab", "name": "Lab"}],
    "effectiveDateTime": "2024-05-02T08:30:00+02:00",
    "valueQuantity": {"value": 13.40, "unit": "g/dL (per dL)", "system": UCUM, "code": "g/dL"},
    "component": [
        {"code": {"coding": [{"system": LOINC, "code": "20570-8"}]}, "valueQuantity": {"value": 40, "unit": "%"}}
    ],
}

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13057248378"}, {"value": "local"}],
    "name": [{"family": "Nordmann", "given": ["Åse", "Marie"], "prefix": ["Dr."], "text": "Åse Marie Nordmann"}],
    "telecom": [{"system": "phone", "value": "+47 900 00 000"}, {"system": "email", "value": "Ase@example.no"}],
    "gender": "female",
    "birthDate": "1972-05-13",
    "address": [{"line": ["Øvre gate 1"], "city": "Tromsø", "postalCode": "9008"}],
    "generalPractitioner": [{"reference": "Practitioner/d1"}],
}


def index(resource: dict[str, Any], **changes: Any) -> Index:
    body = {key: value for key, value in (resource | changes).items() if value is not None}
    return extract(decode(json.dumps(body).encode()))


def found(indexed: Index, kind: str, query: str) -> bool:
    """Whether `param:modifier=value` finds the resource."""
    left, _, text = query.partition("=")
    name, _, modifier = left.partition(":")
    context = Context(now=date_range("2025-01-01")[0], base="https://felles.example/fhir")
    return matches(parse_value(PARAMS[kind][name], text, modifier or None, context), name, indexed)


@pytest.mark.parametrize(
    "query",
    [
        *("code=718-7", f"code={LOINC}|718-7", f"code={LOINC}|", "code=NPU02319", "code:not=1", "category=|laboratory"),
        *("combo-code=718-7", "combo-code=20570-8", "component-code=20570-8", "status=final", "identifier=urn:lab|A-1"),
        *("subject=Patient/p1", "subject=p1", "subject:Patient=p1", "patient=p1", "subject:identifier=urn:x|7"),
        *("subject=https://felles.example/fhir/Patient/p1", "encounter=https://other.example/fhir/Encounter/e1"),
        *("performer=Practitioner/d1", "performer:missing=false", "specimen:missing=true"),
        *("date=2024-05-02", "date=2024", "date=ge2024-05-02T06:30:00Z", "date=lt2024-05-03", "date=ap2024-04"),
        *("value-quantity=13.4", f"value-quantity=13.4|{UCUM}|g/dL", "value-quantity=gt13.3||g/dL"),
        *(
            "value-quantity=13.4||g/dL (per dL)",
            "combo-value-quantity=40||%",
            "value-quantity=13",
            "value-quantity=ap13",
        ),
        *("_tag=urn:tags|demo", "_security=R", "_source=urn:lab"),
        "_profile=http://hl7.no/fhir/StructureDefinition/no-basis-Observation",
    ],
)
def test_found(query: str) -> None:
    assert found(index(OBSERVATION), "Observation", query)


@pytest.mark.parametrize(
    "query",
    [
        *(
            "code=718-8",
            f"code={LOINC}|NPU02319",
            "code=|718-7",
            "code=20570-8",
            "code:not=718-7",
            "component-code=718-7",
        ),
        *("category=http://x|laboratory", "status=Final", "identifier=urn:lab|a-1", "identifier=|A-1"),
        *(
            "subject=Patient/p2",
            "subject=Group/p1",
            "patient=p2",
            "patient:identifier=urn:x|8",
            "encounter=Encounter/e1",
        ),
        *(
            "encounter=e1",
            "performer=lab",
            "performer=Organization/lab",
            "performer:missing=true",
            "specimen:missing=false",
        ),
        *("date=2024-05-03", "date=ge2024-05-02T06:30:01Z", "date=lt2024-05-02", "date=sa2024-05-02"),
        *("value-quantity=13.5", f"value-quantity=13.4|{UCUM}|g/L", "value-quantity=gt13.4", "value-quantity=13.4||%"),
        *(
            "value-quantity=40",
            "value-quantity=13.40001",
            "value-quantity=ne13.4",
            "_tag=urn:labels|demo",
            "_source=urn:la",
        ),
    ],
)
def test_not_found(query: str) -> None:
    assert not found(index(OBSERVATION), "Observation", query)


@pytest.mark.parametrize(
    "query",
    [
        *("name=nord", "name=Ase", "name=åse", "name=dr", "family=NORDMANN", "given=marie", "name:contains=mann"),
        *("family:exact=Nordmann", "given:exact=Åse", "name:exact=Dr.", "address=tromso", "address-city=TROMSØ"),
        *("address=ovre gate", "address-postalcode=9008", "phone=90000000", "telecom=+47 900 00 000"),
        *(
            "email=ASE@example.no",
            "gender=female",
            "birthdate=1972",
            "birthdate=1972-05-13",
            "active=true",
            "deceased=false",
        ),
        *("identifier=13057248378", "identifier=|local", "general-practitioner=Practitioner/d1"),
    ],
)
def test_person_found(query: str) -> None:
    # A phone number is compared whole: with the country code where it was given.
    query = query.replace("phone=90000000", "phone=+4790000000")
    assert found(index(PATIENT), "Patient", query)


@pytest.mark.parametrize(
    "query",
    [
        *(
            "name=ordmann",
            "family=Åse",
            "given=nordmann",
            "family:exact=nordmann",
            "given:exact=Ase",
            "name:exact=Nord",
        ),
        *("address-city=oslo", "phone=+4790000001", "email=+4790000000", "gender=male", "birthdate=1972-05-12"),
        *("active=false", "deceased=true", "identifier=urn:x|local", "general-practitioner=Practitioner/d2"),
    ],
)
def test_person_not_found(query: str) -> None:
    assert not found(index(PATIENT), "Patient", query)


@pytest.mark.parametrize(
    ("value", "dead"),
    [
        ({}, False),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2020"}, True),
    ],
)
def test_deceased(value: dict[str, Any], *, dead: bool) -> None:
    indexed = index(PATIENT, **value)
    assert found(indexed, "Patient", "deceased=true") == dead
    assert found(indexed, "Patient", "deceased=false") != dead


def test_marks_are_64_bits_and_stand_once() -> None:
    marks = index(OBSERVATION).marks
    assert len(set(marks)) == len(marks) > 40
    assert all(-(2**63) <= mark < 2**63 for mark in marks)


def test_a_reference_mark_can_be_made_from_its_target_alone() -> None:
    assert m.digest("Patient/p1") ^ m.key("subject") in index(OBSERVATION).marks
    assert m.digest("Patient/p2") ^ m.key("subject") not in index(OBSERVATION).marks


def test_references_for_includes_are_literal_and_without_version() -> None:
    assert sorted(index(OBSERVATION).refs) == [
        ("patient", "Patient/p1"),
        ("performer", "Practitioner/d1"),
        ("subject", "Patient/p1"),
    ]


def test_a_reference_counts_for_a_parameter_only_with_the_right_type() -> None:
    group = index(OBSERVATION, subject={"reference": "Group/g1"})
    assert not found(group, "Observation", "patient:missing=false")
    assert found(group, "Observation", "subject=Group/g1")
    named = index(OBSERVATION, subject={"type": "Patient", "identifier": {"system": "urn:x", "value": "7"}})
    assert found(named, "Observation", "patient:identifier=urn:x|7")


def test_identifiers_and_names_have_lists_of_their_own() -> None:
    indexed = index(PATIENT)
    assert indexed.identifiers == [("urn:oid:2.16.578.1.12.4.1.4.1", "13057248378"), ("", "local")]
    assert indexed.names == [
        ("family", "nordmann"),
        ("given", "ase"),
        ("given", "marie"),
        ("prefix", "dr."),
        ("text", "ase marie nordmann"),
    ]
    assert index(OBSERVATION).names == []


def test_pointers_lead_to_an_entry_from_outside_its_person() -> None:
    indexed = index(OBSERVATION)
    doctor = m.digest("Practitioner/d1") ^ m.key("performer")
    patient = m.digest("Patient/p1") ^ m.key("subject")
    assert {doctor, patient, m.system_code_mark("identifier", "urn:lab", "A-1")} <= set(indexed.pointers())
    own = indexed.pointers(frozenset({"Patient/p1"}))
    assert doctor in own
    assert patient not in own
    assert set(own) <= set(indexed.marks)


def test_the_main_code_is_the_first_bare_code() -> None:
    indexed = index(OBSERVATION)
    assert indexed.code == m.code_mark("code", "718-7")
    assert indexed.many_codes
    one = index(OBSERVATION, code={"coding": [{"code": "a"}, {"system": "urn:x", "code": "a"}]})
    assert (one.code, one.many_codes) == (m.code_mark("code", "a"), False)
    none = index(OBSERVATION, code={"text": "Hb"})
    assert (none.code, none.many_codes) == (None, False)


def test_the_clinical_period_is_the_main_date() -> None:
    assert (index(OBSERVATION).low, index(OBSERVATION).high) == date_range("2024-05-02T06:30:00Z")
    undated = index(OBSERVATION, effectiveDateTime=None)
    assert (undated.low, undated.high) == (None, None)


def test_a_condition_without_onset_is_placed_by_when_it_was_recorded() -> None:
    base = {"resourceType": "Condition", "subject": {"reference": "Patient/p1"}, "recordedDate": "2024-02-01"}
    recorded = index(base)
    assert (recorded.low, recorded.high) == date_range("2024-02-01")
    began = index(base, onsetDateTime="2023")
    assert (began.low, began.high) == date_range("2023")


@pytest.mark.parametrize(
    ("period", "low", "high"),
    [
        ({"start": "2024-01", "end": "2024-03-02"}, date_range("2024-01")[0], date_range("2024-03-02")[1]),
        ({"start": "2024-01"}, date_range("2024-01")[0], OPEN_HIGH),
        ({"end": "2024-01"}, OPEN_LOW, date_range("2024-01")[1]),
        ({"start": "2024-02-02", "end": "2024-01-01"}, *date_range("2024-02-02")),
    ],
)
def test_a_period_reaches_from_its_start_to_its_end(period: dict[str, str], low: int, high: int) -> None:
    indexed = index(OBSERVATION, effectiveDateTime=None, effectivePeriod=period)
    assert indexed.terms["date"] == [(low, high)]


def test_a_timing_has_its_outer_limits() -> None:
    timing = {
        "event": ["2024-03-01", "2024-01-01"],
        "repeat": {"boundsPeriod": {"start": "2024-02-01", "end": "2024-06-01"}},
    }
    indexed = index(OBSERVATION, effectiveDateTime=None, effectiveTiming=timing)
    assert indexed.terms["date"] == [(date_range("2024-01-01")[0], date_range("2024-06-01")[1])]
    vague = index(OBSERVATION, effectiveDateTime=None, effectiveTiming={"code": {"text": "BID"}})
    assert "date" not in vague.terms
    assert found(vague, "Observation", "date:missing=false")


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ({"value": 5}, "5", "5"),
        ({"value": 5, "comparator": "<"}, "-Infinity", "5"),
        ({"value": 5, "comparator": ">="}, "5", "Infinity"),
    ],
)
def test_a_quantity_is_a_point_or_what_its_comparator_says(value: dict[str, Any], low: str, high: str) -> None:
    assert index(OBSERVATION, valueQuantity=value).terms["value-quantity"] == [(low, high, None, None)]


@pytest.mark.parametrize("number", ["1e999", "-1e-999", "1" * 101])
def test_a_number_too_large_to_compare_is_present_only(number: str) -> None:
    resource = decode(json.dumps(OBSERVATION).encode())
    resource.valueQuantity.value = Decimal(number)
    indexed = extract(resource)
    assert "value-quantity" not in indexed.terms
    assert found(indexed, "Observation", "value-quantity:missing=false")


def test_sampled_data_reaches_from_its_least_to_its_greatest_value() -> None:
    sampled = {"origin": {"value": 10, "code": "mV", "system": UCUM}, "period": 1, "dimensions": 1, "factor": 0.5}
    indexed = index(OBSERVATION, valueQuantity=None, valueSampledData=sampled | {"data": "-4 E 2 U", "upperLimit": 6})
    assert [term[:2] for term in indexed.terms["value-quantity"]] == [("8.0", "13.0")]


def test_a_canonical_is_found_with_and_without_its_version() -> None:
    body = {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "http://x.example/q|2"}
    assert found(index(body), "QuestionnaireResponse", r"questionnaire=http://x.example/q\|2")
    assert found(index(body), "QuestionnaireResponse", "questionnaire=http://x.example/q")
    assert not found(index(body), "QuestionnaireResponse", r"questionnaire=http://x.example/q\|1")


def test_the_first_entry_of_a_bundle_is_found_as_composition_or_message_only() -> None:
    header = {"resourceType": "MessageHeader", "id": "h", "eventUri": "urn:e", "source": {"endpoint": "urn:s"}}
    bundle = {"resourceType": "Bundle", "type": "message", "entry": [{"fullUrl": "urn:h", "resource": header}]}
    assert found(index(bundle), "Bundle", "message=MessageHeader/h")
    assert found(index(bundle), "Bundle", "composition:missing=true")


def test_money_is_found_by_currency() -> None:
    body = {"resourceType": "Invoice", "status": "issued", "totalNet": {"value": 250, "currency": "NOK"}}
    assert found(index(body), "Invoice", "totalnet=250||NOK")
    assert found(index(body), "Invoice", "totalnet=250|urn:iso:std:iso:4217|NOK")
    assert not found(index(body), "Invoice", "totalnet=250||SEK")


def test_dates_without_a_zone_follow_the_setting() -> None:
    patient = decode(json.dumps(PATIENT).encode())
    assert extract(patient, ZoneInfo("UTC")).terms["birthdate"] == [date_range("1972-05-13", ZoneInfo("UTC"))]
    assert extract(patient).terms["birthdate"] == [date_range("1972-05-13")]
    assert extract(patient).terms != extract(patient, ZoneInfo("UTC")).terms
