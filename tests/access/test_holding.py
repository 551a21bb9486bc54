"""What a Consent holds back, and from whom."""

import msgspec
import pytest

from felles import fhir
from felles.access.codes import REASON, REVIEW
from felles.access.holding import PARENTS, PERSON, PROXIES, Held, Reason, held_of
from felles.record.clock import FOREVER
from felles.record.codes import BLOCKING_SYSTEM, RESTRICTION_SYSTEM


def consent(system=BLOCKING_SYSTEM, code="NORN_FFL", *, items=("Composition/a",), without=(), **more):
    extensions = {REASON: {"valueString": "Fare for liv ved innsyn nå"}, REVIEW: {"valueDate": "2026-12-01"}}
    resource = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"text": "x"},
        "category": [{"coding": [{"system": system, "code": code}]}],
        "patient": {"reference": "Patient/p"},
        "policyRule": {"text": "PBRL5-1"},
        "extension": [{"url": url, **value} for url, value in extensions.items() if url not in without],
        "provision": {
            "type": "deny",
            "data": [{"meaning": "instance", "reference": {"reference": item}} for item in items],
        },
        **more,
    }
    if not resource["extension"]:
        del resource["extension"]
    return fhir.decode(msgspec.json.encode(resource))


@pytest.mark.parametrize(("code", "reason"), [("NORN_FFL", Reason.DANGER), ("NORN_KUT", Reason.INADVISABLE)])
def test_one_entry_is_held_back_from_the_person_and_all_who_act_for_her(code, reason):
    (row,) = held_of(consent(code=code), "Consent/c")
    whole = Held("Composition/a", "Consent/c", PERSON | PROXIES | PARENTS, reason, 0, FOREVER, row.review)
    assert row == whole
    assert row.review is not None


@pytest.mark.parametrize("code", ["N", "NORN_ALL", "NORN_EPO", "NORN_FOR", "NORS"])
def test_other_codes_are_no_ground(code):
    assert held_of(consent(code=code), "Consent/c") == []


def test_one_entry_at_a_time():
    assert held_of(consent(items=("Composition/a", "Composition/b")), "Consent/c") == []


@pytest.mark.parametrize("missing", [REASON, REVIEW])
def test_without_a_reason_or_a_review_date_nothing_is_held_back(missing):
    assert held_of(consent(without=(missing,)), "Consent/c") == []


@pytest.mark.parametrize("status", ["inactive", "rejected", "entered-in-error"])
def test_one_that_is_over_holds_nothing(status):
    assert held_of(consent(status=status), "Consent/c") == []


def test_it_may_end_by_itself():
    provision = {
        "type": "deny",
        "period": {"end": "2026-12-31"},
        "data": [{"meaning": "instance", "reference": {"reference": "Composition/a"}}],
    }
    (row,) = held_of(consent(provision=provision), "Consent/c")
    assert row.until < FOREVER


def test_not_to_parents_holds_from_parents_alone_and_needs_no_ground():
    marked = consent(
        RESTRICTION_SYSTEM, "not-to-parents", items=("Appointment/a", "Condition/b"), without=(REASON, REVIEW)
    )
    assert [(row.item, row.from_whom, row.reason) for row in held_of(marked, "Consent/c")] == [
        ("Appointment/a", PARENTS, Reason.NOT_TO_PARENTS),
        ("Condition/b", PARENTS, Reason.NOT_TO_PARENTS),
    ]


def test_a_bar_and_a_block_hold_no_entry():
    assert held_of(consent(RESTRICTION_SYSTEM, "barred"), "Consent/c") == []
    assert held_of(consent("http://loinc.org", "59284-0"), "Consent/c") == []
