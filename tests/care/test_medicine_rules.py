"""The list of medicines: what is in use when, and where sources differ. No database."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from felles.care.medicines import rules
from felles.care.medicines.lines import lines, stem
from felles.care.medicines.rules import Line, Odd, Source, Use
from felles.care.medicines.shapes import Entry

DAY = date(2026, 11, 24)
ATC = "http://www.whocc.no/atc"


def entry(type_name="MedicationRequest", **parts):
    made = {"resourceType": type_name, "id": parts.pop("id", "m1"), "status": "active", "intent": "order"} | parts
    return msgspec.json.decode(msgspec.json.encode(made), type=Entry)


def drug(name="Ramipril kapsler 5 mg", atc="C09AA05"):
    return {"coding": [{"system": ATC, "code": atc}] if atc else [], "text": name}


def dosage(amount=1, times=1, **more):
    repeat = {"frequency": times, "period": 1, "periodUnit": "d"} | more.pop("repeat", {})
    return {"doseAndRate": [{"doseQuantity": {"value": amount, "unit": "kapsel"}}], "timing": {"repeat": repeat}} | more


def one(**parts):
    parts.setdefault("medicationCodeableConcept", drug())
    (line,) = lines([(0, parts.pop("org", 1), entry(**parts))])
    return line


# -- entries to lines ---------------------------------------------------------------------------------------


def test_what_is_taken_in_a_day_is_strength_by_number_by_how_often():
    assert one(dosageInstruction=[dosage(1, 2)]).daily == (Decimal(10), "mg")
    assert one(dosageInstruction=[dosage(1, 1), dosage(2, 1)]).daily == (Decimal(15), "mg")
    micro = one(medicationCodeableConcept=drug("Levotyroksin tabletter 75 µg"), dosageInstruction=[dosage()])
    assert micro.daily == (Decimal("0.075"), "mg")
    assert one(medicationCodeableConcept=drug("Ramipril"), dosageInstruction=[dosage()]).daily is None
    assert one(dosageInstruction=[{"text": "1 kapsel"}]).daily is None


@pytest.mark.parametrize(
    ("parts", "until"),
    [
        ({"status": "active", "dispenseRequest": {"validityPeriod": {"end": "2026-01-01"}}}, None),
        ({"status": "stopped", "dispenseRequest": {"validityPeriod": {"end": "2026-01-01"}}}, date(2026, 1, 1)),
        ({"status": "completed", "dispenseRequest": {"validityPeriod": {"end": "2026-01-01"}}}, date(2026, 1, 2)),
        ({"dosageInstruction": [dosage(repeat={"boundsPeriod": {"end": "2026-02"}})]}, date(2026, 3, 1)),
        ({"status": "stopped"}, None),
    ],
    ids=["how long it may be dispensed is no end", "stopped", "a course has its last day", "a month", "nobody wrote"],
)
def test_when_it_ended(parts, until):
    assert one(authoredOn="2025-01-01", **parts).until == until


def test_what_nobody_wrote_the_end_of_is_in_use_on_no_day():
    line = one(status="stopped", authoredOn="2025-01-01")
    assert not rules.in_use(line, date(2025, 2, 1))
    assert rules.unsure(line, date(2025, 2, 1))
    assert not rules.unsure(line, date(2024, 2, 1))
    assert rules.ended([line], DAY) == [line]


def test_a_day_is_norwegian():
    assert one(authoredOn="2026-11-20T23:30:00Z").start == date(2026, 11, 21)


@pytest.mark.parametrize("parts", [{"status": "entered-in-error"}, {"intent": "proposal"}, {"status": "draft"}])
def test_what_never_was_is_no_line(parts):
    assert lines([(0, 1, entry(medicationCodeableConcept=drug(), **parts))]) == []


def test_what_is_told_in_words_belongs_to_the_coded_medicine_of_that_name():
    told = entry("MedicationStatement", id="s", medicationCodeableConcept={"text": "ramipril"})
    coded, said = lines([(0, 1, entry(medicationCodeableConcept=drug())), (0, 1, told)])
    assert said.substance == coded.substance == "C09AA05"
    assert stem("Paracetamol tabletter 500 mg") == "paracetamol"
    other = entry("MedicationStatement", id="s", medicationCodeableConcept={"text": "omega-3"})
    assert lines([(0, 1, entry(medicationCodeableConcept=drug())), (0, 1, other)])[1].substance != "C09AA05"


@pytest.mark.parametrize(
    ("parts", "use"),
    [
        ({"dosageInstruction": [dosage(asNeededBoolean=True)]}, Use.NEEDED),
        ({"dosageInstruction": [{"text": "2 tabletter ved behov"}]}, Use.NEEDED),
        ({"courseOfTherapyType": {"coding": [{"code": "acute"}]}}, Use.COURSE),
        ({"dosageInstruction": [dosage()]}, Use.STEADY),
    ],
)
def test_how_it_is_taken(parts, use):
    assert one(**parts).use is use


# -- where sources differ -----------------------------------------------------------------------------------


def line(number=1, *, source=Source.ORDERED, mg: Any = 5, org=1, start=DAY - timedelta(days=90), **more: Any):
    said: dict[str, Any] = {"name": f"Ramipril {mg} mg", "daily": (Decimal(mg), "mg")} | more
    return Line(f"x/{number}", source, "C09AA05", start=start, org=org, **said)


def odds(*given_lines):
    return [each.odd for each in rules.discrepancies(given_lines, DAY)]


def test_the_gp_says_five_and_the_hospital_two_and_a_half():
    gp, hospital = line(1), line(2, mg=Decimal("2.5"), org=2, start=DAY - timedelta(days=4))
    (found,) = rules.discrepancies([gp, hospital], DAY)
    assert (found.odd, found.sides) == (Odd.DOSE, (hospital, gp))
    assert odds(gp) == []


def test_twice_the_same_is_no_other_dose():
    assert odds(line(1), line(2, org=2)) == [Odd.TWICE]
    assert odds(line(1), line(2, org=1)) == []


def test_one_organisation_may_order_it_steadily_and_as_needed():
    needed = line(2, mg=1, use=Use.NEEDED)
    assert odds(line(1), needed) == []
    assert odds(line(1), line(2, mg=1, org=2, use=Use.NEEDED)) == [Odd.TWICE]


def test_told_and_not_ordered_and_its_twin():
    told = line(2, source=Source.TOLD)
    assert odds(told) == [Odd.NOT_ORDERED]
    assert odds(told, line(1)) == []
    assert odds(line(2, source=Source.TOLD, mg=10), line(1)) == [Odd.DOSE]


def test_ordered_and_not_taken_and_its_twin():
    said = line(2, source=Source.TOLD, refused=True, start=DAY - timedelta(days=3))
    assert odds(line(1), said) == [Odd.NOT_TAKEN]
    assert odds(said) == []
    assert odds(line(1, start=DAY), said) == []  # ordered again after it was told


def test_ended_by_another_and_its_twin():
    stopped = line(2, org=2, until=DAY - timedelta(days=3), ended=True)
    assert odds(line(1), stopped) == [Odd.ENDED_ELSEWHERE]
    assert odds(line(1), line(2, org=1, until=DAY - timedelta(days=3), ended=True)) == []
    assert odds(line(1, start=DAY), stopped) == []  # begun again since
    assert odds(line(1, start=DAY - timedelta(days=3)), stopped) == []  # replaced by it on that day


def test_fetched_after_it_was_stopped_and_its_twin():
    stopped = line(1, until=DAY - timedelta(days=10), ended=True)
    handed = line(2, source=Source.DISPENSED, start=DAY - timedelta(days=2))
    assert odds(stopped, handed) == [Odd.FETCHED]
    assert odds(line(1), handed) == []


MANY = settings(max_examples=60)
SUBSTANCES = st.sampled_from(["A", "B"])
DAYS = st.integers(-60, 10).map(lambda n: DAY + timedelta(days=n))
LINES = st.lists(
    st.builds(
        Line,
        id=st.integers(0, 10**6).map(lambda n: f"x/{n}"),
        source=st.sampled_from(Source),
        substance=SUBSTANCES,
        name=st.sampled_from(["Ett 5 mg", "To 10 mg"]),
        use=st.sampled_from(Use),
        start=DAYS | st.none(),
        until=DAYS | st.none(),
        ended=st.booleans(),
        paused=st.booleans(),
        refused=st.booleans(),
        org=st.integers(1, 3),
        dose=st.sampled_from(["1 tablett", "2 tabletter"]),
        daily=st.none() | st.tuples(st.sampled_from([Decimal(5), Decimal(10)]), st.just("mg")),
    ),
    max_size=7,
    unique_by=lambda made: made.id,
)


@MANY
@given(LINES, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_are_read_decides_nothing(found, dice):
    mixed = dice.sample(found, len(found))
    assert rules.discrepancies(mixed, DAY) == rules.discrepancies(found, DAY)
    assert rules.standing(mixed, DAY) == rules.standing(found, DAY)
    assert rules.ended(mixed, DAY) == rules.ended(found, DAY)


@MANY
@given(LINES)
def test_a_discrepancy_is_of_one_substance_and_of_lines_that_are_there(found):
    seen = set()
    for each in rules.discrepancies(found, DAY):
        assert {side.substance for side in each.sides} == {each.substance}
        assert set(each.sides) <= set(found)
        assert all(side.start is None or side.start <= DAY for side in each.sides)
        assert (each.odd, each.substance) not in seen
        seen.add((each.odd, each.substance))


@MANY
@given(LINES)
def test_nothing_differs_where_there_is_one_order_and_nothing_else(found):
    orders = [made for made in found if made.source is Source.ORDERED]
    for made in orders:
        assert rules.discrepancies([made], DAY) == []


@MANY
@given(LINES, DAYS)
def test_every_order_in_use_is_listed_and_none_that_is_over(found, day):
    listed = rules.standing(found, day)
    over = rules.ended(found, day)
    for made in found:
        if made.source is Source.ORDERED:
            assert (made in listed) == rules.in_use(made, day)
            assert not (made in listed and made in over)
    assert {made.substance for made in listed} == {
        made.substance for made in found if made.source in rules.LISTED and rules.in_use(made, day)
    }


@MANY
@given(LINES, LINES)
def test_every_substance_is_started_stopped_changed_paused_or_as_it_was(one_list, other_list):
    before, after = rules.standing(one_list, DAY), rules.standing(other_list, DAY)
    made = rules.changes(before, after, paused=True)
    groups = [
        {each.substance for each in made.started},
        {each.substance for each in made.stopped},
        {new[0].substance for _, new in made.changed},
        {each.substance for each in made.paused},
    ]
    together = {each.substance for each in (*before, *after)}
    assert sum(map(len, groups)) + made.unchanged == len(together)
    turned = rules.changes(after, before)
    assert groups[0] == {each.substance for each in turned.stopped}
    same = rules.changes(before, before)
    assert same.none
    assert same.unchanged == len({each.substance for each in before})
