"""Waits in working hours, days and holidays, and what each kind waits. Pure."""

from __future__ import annotations

from datetime import time
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from said import NOON, micros

from felles import fhir
from felles.access.handovers.hours import ALWAYS, OFFICE, Hours, after, hours_of, is_open
from felles.access.handovers.kinds import RULES, Kind, Wait
from felles.fhir.search.dates import date_range
from felles.record.clock import FOREVER

DAY = 86_400_000_000
FIRST = date_range("0001-01-01T00:00:00+14:00")[0]
LAST = date_range("9999-12-31T23:59:59-14:00")[1]
"""The ends of what FHIR can write."""
NIGHT = Hours((((time(22), time(6)),),) * 7)


def test_days_are_working_days_and_holidays_are_none():
    assert after(OFFICE, NOON, Wait(days=1)) == micros(2026, 11, 27, 14, 30)
    assert after(OFFICE, NOON, Wait(days=2)) == micros(2026, 11, 30, 14, 30)
    eve = micros(2026, 12, 23, 11)
    assert after(OFFICE, eve, Wait(days=2)) == micros(2026, 12, 28, 14, 30)


def test_minutes_are_counted_while_it_is_open():
    late = micros(2026, 11, 27, 14, 25)
    assert after(OFFICE, late, Wait(minutes=10)) == micros(2026, 11, 30, 7, 5)
    assert after(ALWAYS, late, Wait(minutes=10)) == late + 600_000_000
    summer = micros(2026, 3, 28, 23, 30)
    assert after(ALWAYS, summer, Wait(minutes=180)) == summer + 180 * 60_000_000


@given(st.integers(micros(2024, 1, 1), micros(2030, 1, 1)), st.integers(1, 900), st.sampled_from([OFFICE, ALWAYS]))
@settings(deadline=None)
def test_a_wait_ends_later_and_while_it_is_open(moment: int, minutes: int, hours: Hours):
    end = after(hours, moment, Wait(minutes=minutes))
    assert end >= moment + minutes * 60_000_000
    assert is_open(hours, end - 1)
    assert after(hours, moment, Wait(days=2)) > moment


@given(
    st.one_of(
        st.integers(FIRST, FIRST + 3 * DAY), st.integers(LAST - 500 * DAY, LAST), st.sampled_from([FIRST, NOON, LAST])
    ),
    st.sampled_from([Wait(minutes=10), Wait(days=1), Wait(days=30)]),
    st.sampled_from([OFFICE, ALWAYS, NIGHT, Hours(OFFICE.week, ((NOON, FOREVER),))]),
)
@settings(deadline=None)
def test_days_are_counted_as_far_as_the_calendar_goes(moment: int, wait: Wait, hours: Hours):
    assert min(moment, LAST - 2 * DAY) < after(hours, moment, wait) < micros(9999, 12, 31)
    assert is_open(hours, moment) in (True, False)


def test_hours_are_read_from_the_service():
    said: dict[str, Any] = {"resourceType": "HealthcareService", "availableTime": [
        {"daysOfWeek": ["mon", "thu"], "availableStartTime": "16:00:00", "availableEndTime": "23:00:00"}]}  # fmt: skip
    hours = hours_of(fhir.decode(msgspec.json.encode(said)))
    assert hours.week[3] == ((time(16), time(23)),)
    said["availableTime"][0]["availableStartTime"] = "10:00:60"  # a leap second, which FHIR lets one write
    assert hours_of(fhir.decode(msgspec.json.encode(said))).week[3] == ((time(10, 0, 59), time(23)),)
    assert not is_open(hours, NOON)
    assert hours_of(fhir.decode(b'{"resourceType":"HealthcareService"}')) == OFFICE


def test_every_kind_has_its_waits():
    assert set(RULES) == set(Kind)
    assert len({kind.code for kind in Kind}) == len(Kind)
