"""Numbers and quantities as ranges.

A number in a resource is the point it says, whatever its digits; a Range, a comparator or a series of samples is
a range with both ends in it. Only the number in a query is as wide as its digits, and only for eq, ne and ap
(https://hl7.org/fhir/R4/search.html#number). Ends are exact decimals as text, which PostgreSQL reads as numeric.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import Any

from felles.fhir.search.marks import unit_mark

LOWEST = "-Infinity"
HIGHEST = "Infinity"

MOST_DIGITS = 100
"""Numbers with more digits, or with an exponent beyond `MOST_EXPONENT`, are not indexed and not asked for."""
MOST_EXPONENT = 400

CURRENCY = "urn:iso:std:iso:4217"
"""The system of Money.currency."""

Bounds = tuple[str, str]
"""Lowest and highest value, both included."""

Amount = tuple[str, str, int | None, int | None]
"""Lowest, highest, mark of the unit as system and code, mark of the unit's code (or text) alone."""


def plain(number: Decimal | int) -> str | None:
    """The number as text, or None when it is too long or too large to compare."""
    text = str(number)
    if len(text) <= MOST_DIGITS and "E" not in text and text[-1].isdigit():
        return text
    exact = Decimal(number)
    _, digits, exponent = exact.as_tuple()
    if not isinstance(exponent, int) or len(digits) > MOST_DIGITS or abs(exact.adjusted()) > MOST_EXPONENT:
        return None
    return text


def point(number: Decimal | int) -> Bounds | None:
    """A number (decimal, integer) of a resource."""
    text = plain(number)
    return None if text is None else (text, text)


def _end(quantity: Any, without: str) -> str | None:
    if not quantity or not isinstance(quantity.value, Decimal):
        return without
    return plain(quantity.value)


def span(low: Any, high: Any) -> Bounds | None:
    """From the quantity `low` to the quantity `high`; what is absent is open. None when both are."""
    bounds = _end(low, LOWEST), _end(high, HIGHEST)
    if bounds == (LOWEST, HIGHEST) or bounds[0] is None or bounds[1] is None:
        return None
    return bounds[0], bounds[1]


def samples(sampled: Any) -> Bounds | None:
    """Least and greatest of SampledData: origin + factor x number; L and U are the limits, E (error) is nothing."""
    limits = {"L": sampled.lowerLimit, "U": sampled.upperLimit}
    factor = sampled.factor if isinstance(sampled.factor, Decimal) else Decimal(1)
    origin = sampled.origin.value if isinstance(sampled.origin.value, Decimal) else Decimal(0)
    found: list[Decimal] = []
    for word in (sampled.data or "").split():
        try:
            number = limits[word] if word in limits else Decimal(word)
        except InvalidOperation:
            continue
        if isinstance(number, Decimal) and number.is_finite():
            found.append(number)
    if not found:
        return None
    with localcontext(prec=2 * MOST_DIGITS):
        ends = sorted(origin + factor * number for number in (min(found), max(found)))
    return _pair(plain(ends[0]), plain(ends[1]))


def _pair(low: str | None, high: str | None) -> Bounds | None:
    return None if low is None or high is None else (low, high)


def compared(number: Decimal, comparator: Any) -> Bounds | None:
    """A quantity's value with its comparator: `<5` is everything up to 5."""
    text = plain(number)
    if text is None:
        return None
    if comparator in {"<", "<="}:
        return LOWEST, text
    if comparator in {">", ">="}:
        return text, HIGHEST
    return text, text


@lru_cache(maxsize=4096)
def _units(system: Any, code: Any, unit: Any) -> tuple[tuple[int | None, int | None], ...]:
    """(mark of system and code, mark of the bare word) of a unit, for its code and for its text where that differs."""
    both = unit_mark(system, code) if system and code else None
    words = dict.fromkeys(word for word in (code, unit) if word)
    return tuple((both, unit_mark(None, word)) for word in words) or ((both, None),)


def amounts(bounds: Bounds | None, system: Any, code: Any, unit: Any) -> list[Amount]:
    """A range with its unit: one amount, or two where code and unit differ, so that `||mg` and `||milligram` hit."""
    if bounds is None:
        return []
    return [(*bounds, *marks) for marks in _units(system, code, unit)]


def implied(number: Decimal) -> tuple[Decimal, Decimal]:
    """The range [low, high) that a query's number means: half a unit of its last digit to each side.

    100 is [99.5, 100.5), 100.00 is [99.995, 100.005). For 1e2 this gives [50, 150), one significant digit; the
    specification prints [95, 105) for it, which is two.
    """
    _, _, exponent = number.as_tuple()
    half = Decimal((0, (5,), int(exponent) - 1))
    with localcontext(prec=2 * MOST_DIGITS + MOST_EXPONENT):
        return number - half, number + half


def around(number: Decimal) -> tuple[Decimal, Decimal]:
    """The range that `ap` asks for: a tenth of the number to each side, or its implied range if that is wider."""
    low, high = implied(number)
    with localcontext(prec=2 * MOST_DIGITS):
        tenth = abs(number) / 10
        return min(low, number - tenth), max(high, number + tenth)
