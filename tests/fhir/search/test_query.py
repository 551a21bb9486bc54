from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felles.fhir.search import (
    PARAMS,
    Context,
    Criterion,
    Dates,
    Mark,
    Numbers,
    SearchValueError,
    Text,
    escape,
    parse_value,
    split_values,
)
from felles.fhir.search import marks as m
from felles.fhir.search.dates import SECOND, date_range
from felles.fhir.search.prefixes import PREFIXES
from felles.fhir.search.query import unescape

CONTEXT = Context(now=date_range("2020-01-01T00:00:00Z")[0], base="https://felles.example/fhir")


def ask(kind: str, param: str, text: str, modifier: str | None = None, **context: Any) -> Criterion:
    return parse_value(PARAMS[kind][param], text, modifier, Context(**context) if context else CONTEXT)


def refused(kind: str, param: str, text: str, modifier: str | None = None) -> SearchValueError:
    with pytest.raises(SearchValueError) as caught:
        ask(kind, param, text, modifier)
    assert param in str(caught.value)
    return caught.value


def test_values_are_parted_at_bare_commas() -> None:
    assert split_values(r"a,b\,c,d\\,e") == ["a", r"b\,c", r"d\\", "e"]
    assert split_values("") == [""]


@given(st.lists(st.text(), min_size=1))
def test_what_was_escaped_comes_back(values: list[str]) -> None:
    assert [unescape(each) for each in split_values(",".join(map(escape, values)))] == values


@given(st.text(min_size=1), st.text(min_size=1))
def test_an_escaped_token_has_one_meaning(system: str, code: str) -> None:
    found = ask("Observation", "code", f"{escape(system)}|{escape(code)}")
    assert found == Mark(m.system_code_mark("code", system, code))


def test_the_four_forms_of_a_token() -> None:
    assert ask("Observation", "code", "1-2") == Mark(m.code_mark("code", "1-2"), code="1-2")
    assert ask("Observation", "code", "http://loinc.org|1-2") == Mark(
        m.system_code_mark("code", "http://loinc.org", "1-2")
    )
    assert ask("Observation", "code", "|1-2") == Mark(m.bare_mark("code", "1-2"))
    assert ask("Observation", "code", "http://loinc.org|") == Mark(m.system_mark("code", "http://loinc.org"))


def test_not_is_the_same_mark_negated() -> None:
    plain, negated = ask("Observation", "status", "final"), ask("Observation", "status", "final", "not")
    assert isinstance(plain, Mark)
    assert isinstance(negated, Mark)
    assert (plain.mark, plain.negated, negated.mark, negated.negated) == (plain.mark, False, plain.mark, True)


@pytest.mark.parametrize(
    "param",
    ["code", "date", "value-quantity", "subject", "value-string"],
)
def test_missing_asks_for_presence(param: str) -> None:
    assert ask("Observation", param, "false", "missing") == Mark(m.present(param))
    assert ask("Observation", param, "true", "missing") == Mark(m.present(param), negated=True)
    refused("Observation", param, "maybe", "missing")


@pytest.mark.parametrize("text", ["|", "a|b|c", ""])
def test_no_token(text: str) -> None:
    refused("Observation", "code", text)


def test_a_boolean_is_true_or_false() -> None:
    assert ask("Patient", "active", "true") == Mark(m.code_mark("active", "true"), code="true")
    refused("Patient", "active", "yes")


def test_a_phone_number_is_its_digits() -> None:
    assert ask("Patient", "phone", "+47 22 85 50 50") == ask("Patient", "phone", "+47-2285.5050")
    assert ask("Patient", "email", "Kari.Nordmann@example.no") == ask("Patient", "email", "kari.nordmann@example.no")
    assert ask("Patient", "email", "kari-n@example.no") != ask("Patient", "email", "karin@example.no")


@pytest.mark.parametrize("text", ["Patient/1", "https://felles.example/fhir/Patient/1", "Patient/1/_history/3"])
def test_a_reference_by_type_and_id(text: str) -> None:
    assert ask("Observation", "subject", text) == Mark(m.digest("Patient/1") ^ m.key("subject"), target="Patient/1")


def test_a_reference_by_id_alone() -> None:
    assert ask("Observation", "subject", "1") == Mark(m.digest("/1") ^ m.key("subject"))
    one_type = Mark(m.digest("Patient/1") ^ m.key("patient"), target="Patient/1")
    assert ask("Observation", "patient", "1") == one_type
    assert ask("Observation", "subject", "1", "Patient") == ask("Observation", "subject", "Patient/1")


def test_a_reference_to_elsewhere_stays_a_url() -> None:
    other = "https://other.example/fhir/Patient/1"
    assert ask("Observation", "subject", other) == Mark(m.digest(other) ^ m.key("subject"))


def test_a_reference_by_identifier() -> None:
    assert ask("Observation", "subject", "urn:x|7", "identifier") == Mark(
        m.system_code_mark("subject:identifier", "urn:x", "7")
    )


@pytest.mark.parametrize(
    ("text", "modifier"),
    [("a b", None), ("a/b", None), ("1", "Medication"), ("Group/1", "Patient"), ("Person7/1", None), ("1", "patient")],
)
def test_no_reference(text: str, modifier: str | None) -> None:
    refused("Observation", "subject", text, modifier)


def test_strings_are_folded_and_exact_ones_are_not() -> None:
    assert ask("Patient", "name", "  ØY ") == Text("oy", "starts")
    assert ask("Patient", "name", "Ås", "contains") == Text("as", "contains")
    assert ask("Patient", "name", "Ås", "exact") == Mark(m.exact_mark("name", "Ås"))
    refused("Patient", "name", "  ")


def test_a_uri_is_taken_whole() -> None:
    assert ask("ValueSet", "url", "http://a.example/vs") == Mark(m.uri_mark("url", "http://a.example/vs"))


@pytest.mark.parametrize(("text", "prefix"), [("2020-02", "eq"), ("ge2020-02", "ge"), ("sa2020-02", "sa")])
def test_a_date_has_a_prefix_and_a_range(text: str, prefix: str) -> None:
    assert ask("Observation", "date", text) == Dates(PREFIXES[prefix], *date_range("2020-02"))


def test_a_plus_sign_that_became_a_space_is_mended() -> None:
    assert ask("Observation", "date", "2020-02-01T10:00:00 01:00") == ask(
        "Observation", "date", "2020-02-01T10:00:00+01:00"
    )


def test_about_a_date_is_a_tenth_of_how_long_ago_it_is() -> None:
    low, high = date_range("2019-12-22")
    found = ask("Observation", "date", "ap2019-12-22")
    gap = (date_range("2020-01-01T00:00:00Z")[0] - low) // 10
    assert found == Dates("ap", low - gap, high + gap)
    assert 20 * 3600 * SECOND < gap < 26 * 3600 * SECOND


def test_about_a_date_needs_the_clock() -> None:
    with pytest.raises(ValueError, match="clock"):
        ask("Observation", "date", "ap2020", now=None)


@pytest.mark.parametrize("text", ["yesterday", "2020-02-30", "gt", "eq", "xx2020", "2020-01-01T10", "20200101"])
def test_no_date(text: str) -> None:
    refused("Observation", "date", text)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("100", "99.5", "100.5"),
        ("100.00", "99.995", "100.005"),
        ("ne100", "99.5", "100.5"),
        ("-5.4", "-5.45", "-5.35"),
        ("1e2", "50", "150"),
        ("1.00e2", "99.5", "100.5"),
        ("0", "-0.5", "0.5"),
        ("gt100", "100", "100"),
        ("le5.40", "5.40", "5.40"),
        ("ap100", "90", "110"),
        ("ap-100", "-110", "-90"),
        ("ap1", "0.5", "1.5"),
    ],
)
def test_a_number_is_as_wide_as_its_digits_for_equality_only(text: str, low: str, high: str) -> None:
    found = ask("RiskAssessment", "probability", text)
    assert isinstance(found, Numbers)
    assert (Decimal(found.low), Decimal(found.high)) == (Decimal(low), Decimal(high))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_the_implied_range_holds_its_number_in_the_middle(number: Decimal) -> None:
    found = ask("RiskAssessment", "probability", f"{number:f}")
    assert isinstance(found, Numbers)
    assert Decimal(found.low) + Decimal(found.high) == 2 * number
    assert Decimal(found.high) - Decimal(found.low) == Decimal("0.001")


@pytest.mark.parametrize(
    "text", ["", "x", "gt", "1,5", "1.", ".5", "0x10", "1e9999", "NaN", "Infinity", "1_000", "٣", "9" * 200]
)
def test_no_number(text: str) -> None:
    refused("RiskAssessment", "probability", text)


def test_the_three_forms_of_a_quantity() -> None:
    ucum = "http://unitsofmeasure.org"
    assert ask("Observation", "value-quantity", "5.4") == Numbers("eq", "5.35", "5.45")
    assert ask("Observation", "value-quantity", f"gt5.4|{ucum}|mg") == Numbers(
        "gt", "5.4", "5.4", m.unit_mark(ucum, "mg"), system=True
    )
    assert ask("Observation", "value-quantity", "5.4||mg") == Numbers("eq", "5.35", "5.45", m.unit_mark(None, "mg"))


@pytest.mark.parametrize("text", ["5|mg", "5||", "5|a|b|c", "||mg", "mg"])
def test_no_quantity(text: str) -> None:
    refused("Observation", "value-quantity", text)


@pytest.mark.parametrize(
    ("kind", "param", "modifier"),
    [
        ("Observation", "code-value-quantity", None),
        ("Location", "near", None),
        ("Patient", "phonetic", None),
        ("Patient", "_text", None),
        ("Patient", "_content", None),
        ("Observation", "code", "text"),
        ("Observation", "code", "in"),
        ("ValueSet", "url", "below"),
        ("Patient", "name", "not"),
        ("Observation", "code", "exact"),
        ("Observation", "date", "not"),
    ],
)
def test_what_is_not_there_yet_is_said_so(kind: str, param: str, modifier: str | None) -> None:
    assert refused(kind, param, "x", modifier).unsupported


def test_a_word_that_is_no_modifier_is_no_missing_feature() -> None:
    assert not refused("Observation", "code", "x", "frobnicate").unsupported


@given(st.sampled_from([("Observation", p) for p in PARAMS["Observation"]]), st.text(max_size=40))
def test_any_text_is_understood_or_refused_by_name(which: tuple[str, str], text: str) -> None:
    kind, param = which
    for part in split_values(text):
        try:
            found = ask(kind, param, part)
        except SearchValueError as error:
            assert error.param == param  # noqa: PT017 - most values are fine
        else:
            assert isinstance(found, Mark | Dates | Numbers | Text)
