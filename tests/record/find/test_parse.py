"""What is understood, what is refused and how, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felles.record.errors import BadQuery
from felles.record.find import Limits, parse
from felles.record.find.links import _ALPHABET
from felles.record.find.params import leads_home
from felles.record.ids import _ALPHABET as IDS


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (("nosuch", "1"), "no search parameter"),
        (("code:above", "1"), "not supported"),
        (("code:nosuch", "1"), "no such modifier"),
        (("date", "yesterday"), "no date"),
        (("value-quantity", "much"), "no number"),
        (("patient", "a b"), "id"),
        (("code-value-quantity", "a$1"), "not supported"),
        (("_elements", "id"), "not supported"),
        (("_contained", "true"), "not supported"),
        (("_include", "*"), "not supported"),
        (("_include:iterate", "Observation:patient"), "not supported"),
        (("_include", "Patient:link"), "only from Observation"),
        (("_include", "Observation:code"), "no reference"),
        (("_revinclude", "Condition:subject"), "does not refer"),
        (("_sort", "code"), "not supported"),
        (("_sort", "nosuch"), "no search parameter"),
        (("_count", "-1"), "number"),
        (("_count", "٣"), "number"),
        (("_total", "some"), "one of"),
        (("_summary", "text"), "only count"),
        (("patient.organization.name", "x"), "more than one step"),
        (("code.name", "x"), "no reference"),
        (("subject:Practitioner.name", "x"), "does not refer"),
        (("_has:Encounter:subject", "x"), "written"),
        (("_has:Encounter:subject:status", "x"), "does not refer"),
        (("code", ","), "missing"),
        (("code", "a\0b"), "NUL"),
        (("code", ",".join("abc" * 100)), "at most"),
        (("focus", "abc"), "say which type"),
        (("patient:", "x"), "modifier is missing"),
        (("_id:not", "x"), "not supported"),
        (("date", "ap2020"), "clock"),
        (("_filter", "x"), "not supported"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(pair, why):
    with pytest.raises(BadQuery, match=why):
        parse("Observation", [pair])


def test_lenient_leaves_out_what_the_type_does_not_have_and_nothing_else():
    query = parse("Observation", [("nosuch", "1"), ("code", "x"), ("nosuch:exact", "y")], lenient=True)
    assert query.used == (("code", "x"),)
    for pair in (("code:above", "1"), ("date", "x"), ("_elements", "id"), ("code-value-quantity", "a$1")):
        with pytest.raises(BadQuery):
            parse("Observation", [pair], lenient=True)


def test_patient_and_subject_name_a_person_where_they_decide_the_home():
    for pairs in (
        [("patient", "1")],
        [("subject", "Patient/1")],
        [("subject:Patient", "1")],
        [("patient", "http://b/fhir/Patient/1")],
    ):
        named = parse("Observation", pairs, base_url="http://b/fhir").named
        assert named is not None
        assert "Patient/1" in named.targets
    for kind, pairs in (
        ("Observation", [("performer", "Patient/1")]),
        ("Observation", [("subject", "Group/1")]),
        ("Observation", [("patient:missing", "false")]),
        ("Communication", [("recipient", "Patient/1")]),
    ):
        assert parse(kind, pairs).named is None
    assert parse("Patient", [("_id", "1")]).named is not None
    assert leads_home("EpisodeOfCare", "patient")
    assert leads_home("Appointment", "actor")
    assert not leads_home("Observation", "encounter")


def test_the_log_hears_codes_and_never_what_names_somebody():
    pairs = [
        ("identifier", "urn:oid:2.16.578.1.12.4.1.4.1|13031353453"),
        ("name", "Kari"),
        ("phone", "99999999"),
        ("gender", "female"),
        ("birthdate", "1980-02-03"),
        ("_id", "abc"),
        ("_has:Observation:patient:code", "x|1"),
        ("general-practitioner:Practitioner.name", "Lege"),
    ]
    said = parse("Patient", pairs).said
    assert said == (
        "Patient?identifier&name&phone&gender=female&birthdate&_id"
        "&_has:Observation:patient:code=x|1&general-practitioner:Practitioner.name"
    )
    for code in ("13031353453", 'a"b', "Kari Nordmann", "x\\,y"):
        assert parse("Observation", [("code", code)]).said == "Observation?code"


def test_the_normalised_text_is_the_same_for_the_same_criteria():
    one = parse("Patient", [("name", "a"), ("gender", "male"), ("_count", "5"), ("_format", "json")])
    two = parse("Patient", [("gender", "male"), ("name", "a"), ("_sort", "name")])
    assert one.normalised() == two.normalised() != parse("Patient", [("name", "b"), ("gender", "male")]).normalised()


def test_limits_are_kept():
    limits = Limits(count=7, count_max=9, clauses=2, alternatives=2)
    assert parse("Patient", [], limits=limits).count == 7
    assert parse("Patient", [("_count", "5000")], limits=limits).count == 9
    assert parse("Patient", [("_count", "0")], limits=limits).count_only
    with pytest.raises(BadQuery):
        parse("Patient", [("name", "a")] * 3, limits=limits)
    with pytest.raises(BadQuery):
        parse("Patient", [("name", "a,b,c")], limits=limits)


def test_ids_and_their_buckets_in_sql_have_one_alphabet():
    assert _ALPHABET.strip("'") == IDS


@given(st.text(max_size=30), st.text(max_size=60))
def test_any_text_is_understood_or_refused(name, value):
    for kind in ("Observation", "Patient"):
        try:
            query = parse(kind, [(name, value), ("code", value), ("name", value), ("date", value)], lenient=True)
        except BadQuery:
            continue
        assert '"' not in query.said
