"""Dates as they are read: "24. november 2026", "24.11.2026", "kl. 10.15", and ages in years.

Times inside Felles are microseconds since 1970 UTC; people read them in Norwegian time.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names

ZONE: Final = ZoneInfo("Europe/Oslo")
DAY: Final = 86_400_000_000
"""Microseconds of a day."""
_FHIR = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?")


def local(micros: int) -> datetime:
    """The Norwegian wall time of a moment."""
    return datetime.fromtimestamp(micros / 1_000_000, UTC).astimezone(ZONE)


_FIRST: Final = -62_000_000_000_000_000
_LAST: Final = 253_000_000_000_000_000
"""Moments of the years 6 to 9987: what lies beyond them is no moment, but the end of an open period."""
_EPOCH: Final = date(1970, 1, 1).toordinal()
_DAYS: Final = 65536
"""Days that are remembered: a page shows a hundred moments, no two the same, but nearly all of the same few decades."""


@lru_cache(maxsize=_DAYS)
def _offset(day: int) -> int | None:
    """Microseconds that Norwegian time was ahead throughout a UTC day (counted from 1970); None if it changed."""
    first, last = (local(moment).utcoffset() for moment in (day * DAY, day * DAY + DAY - 1))
    if first is None or first != last:
        return None
    return (first.days * 86_400 + first.seconds) * 1_000_000


def local_day(micros: int) -> int:
    """The Norwegian day of a moment, as `date.toordinal` counts."""
    offset = _offset(micros // DAY)
    return local(micros).toordinal() if offset is None else (micros + offset) // DAY + _EPOCH


def dated(micros: int) -> bool:
    """Whether a moment (microseconds, before 1970 below zero) is one, and not the bound that stands for none."""
    return _FIRST < micros < _LAST


class Dates:
    """Dates in one language; the forms are those of Språkrådet, and the English of Norwegian health texts."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._months = get_month_names("wide", locale=code)
        self._days = get_day_names("wide", locale=code)
        self._short = get_month_names("abbreviated", locale=code)

    def long(self, day: date) -> str:
        """24. november 2026."""
        dot = "" if self.code == "en" else "."
        return f"{day.day}{dot} {self._months[day.month]} {day.year}"

    def short(self, day: date) -> str:
        """24.11.2026; in English 24 Nov 2026, which nobody can read as a month first."""
        if self.code == "en":
            return f"{day.day} {self._short[day.month]} {day.year}"
        return f"{day.day:02}.{day.month:02}.{day.year}"

    def day(self, micros: int) -> str:
        """The long date of a moment."""
        return self.long(local(micros))

    def weekday(self, micros: int) -> str:
        """The day of the week of a moment: onsdag."""
        return self._days[local(micros).weekday()]

    def brief(self, micros: int) -> str:
        """The short date of a moment; "" for what has none (a period without start begins before all dates)."""
        return _brief(self, local_day(micros)) if _FIRST < micros < _LAST else ""

    def clock(self, micros: int) -> str:
        """10.15 (in English 10:15)."""
        moment = local(micros)
        return f"{moment.hour:02}{':' if self.code == 'en' else '.'}{moment.minute:02}"

    def moment(self, micros: int) -> str:
        """24. november 2026 kl. 10.15."""
        word = "at" if self.code == "en" else "kl."
        return f"{self.day(micros)} {word} {self.clock(micros)}"

    def fhir(self, text: str | None, *, brief: bool = False) -> str:
        """A FHIR date or dateTime at the precision it has: 2026, november 2026, 24. november 2026.

        An instant is turned into the Norwegian day first. What is no date comes back as it stands.
        """
        found = _FHIR.fullmatch(text or "")
        if not found:
            return text or ""
        year, month, day, time = found.groups()
        if month is None:
            return year
        if day is None:
            return f"{month}.{year}" if brief and self.code != "en" else f"{self._months[int(month)]} {year}"
        try:
            when = date(int(year), int(month), int(day)) if time is None else _local_day(found.string)
        except ValueError:
            return found.string
        return self.short(when) if brief else self.long(when)

    def fhir_moment(self, text: str) -> str:
        """A FHIR dateTime with its time of day where it has one."""
        if "T" not in text:
            return self.fhir(text)
        try:
            moment = datetime.fromisoformat(text).astimezone(ZONE)
        except ValueError:
            return text
        return self.moment(int(moment.timestamp() * 1_000_000))


@lru_cache(maxsize=_DAYS)
def _brief(dates: Dates, ordinal: int) -> str:
    return dates.short(date.fromordinal(ordinal))


def _local_day(text: str) -> date:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.date()
    return moment.astimezone(ZONE).date()


def moment(text: str | None) -> int | None:
    """Clinical microseconds of a FHIR instant or dateTime with a time of day; None for what has none."""
    if not text or "T" not in text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((found if found.tzinfo else found.replace(tzinfo=ZONE)).timestamp() * 1_000_000)


def born_on(text: str | None) -> date | None:
    """The birth date when it is known to the day or at least to the year (then the middle of it)."""
    found = _FHIR.fullmatch(text or "")
    if not found:
        return None
    year, month, day, _ = found.groups()
    try:
        return date(int(year), int(month or 7), int(day or 1))
    except ValueError:
        return None


def whole_months(born: date, today: date) -> int:
    """Months lived, for ages below two years."""
    return (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
