"""When an inbox is open, and moments counted by its hours. Pure; times are clinical microseconds.

An inbox is an organisation, a unit or a HealthcareService. The last says its hours (`availableTime`); where none are
said they are an office's. A public holiday is a Sunday. Summer time is the zone's: hours are those on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from felles.access.workdays import is_workday
from felles.fhir.search.dates import OSLO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from felles.access.handovers.kinds import Wait

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SUNDAY: Final = 6
_LONG: Final = 400
"""Days after which an inbox that never opens is given up."""
_MIDNIGHT: Final = time()

Span = tuple[time, time]
"""[from, to) on one day's wall clock; `to` 00:00 is the end of the day."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours by weekday, Monday first."""

    week: tuple[tuple[Span, ...], ...]

    def of(self, day: date) -> tuple[Span, ...]:
        """The hours of a day: on a public holiday those of a Sunday."""
        held = day.weekday()
        return self.week[_SUNDAY if held < 5 and not is_workday(day) else held]

    @property
    def always(self) -> bool:
        """Whether it never closes."""
        return all(spans == (_ALL_DAY,) for spans in self.week)


_ALL_DAY: Final[Span] = (_MIDNIGHT, _MIDNIGHT)
OFFICE: Final = Hours(tuple(((time(8), time(15, 30)),) if day < 5 else () for day in range(7)))
"""Where nothing is said: a Norwegian office's."""
ALWAYS: Final = Hours(((_ALL_DAY,),) * 7)
"""Day and night."""


def hours_of(service: Any) -> Hours:
    """The hours that a HealthcareService (a struct) says; `OFFICE` where it says none, or none that can be read."""
    said = service.availableTime if isinstance(getattr(service, "availableTime", None), list) else []
    week: list[list[Span]] = [[] for _ in _WEEK]
    for each in said:
        days = each.daysOfWeek if isinstance(each.daysOfWeek, list) else _WEEK
        span = _span(each)
        for day in days:
            if span is not None and day in _WEEK:
                week[_WEEK.index(day)].append(span)
    return Hours(tuple(tuple(sorted(spans)) for spans in week)) if any(week) else OFFICE


def _span(each: Any) -> Span | None:
    if each.allDay is True:
        return _ALL_DAY
    start, end = each.availableStartTime, each.availableEndTime
    if not (isinstance(start, str) and isinstance(end, str)):
        return None
    span = (time.fromisoformat(start[:8]), time.fromisoformat(end[:8]))
    return span if span[0] < span[1] or span[1] == _MIDNIGHT else None


def is_open(hours: Hours, moment: int, *, zone: ZoneInfo = OSLO) -> bool:
    """Whether it is open at `moment`."""
    return any(since <= moment < until for since, until in _spans(hours, moment, zone, days=1))


def after(hours: Hours, moment: int, wait: Wait, *, zone: ZoneInfo = OSLO) -> int:
    """The end of `wait` from `moment`, always later than it.

    Minutes are counted while it is open, days end when it closes on the last of them; of what never opens both are
    counted by the clock.
    """
    if wait.minutes:
        return _minutes(hours, moment, wait.minutes * 60_000_000, zone)
    return _days(hours, moment, wait.days, zone)


def _minutes(hours: Hours, moment: int, left: int, zone: ZoneInfo) -> int:
    for since, until in _spans(hours, moment, zone, days=_LONG):
        start = max(since, moment)
        if until - start >= left:
            return start + left
        left -= max(until - start, 0)
    return moment + left


def _days(hours: Hours, moment: int, days: int, zone: ZoneInfo) -> int:
    day = _day(moment, zone)
    for _ in range(_LONG):
        day += timedelta(days=1)
        days -= is_workday(day)
        if days <= 0:
            spans = hours.of(day)
            if is_workday(day) and spans:
                return _at(day, spans[-1][1], zone, end=True)
            if hours.always or not any(hours.week):
                return _at(day, time(15, 30), zone)
    return moment + _LONG * 86_400_000_000


def _spans(hours: Hours, moment: int, zone: ZoneInfo, *, days: int) -> Iterator[tuple[int, int]]:
    """The spans that end after `moment`, of the day before it and of so many days from its own."""
    today = _day(moment, zone)
    for ahead in range(days):
        day = today + timedelta(days=ahead)
        for start, end in hours.of(day):
            until = _at(day, end, zone, end=True)
            if until > moment:
                yield _at(day, start, zone), until


def _day(moment: int, zone: ZoneInfo) -> date:
    return (_EPOCH + moment * _MICROSECOND).astimezone(zone).date()


def _at(day: date, hour: time, zone: ZoneInfo, *, end: bool = False) -> int:
    if end and hour == _MIDNIGHT:
        day += timedelta(days=1)
    return (datetime.combine(day, hour, tzinfo=zone) - _EPOCH) // _MICROSECOND
