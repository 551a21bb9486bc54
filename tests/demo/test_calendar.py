"""Norwegian days: Easter, holidays, times of day."""

from datetime import date, timedelta

import pytest

from felles.demo.calendar import SLOTS, coming, easter, holidays, is_open, open_before, open_day, slot


@pytest.mark.parametrize(
    "day",
    [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28), date(2038, 4, 25), date(2285, 3, 22)],
)
def test_easter(day):
    assert easter(day.year) == day


def test_the_holidays_of_2026():
    closed = {
        "01-01",
        "04-02",
        "04-03",
        "04-05",
        "04-06",
        "05-01",
        "05-14",
        "05-17",
        "05-24",
        "05-25",
        "12-25",
        "12-26",
    }
    assert {f"{day:%m-%d}" for day in holidays(2026)} == closed | {"12-24", "12-31"}
    assert not is_open(date(2026, 5, 14))
    assert is_open(date(2026, 5, 15))


def test_open_days_are_found_forwards_and_backwards():
    assert open_day(date(2026, 4, 2)) == date(2026, 4, 7)
    assert open_before(date(2026, 4, 6)) == date(2026, 4, 1)
    days = coming(date(2026, 4, 1), 5)
    assert days[0] == date(2026, 4, 7)
    assert len(set(days)) == 5
    assert all(is_open(day) and day > date(2026, 4, 1) for day in days)


def test_slots_of_a_day_lie_twenty_minutes_apart_until_three():
    minutes = [hour * 60 + minute for hour, minute in (slot(n) for n in range(SLOTS))]
    assert minutes == list(range(480, 480 + 20 * SLOTS, 20))
    assert timedelta(minutes=minutes[-1]) == timedelta(hours=15)
