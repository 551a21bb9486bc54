"""Tests and their courses: which readings belong together, which day each was, what is outside. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from felles.care.corrections import IN_ERROR
from felles.care.courses.codes import group_of
from felles.care.overview import rules as overview
from felles.fhir.search.marks import code_mark
from felles.ui.dates import local, moment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from felles.care.courses.shapes import Note, Report, Result, Taken, Task
    from felles.care.overview.rules import Mark
    from felles.care.overview.views import Read
    from felles.care.pressure import Watch

NOT_TESTS: Final = frozenset({"social-history", "survey", "activity", "therapy"})
"""observation-category: what an observation is that is no test and no measurement."""
WAITING: Final = "registered"
"""Observation and DiagnosticReport status of what was taken and is not answered."""
COLUMNS: Final = 8
"""Days beside each other in the table."""
AFTER: Final = 30 * 86_400_000_000
"""Microseconds after a value in which a medicine that was begun or stopped stands beside it."""
_SAME_VISIT: Final = 3_600_000_000
"""Microseconds: a note may be dated at the beginning of the contact in which the value was taken."""
NOTES: Final = 5
"""Notes of the contact that stand beside a value: the first after it."""
_REFERRAL: Final = ("3457005", "306206005", "440655000")
"""SNOMED CT: referrals, which are no orders of tests."""


@dataclass(slots=True)
class Reading:
    """One value: when, at which organisation (hash), who answers for it, as a number (`second`: lower pressure)."""

    at: int
    org: int
    author: str
    entry: Result
    value: overview.Value
    low: Decimal | None = None
    high: Decimal | None = None
    watch: Watch | None = None
    """The rule of her blood pressure, of one that was measured while it holds."""

    @property
    def number(self) -> Decimal | None:
        """The value as a number; None where it is said in words."""
        return self.value.number

    @property
    def day(self) -> date:
        """The day in Norway."""
        return local(self.at).date()

    @property
    def home(self) -> bool:
        """Whether it was measured by the person herself or somebody of hers."""
        return any((who.reference or "").startswith(("Patient/", "RelatedPerson/")) for who in self.entry.performer)

    @property
    def mark(self) -> Mark | None:
        """Whether it is outside what is usual: by what the laboratory said, else by its range or rule."""
        said = [coding.code for each in self.entry.interpretation for coding in each.coding if coding.code]
        return overview.mark(overview.Course([self.value], "", said, self.low, self.high), self.watch)


EVER: Final = -(1 << 62)
"""Before every moment: those of people born long before 1970 lie below zero."""


@dataclass(slots=True)
class Test:
    """All that is known of one test, newest first. `code` is the mark that its address carries, 0: none."""

    key: str
    name: str
    group: str
    code: int
    readings: list[Reading] = field(default_factory=list)

    @property
    def last(self) -> Reading:
        """The newest."""
        return self.readings[0]

    def drawn(self, since: int = EVER) -> list[Reading]:
        """Numbers in the newest one's unit, oldest first: what one scale can show."""
        unit = next((each.value.unit for each in self.readings if each.number is not None), "")
        return [
            each
            for each in reversed(self.readings)
            if each.number is not None and each.value.unit == unit and each.at >= since
        ]


def watched(reads: Iterable[Read[Result]], watch: Watch | None) -> list[Test]:
    """The same as `tests`; her blood pressures go by `watch`, the rule while she is pregnant (None: she is not)."""
    found = tests(reads)
    if watch is None:
        return found
    for each in (each for test in found for each in test.readings if each.value.second is not None):
        each.watch = watch if watch.covers(each.at, each.value.unit) else None
    return found


def tests(reads: Iterable[Read[Result]]) -> list[Test]:
    """The tests of observations, each reading once: what was measured last first. What is no test is left out."""
    found: dict[str, Test] = {}
    seen: set[str] = set()
    for read in reads:
        entry = read.entry
        if entry.id in seen or entry.status in overview.NOT_A_VALUE or is_no_test(entry):
            continue
        seen.add(entry.id)
        code = next((coding.code for coding in entry.code.coding if coding.code), "")
        key = code or entry.code.words.casefold()
        test = found.get(key)
        if test is None:
            known = [coding.code for coding in entry.code.coding if coding.code]
            test = found[key] = Test(key, entry.code.words, group_of(known), code_mark("code", code) if code else 0)
        test.readings.append(_reading(read))
    for test in found.values():
        test.readings.sort(key=lambda each: (-each.at, each.entry.id))
        test.name = test.last.entry.code.words
    return sorted(found.values(), key=lambda test: (-test.last.at, test.name.casefold()))


def withdrawn(reads: Iterable[Read[Result]]) -> list[Reading]:
    """What was entered in error: no value any more, and still to be read."""
    return [_reading(read) for read in reads if read.entry.status == IN_ERROR]


def is_no_test(entry: Result) -> bool:
    """Whether an observation is something told or asked, and neither a test nor a measurement."""
    return any(coding.code in NOT_TESTS for each in entry.category for coding in each.coding)


def _reading(read: Read[Result]) -> Reading:
    value = overview.value(read.at, read.entry)
    low, high = overview.bounds(read.entry.reference_range, value.unit)
    return Reading(read.at, read.org, read.author, read.entry, value, low, high)


def days(tests: Iterable[Test], until: date | None, since: date | None) -> tuple[list[date], date | None, date | None]:
    """(the days of one page's columns, newest first; where the older page begins; where the newer one does).

    `until` and `since`: no day after and before these. None where there is no such page.
    """
    every = sorted({each.day for test in tests for each in test.readings if since is None or each.day >= since})
    every.reverse()
    first = next((place for place, day in enumerate(every) if until is None or day <= until), len(every))
    shown = every[first : first + COLUMNS]
    older = every[first + COLUMNS] if len(every) > first + COLUMNS else None
    newer = every[max(first - COLUMNS, 0)] if first else None
    return shown, older, newer


def code_of(address: str) -> int | None:
    """The mark of a code from the sixteen hexadecimal digits of an address; None when they are none."""
    if len(address) != 16 or not all(letter in "0123456789abcdef" for letter in address):
        return None
    value = int(address, 16)
    return value - (1 << 64) if value >> 63 else value


def address_of(code: int) -> str:
    """The mark of a code as an address carries it."""
    return f"{code & (1 << 64) - 1:016x}"


def is_order(codes: Iterable[str]) -> bool:
    """Whether a request with these codes of category asks for a test: all but referrals do."""
    return not any(code in _REFERRAL for code in codes)


@dataclass(slots=True)
class Acts:
    """What was done about one reading, as the record has it."""

    reports: list[Read[Report]]
    tasks: list[Read[Task]]
    notes: list[Read[Note]]
    medicines: list[tuple[int, Taken, bool]]
    """(when, which, whether it was begun: else it was stopped)."""

    def any(self) -> bool:
        """Whether there is anything."""
        return bool(self.reports or self.tasks or self.notes or self.medicines)


def acts(
    reading: Reading, reports: list[Read[Report]], tasks: list[Read[Task]], notes: list[Read[Note]],
    taken: Iterable[Read[Taken]],
) -> Acts:  # fmt: skip
    """What the record says was done about a reading: answers and looks at it, notes of its contact, medicines after."""
    item = f"Observation/{reading.entry.id}"
    mine = [read for read in reports if any(each.reference == item for each in read.entry.result)]
    about: set[str | None] = {item, *(f"DiagnosticReport/{read.entry.id}" for read in mine)}
    about |= {each.reference for entry in (reading.entry, *(read.entry for read in mine)) for each in entry.based_on}
    contact = reading.entry.encounter and reading.entry.encounter.reference
    changed = [
        (at, read.entry, begun)
        for read in taken
        for at, begun in _changes(read.entry)
        if reading.at - AFTER // 30 <= at <= reading.at + AFTER
    ]
    return Acts(
        mine,
        [read for read in tasks if read.entry.focus and read.entry.focus.reference in about],
        [
            read
            for read in notes
            if contact
            and read.at >= reading.at - _SAME_VISIT
            and read.entry.encounter
            and read.entry.encounter.reference == contact
        ][-NOTES:],
        sorted(changed, key=lambda each: each[0]),
    )


def _changes(medicine: Taken) -> list[tuple[int, bool]]:
    start, end = span(medicine)
    found = [(start, True)] if start is not None else []
    return [*found, (end, False)] if end is not None and medicine.status == "stopped" else found


def span(medicine: Taken) -> tuple[int | None, int | None]:
    """From when and until when a medicine was taken (microseconds), as far as the record says it."""
    period = medicine.effective_period
    start = medicine.authored_on or medicine.effective_date_time or (period.start if period else None)
    held = medicine.dispense_request.validity_period if medicine.dispense_request else None
    end = (held.end if held else None) or (period.end if period else None)
    return _when(start), _when(end)


def _when(text: str | None) -> int | None:
    """The moment of a dateTime; of a day alone, its beginning in Norway. None where there is less than a day."""
    return moment(f"{text}T00:00:00" if text and len(text) == len("2026-01-01") else text)
