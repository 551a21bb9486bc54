"""Asking a citizen back, and her answer. Pure.

Whoever has what a citizen wrote asks by the Task: `on-hold`, businessStatus `returned`, the question as its last note.
It stays hers and in progress meanwhile (`states`). The citizen, or who acts for her, answers by the same Task:
`requested`, businessStatus `replied`, one note more, which is her own, and nothing else changed. That one change takes
the verb `ask`, which citizens have, in place of `write` (`access.verbs`), by whichever door it comes.
"""

from __future__ import annotations

from typing import Any, Final

from felles.access.times import span
from felles.record.codes import HANDOVER_STATE_SYSTEM
from felles.record.elements import codes_of, listed, reference_of

RETURNED: Final = "returned"
REPLIED: Final = "replied"
"""Codes of HANDOVER_STATE_SYSTEM in `Task.businessStatus`."""
CITIZENS: Final = ("Patient/", "RelatedPerson/")
LONGEST: Final = 4000
"""Letters of an answer."""
_MARKS: Final = frozenset({"id", "meta", "status", "businessStatus", "note", "lastModified"})


def business_of(task: Any) -> str:
    """The code of HANDOVER_STATE_SYSTEM of a Task (a struct), "" for none."""
    return next(codes_of(task.businessStatus, HANDOVER_STATE_SYSTEM), "")


def waits(task: Any) -> bool:
    """Whether a Task asks the citizen who sent it something back."""
    asked = task.status == "on-hold" and business_of(task) == RETURNED
    return asked and reference_of(task.requester).startswith(CITIZENS)


def is_reply(was: Any, new: Any) -> bool:
    """Whether making of the Task `was` what `new` says is a citizen's answer to what it asks, and nothing more."""
    if type(new).__name__ != "Task" or not waits(was) or (new.status, business_of(new)) != ("requested", REPLIED):
        return False
    before, after = listed(was.note), listed(new.note)
    if len(after) != len(before) + 1 or after[:-1] != before or not author_of(new).startswith(CITIZENS):
        return False
    if len(after[-1].text or "") > LONGEST:
        return False
    same = all(getattr(was, name) == getattr(new, name) for name in was.__struct_fields__ if name not in _MARKS)
    return same and _labels(was) == _labels(new)


def author_of(task: Any) -> str:
    """Who said the last note of a Task, "" where nobody did."""
    said = listed(task.note)
    return reference_of(said[-1].authorReference) if said else ""


def latest(task: Any) -> int | None:
    """When a citizen last said something in a Task (clinical microseconds), None where she has not."""
    hers = [each.time for each in listed(task.note) if reference_of(each.authorReference).startswith(CITIZENS)]
    return span(hers[-1], 0)[0] or None if hers and isinstance(hers[-1], str) else None


def _labels(task: Any) -> Any:
    """The security labels: they may narrow who sees it."""
    return listed(task.meta.security) if task.meta else []
