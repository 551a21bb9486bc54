"""Working days in Norway: Monday to Friday without public holidays. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from felles.fhir.search.dates import OSLO

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def easter(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar (the computus of Meeus, Jones and Butcher)."""
    century, place = divmod(year, 100)
    leap_century, rest = divmod(century, 4)
    moon = (19 * (year % 19) + century - leap_century - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * rest + 2 * (place // 4) - moon - place % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """The public holidays of a year.

    Source: lov om helligdager og helligdagsfred § 2, lov om 1. og 17. mai som høgtidsdager.
    """
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in (-3, -2, 0, 1, 39, 49, 50)}
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 5, 17), date(year, 12, 25), date(year, 12, 26)}
    return frozenset(moving | fixed)


def is_workday(day: date) -> bool:
    """Whether offices are open that day."""
    return day.weekday() < 5 and day not in holidays(day.year)


def workday_after(moment: int, days: int, *, hour: int = 8, zone: ZoneInfo = OSLO) -> int:
    """`hour` o'clock of the `days`-th working day after the day of `moment` (microseconds; so is the answer)."""
    day = (_EPOCH + moment * _MICROSECOND).astimezone(zone).date()
    while days > 0:
        day += timedelta(days=1)
        days -= is_workday(day)
    return (datetime(day.year, day.month, day.day, hour, tzinfo=zone) - _EPOCH) // _MICROSECOND
