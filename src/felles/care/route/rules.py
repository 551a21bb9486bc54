"""What becomes of a visit, what is to be done there, and which comes next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from felles.care.writing.forms.visit import to_be_done
from felles.record.writings import State as Written
from felles.ui.dates import ZONE, moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.plan.shapes import CarePlan, Detail
    from felles.care.route.shapes import Contact
    from felles.record.writings import Writing

_NOT_DONE: Final = frozenset({"completed", "cancelled", "stopped", "entered-in-error", "on-hold"})
"""CarePlan.activity.detail.status of what is not done now (FHIR R4, care-plan-activity-status)."""
DAYS: Final = 14
"""Days back and ahead that are asked for: so long an appointment opens the record (`access.derive.Durations`)."""


class State(StrEnum):
    """How a visit stands to its reader."""

    LATER = "later"
    """It is agreed, and its day has not come."""
    OPEN = "open"
    """It can be said to be done."""
    WAITS = "waits"
    """She has said that it was done, and can still call it back."""
    CAME_BACK = "back"
    """What she said could not go into the record."""
    DONE = "done"
    MISSED = "missed"
    """Nobody was at home, or it is offered and not agreed."""


@dataclass(frozen=True, slots=True)
class Own:
    """What the reader herself has under way about a visit: its id, until when (real micros), why it came back."""

    id: str
    waits: bool
    due: int
    why: str


def own(found: Iterable[Writing]) -> dict[str, Own]:
    """The reader's own by appointment (`Appointment/x`); what waits comes before what came back."""
    made: dict[str, Own] = {}
    for each in sorted(found, key=lambda w: w.state is Written.SIGNED):
        made[each.about] = Own(each.id, each.state is Written.SIGNED, each.due, each.said)
    return made


def state(entry: dict[str, Any], mine: Own | None, now: int) -> State:
    """How the visit stands at `now` (clinical micros)."""
    if mine is not None:
        return State.WAITS if mine.waits else State.CAME_BACK
    if entry.get("status") == "fulfilled":
        return State.DONE
    if to_be_done(entry, now):
        return State.OPEN
    start = moment(entry.get("start"))
    return State.LATER if entry.get("status") == "booked" and start is not None else State.MISSED


def measures(plans: Iterable[CarePlan], place: str) -> list[Detail]:
    """What `place` (a reference) does by the plans that hold, each once; also what names nobody who does it."""
    found: dict[str, Detail] = {}
    for plan in plans:
        if plan.status != "active":
            continue
        for activity in plan.activity:
            detail = activity.detail
            if detail is None or detail.status in _NOT_DONE:
                continue
            said = detail.description or (detail.code.words if detail.code else "")
            theirs = not detail.performer or any(each.reference == place for each in detail.performer)
            if said and theirs:
                found.setdefault(said.casefold(), detail)
    return list(found.values())


def kept_by(contacts: Iterable[Contact], appointment: str) -> Contact | None:
    """The contact that kept an appointment (`Appointment/x`)."""
    return next((c for c in contacts if any(each.reference == appointment for each in c.appointment)), None)


def day(text: str, today: date) -> date:
    """The day asked for; today where none is, or it is none, or so far away that nobody sees anything of it."""
    try:
        found = date.fromisoformat(text) if text else today
    except ValueError:
        return today
    return found if abs((found - today).days) <= DAYS else today


def bounds(day: date) -> tuple[int, int]:
    """When a Norwegian day begins and when the next one does (clinical micros)."""
    begins = [datetime.combine(each, time(), ZONE).timestamp() for each in (day, day + timedelta(days=1))]
    return int(begins[0] * 1_000_000), int(begins[1] * 1_000_000)
