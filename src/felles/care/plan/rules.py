"""What is open, what is late, and what is the next thing of all. Pure: rows of the record in, facts out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from felles.record.codes import CASE_SYSTEM
from felles.ui.dates import born_on, local_day, moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.overview.views import Read
    from felles.care.plan.shapes import Appointment, CarePlan, Goal, Work
    from felles.care.shapes import Concept

W = TypeVar("W", bound="Work")

ENDED: Final = ("cancelled", "completed", "rejected", "entered-in-error")
"""Goal.lifecycleStatus of what is no longer worked for (FHIR R4, goal-status)."""
NOT_HELD: Final = ("cancelled", "noshow", "entered-in-error")
"""Appointment.status of what did not take place."""
DROPPED: Final = ("cancelled", "stopped", "completed", "entered-in-error")
"""CarePlan.activity.detail.status of what is no longer done."""
REFERRAL: Final = ("3457005", "306206005", "440655000")
"""SNOMED CT categories of referrals (`record.kinds`)."""


@dataclass(frozen=True, slots=True)
class Due:
    """When something must be done: the Norwegian day (as `date.toordinal`), as it was written; whether it is past."""

    day: int
    written: str
    late: bool


def due(work: Work, now: int) -> Due | None:
    """The deadline of a task or referral at `now` (clinical microseconds); None where it has none."""
    period = work.restriction.period if work.restriction else work.occurrence_period
    written = (period.end or period.start) if period else work.occurrence_date_time
    day = day_of(written)
    return Due(day, written or "", day < local_day(now)) if day else None


def day_of(written: str | None) -> int:
    """The Norwegian day of a FHIR dateTime (`date.toordinal`); 0 where it does not say a day."""
    at = moment(written)
    if at is not None:
        return local_day(at)
    born = born_on(written)
    return born.toordinal() if born and len(written or "") >= 10 else 0


def is_case(code: Concept | None) -> bool:
    """Whether a Task's code is of a case about the record itself (a demand, an opening): those have their own pages."""
    return code is not None and any(coding.system == CASE_SYSTEM for coding in code.coding)


def is_referral(work: Work) -> bool:
    """Whether a ServiceRequest refers the person to somebody, rather than orders a test."""
    return any(concept.has(*REFERRAL) for concept in work.category) or (
        work.code is not None and work.code.has(*REFERRAL)
    )


def by_deadline(works: Iterable[Read[W]], now: int) -> list[tuple[Read[W], Due | None]]:
    """What is open, the most pressing first: by deadline, then what has none, newest first. No cases."""
    found = [(read, due(read.entry, now)) for read in works if not is_case(read.entry.code)]
    found.sort(key=lambda pair: (pair[1].day if pair[1] else 10**9, -pair[0].at))
    return found


def open_goals(goals: Iterable[Read[Goal]]) -> list[Goal]:
    """Goals that are worked for."""
    return [read.entry for read in goals if read.entry.lifecycle_status not in ENDED]


def followed(plans: Iterable[Read[CarePlan]], now: int) -> list[Read[CarePlan]]:
    """Plans that hold at `now`: begun, not ended, not a template or mere proposal."""
    found: list[Read[CarePlan]] = []
    for read in plans:
        period, today = read.entry.period, local_day(now)
        over = period is not None and period.end is not None and 0 < day_of(period.end) < today
        if not over and read.entry.intent not in ("proposal", "option"):
            found.append(read)
    return found


def ahead(rows: Iterable[Read[Appointment]], now: int) -> list[Read[Appointment]]:
    """Appointments under way or to come, nearest first."""
    return [
        read
        for read in rows
        if read.entry.status not in (*NOT_HELD, "fulfilled", "waitlist")
        and max(read.at, moment(read.entry.end) or read.at) > now
    ]


def waiting(rows: Iterable[Read[Appointment]]) -> list[Read[Appointment]]:
    """Places on waiting lists, which have no time yet."""
    return [read for read in rows if read.entry.status == "waitlist"]


def past(rows: Iterable[Read[Appointment]], now: int) -> list[Read[Appointment]]:
    """Appointments that are over, newest first, with those that did not take place; none entered in error."""
    return [
        read
        for read in rows
        if read.entry.status not in ("entered-in-error", "waitlist")
        and (
            read.entry.status in ("fulfilled", "noshow", "cancelled")
            or max(read.at, moment(read.entry.end) or read.at) <= now
        )
        and read.at <= now
    ]
