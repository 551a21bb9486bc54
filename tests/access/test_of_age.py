"""From which age a person signs in herself, at each birthday; through the pages: tests/care/test_child_sign_in.py."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from felles.access.of_age import SignIn, ages_of, old_enough
from felles.settings import Settings

OSLO = ZoneInfo("Europe/Oslo")
BORN = st.dates(date(1990, 1, 1), date(2020, 12, 31)) | st.sampled_from([date(y, 2, 29) for y in range(1992, 2021, 4)])
AGES = st.builds(SignIn, st.integers(10, 20), st.none() | st.integers(8, 20))


def micros(day, seconds):
    at = datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC) + timedelta(seconds=seconds)
    return int(at.timestamp()) * 1_000_000


def anniversary(born, years):
    """The day on which somebody is so old; 29 February falls on the 28th in other years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 2, 28)


@given(born=BORN, ages=AGES)
def test_it_opens_at_the_norwegian_midnight_of_the_birthday(born, ages):
    day = anniversary(born, ages.own if ages.child is None else min(ages.own, ages.child))
    assert not old_enough(born, ages, micros(day, -1))
    assert old_enough(born, ages, micros(day, 0))


def test_the_setting_is_off_at_first_and_then_thirteen(tmp_path):
    assert ages_of(Settings(home=tmp_path)).since == 16
    assert ages_of(Settings(home=tmp_path, child_sign_in=True)).since == 13
    assert ages_of(Settings(home=tmp_path, child_sign_in=True, child_sign_in_age=15)).since == 15
    assert ages_of(Settings(home=tmp_path, child_sign_in=True, child_sign_in_age=17)).since == 16


def test_who_has_no_birth_date_may():
    assert old_enough(None, SignIn(), 0)
