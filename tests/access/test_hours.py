"""When an inbox is open: by what its service says, over midnight, in summer time, and closed all the same. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felles import fhir
from felles.access.handovers.hours import OFFICE, Hours, after, hours_of, is_open
from felles.access.handovers.kinds import Wait
from felles.access.workdays import holidays
from felles.fhir.search.dates import OSLO

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HALF = 30 * 60_000_000
DAY = 48 * HALF


def micros(*when: int) -> int:
    """Microseconds of a moment on a Norwegian wall."""
    return int(datetime(*when, tzinfo=OSLO).timestamp()) * 1_000_000  # pyright: ignore[reportArgumentType]


def said(*spans: dict[str, Any], shut: list[tuple[int, int]] | None = None) -> Hours:
    """The hours of a service that says so; `shut` are periods of `notAvailable`."""
    service: dict[str, Any] = {"resourceType": "HealthcareService"}
    if spans:
        service["availableTime"] = list(spans)
    if shut:
        service["notAvailable"] = [
            {"description": "Stengt", "during": {"start": instant(since), "end": instant(until - 1_000_000)}}
            for since, until in shut
        ] + [{"description": "Uten tid"}]
    return hours_of(fhir.decode(msgspec.json.encode(service)))


def instant(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def span(start: str, end: str, *days: str) -> dict[str, Any]:
    made: dict[str, Any] = {"availableStartTime": f"{start}:00", "availableEndTime": f"{end}:00"}
    return made | ({"daysOfWeek": list(days)} if days else {})


LEGEVAKT = (span("15:30", "08:00", *DAYS[:5]), {"allDay": True, "daysOfWeek": ["sat", "sun"]})


def test_a_service_that_is_open_over_midnight_is_open_then():
    night = said(span("15:30", "08:00", "mon", "tue", "wed", "thu"))
    for when, opened in (
        ((2026, 11, 26, 15, 0), False),
        ((2026, 11, 26, 20, 0), True),
        ((2026, 11, 27, 7, 59), True),  # Friday morning is Thursday's night
        ((2026, 11, 27, 8, 0), False),
        ((2026, 11, 27, 20, 0), False),
        ((2026, 11, 23, 7, 0), False),  # nobody opened on Sunday
    ):
        assert is_open(night, micros(*when)) is opened, when
    minutes = after(night, micros(2026, 11, 26, 12), Wait(minutes=600))
    assert minutes == micros(2026, 11, 27, 1, 30)
    assert after(night, micros(2026, 11, 27, 7, 30), Wait(minutes=60)) == micros(2026, 11, 30, 16)
    assert after(night, micros(2026, 11, 25, 12), Wait(days=1)) == micros(2026, 11, 27, 8)
    legevakt = said(*LEGEVAKT)
    assert is_open(legevakt, micros(2026, 11, 28, 12))
    assert is_open(legevakt, micros(2026, 11, 30, 7)) is False  # Sunday ends at midnight, as it says
    assert is_open(legevakt, micros(2026, 12, 25, 12))  # a holiday on a Friday has a Sunday's hours
    desk = said(span("09:00", "15:00", *DAYS[:6]))
    assert is_open(desk, micros(2026, 12, 19, 12))
    assert not is_open(desk, micros(2026, 12, 26, 12))  # so has one on a Saturday


def test_a_night_is_as_long_as_summer_time_makes_it():
    night = said(span("22:00", "06:00"))
    for began, hours in (((2026, 3, 28), 7), ((2026, 10, 24), 9), ((2026, 11, 26), 8)):
        since = micros(*began, 22)
        assert after(night, since, Wait(minutes=hours * 60)) == since + hours * 2 * HALF
        assert not is_open(night, since + hours * 2 * HALF)
        assert after(night, since, Wait(minutes=hours * 60 + 1)) > since + DAY - 3 * HALF


def test_what_is_not_available_is_closed_and_holds_nothing_up_for_ever():
    shut = [(micros(2026, 11, 26, 12), micros(2026, 11, 27, 12))]
    office, night = said(shut=shut), said(span("15:30", "08:00"), shut=shut)
    assert office.week == OFFICE.week
    for hours in (office, night):
        assert not any(is_open(hours, shut[0][0] + step * HALF) for step in range(48))
    assert is_open(office, micros(2026, 11, 26, 11, 59))
    assert is_open(office, micros(2026, 11, 27, 12))
    assert after(office, micros(2026, 11, 26, 11), Wait(minutes=120)) == micros(2026, 11, 27, 13)
    summer = said(shut=[(micros(2026, 7, 1), micros(2026, 8, 20))])
    assert (
        after(summer, micros(2026, 6, 30, 11), Wait(days=1))
        == after(OFFICE, micros(2026, 6, 30, 11), Wait(days=1)) + 7 * DAY
    )
    for_ever = said(shut=[(micros(2020, 1, 1), micros(2040, 1, 1))])
    assert after(for_ever, micros(2026, 11, 26, 11), Wait(days=2)) <= micros(2026, 12, 8)
    assert after(for_ever, micros(2026, 11, 26, 11), Wait(minutes=10)) <= micros(2026, 12, 4)


@pytest.mark.parametrize("days", [1, 2, 10])
def test_days_end_though_it_is_open_on_few(days: int):
    """A Saturday's service is looked after on a Saturday, not after a year."""
    moment = micros(2026, 11, 26, 11)
    end = after(said(span("10:00", "14:00", "sat")), moment, Wait(days=days))
    assert moment < end <= moment + (days + 12) * DAY
    assert datetime.fromtimestamp(end / 1_000_000, OSLO).weekday() == 5


_CLOCK = [f"{hour:02d}:{half}" for hour in range(24) for half in ("00", "30") if hour != 2]  # no wall is skipped at 2
_SPANS = st.lists(
    st.builds(
        lambda start, end, days, whole: {"allDay": True, "daysOfWeek": days} if whole else span(start, end, *days),
        st.sampled_from(_CLOCK), st.sampled_from(_CLOCK), st.lists(st.sampled_from(DAYS), unique=True, min_size=1),
        st.sampled_from([False, False, False, True]),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
_MOMENTS = st.one_of(  # the nights of summer time among them
    st.integers(micros(2026, 1, 1) // HALF, micros(2027, 1, 1) // HALF).map(lambda n: n * HALF),
    st.integers(-96, 96).map(lambda n: micros(2026, 3, 29) + n * HALF),
    st.integers(-96, 96).map(lambda n: micros(2026, 10, 25) + n * HALF),
)
_SHUT = st.none() | st.tuples(st.integers(-96, 96), st.integers(1, 96))


def by_the_wall(spans: list[dict[str, Any]], moment: int) -> bool:
    """Whether it is open at `moment`, read from the wall: hours of this day, or of the night from the day before."""
    wall = datetime.fromtimestamp(moment / 1_000_000, OSLO)
    return any(_on(spans, wall.date() - timedelta(days=back), wall.time(), back=back) for back in (0, 1))


def _on(spans: list[dict[str, Any]], day: date, now: time, *, back: int) -> bool:
    held = "sun" if day in holidays(day.year) else DAYS[day.weekday()]
    for each in spans:
        if held not in each["daysOfWeek"]:
            continue
        if each.get("allDay"):
            if not back:
                return True
            continue
        start, end = (time.fromisoformat(each[name]) for name in ("availableStartTime", "availableEndTime"))
        night = end <= start
        if (back and night and now < end) or (not back and start <= now and (night or now < end)):
            return True
    return False


@given(_SPANS, _MOMENTS, _SHUT)
@settings(max_examples=150, deadline=None)
def test_it_is_open_as_the_wall_says(spans: list[dict[str, Any]], moment: int, shut: tuple[int, int] | None):
    closed = [(moment + shut[0] * HALF, moment + (shut[0] + shut[1]) * HALF)] if shut else []
    hours = said(*spans, shut=closed)
    for step in range(0, 64, 3):
        then = moment + step * HALF
        free = not any(since <= then < until for since, until in closed)
        assert is_open(hours, then) is (free and by_the_wall(spans, then)), (then, spans)


@given(_SPANS, _MOMENTS, st.integers(1, 30), _SHUT)
@settings(max_examples=60, deadline=None)
def test_so_many_open_minutes_are_waited(
    spans: list[dict[str, Any]], moment: int, halves: int, shut: tuple[int, int] | None
):
    closed = [(moment + shut[0] * HALF, moment + (shut[0] + shut[1]) * HALF)] if shut else []
    hours = said(*spans, shut=closed)
    end = after(hours, moment, Wait(minutes=30 * halves))
    assert end >= moment + halves * HALF
    if end - moment <= 4 * DAY:
        assert sum(is_open(hours, moment + step * HALF) for step in range((end - moment) // HALF)) == halves
