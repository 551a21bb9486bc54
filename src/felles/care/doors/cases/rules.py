"""Cases as facts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from felles.access.cases import OPENINGS, Sort
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

    sort: Sort
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
        return self.sort in OPENINGS or self.sort is Sort.SELF_MADE

    @property
    def done(self) -> bool:
        """Whether a deletion has the approvals it takes."""
        return len(set(self.approved)) >= NEEDED


def case_of(sort: int, task: dict[str, Any]) -> Case:
    """A case from its row's sort and its Task."""
    reasons = task.get("reasonCode", {})
    coded = [c.get("display") or c.get("code", "") for c in reasons.get("coding", [])]
    return Case(
        sort=Sort(sort),
        words=task.get("description", ""),
        reason=": ".join(filter(None, [*coded, reasons.get("text", "")])),
        answer=said_in(task, ANSWER),
        focus=task.get("focus", {}).get("reference", ""),
        line=said_in(task, LINE, "input"),
        suspect=said_in(task, ACTOR, "input"),
        asked_at=said_in(task, "log-time", "input"),
        approved=tuple(approvals(task)),
        asker=task.get("requester", {}).get("display", "") if sort == Sort.REQUEST else "",
    )
