"""Days on which offices are open: weekends and Norwegian public holidays, and the times of day when people come.

Public holidays: lov om 1. og 17. mai som høgtidsdager, and lov om helligdager og helligdagsfred § 2. Easter by the
anonymous Gregorian computation (Meeus, Astronomical Algorithms, chapter 8).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

OPENS, CLOSES = 8, 15
"""Offices by day: the first appointment at 8, the last begins before 15.30."""
SLOTS = 22
"""Appointments of twenty minutes in a day, from 8.00; the last begins at 15.00."""


@lru_cache(maxsize=256)
def easter(year: int) -> date:
    """Easter Sunday."""
    century, rest = divmod(year, 100)
    golden = year % 19
    shift = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    back = (32 + 2 * (century % 4) + 2 * (rest // 4) - shift - rest % 4) % 7
    late = (golden + 11 * shift + 22 * back) // 451
    month, day = divmod(shift + back - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays(year: int) -> frozenset[date]:
    """The public holidays of a year, and the eves and days on which offices are closed as well."""
    sunday = easter(year)
    movable = (-3, -2, 0, 1, 39, 49, 50)
    fixed = ((1, 1), (5, 1), (5, 17), (12, 24), (12, 25), (12, 26), (12, 31))
    return frozenset(
        {sunday + timedelta(days=days) for days in movable} | {date(year, month, day) for month, day in fixed}
    )


def is_open(day: date) -> bool:
    """Whether offices are open by day."""
    return day.weekday() < 5 and day not in holidays(day.year)


def open_day(day: date) -> date:
    """The day itself, or the first one after it on which offices are open."""
    while not is_open(day):
        day += timedelta(days=1)
    return day


def open_before(day: date) -> date:
    """The day itself, or the last one before it on which offices are open."""
    while not is_open(day):
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=64)
def coming(today: date, count: int) -> tuple[date, ...]:
    """The next `count` days on which offices are open, after today."""
    found: list[date] = []
    day = today
    while len(found) < count:
        day = open_day(day + timedelta(days=1))
        found.append(day)
    return tuple(found)


def slot(number: int) -> tuple[int, int]:
    """Hour and minute of the appointment of this number (0 to SLOTS - 1) in a day."""
    return OPENS + number // 3, number % 3 * 20
