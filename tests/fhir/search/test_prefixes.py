"""The nine comparisons: against points in time one by one, and against each other."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felles.fhir.search.prefixes import PREFIXES, Prefix, compare, compare_numbers

SMALL = st.integers(0, 12)
RANGES = st.tuples(SMALL, st.integers(1, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))
NUMBERS = st.tuples(SMALL, st.integers(0, 6)).map(lambda pair: (Decimal(pair[0]), Decimal(pair[0] + pair[1])))
POINTS = SMALL.map(Decimal)


def by_instants(prefix: Prefix, value: set[int], query: set[int]) -> bool:
    """What R4 says in words, over the instants that the ranges hold."""
    before = {each for each in range(-1, 20) if each < min(query)}
    after = {each for each in range(-1, 20) if each > max(query)}
    return {
        "eq": value <= query,
        "ne": not value <= query,
        "gt": bool(value & after),
        "lt": bool(value & before),
        "ge": bool(value & after) or value <= query,
        "le": bool(value & before) or value <= query,
        "sa": value <= after,
        "eb": value <= before,
        "ap": bool(value & query),
    }[prefix]


@given(st.sampled_from(list(PREFIXES.values())), RANGES, RANGES)
def test_dates_compare_as_their_instants_do(prefix: Prefix, value: tuple[int, int], query: tuple[int, int]) -> None:
    assert compare(prefix, value, query) == by_instants(prefix, set(range(*value)), set(range(*query)))


@given(RANGES, RANGES)
def test_prefixes_imply_each_other(value: tuple[int, int], query: tuple[int, int]) -> None:
    holds = {prefix: compare(prefix, value, query) for prefix in PREFIXES.values()}
    assert holds["eq"] != holds["ne"]
    assert not holds["sa"] or (holds["gt"] and not holds["ap"])
    assert not holds["eb"] or (holds["lt"] and not holds["ap"])
    assert not holds["eq"] or (holds["ge"] and holds["le"] and holds["ap"])
    assert holds["sa"] + holds["eb"] + holds["ap"] == 1


@given(POINTS, POINTS)
def test_single_numbers_compare_as_numbers_do(value: Decimal, query: Decimal) -> None:
    held = {
        prefix: compare_numbers(prefix, (value, value), (query, query))
        for prefix in PREFIXES.values()
        if prefix not in {"eq", "ne", "ap"}
    }
    assert held == {
        "gt": value > query,
        "sa": value > query,
        "lt": value < query,
        "eb": value < query,
        "ge": value >= query,
        "le": value <= query,
    }


@given(NUMBERS, NUMBERS.filter(lambda pair: pair[0] < pair[1]))
def test_ranges_of_numbers(value: tuple[Decimal, Decimal], query: tuple[Decimal, Decimal]) -> None:
    inside = all(query[0] <= end < query[1] for end in value)
    assert compare_numbers("eq", value, query) == inside
    assert compare_numbers("ne", value, query) != inside
    apart = value[1] < query[0] or value[0] >= query[1]
    assert compare_numbers("ap", value, query) != apart


@pytest.mark.parametrize(
    ("prefix", "matching"),
    [
        ("gt", {"across", "above"}),
        ("ge", {"across", "above", "ending"}),
        ("lt", {"across", "below", "ending"}),
        ("le", {"across", "below", "ending"}),
        ("sa", {"above"}),
        ("eb", {"below"}),
    ],
)
def test_a_range_of_numbers_against_one_number(prefix: Prefix, matching: set[str]) -> None:
    values = {"below": (1, 4), "ending": (1, 5), "across": (1, 9), "above": (6, 9)}
    five = (Decimal(5), Decimal(5))
    found = {name for name, (a, b) in values.items() if compare_numbers(prefix, (Decimal(a), Decimal(b)), five)}
    assert found == matching
