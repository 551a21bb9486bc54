"""What counts as current, what is outside, and which kind of none there is."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from felles.care import shapes, words
from felles.care.overview import rules
from felles.ui.i18n import language

NB = language("nb")


def made(shape, **elements):
    return msgspec.convert(elements, shape)


def concept(text, *codes):
    return {"text": text, "coding": [{"code": code} for code in codes]}


def state(code):
    return {"coding": [{"code": code}]}


def test_a_problem_that_is_over_or_never_was_is_not_active():
    conditions = [
        made(shapes.Condition, id="1", code=concept("Astma"), clinicalStatus=state("active")),
        made(shapes.Condition, id="2", code=concept("Brudd"), clinicalStatus=state("resolved")),
        made(shapes.Condition, id="3", code=concept("Gikt"), verificationStatus=state("refuted")),
        made(shapes.Condition, id="4", code=concept("astma"), clinicalStatus=state("recurrence")),
        made(shapes.Condition, id="5", code=concept("Uten status")),
    ]
    assert [c.id for c in rules.active_problems(conditions)] == ["1", "5"]


def test_a_medicine_counts_while_it_is_meant_to_be_taken():
    medicines = [
        made(shapes.Medicine, id="1", status="active", intent="order", medicationCodeableConcept=concept("A")),
        made(shapes.Medicine, id="2", status="stopped", intent="order", medicationCodeableConcept=concept("B")),
        made(shapes.Medicine, id="3", status="on-hold", medicationCodeableConcept=concept("C")),
        made(shapes.Medicine, id="4", status="active", intent="proposal", medicationCodeableConcept=concept("D")),
        made(shapes.Medicine, id="5", status="active", medicationCodeableConcept=concept("a")),
    ]
    assert [m.id for m in rules.current_medicines(medicines)] == ["1", "3"]


def test_the_gravest_allergy_comes_first_and_what_was_refuted_not_at_all():
    found = rules.critical(
        [
            made(shapes.AllergyIntolerance, id="1", code=concept("Bjørk")),
            made(shapes.AllergyIntolerance, id="2", code=concept("Penicillin"), criticality="high"),
            made(shapes.AllergyIntolerance, id="3", code=concept("Egg"), verificationStatus=state("refuted")),
            made(shapes.AllergyIntolerance, id="4", code=concept("Nøtter"), reaction=[{"severity": "severe"}]),
        ],
        [made(shapes.Flag, status="active", id="f"), made(shapes.Flag, status="inactive", id="g")],
    )
    assert [a.id for a in found.allergies] == ["4", "2", "1"]
    assert [f.id for f in found.flags] == ["f"]


def test_asked_and_none_is_not_the_same_as_never_asked():
    none = made(shapes.AllergyIntolerance, id="n", code=concept("Ingen kjent allergi", rules.NO_KNOWN_ANY))
    other = made(shapes.AllergyIntolerance, id="a", code=concept("Egg"))
    assert rules.critical([none], []).asked_none is none
    assert rules.critical([], []).asked_none is None
    assert rules.critical([none, other], []).asked_none is None


def test_an_appointment_is_ahead_until_it_ends():
    now = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1_000_000)
    hour = 3_600_000_000
    appointments = [
        (now - 3 * hour, made(shapes.Appointment, id="over", status="booked", end="2026-11-24T10:00:00Z")),
        (now - hour, made(shapes.Appointment, id="on", status="arrived", end="2026-11-24T14:30:00+02:00")),
        (now - hour, made(shapes.Appointment, id="begun", status="booked")),
        (now + hour, made(shapes.Appointment, id="next", status="booked")),
        (now + hour, made(shapes.Appointment, id="off", status="noshow")),
    ]
    assert [appointment.id for _, appointment in rules.ahead(appointments, now)] == ["on", "next"]


def measured(entry):
    """As the overview reads it."""
    return msgspec.json.decode(msgspec.json.encode(entry), type=shapes.Measured)


def observation(value, *, unit="g/dL", said="", low=None, high=None, status="final", code="hb", range_unit=None):
    bounds = {k: {"value": v, "unit": range_unit or unit} for k, v in (("low", low), ("high", high)) if v}
    return made(
        shapes.Observation,
        id=str(value),
        status=status,
        code=concept("Hb", code),
        valueQuantity={"value": value, "unit": unit},
        interpretation=[state(said)] if said else [],
        referenceRange=[bounds] if bounds else [],
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (observation(12, low=11, high=15), None),
        (observation(9, low=11, high=15), rules.Mark("low", grave=False)),
        (observation(16, low=11, high=15), rules.Mark("high", grave=False)),
        (observation(16, low=11, high=15, said="N"), None),
        (observation(12, said="HH"), rules.Mark("high", grave=True)),
        (observation(12, said="POS"), None),
        # A range in another unit than the value says nothing about it.
        (observation(9, low=11, high=15, range_unit="mmol/L"), None),
    ],
)
def test_a_value_is_marked_by_what_the_laboratory_or_its_range_says(entry, expected):
    (course,) = rules.courses([[(1, measured(entry))]])
    assert rules.mark(course) == expected


def test_a_course_draws_numbers_of_one_unit_and_leaves_out_what_was_cancelled():
    blood = [
        (30, observation(10)),
        (20, observation(100, unit="g/L")),
        (15, observation(1, status="cancelled")),
        (10, observation(12)),
    ]
    protein = [(40, observation(1, code="crp", status="registered")), (5, observation(7, code="crp"))]
    never = [(50, observation(7, code="ldl", status="entered-in-error"))]
    first, second = rules.courses([[(at, measured(entry)) for at, entry in rows] for rows in (protein, never, blood)])
    assert [v.at for v in first.values] == [30, 20, 10]
    assert [v.at for v in first.drawn()] == [10, 30]
    assert second.last.number == 7


def test_two_pressures_are_one_value():
    def part(code, value):
        return {"code": state(code), "valueQuantity": {"value": value, "code": "mm[Hg]"}}

    entry = made(shapes.Observation, component=[part("8480-6", 135), part("8462-4", 80)])
    value = rules.value(1, entry)
    assert (value.number, value.second, value.unit) == (135, 80, "mm[Hg]")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("5.4", "5.4"), ("11.828212937698785", "11.83"), ("0.00123", "0.0012"), ("120", "120"), ("1.50", "1.50")],
)
def test_a_list_shows_at_most_two_decimals_more_than_enough(value, shown):
    assert words.rounded(Decimal(value)) == shown


def test_doses_are_said_as_written_else_put_together():
    written = made(shapes.Dosage, text="1 tablett om kvelden")
    timed = made(
        shapes.Dosage,
        timing={"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        doseAndRate=[{"doseQuantity": {"value": 1, "unit": "tablett"}}],
        asNeededBoolean=True,
    )
    every = made(shapes.Dosage, timing={"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}})
    bare = made(
        shapes.Dosage,
        timing={"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
        doseAndRate=[{"doseQuantity": {"value": 1}}],
    )
    assert words.dose(NB, [written]) == "1 tablett om kvelden"
    assert words.dose(NB, [timed]) == "1 tablett, 2 ganger daglig, ved behov"
    assert words.dose(NB, [every]) == "1 gang hver 8. time"
    assert words.dose(NB, [bare]) == "1 om gangen, 1 gang daglig"
    assert words.dose(NB, [made(shapes.Dosage)]) == ""


@pytest.mark.parametrize(
    ("born", "dead", "age"),
    [
        ("1954-03-14", None, "72 år"),
        ("2025-08-20", None, "15 måneder"),
        ("2026-11-12", None, "12 dager"),
        ("1920-01-01", "1999-12-31", "79 år"),
        (None, None, "alder ikke registrert"),
    ],
)
def test_ages(born, dead, age):
    now = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1_000_000)
    patient = shapes.Patient(birth_date=born, deceased_date_time=dead)
    assert words.age(NB, patient, now) == age


def test_a_tab_shows_initials_alone():
    assert words.initials(shapes.HumanName(family="Nordlund", given=["Marit", "Elise"])) == "M.N."
