"""When an inbox is open, and moments counted by its hours. Pure; times are clinical microseconds.

An inbox is an organisation, a unit or a HealthcareService. The last says its hours (`availableTime`) and when it is
closed all the same (`notAvailable`); where no hours are said they are an office's. Hours may go over midnight: they are
those of the day they begin on. A public holiday is a Sunday. Summer time is the zone's: hours are those on the wall.

Entries may name any moment that FHIR can write. Days are counted as far as the calendar goes (year 1 to 9999).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from felles.access.times import span
from felles.access.workdays import holidays, is_workday
from felles.fhir.search.dates import OSLO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from felles.access.handovers.kinds import Wait

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SUNDAY: Final = 6
_LONG: Final = 400
"""Days after which an inbox that never opens is given up."""
_MIDNIGHT: Final = time()
_DAY: Final = 86_400_000_000
_FIRST: Final = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST: Final = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // _MICROSECOND - 1
"""Between these every zone has a day for a moment."""
_HELD: Final = 7 * _DAY
"""How long at most what waits is held up while an inbox is closed by `notAvailable`."""

Span = tuple[time, time]
"""[from, to) on the wall clock of the day it begins on; where `to` is not later it is of the next day."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours by weekday, Monday first; `closed` are times [from, to) when it is closed all the same."""

    week: tuple[tuple[Span, ...], ...]
    closed: tuple[tuple[int, int], ...] = ()

    def of(self, day: date) -> tuple[Span, ...]:
        """The hours of a day: on a public holiday those of a Sunday, whichever day it is."""
        return self.week[_SUNDAY if day in holidays(day.year) else day.weekday()]

    @property
    def always(self) -> bool:
        """Whether it never closes."""
        return not self.closed and all(spans == (_ALL_DAY,) for spans in self.week)


_ALL_DAY: Final[Span] = (_MIDNIGHT, _MIDNIGHT)
OFFICE: Final = Hours(tuple(((time(8), time(15, 30)),) if day < 5 else () for day in range(7)))
"""Where nothing is said: a Norwegian office's."""
ALWAYS: Final = Hours(((_ALL_DAY,),) * 7)
"""Day and night."""


def hours_of(service: Any) -> Hours:
    """The hours that a HealthcareService (a struct) says; an office's where it says none, or none that can be read."""
    said = service.availableTime if isinstance(getattr(service, "availableTime", None), list) else []
    week: list[list[Span]] = [[] for _ in _WEEK]
    for each in said:
        days = each.daysOfWeek if isinstance(each.daysOfWeek, list) else _WEEK
        hours = _span(each)
        for day in days:
            if hours is not None and day in _WEEK:
                week[_WEEK.index(day)].append(hours)
    found = tuple(tuple(sorted(spans)) for spans in week) if any(week) else OFFICE.week
    return Hours(found, _closed(service))


def _closed(service: Any) -> tuple[tuple[int, int], ...]:
    """When a service is not available whatever its hours are; what says no period says nothing."""
    said = service.notAvailable if isinstance(getattr(service, "notAvailable", None), list) else []
    return tuple(sorted(span(each.during, None) for each in said if each.during))


def _span(each: Any) -> Span | None:
    if each.allDay is True:
        return _ALL_DAY
    start, end = each.availableStartTime, each.availableEndTime
    if not (isinstance(start, str) and isinstance(end, str)):
        return None
    return _time(start), _time(end)


def _time(said: str) -> time:
    """A time of day; the leap second that FHIR lets one write is the second before it."""
    hour, minute, second = map(int, said[:8].split(":"))
    return time(hour, minute, min(second, 59))


def is_open(hours: Hours, moment: int, *, zone: ZoneInfo = OSLO) -> bool:
    """Whether it is open at `moment`."""
    return any(since <= moment < until for since, until in _spans(hours, moment, zone, days=1))


def after(hours: Hours, moment: int, wait: Wait, *, zone: ZoneInfo = OSLO) -> int:
    """The end of `wait` from `moment`, always later than it, but never after the calendar's end.

    Minutes are counted while it is open, days end when it closes on the last of them; of what never opens both are
    counted by the clock. What is closed for longer holds nothing up for more than `_HELD`: then it goes on from there.
    """
    end = min(_after(hours, moment, wait, zone), _LAST)
    if not hours.closed:
        return end
    return min(end, _after(Hours(hours.week), moment, wait, zone) + _HELD)


def _after(hours: Hours, moment: int, wait: Wait, zone: ZoneInfo) -> int:
    if wait.minutes:
        return _minutes(hours, moment, wait.minutes * 60_000_000, zone)
    return _days(hours, moment, wait.days, zone)


def _minutes(hours: Hours, moment: int, left: int, zone: ZoneInfo) -> int:
    counted = moment
    for since, until in _spans(hours, moment, zone, days=_LONG):
        start = max(since, counted)  # hours that are said twice count once
        if until - start >= left:
            return start + left
        left -= max(until - start, 0)
        counted = max(counted, until)
    return moment + left


def _days(hours: Hours, moment: int, days: int, zone: ZoneInfo) -> int:
    day = _day(moment, zone)
    for _ in range(_LONG):
        day = _on(day, 1)
        days -= is_workday(day)
        if days <= 0:
            spans = list(_of(hours, day, zone))
            if spans:
                return max(until for _, until in spans)
            if hours.always or not any(hours.week):
                return _at(day, time(15, 30), zone)
    return moment + _LONG * _DAY


def _spans(hours: Hours, moment: int, zone: ZoneInfo, *, days: int) -> Iterator[tuple[int, int]]:
    """The spans that end after `moment`, of the day before it and of so many days from its own."""
    today = _day(moment, zone)
    for ahead in range(-1, days):
        yield from ((since, until) for since, until in _of(hours, _on(today, ahead), zone) if until > moment)


def _of(hours: Hours, day: date, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """The spans that begin on `day`, without what is closed of them."""
    for start, end in hours.of(day):
        since, last = _at(day, start, zone), _at(_on(day, end <= start), end, zone)
        for shut, opens in hours.closed:
            if shut < last and opens > since:
                if shut > since:
                    yield since, shut
                since = max(since, opens)
        if since < last:
            yield since, last


def _day(moment: int, zone: ZoneInfo) -> date:
    return (_EPOCH + min(max(moment, _FIRST), _LAST) * _MICROSECOND).astimezone(zone).date()


def _on(day: date, ahead: int) -> date:
    """The day so many days after `day`, or the last one there is in that direction."""
    return date.fromordinal(min(max(day.toordinal() + ahead, 1), date.max.toordinal()))


def _at(day: date, hour: time, zone: ZoneInfo) -> int:
    return (datetime.combine(day, hour, tzinfo=zone) - _EPOCH) // _MICROSECOND
