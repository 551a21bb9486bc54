"""Which vaccine of the children's programme is next. No database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.json import encode

from felles.care.overview.present import View
from felles.care.overview.views import Read
from felles.care.shapes import Coding, Concept, Patient
from felles.care.start.parts.followed import vaccine
from felles.care.vaccines import codes, present, rules
from felles.care.vaccines.rules import State
from felles.care.vaccines.views import Immunization, Record
from felles.fhir.norway.systems import ATC
from felles.record.kinds import Kind
from felles.ui.i18n import language

BORN = date(2025, 8, 20)
EARLY = [(42, "J07BH01"), (91, "J07BH01"), (91, "J07CA09"), (91, "J07AL02"), (152, "J07CA09"), (152, "J07AL02"),
         (366, "J07CA09"), (366, "J07AL02")]  # fmt: skip


def had(*rows):
    return [(BORN + timedelta(days=days), atc) for days, atc in rows]


def of(state, given_doses, today):
    return [(s.dose.series, s.dose.number) for s in rules.steps(given_doses, BORN, today) if s.state is state]


def test_at_fifteen_months_measles_is_next_and_nothing_is_missing():
    today = date(2026, 11, 24)
    assert of(State.DUE, had(*EARLY), today) == [("mmr", 1)]
    assert of(State.MISSING, had(*EARLY), today) == []
    assert of(State.LATER, had(*EARLY), today)[0] == ("dtp", 4)


def test_when_it_is_given_it_is_next_no_more():
    today = date(2026, 11, 24)
    assert of(State.DUE, had(*EARLY, (458, "J07BD52")), today) == []


def test_what_should_have_been_given_long_ago_is_said_not_to_be_recorded():
    assert ("pneumo", 3) in of(State.MISSING, had(*EARLY[:-1]), date(2028, 1, 1))


def test_two_of_a_series_on_one_day_are_one_dose():
    assert of(State.DUE, had((42, "J07BH01"), (42, "J07BH02")), BORN + timedelta(days=91)) == [
        ("rota", 2), ("dtp", 1), ("pneumo", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("series", "number", "day"),
    [("rota", 1, date(2025, 10, 1)), ("mmr", 1, date(2026, 11, 20)), ("dtp", 4, date(2032, 8, 1)),
     ("mmr", 2, date(2036, 8, 1)), ("dtp", 5, date(2040, 8, 1))],
)  # fmt: skip
def test_from_which_day(series, number, day):
    (dose,) = [d for d in rules.programme() if (d.series, d.number) == (series, number)]
    assert rules.since(dose, BORN) == day


def test_a_month_that_is_shorter_ends_on_its_last_day():
    (dose,) = [d for d in rules.programme() if (d.series, d.number) == ("dtp", 1)]
    assert rules.since(dose, date(2025, 11, 30)) == date(2026, 2, 28)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 6000), st.sampled_from(["J07BH01", "J07CA09", "J07AL02", "J07BD52", "X"]))),
    st.integers(0, 6500),
)
def test_every_dose_of_the_programme_stands_once_and_more_given_never_makes_more_due(given_doses, age):
    doses, today = had(*given_doses), BORN + timedelta(days=age)
    steps = rules.steps(doses, BORN, today)
    assert [step.dose for step in steps] == list(rules.programme())
    without = rules.steps(doses[:-1], BORN, today)
    waiting = {step.dose for step in steps if step.state is not State.GIVEN}
    assert waiting <= {step.dose for step in without if step.state is not State.GIVEN}
    assert all(step.given is not None for step in steps if step.state is State.GIVEN)


def test_who_is_grown_up_is_not_shown_the_programme():
    assert rules.grown(date(2008, 11, 24), date(2026, 11, 24))
    assert not rules.grown(date(2008, 11, 25), date(2026, 11, 24))


TODAY = date(2026, 11, 24)
NOW = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1_000_000)
MMR = (458, ATC, "J07BD52", "MMR")
CVX = (458, "http://hl7.org/fhir/sid/cvx", "03", "measles, mumps and rubella virus vaccine")


def entries(*extra):
    rows = [(days, ATC, code, code) for days, code in EARLY]
    return [
        Immunization(id=f"v{n}", status="completed", occurrence_date_time=(BORN + timedelta(days=days)).isoformat(),
                     vaccine_code=Concept([Coding(system, code, words)]))
        for n, (days, system, code, words) in enumerate([*rows, *extra])
    ]  # fmt: skip


def shown(*extra):
    given = [Read(0, 0, "", entry) for entry in entries(*extra)]
    record = Record(Patient(birth_date=BORN.isoformat()), given, [], [])
    return present.context(View(language("nb"), "/meg", NOW, {}), record, 1 << Kind.IMMUNIZATION)


def on_the_list(*extra):
    rows = encode([Read(0, 0, "", entry) for entry in entries(*extra)])
    return vaccine(language("nb"), rows, Patient(birth_date=BORN.isoformat()), TODAY)[0]


@pytest.mark.parametrize(("extra", "unknown"), [([], 0), ([MMR], 0), ([CVX], 1), ([CVX, CVX, MMR], 2)])
def test_codes_that_the_programme_does_not_know_are_counted_and_not_guessed(extra, unknown):
    counted, found = codes.known(entries(*extra))
    assert (len(counted), found) == (len(EARLY) + len(extra) - unknown, unknown)


def test_with_another_land_s_codes_nobody_says_what_is_due_and_the_record_s_words_stand():
    assert [each["name"] for each in shown()["programme"]["due"]] == ["Meslinger, kusma og røde hunder"]
    assert shown()["programme"]["unjudged"] == ""
    other = shown(CVX)
    assert other["programme"]["unjudged"].startswith("Én vaksine er ført med en kode")
    assert shown(CVX, CVX)["programme"]["unjudged"].startswith("2 vaksiner")
    assert CVX[3] in [row["name"] for row in other["rows"]]
    assert (on_the_list(), on_the_list(MMR)) == ("Meslinger, kusma og røde hunder", "Ingen vaksine nå")
    assert on_the_list(CVX) == "Kan ikke si hvilken vaksine som står for tur"
