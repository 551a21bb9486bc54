"""Verbs as data: the table's own sense, and which verb an entry takes."""

from typing import Any

import msgspec
import pytest

from felles import fhir
from felles.access.bases import Basis
from felles.access.roles import NO_STAFF, ROLES
from felles.access.scopes import verbs_of as verbs_of_scope
from felles.access.verbs import _READERS, VERBED, VERBS, verb_of, verbs_of

LOINC, ATC, SNOMED = "http://loinc.org", "http://www.whocc.no/atc", "http://snomed.info/sct"
WHO: dict[str, Any] = {"subject": {"reference": "Patient/x"}}


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def verb(**resource: Any) -> str:
    return verb_of(fhir.decode(msgspec.json.encode(resource)))


def medicine(atc: str, *, intent: str = "order", status: str = "active") -> str:
    named = coded(ATC, atc)
    return verb(resourceType="MedicationRequest", status=status, intent=intent, medicationCodeableConcept=named, **WHO)


def test_every_row_has_words_a_source_and_roles_that_exist():
    for code, row in VERBS.items():
        assert code == row.code
        assert all((row.nb, row.en, row.source)), code
        assert row.roles <= ROLES.keys(), code
        assert row.roles, code


def test_every_role_has_its_verbs_from_the_table():
    for code, role in ROLES.items():
        assert {v for v in role.verbs if not v.startswith("basis:")} == verbs_of(code)
        assert role.source


def test_nobody_of_the_staff_may_everything_and_who_gives_doors_opens_none():
    everything = VERBS.keys()
    assert [code for code in ROLES if code not in NO_STAFF and ROLES[code].verbs >= everything] == []
    for code in ("administrator", "local-administrator", "reviewer"):
        assert not ROLES[code].verbs & {"read", "find", "lookup", "write", "open", "need"}
        assert ROLES[code].kinds == 0


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("doctor", "prescribe", "mandate"),
        ("nurse", "propose", "prescribe"),
        ("health-nurse", "order-vaccine", "prescribe"),
        ("pharmacist", "propose", "order-vaccine"),
        ("secretary", "write", "sign"),
        ("secretary", "need", "open"),
        ("care-worker", "give", "sign"),
        ("midwife", "refer@pregnancy", "refer"),
        ("citizen", "block", "write"),
        ("administrator", "register", "open"),
        ("local-administrator", "staff", "register"),
        ("local-administrator", "staff", "approve"),
        ("reviewer", "handle", "register"),
        ("system", "prescribe", "block"),
    ],
)
def test_who_may_and_who_may_not(role, may, may_not):
    assert may in ROLES[role].verbs
    assert may_not not in ROLES[role].verbs


def test_a_prescription_a_vaccine_and_a_proposal_are_three_things():
    assert medicine("N02BE01") == "prescribe"
    assert medicine("N02BE01", intent="original-order") == "prescribe"
    assert medicine("J07BB02") == "order-vaccine"
    assert medicine("N02BE01", intent="proposal") == medicine("J07BB02", intent="plan") == "propose"
    assert medicine("N02BE01", status="draft") == "write"


def test_a_referral_an_order_and_a_proposal_are_three_things():
    made = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", **WHO}
    assert verb(**made) == "refer"
    assert verb(**made, category=[coded(SNOMED, "108252007")]) == "order"
    assert verb(**made | {"intent": "plan"}) == "propose"
    assert verb(**made | {"status": "draft"}) == "write"


def test_a_vaccine_given_is_not_one_told_of():
    given = {"resourceType": "Immunization", "status": "completed", "patient": {"reference": "Patient/x"},
             "vaccineCode": coded(ATC, "J07BB02"), "occurrenceDateTime": "2026-01-01"}  # fmt: skip
    assert verb(**given) == "give"
    assert verb(**given, primarySource=False) == "write"
    assert verb(**given | {"status": "not-done"}) == "write"


def test_a_text_is_written_until_it_is_signed():
    note = {"resourceType": "Composition", "type": coded(LOINC, "11506-3"), "date": "2026-01-01", "title": "Notat",
            "author": [{"reference": "Practitioner/x"}], **WHO}  # fmt: skip
    assert verb(**note, status="preliminary") == "write"
    assert verb(**note, status="final") == verb(**note, status="amended") == "sign"
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": {"title": "Brev"}}],
    }
    assert verb(**document) == verb(**document, docStatus="preliminary") == "write"
    assert verb(**document, docStatus="final") == "sign"
    thought = {"resourceType": "ClinicalImpression", **WHO}
    assert (verb(**thought, status="in-progress"), verb(**thought, status="completed")) == ("write", "sign")


def test_each_type_names_the_verbs_that_its_reader_gives():
    assert VERBED.keys() == _READERS.keys()
    assert set().union(*VERBED.values()) <= VERBS.keys()


def test_what_no_row_names_takes_write():
    assert verb(resourceType="Condition", **WHO) == "write"
    assert "Condition" not in VERBED


def test_scopes_carry_every_verb_of_an_entry_and_the_narrow_ones_do_not():
    whole, write, read = (verbs_of_scope(f"system/*.{access}") for access in ("*", "write", "read"))
    assert whole >= VERBS.keys() | {f"basis:{b.code}" for b in Basis}
    assert {"prescribe", "refer", "refer@pregnancy", "sign", "write"} <= write
    assert not write & {"read", "find", "maintain", "register", "approve", "join"}
    assert read == {"read", "find"}
