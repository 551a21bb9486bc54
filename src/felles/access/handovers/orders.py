"""Orders of tests, followed to their results: by when one has its answer, what answers it, how it lies. Pure.

An order is a ServiceRequest with a category of DIAGNOSTIC; what is `basedOn` it answers it, whoever wrote that. Who
ordered a test answers for its result until another has said yes, or somebody has seen it. A Task whose focus is the
order, or an answer of it, says whose it is and what was done (code "order"; one of another code, a laboratory's own
for one, is a hand-over by itself).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import DIAGNOSTIC
from felles.access.handovers.hours import OFFICE, after
from felles.access.handovers.kinds import AWAITED, Kind
from felles.access.times import span
from felles.record.clock import FOREVER, MICROSECONDS
from felles.record.elements import codes_of, listed, reference_of
from felles.record.kinds import SNOMED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.access.handovers.states import Said

RESULTS: Final = ("DiagnosticReport", "Observation")
"""What answers an order."""
IMAGING: Final = "363679005"
HISTORY: Final = 90 * 86_400 * MICROSECONDS
"""What was answered so long before it was taken over from another system is history, and nobody's work."""
OVERDUE: Final = 30 * 86_400 * MICROSECONDS
"""What is taken over keeps the day it was due if that is so short ago; else it begins to wait when it arrives."""
_ANSWERS: Final = frozenset({"preliminary", "partial", "final", "amended", "corrected", "appended"})
CHANGED: Final = frozenset({"amended", "corrected", "appended"})
"""Statuses of a result that says something else than it said (FHIR R4, observation-status and its like)."""
_OUTSIDE: Final = frozenset({"A", "H", "L", "HX", "LX", "<", ">"})
_GRAVE: Final = frozenset({"AA", "HH", "LL", "HU", "LU"})


def is_order(request: Any) -> bool:
    """Whether a ServiceRequest orders a test or a picture, where others refer."""
    return any(DIAGNOSTIC & set(codes_of(concept)) for concept in listed(request.category))


def awaited(request: Any) -> int | None:
    """By when the answer of an order is expected: from the day it is to be taken, else ordered. None: it says none."""
    taken = _end(request.occurrenceDateTime) or _end(request.occurrencePeriod)
    ordered = _end(request.authoredOn)
    start = max(filter(None, (taken, ordered)), default=None)
    if start is None:
        return None
    pictured = any(IMAGING in codes_of(concept, SNOMED) for concept in listed(request.category))
    wait = AWAITED["urgent" if request.priority in _HURRIED else "imaging" if pictured else "laboratory"]
    return after(OFFICE, start, wait)


_HURRIED: Final = frozenset({"urgent", "asap", "stat"})


def _end(said: Any) -> int | None:
    since, until = span(said, 0)
    return (since if until == FOREVER else until - 1) or None


def answered_by(result: Any) -> list[str]:
    """The orders (ServiceRequest/x) that a DiagnosticReport or Observation answers; empty while there is no answer."""
    if result.status not in _ANSWERS:
        return []
    named = (reference_of(each) for each in listed(result.basedOn))
    return [reference for reference in named if reference.startswith("ServiceRequest/")]


def came(result: Any) -> int:
    """When a result was given out, else when it was taken; 0 where it does not say."""
    return span(result.issued, 0)[0] or span(result.effectiveDateTime, 0)[0]


def outside(results: Iterable[Any]) -> int:
    """How what was answered lies by its own interpretation: 0 as usual or not said, 1 outside, 2 gravely.

    v3-ObservationInterpretation, of the values and of their parts.
    """
    found: set[str] = set()
    for result in results:
        for each in (result, *listed(getattr(result, "component", None))):
            for concept in listed(getattr(each, "interpretation", None)):
                found.update(codes_of(concept))
    return 2 if found & _GRAVE else 1 if found & _OUTSIDE else 0


def told(said: Said, request: Any, answer: str, how: int, *, bare: bool) -> Said:
    """What is said of an order's hand-over when its answer is known ("" when there is none) and how that lies.

    Until then it is looked at again on the day the answer is expected, if no other was agreed. `bare`: no Task carries
    it. That the order is closed is not that its answer was seen.
    """
    until = said.until
    if bare or until is None:
        until = None if answer else awaited(request)
    return replace(said, kind=Kind.ORDER, answer=answer, outside=how, until=until)
