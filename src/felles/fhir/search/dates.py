"""Dates as ranges of time.

Every date, dateTime, instant, Period and Timing is a range [low, high) of whole microseconds since
1970-01-01T00:00:00Z, as wide as its precision: 2020 is the year, 2020-02 the month, 10:15:30 the second. Where
nothing bounds it, it ends at OPEN_LOW or OPEN_HIGH. Source: https://hl7.org/fhir/R4/search.html#date.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

OPEN_LOW = -(2**63)
"""The low end of what has no beginning."""
OPEN_HIGH = 2**63 - 1
"""The high end (exclusive) of what has no end."""

OSLO = ZoneInfo("Europe/Oslo")
"""Where a date or time without a zone is meant to be, unless another is given."""

SECOND = 1_000_000
_MINUTE = 60 * SECOND
_DAY = 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_LAST_DAY = date.max.toordinal()
_MICROSECOND = timedelta(microseconds=1)

_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII
)

Range = tuple[int, int]
"""[low, high) in microseconds."""


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=4096)
def _midnight(ordinal: int, zone: ZoneInfo) -> int:
    """The beginning of the day `ordinal` (date.toordinal) in `zone`; the day after the last is 24 hours later."""
    if ordinal > _LAST_DAY:
        return _midnight(_LAST_DAY, zone) + _DAY
    day = date.fromordinal(ordinal)
    offset = datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset() or timedelta()
    return (ordinal - _EPOCH_DAY) * _DAY - offset // _MICROSECOND


@lru_cache(maxsize=4096)
def _days(text: str, zone: ZoneInfo) -> Range:
    """The range of a date of 4, 7 or 10 characters."""
    year = int(text[:4])
    if len(text) == 4:
        first = date(year, 1, 1).toordinal()
        after = date(year, 12, 31).toordinal() + 1
    elif len(text) == 7:
        month = int(text[5:7])
        first = date(year, month, 1).toordinal()
        after = date(year, 12, 31).toordinal() + 1 if month == 12 else date(year, month + 1, 1).toordinal()
    else:
        first = date(year, int(text[5:7]), int(text[8:10])).toordinal()
        after = first + 1
    return _midnight(first, zone), _midnight(after, zone)


def _width(fraction: str | None) -> int:
    """Microseconds that a second with this many decimals spans; at least one."""
    return 10 ** max(0, 6 - len(fraction)) if fraction else SECOND


def _clock(match: re.Match[str], zone: ZoneInfo) -> Range:
    """The range of a date with a time."""
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    width = _MINUTE if second is None else _width(fraction)
    extra = int(((fraction or "") + "000000")[:6])
    # A leap second is the moment after :59; the calendar of datetime has none.
    leap = SECOND if second == "60" else 0
    seconds = 59 if leap else int(second or 0)
    moment = datetime(int(year), int(month), int(day), int(hour), int(minute), seconds, tzinfo=zone)
    if offset is None:
        # In the hour that the clocks go back over, both readings are meant.
        low, last = _micros(moment), _micros(moment.replace(fold=1))
        low, last = min(low, last), max(low, last)
    else:
        shift = 0
        if offset != "Z":
            shift = (int(offset[1:3]) * 60 + int(offset[4:6])) * _MINUTE
            if shift > 14 * 60 * _MINUTE or int(offset[4:6]) > 59:
                raise ValueError(f"{offset} is no offset from UTC")
        low = last = _micros(moment.replace(tzinfo=UTC)) - (-shift if offset[0] == "-" else shift)
    return low + leap + extra, last + leap + extra + width


def _fast(text: str) -> Range:
    """The range of `YYYY-MM-DDThh:mm:ss[.f](Z|±hh:mm)`; ValueError when it is anything else."""
    if text[10] + text[4] + text[7] + text[13] + text[16] != "T--::":
        raise ValueError(text)
    end = -1 if text[-1] == "Z" else -6
    if end == -6 and (text[-6] not in "+-" or text[-3] != ":" or text[-5:] > "14:00" or text[-2:] > "59"):
        raise ValueError(text)
    digits = len(text) + end - 20
    if digits == 0 or (digits > 0 and text[19] != "."):
        raise ValueError(text)
    since = datetime.fromisoformat(text) - _EPOCH
    low = since.days * _DAY + since.seconds * SECOND + since.microseconds
    if digits < 0:
        return low, low + SECOND
    return low, low + 10 ** max(0, 6 - digits)


@lru_cache(maxsize=8192)
def date_range(text: str, zone: ZoneInfo = OSLO) -> Range:
    """The range [low, high) of a FHIR date, dateTime or instant, in microseconds since 1970 UTC.

    A time may end with the minute, and may lack its zone (queries do so): then it is in `zone`, as dates are.
    Digits beyond the microsecond are cut. Raises ValueError when `text` has no such form or names no such day.
    """
    size = len(text)
    if size == 10 or size == 4 or size == 7:  # noqa: PLR1714 - the hot path: a set would be built and hashed
        match = _MOMENT.fullmatch(text)
        if match is not None:
            return _days(text, zone)
    elif size > 16:
        try:
            return _fast(text)
        except ValueError:
            pass
    match = _MOMENT.fullmatch(text)
    if match is None or match[4] is None:
        raise ValueError(f"{text!r} is no date")
    return _clock(match, zone)
