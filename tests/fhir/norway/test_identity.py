"""Identity numbers, against the vectors of Skatteetaten, Norsk helsenett and the public validators."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felles.fhir.norway.identity import (
    NumberError,
    NumberKind,
    national_number,
    organisation_number,
    synthetic_number,
    valid_hpr_number,
    valid_national_number,
    valid_organisation_number,
)
from felles.fhir.norway.systems import DNR, FHN, FNR

DATES = st.dates(date(1900, 1, 1), date(1999, 12, 31))
VECTORS = [
    ("15076500050", NumberKind.FNR, None, 0),
    ("15076500069", NumberKind.FNR, None, 1),
    ("15076500077", NumberKind.FNR, None, 2),
    ("15076500085", NumberKind.FNR, None, 3),
    ("55076500044", NumberKind.DNR, None, 0),
    ("15476500033", NumberKind.HNR, None, 0),
    ("13527248013", NumberKind.HNR, None, 0),
    ("15876500016", NumberKind.FNR, "tenor", 0),
    ("10915596784", NumberKind.FNR, "tenor", 0),
    ("15726500018", NumberKind.FNR, "nhn", 0),
    ("15720255178", NumberKind.FNR, "nhn", 0),
    ("55876500190", NumberKind.DNR, "tenor", 0),
    ("68467038838", NumberKind.HNR, None, 0),
    ("81076500010", NumberKind.FHN, None, 0),
]


@pytest.mark.parametrize(("number", "kind", "synthetic", "remainder"), VECTORS)
def test_reads_every_kind_of_number(number, kind, synthetic, remainder):
    read = national_number(number)
    assert (read.kind, read.synthetic, read.remainder) == (kind, synthetic, remainder)


@pytest.mark.parametrize("number", ["13097248022", "29029648784", "29020075838", "15021951940", "53097248016"])
def test_accepts_the_numbers_of_the_public_validators(number):
    assert valid_national_number(number)


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("13097248032", "checksum"),
        ("13097248023", "checksum"),
        ("13057444850", "checksum"),
        ("05076600324", "checksum"),
        ("1309724802", "format"),
        ("1309724802a", "format"),
        ("١٣٠٩٧٢٤٨٠٢٢", "format"),
    ],
)
def test_names_the_rule_that_a_wrong_number_breaks(number, rule):
    with pytest.raises(NumberError) as caught:
        national_number(number)
    assert caught.value.rule == rule
    assert number not in str(caught.value)


def test_says_the_birth_date_of_an_old_number_only():
    assert national_number("15076500050").born == date(1965, 7, 15)
    assert national_number("15076500069").born is None
    assert national_number("81076500010").born is None


def test_refuses_dates_that_do_not_exist():
    """30 February 1990, with check digits that hold."""
    stem = "300290123"
    numbers = [f"{stem}{k:02}" for k in range(100)]
    rules = set()
    for number in numbers:
        with pytest.raises(NumberError) as caught:
            national_number(number)
        rules.add(caught.value.rule)
    assert rules == {"checksum", "date"}


def test_each_kind_has_its_identifier_system():
    assert national_number("15076500050").system == FNR
    assert national_number("55076500044").system == DNR
    assert national_number("81076500010").system == FHN
    assert national_number("15476500033").system is None


@given(DATES, st.integers(0, 499), st.booleans())
def test_made_up_numbers_are_valid_synthetic_and_keep_their_date(born, series, d_number):
    number = synthetic_number(born, series, d_number=d_number)
    if number is not None:
        read = national_number(number)
        assert (read.synthetic, read.born) == ("tenor", born)
        assert read.kind == (NumberKind.DNR if d_number else NumberKind.FNR)


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 499), st.integers(0, 10), st.integers(1, 9))
def test_a_single_wrong_digit_never_passes_as_an_old_number(born, series, place, change):
    number = synthetic_number(born, series)
    if number is not None:
        wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
        with contextlib.suppress(NumberError):
            assert national_number(wrong).remainder != 0


def test_made_up_numbers_refuse_a_series_of_another_century():
    with pytest.raises(NumberError):
        synthetic_number(date(2015, 1, 1), 123)


def test_organisation_numbers():
    assert valid_organisation_number("993467049")
    assert not valid_organisation_number("993467048")
    assert not valid_organisation_number("193467049")
    assert not valid_organisation_number("99346704")
    assert organisation_number(99346704) == "993467049"


def test_hpr_numbers():
    assert valid_hpr_number("9144900")
    assert not valid_hpr_number("91449")
    assert not valid_hpr_number("91449O0")
