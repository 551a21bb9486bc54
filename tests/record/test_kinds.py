"""Kinds: every type has one, category and code refine it, the numbers fit a mask and never move."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from felles.fhir import r4
from felles.record.codes import CASE_SYSTEM, PARENTAL_RESPONSIBILITY
from felles.record.grants import ALL_KINDS
from felles.record.homes import SHARED_TYPES
from felles.record.kinds import _RULES, DEFAULTS, LOINC, SNOMED, Kind, kind_of
from felles.record.numbers import TYPES

NUMBERS = """
    OTHER PERSON NOTE RESULT VITAL MEDICINE PROBLEM ALLERGY APPOINTMENT REFERRAL TASK MESSAGE ENCOUNTER
    IMMUNIZATION DOCUMENT PLAN FAMILY ADMIN ORDER IMAGE CONSENT FINANCIAL PROCEDURE DEVICE FORM SOCIAL RESEARCH
    TRACE PREGNANCY CASE BLOCK WITHHELD MANDATE
    """.split()  # noqa: SIM905 - a table


def test_numbers_keep_their_meaning_and_fit_a_mask():
    assert [Kind(number).name for number in range(len(NUMBERS))] == NUMBERS
    assert max(Kind) < 60
    assert all((ALL_KINDS >> kind) & 1 for kind in Kind)


def test_every_type_of_a_person_has_a_kind_of_its_own_and_shared_ones_none():
    assert set(DEFAULTS) <= set(TYPES) - SHARED_TYPES
    assert set(TYPES) - SHARED_TYPES - set(DEFAULTS) == {"Basic", "List"}


def test_rules_name_elements_that_exist():
    for name, element, _, _, _ in _RULES:
        assert element in r4.RESOURCES[name].__struct_fields__


def _concept(*codings):
    return r4.CodeableConcept(coding=[r4.Coding(system=system, code=code) for system, code in codings])


VITAL = "http://terminology.hl7.org/CodeSystem/observation-category"


def _observation(*categories):
    return r4.Observation(status="final", code=_concept((LOINC, "8867-4")), category=list(categories) or UNSET)


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (_observation(), Kind.RESULT),
        (_observation(_concept((VITAL, "vital-signs"))), Kind.VITAL),
        (_observation(_concept((VITAL, "laboratory")), _concept((VITAL, "vital-signs"))), Kind.VITAL),
        (_observation(_concept((VITAL, "survey"))), Kind.FORM),
        (_observation(_concept(("http://elsewhere", "vital-signs"))), Kind.RESULT),
        (_observation(r4.CodeableConcept(text="vital-signs")), Kind.RESULT),
        (r4.Patient(), Kind.PERSON),
        (r4.Practitioner(), Kind.OTHER),
    ],
)
def test_the_kind_of_an_entry(resource, kind):
    assert kind_of(resource) is kind


@pytest.mark.parametrize(("code", "kind"), [("3457005", Kind.REFERRAL), ("108252007", Kind.ORDER)])
def test_a_request_that_refers_is_a_referral(code, kind):
    request = r4.ServiceRequest(
        status="active",
        intent="order",
        subject=r4.Reference(reference="Patient/p"),
        category=[_concept((SNOMED, code))],
    )
    assert kind_of(request) is kind


def test_of_several_rules_the_first_decides():
    both = _observation(_concept((VITAL, "social-history"), (VITAL, "vital-signs")))
    assert kind_of(both) is Kind.VITAL


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (r4.Task(status="requested", intent="order", code=_concept((CASE_SYSTEM, "emergency"))), Kind.CASE),
        (r4.Task(status="requested", intent="order", code=_concept((CASE_SYSTEM, "other"))), Kind.TASK),
        (r4.RelatedPerson(patient=r4.Reference(reference="Patient/p")), Kind.PERSON),
        (
            r4.RelatedPerson(
                patient=r4.Reference(reference="Patient/p"),
                relationship=[_concept((PARENTAL_RESPONSIBILITY, "felles"))],
            ),
            Kind.MANDATE,
        ),
    ],
)
def test_what_opens_and_closes_doors_has_kinds_of_its_own(resource, kind):
    assert kind_of(resource) is kind
