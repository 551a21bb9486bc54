"""Cases as facts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from felles.access.cases import OPENINGS
from felles.access.handovers.kinds import MONTH, Kind
from felles.access.times import span
from felles.care.doors.cases.actions import ACTOR, ANSWER, LINE, approvals, said_in
from felles.record.clock import MICROSECONDS

LOOKED_OVER: Final = 26 * 3600 * MICROSECONDS
"""How much of the log is shown of a way in: the longest opening is a day (`FELLES_NEED_HOURS`), and some time after."""
AROUND: Final = 12 * 3600 * MICROSECONDS
"""How much of the log is shown on either side of a line that is asked about."""
NEEDED: Final = 2
"""Approvals that a deletion takes, of different people."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its Task tells it. `line` is the log line asked about and `suspect` who left it, "" for others.

    `asker` is the name of who asks about another's record.
    """

    sort: Kind
    words: str
    reason: str
    answer: str
    focus: str
    line: str
    suspect: str
    asked_at: str
    approved: tuple[str, ...]
    asker: str = ""

    @property
    def opening(self) -> bool:
        """Whether it is somebody's way in, to be looked over."""
        return self.sort in OPENINGS or self.sort is Kind.SELF_MADE

    @property
    def done(self) -> bool:
        """Whether a deletion has the approvals it takes."""
        return len(set(self.approved)) >= NEEDED


def case_of(sort: int, task: dict[str, Any]) -> Case:
    """A case from its row's sort and its Task."""
    reasons = task.get("reasonCode", {})
    coded = [c.get("display") or c.get("code", "") for c in reasons.get("coding", [])]
    return Case(
        sort=Kind(sort),
        words=task.get("description", ""),
        reason=": ".join(filter(None, [*coded, reasons.get("text", "")])),
        answer=said_in(task, ANSWER),
        focus=task.get("focus", {}).get("reference", ""),
        line=said_in(task, LINE, "input"),
        suspect=said_in(task, ACTOR, "input"),
        asked_at=said_in(task, "log-time", "input"),
        approved=tuple(approvals(task)),
        asker=task.get("requester", {}).get("display", "") if sort == Kind.REQUEST else "",
    )


def due_of(task: dict[str, Any], made: int) -> int:
    """By when a case is to be answered that was made at `made`: the day its Task names, else a month. Clinical micros.

    The month: GDPR article 12(3).
    """
    end = task.get("restriction", {}).get("period", {}).get("end")
    return span(end, 0)[1] if end else made + MONTH


def over(task: dict[str, Any]) -> bool:
    """Whether it is answered, refused or taken back."""
    return task.get("status") in ("completed", "rejected", "cancelled", "failed", "entered-in-error")
