"""What counts as current, and what a course of values says. Pure: rows of the record in, facts out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.json import Decoder

from felles.care.shapes import Concept, Measured, Span
from felles.ui.dates import born_on, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from felles.care.pressure import Watch
    from felles.care.shapes import AllergyIntolerance, Appointment, Condition, Flag, Medicine, Observation

NO_KNOWN: Final = ("716186003", "716220001", "716184000", "1003774007")
"""SNOMED CT: no known allergy (any, animal, latex …, environment); asked, and the answer was none."""
NO_KNOWN_ANY: Final = "716186003"
OVER: Final = ("inactive", "remission", "resolved")
"""condition-clinical: codes of problems that are over (FHIR R4, ValueSet condition-clinical)."""
NOT_SO: Final = ("refuted", "entered-in-error")
"""condition-ver-status, allergyintolerance-verification: what never was."""
IN_USE: Final = ("active", "on-hold", "intended")
"""MedicationRequest and MedicationStatement status of what the person is meant to take."""
NOT_A_VALUE: Final = ("entered-in-error", "cancelled", "registered")
"""Observation status of what is no result, or not yet."""
OFF: Final = ("cancelled", "noshow", "entered-in-error", "fulfilled")
"""Appointment status of what will not be, or has been."""
_SYSTOLIC: Final = "8480-6"
_DIASTOLIC: Final = "8462-4"


@dataclass(slots=True)
class Critical:
    """Critical information. `asked_none`: the record says that there is no known allergy."""

    allergies: list[AllergyIntolerance] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    asked_none: AllergyIntolerance | None = None


def critical(allergies: Iterable[AllergyIntolerance], flags: Iterable[Flag]) -> Critical:
    """What can harm the person: active allergies, the gravest first, and active flags."""
    found = Critical(flags=[flag for flag in flags if flag.status == "active"])
    for allergy in allergies:
        if _is(allergy.verification_status, NOT_SO) or _is(allergy.clinical_status, ("inactive", "resolved")):
            continue
        if allergy.code.has(*NO_KNOWN):
            if allergy.code.has(NO_KNOWN_ANY):
                found.asked_none = found.asked_none or allergy
            continue
        found.allergies.append(allergy)
    found.allergies.sort(key=lambda allergy: (not grave(allergy), allergy.code.words.casefold()))
    if found.allergies:
        found.asked_none = None
    return found


def grave(allergy: AllergyIntolerance) -> bool:
    """Whether it may threaten life: high criticality, or a severe reaction before."""
    return allergy.criticality == "high" or any(reaction.severity == "severe" for reaction in allergy.reaction)


def _is(concept: Concept | None, codes: tuple[str, ...]) -> bool:
    return concept is not None and concept.has(*codes)


def active_problems(conditions: Iterable[Condition]) -> list[Condition]:
    """Problems that are not over, each once (same words), the one recorded last standing for the others."""
    found: dict[str, Condition] = {}
    for condition in conditions:
        said = condition.code.words.casefold()
        if (
            said not in found
            and not _is(condition.clinical_status, OVER)
            and not _is(condition.verification_status, NOT_SO)
        ):
            found[said] = condition
    return list(found.values())


def current_medicines(medicines: Iterable[Medicine]) -> list[Medicine]:
    """Medicines in use, each once (same words), the newest order standing for the others."""
    found: dict[str, Medicine] = {}
    for medicine in medicines:
        if medicine.status in IN_USE and medicine.intent not in ("proposal", "plan", "option"):
            found.setdefault(name_of(medicine).casefold(), medicine)
    return list(found.values())


def name_of(medicine: Medicine) -> str:
    """What the medicine is called; "" when the entry only refers to a Medication without naming it."""
    if medicine.medication_codeable_concept:
        return medicine.medication_codeable_concept.words
    return (medicine.medication_reference and medicine.medication_reference.display) or ""


def ahead(appointments: Iterable[tuple[int, Appointment]], now: int) -> Iterator[tuple[int, Appointment]]:
    """Of (start, appointment), those that are under way at `now` or to come; all times clinical microseconds."""
    for start, appointment in appointments:
        if appointment.status not in OFF and max(start, moment(appointment.end) or start) > now:
            yield start, appointment


TERM: Final = 283
"""Days of a pregnancy from the first day of the last period to the due date, as Norwegian ultrasound dates it
(eSnurra; Helsedirektoratet, guideline for antenatal care)."""
OVERDUE: Final = 21
"""Days after the due date from which a pregnancy that nobody ended is no longer shown."""
NOT_PREGNANT: Final = ("LA26683-5", "60001007")
"""LOINC answer and SNOMED CT finding: not pregnant."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A pregnancy that goes on: the due date, and the id of the Observation that says it."""

    due: date
    source: str


def pregnant(told: Iterable[tuple[int, Observation]], today: int) -> Expected | None:
    """The pregnancy that goes on on day `today` (`date.toordinal`), from (moment, observation).

    The date of the ultrasound counts, where it belongs to the pregnancy of the last period; else that period's.
    Nothing after the status that says that she is not pregnant.
    """
    kept = [(at, entry) for at, entry in told if entry.status not in NOT_A_VALUE]
    over = max((at for at, entry in kept if _is(entry.value_codeable_concept, NOT_PREGNANT)), default=None)
    found: list[tuple[bool, int, date, str]] = []
    for at, entry in kept:
        day = born_on((entry.value_date_time or "")[:10])
        if day is None or (over is not None and at <= over):
            continue
        scanned = entry.code.has("11778-8")
        due = day if scanned else date.fromordinal(day.toordinal() + TERM)
        if -OVERDUE <= due.toordinal() - today <= TERM:
            found.append((scanned, at, due, entry.id))
    best = max(found, default=None)
    return Expected(best[2], best[3]) if best else None


def code_words(entry: Measured) -> str:
    """What was measured."""
    return _code(entry.code).words


class Value(Struct, gc=False):
    """One value of a course: `number` is None for what is said in words; `second` the lower of a blood pressure."""

    at: int
    entry: Measured | Observation
    number: Decimal | None = None
    second: Decimal | None = None
    unit: str = ""


@dataclass(slots=True)
class Course:
    """What was measured, newest first; the newest one's name, interpretation codes and reference range."""

    values: list[Value]
    name: str = ""
    said: list[str] = field(default_factory=list)
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def last(self) -> Value:
        """The newest value."""
        return self.values[0]

    def drawn(self) -> list[Value]:
        """Oldest first: the numbers in the newest one's unit, for that is what one scale can show."""
        unit = self.values[0].unit
        return [v for v in reversed(self.values) if v.number is not None and v.unit == unit]


_code: Final = Decoder(Concept).decode
_said: Final = Decoder(list[Concept]).decode
_ranges: Final = Decoder(list[Span]).decode


def courses(groups: Iterable[Iterable[tuple[int, Measured]]]) -> list[Course]:
    """Courses from (moment, observation), newest first, of one code each; order: what was measured last first."""
    found: list[Course] = []
    for group in groups:
        kept = [read for read in group if read[1].status not in NOT_A_VALUE]
        if kept:
            found.append(_course(kept))
    found.sort(key=lambda course: (-course.last.at, course.name.casefold()))
    return found


def _course(reads: list[tuple[int, Measured]]) -> Course:
    values = [value(at, entry) for at, entry in reads]
    last = reads[0][1]
    said = [coding.code for concept in _said(last.interpretation) for coding in concept.coding if coding.code]
    low, high = bounds(_ranges(last.reference_range), values[0].unit)
    return Course(values, _code(last.code).words, said, low, high)


def value(at: int, entry: Measured | Observation) -> Value:
    """What an observation says as a number: its quantity, or the two pressures of its components."""
    quantity = entry.value_quantity
    if quantity is not None:
        number = None if quantity.comparator else quantity.value
        return Value(at, entry, number, None, quantity.code or quantity.unit or "")
    pressures = {c.code.code: c.value_quantity for c in entry.component if c.value_quantity}
    upper, lower = pressures.get(_SYSTOLIC), pressures.get(_DIASTOLIC)
    if upper and lower and upper.value is not None and lower.value is not None:
        return Value(at, entry, upper.value, lower.value, upper.code or upper.unit or "")
    return Value(at, entry)


def bounds(ranges: list[Span], unit: str) -> tuple[Decimal | None, Decimal | None]:
    """The bounds of the one numeric range, in the value's own unit; several ranges have none that counts."""
    numeric = [r for r in ranges if r.low or r.high]
    if len(numeric) != 1:
        return None, None
    low, high = numeric[0].low, numeric[0].high
    for bound in (low, high):
        if bound and unit and (bound.code or bound.unit or unit) != unit:
            return None, None
    return (low.value if low else None), (high.value if high else None)


_HIGH: Final = frozenset({"H", "HU", "HH", "HX", ">"})
_LOW: Final = frozenset({"L", "LU", "LL", "LX", "<"})
_GRAVE: Final = frozenset({"HH", "LL", "AA", "HU", "LU"})


@dataclass(slots=True, frozen=True)
class Mark:
    """Whether a value is outside: `way` is high, low or odd; `grave`: critically so."""

    way: str
    grave: bool


def mark(course: Course, watch: Watch | None = None) -> Mark | None:
    """What was said of the newest (v3-ObservationInterpretation), else what its reference range says, else nothing.

    `watch`: the rule of a pregnant woman's blood pressure, while it holds.
    """
    for code in course.said:
        way = "high" if code in _HIGH else "low" if code in _LOW else "odd" if code in ("A", "AA") else ""
        if way:
            return Mark(way, code in _GRAVE)
    last = course.last
    number = None if "N" in course.said else last.number
    if number is None:
        return None
    if last.second is not None:
        held = watch is not None and watch.covers(last.at, last.unit) and watch.high(number, last.second)
        return Mark("high", grave=False) if held else None
    if course.high is not None and number > course.high:
        return Mark("high", grave=False)
    if course.low is not None and number < course.low:
        return Mark("low", grave=False)
    return None
