from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from felles.fhir.search.dates import OSLO, SECOND, date_range

HOUR = 3600 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Without a zone, which the texts get by themselves; the offsets stay within the calendar.
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001
OFFSETS = st.integers(-14 * 60, 14 * 60)


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def offset_text(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2020", "2019-12-31T23:00:00Z", "2020-12-31T23:00:00Z"),
        ("2020-02", "2020-01-31T23:00:00Z", "2020-02-29T23:00:00Z"),
        ("2020-12", "2020-11-30T23:00:00Z", "2020-12-31T23:00:00Z"),
        ("2020-07-01", "2020-06-30T22:00:00Z", "2020-07-01T22:00:00Z"),
        ("2020-07-01T10:00", "2020-07-01T08:00:00Z", "2020-07-01T08:01:00Z"),
        ("2020-07-01T10:00Z", "2020-07-01T10:00:00Z", "2020-07-01T10:01:00Z"),
        ("2020-07-01T10:00:30-02:00", "2020-07-01T12:00:30Z", "2020-07-01T12:00:31Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", "2017-01-01T00:00:01Z"),
    ],
)
def test_a_date_is_as_wide_as_its_precision(text: str, low: str, high: str) -> None:
    assert date_range(text) == (micros(datetime.fromisoformat(low)), micros(datetime.fromisoformat(high)))


def test_a_day_has_as_many_hours_as_the_clocks_give_it() -> None:
    for day, hours in (("2020-03-29", 23), ("2020-10-25", 25), ("2020-06-01", 24)):
        low, high = date_range(day)
        assert high - low == hours * HOUR


def test_a_time_that_comes_twice_means_both() -> None:
    low, high = date_range("2020-10-25T02:30")
    assert high - low == HOUR + 60 * SECOND


def test_the_zone_is_that_of_the_caller() -> None:
    assert date_range("2020-07-01", ZoneInfo("UTC"))[0] - date_range("2020-07-01", OSLO)[0] == 2 * HOUR


def test_the_last_year_has_an_end() -> None:
    low, high = date_range("9999")
    assert high - low == 365 * 24 * HOUR
    assert date_range("9999-12-31")[1] == high


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "20", "2020-1", "2020-13", "2020-02-30", "2021-02-29", "0000", "2020-01-01T", "2020-01-01T10"),
        *("2020-01-01T24:00:00Z", "2020-01-01T10:60:00Z", "2020-01-01T10:00:61Z", "2020-01-01T10:00:00.Z"),
        *("2020-01-01T10:00:00+15:00", "2020-01-01T10:00:00+01:60", "2020-01-01T10:00:00+0100", "2020-01-01t10:00:00Z"),
        *("20200101T100000Z", "2020-W01-1T00:00:00Z", "2020-01-01 10:00:00Z", "2020-01-01T10:00:00,5Z", "２０２０"),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        date_range(text)


@given(st.dates())
def test_months_hold_their_days_and_years_their_months(day: date) -> None:
    low, high = date_range(day.isoformat())
    month = date_range(day.isoformat()[:7])
    year = date_range(day.isoformat()[:4])
    assert year[0] <= month[0] <= low < high <= month[1] <= year[1]


@given(st.dates(max_value=date(9999, 12, 30)))
def test_days_follow_each_other_without_gap(day: date) -> None:
    assert date_range(day.isoformat())[1] == date_range((day + timedelta(days=1)).isoformat())[0]


@given(MOMENTS, OFFSETS, st.integers(0, 6))
def test_a_moment_is_where_the_calendar_puts_it(moment: datetime, minutes: int, digits: int) -> None:
    fraction = f".{moment.microsecond:06}"[: digits + 1] if digits else ""
    text = moment.replace(microsecond=0).isoformat() + fraction + offset_text(minutes)
    kept = moment.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits)
    low = micros(moment.replace(microsecond=kept, tzinfo=UTC)) - minutes * 60 * SECOND
    assert date_range(text) == (low, low + 10 ** (6 - digits))


@given(MOMENTS, OFFSETS)
def test_the_same_moment_in_two_zones_is_one(moment: datetime, minutes: int) -> None:
    whole = moment.replace(microsecond=0)
    here = (whole + timedelta(minutes=minutes)).isoformat() + offset_text(minutes)
    assert date_range(here) == date_range(whole.isoformat() + "Z")


@given(st.text(max_size=30))
def test_any_text_is_a_range_or_an_error(text: str) -> None:
    try:
        low, high = date_range(text)
    except ValueError:
        return
    assert low < high
