"""What stands on the list, on which day, and where the sources differ. Pure: lines in, facts out.

A line is one entry about one medicine: an order, what somebody told, a dispensing, a dose given. Days are Norwegian.
Nothing here says what should be taken, or what goes with what: no rule without a source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Source(StrEnum):
    """Where a line comes from."""

    ORDERED = "ordered"
    TOLD = "told"
    """Told by the patient or somebody close to her."""
    NOTED = "noted"
    """A statement by staff, or of which it is not said who told it."""
    DISPENSED = "dispensed"
    GIVEN = "given"


class Use(StrEnum):
    """How it is taken: always, for a time, or when it is needed."""

    STEADY = "steady"
    COURSE = "course"
    NEEDED = "needed"


LISTED: Final = (Source.ORDERED, Source.TOLD, Source.NOTED)
"""Sources of what the person takes; the other two tell what was handed out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: of which substance (key), what it is called, how it is taken, from when until when, whose.

    `until` is the first day on which it is not in use any more, None when it is in use or when nobody wrote it
    (`ended`: it is over). `daily` is what is taken in a day as (amount, unit), None when the entry does not say it in
    numbers. `refused`: somebody says that she does not take it. `entry` is what the page needs to show it.
    """

    id: str
    source: Source
    substance: str
    name: str
    use: Use = Use.STEADY
    start: date | None = None
    until: date | None = None
    ended: bool = False
    paused: bool = False
    refused: bool = False
    org: int = 0
    dose: str = ""
    daily: tuple[Decimal, str] | None = None
    entry: object = field(default=None, compare=False)


def in_use(line: Line, day: date) -> bool:
    """Whether the record says that it was in use at the end of `day`; what ended on a day nobody wrote is not."""
    if line.refused or (line.start is not None and line.start > day):
        return False
    if line.until is not None:
        return day < line.until
    return not line.ended


def unsure(line: Line, day: date) -> bool:
    """Whether it was begun by `day` and is over now, while nobody wrote when it ended."""
    begun = line.start is None or line.start <= day
    return begun and line.ended and line.until is None and not line.refused


def standing(lines: Iterable[Line], day: date) -> list[Line]:
    """What was taken at the end of `day`: orders, and statements of substances of which there is no order."""
    used = [line for line in lines if line.source in LISTED and in_use(line, day)]
    ordered = {line.substance for line in used if line.source is Source.ORDERED}
    kept: dict[tuple[str, str, str, str], Line] = {}
    for line in _newest_first(used):
        if line.source is Source.ORDERED:
            kept[line.id, "", "", ""] = line
        elif line.substance not in ordered:  # what is told twice in the same words stands once
            kept.setdefault((line.substance, line.use, line.name, line.dose), line)
    return sorted(kept.values(), key=lambda line: (line.name.casefold(), line.substance, line.id))


def ended(lines: Iterable[Line], day: date) -> list[Line]:
    """Orders that were over by the end of `day`, what ended last first; those without an end by their beginning."""
    over = [
        line
        for line in lines
        if line.source is Source.ORDERED
        and (line.start is None or line.start <= day)
        and ((line.until is not None and line.until <= day) or unsure(line, day))
    ]
    return sorted(over, key=lambda line: (line.until or line.start or date.min, line.id), reverse=True)


def _newest_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.start or date.min, line.id), reverse=True)


class Odd(StrEnum):
    """In what way the sources differ."""

    DOSE = "dose"
    """In use in two ways at once."""
    TWICE = "twice"
    """Ordered by two organisations alike: it may be taken twice."""
    NOT_TAKEN = "not-taken"
    """Ordered, and told not to be taken."""
    NOT_ORDERED = "not-ordered"
    """Told to be taken, and ordered by nobody."""
    ENDED_ELSEWHERE = "ended-elsewhere"
    """Ended by one organisation after another ordered it, and still in use there."""
    FETCHED = "fetched"
    """Handed out after it was ended."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """In what way, of which substance, and the lines that differ, side by side: the newest first."""

    odd: Odd
    substance: str
    sides: tuple[Line, ...]


def discrepancies(lines: Iterable[Line], day: date) -> list[Discrepancy]:
    """Where the sources differ at the end of `day`: each way at most once for a substance; in order of names."""
    groups: dict[str, list[Line]] = {}
    for line in _newest_first(lines):
        if line.start is None or line.start <= day:
            groups.setdefault(line.substance, []).append(line)
    found: list[Discrepancy] = []
    for substance in sorted(groups, key=lambda key: (groups[key][0].name.casefold(), key)):
        of_one = groups[substance]
        for rule in (_orders_differ, _told_differs, _not_taken, _not_ordered, _ended_elsewhere, _fetched):
            odd = rule(of_one, day)
            if odd is not None and odd[0] not in {each.odd for each in found if each.substance == substance}:
                found.append(Discrepancy(odd[0], substance, tuple(odd[1])))
    return found


_Found = tuple[Odd, list[Line]] | None


def _ordered(lines: list[Line], day: date) -> list[Line]:
    return [line for line in lines if line.source is Source.ORDERED and in_use(line, day)]


def _told(lines: list[Line], day: date) -> list[Line]:
    return [line for line in lines if line.source in (Source.TOLD, Source.NOTED) and in_use(line, day)]


def _orders_differ(lines: list[Line], day: date) -> _Found:
    """Two orders of one substance: in other doses, or by two organisations alike.

    One organisation that orders a medicine both steadily and as needed means it so.
    """
    orders = [line for line in _ordered(lines, day) if not line.paused]
    for place, one in enumerate(orders):
        for other in orders[place + 1 :]:
            if one.org == other.org and one.use is not other.use:
                continue
            if one.use is other.use and differ(one, other):
                return Odd.DOSE, orders
            if one.org != other.org:
                return Odd.TWICE, orders
    return None


def _told_differs(lines: list[Line], day: date) -> _Found:
    orders, told = _ordered(lines, day), _told(lines, day)
    if orders and told and all(one.use is other.use and differ(one, other) for one in orders for other in told):
        return Odd.DOSE, [*orders, *told]
    return None


def _not_taken(lines: list[Line], day: date) -> _Found:
    orders = _ordered(lines, day)
    said = [line for line in lines if line.refused and line.source in (Source.TOLD, Source.NOTED)]
    if orders and said and (said[0].start or day) >= (orders[0].start or date.min):
        return Odd.NOT_TAKEN, [orders[0], said[0]]
    return None


def _not_ordered(lines: list[Line], day: date) -> _Found:
    told = _told(lines, day)
    return (Odd.NOT_ORDERED, told[:1]) if told and not _ordered(lines, day) else None


def _ended_elsewhere(lines: list[Line], day: date) -> _Found:
    """What another ended on the very day of the order was replaced by it: that is no difference."""
    for order in _ordered(lines, day):
        for line in lines:
            other = line.source is Source.ORDERED and line.org != order.org
            if other and line.until and (order.start or date.min) < line.until <= day and line.use is not Use.COURSE:
                return Odd.ENDED_ELSEWHERE, [order, line]
    return None


def _fetched(lines: list[Line], day: date) -> _Found:
    if _ordered(lines, day):
        return None
    stopped = [line for line in lines if line.source is Source.ORDERED and line.until and line.use is not Use.COURSE]
    last = max((line.until for line in stopped if line.until), default=None)
    if last is None or last > day:
        return None
    handed = [line for line in lines if line.source is Source.DISPENSED and line.start and line.start > last]
    return (Odd.FETCHED, [handed[0], max(stopped, key=lambda line: line.until or date.min)]) if handed else None


def differ(one: Line, other: Line) -> bool:
    """Whether two lines say different doses: by what is taken in a day where both say it, else by their words."""
    if one.daily is not None and other.daily is not None and one.daily[1] == other.daily[1]:
        return one.daily[0] != other.daily[0]
    return _words(one) != _words(other)


def _words(line: Line) -> str:
    return " ".join(f"{line.name} {line.dose}".casefold().split())


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two lists. A substance stands in one of the first four, or is unchanged.

    `changed` and `paused` are (before, after).
    """

    started: list[Line]
    stopped: list[Line]
    changed: list[tuple[list[Line], list[Line]]]
    paused: list[Line]
    unchanged: int

    @property
    def none(self) -> bool:
        """Whether nothing differs."""
        return not (self.started or self.stopped or self.changed or self.paused)


def changes(before: list[Line], after: list[Line], *, paused: bool = False) -> Changes:
    """From one list to a later one, by substance. `paused`: whether what is paused now was paused in between."""
    first, second = _by_substance(before), _by_substance(after)
    made = Changes([], [], [], [], 0)
    unchanged = 0
    for substance in dict.fromkeys([*first, *second]):
        old, new = first.get(substance, []), second.get(substance, [])
        if not old:
            made.started.extend(new)
        elif not new:
            made.stopped.extend(old)
        elif {line.id for line in old} != {line.id for line in new} and _all_differ(old, new):
            made.changed.append((old, new))
        elif paused and all(line.paused for line in new):
            made.paused.extend(new)
        else:
            unchanged += 1
    return Changes(made.started, made.stopped, made.changed, made.paused, unchanged)


def _all_differ(old: list[Line], new: list[Line]) -> bool:
    fresh = [line for line in new if line.id not in {each.id for each in old}]
    gone = [line for line in old if line.id not in {each.id for each in new}]
    if bool(fresh) != bool(gone):
        return True
    return any(one.use is not other.use or differ(one, other) for one in gone for other in fresh)


def _by_substance(lines: list[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.substance, []).append(line)
    return found


def attached(lines: Iterable[Line], substance: str, source: Source, day: date) -> list[Line]:
    """What was dispensed or given of a substance by the end of `day`, the newest first."""
    return _newest_first(
        line
        for line in lines
        if line.source is source and line.substance == substance and (line.start is None or line.start <= day)
    )


def eve(day: date) -> date:
    """The day before: how the list stood when `day` began."""
    return day - timedelta(days=1)
