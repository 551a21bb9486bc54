"""The prefixes of number, date and quantity queries as comparisons of ranges.

R4 (https://hl7.org/fhir/R4/search.html#prefix) compares the range that the resource's value covers with the range that
the query's value covers. These two functions are the definition; SQL says the same with `low` and `high`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, get_args

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
PREFIXES: dict[str, Prefix] = {prefix: prefix for prefix in get_args(Prefix)}
"""Each prefix by its text."""


def compare(  # noqa: PLR0911 - one return a prefix
    prefix: Prefix, value: tuple[int, int], query: tuple[int, int]
) -> bool:
    """Whether a date range of a resource matches; both are [low, high).

    eq: the query covers the value whole; ne: it does not. gt, lt: some of the value lies after, before the query.
    ge, le: the same, or eq. sa, eb: all of it does. ap: they overlap (the query is widened beforehand).
    """
    low, high = value
    begin, end = query
    within = begin <= low and high <= end
    match prefix:
        case "eq":
            return within
        case "ne":
            return not within
        case "gt":
            return high > end
        case "lt":
            return low < begin
        case "ge":
            return high > end or within
        case "le":
            return low < begin or within
        case "sa":
            return low >= end
        case "eb":
            return high <= begin
        case "ap":
            return low < end and high > begin


def compare_numbers(  # noqa: PLR0911 - one return a prefix
    prefix: Prefix, value: tuple[Decimal, Decimal], query: tuple[Decimal, Decimal]
) -> bool:
    """Whether a number of a resource, from low to high with both included, matches.

    For eq, ne and ap the query is [begin, end); for the others it is one number, whose digits do not widen it, so
    that begin and end are equal. gt, lt: some of the value is greater, less. ge, le: some of it is, or equal.
    sa, eb: all of it is greater, less. ap: they overlap.
    """
    low, high = value
    begin, end = query
    match prefix:
        case "eq":
            return begin <= low and high < end
        case "ne":
            return not (begin <= low and high < end)
        case "gt":
            return high > end
        case "lt":
            return low < begin
        case "ge":
            return high >= begin
        case "le":
            return low <= end
        case "sa":
            return low > end
        case "eb":
            return high < begin
        case "ap":
            return low < end and high >= begin
