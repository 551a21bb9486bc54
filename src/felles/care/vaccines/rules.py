"""Which vaccine of the programme is next. Pure: given doses and a birth date in, steps out. The programme is data."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

GROWN: Final = 18
"""Years from which the programme of children is not shown."""
SOON: Final = timedelta(days=28)
"""How long before its day a dose is shown as next."""
LATE: Final = timedelta(days=180)
"""How long after its day a dose that is not recorded is shown as next; later it is shown as not recorded."""


class State(StrEnum):
    """Where a dose of the programme stands."""

    GIVEN = "given"
    DUE = "due"
    MISSING = "missing"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose of the programme: the number within its series, when (number, unit), ATC codes that count, its name."""

    series: str
    number: int
    when: tuple[int, str]
    atc: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """A dose for one child: from which day, how it stands, and the day it was given."""

    dose: Dose
    since: date
    state: State
    given: date | None = None


@cache
def programme() -> tuple[Dose, ...]:
    """The programme as `programme.txt` has it, in its order. Raises `ValueError` for a line that is none."""
    found: list[Dose] = []
    for line in (files("felles.care.vaccines") / "programme.txt").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            series, number, when, atc, name = (part.strip() for part in line.split(";"))
            found.append(Dose(series, int(number), (int(when[:-1]), when[-1]), tuple(atc.split()), name))
    return tuple(found)


def since(dose: Dose, born: date) -> date:
    """From which day a child has a dose: an age, or the first day of August in which a grade begins.

    Children begin at school in the calendar year in which they become six.
    """
    count, unit = dose.when
    if unit == "w":
        return born + timedelta(weeks=count)
    if unit == "g":
        return date(born.year + 5 + count, 8, 1)
    year, month = divmod(born.year * 12 + born.month - 1 + count, 12)
    return date(year, month + 1, min(born.day, monthrange(year, month + 1)[1]))


def steps(given: Iterable[tuple[date, str]], born: date, today: date) -> list[Step]:
    """The programme for a child, of (day, ATC code) given: the n-th day of a series is its n-th dose."""
    days: dict[str, list[date]] = {}
    given = list(given)
    for series, atc in {dose.series: dose.atc for dose in programme()}.items():
        days[series] = sorted({day for day, code in given if code.startswith(atc)})
    found: list[Step] = []
    for dose in programme():
        start, had = since(dose, born), days[dose.series]
        if len(had) >= dose.number:
            found.append(Step(dose, start, State.GIVEN, had[dose.number - 1]))
        else:
            found.append(Step(dose, start, _state(start, today)))
    return found


def _state(start: date, today: date) -> State:
    if today < start - SOON:
        return State.LATER
    return State.DUE if today <= start + LATE else State.MISSING


def grown(born: date, today: date) -> bool:
    """Whether she is too old for the programme."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= GROWN
