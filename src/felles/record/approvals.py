"""The approvals of a demand for deletion: two, each given by who gives it. Pure.

A demand is a Task (`deletion` of CASE_SYSTEM); each approval an `output` of it that names who approved. It is checked
where the Task is written, whoever writes it: an approval is added by the one it names, who answers cases (`handle`), is
a person on the staff, has not approved before and is not the one who asked; none is taken away; and once there is one,
what the demand is about stays. Once there are two, no member of staff closes it before it is carried out: what was
promised does not disappear. So what stands in the Task may be carried out (`record.erase`).
Source: helsepersonelloven § 43 (deletion is the record keeper's decision); two people: docs/security.md.
"""

from __future__ import annotations

from typing import Any, Final

from felles.record.codes import CASE_SYSTEM
from felles.record.elements import reference_of

DELETION: Final = "deletion"
APPROVAL: Final = "approval"
NEEDED: Final = 2
"""Approvals that a deletion takes, of different people."""
_OVER: Final = frozenset({"completed", "rejected", "cancelled", "failed", "entered-in-error"})


def is_deletion(task: Any) -> bool:
    """Whether a Task (a struct of `felles.fhir.r4`; None: none) is a demand for deletion."""
    return task is not None and _has(getattr(task, "code", None), DELETION)


def approvals(task: Any) -> list[str]:
    """Who approves, as references, in order."""
    outputs = task.output if task is not None and isinstance(task.output, list) else []
    return [reference_of(getattr(each, "valueReference", None)) for each in outputs if _has(each.type, APPROVAL)]


def wrong(was: Any, new: Any, writer: str, *, handles: bool) -> str | None:
    """What is wrong with making of the Task `was` (None: nothing) what `new` says (None: deleting it); None: nothing.

    `writer` is the reference of who writes, `handles` whether she answers cases.
    """
    if not (is_deletion(was) or is_deletion(new)):
        return None
    before, after = approvals(was), approvals(new)
    added = after[len(before) :]
    rules = (
        (before and not is_deletion(new), "a demand for deletion that was approved stays what it is"),
        (
            after[: len(before)] != before,
            "an approval is not taken back by writing over it: refuse the demand instead",
        ),
        (
            before and is_deletion(new) and _about(was) != _about(new),
            "what an approved demand for deletion is about cannot be changed",
        ),
        (
            len(set(before)) >= NEEDED and writer.startswith("Practitioner/") and _closes(was, new),
            "two have approved this deletion: the case is closed when it is carried out",
        ),
        (added and added != [writer], "an approval is given by the one it names, and no other"),
        (
            added and not (handles and writer.startswith("Practitioner/")),
            "only who answers cases approves a deletion",
        ),
        (added and writer in before, "the second approval is another person's"),
        (
            added and writer in {reference_of(each.requester) for each in (was, new) if each is not None},
            "who asked for a deletion does not approve it",
        ),
    )
    return next((said for broken, said in rules if broken), None)


def _closes(was: Any, new: Any) -> bool:
    return was.status not in _OVER and new is not None and new.status in _OVER


def _about(task: Any) -> tuple[str, str, str]:
    return reference_of(task.focus), reference_of(task.for_), reference_of(task.requester)


def _has(concept: Any, code: str) -> bool:
    codings = getattr(concept, "coding", None)
    return isinstance(codings, list) and any(c.system == CASE_SYSTEM and c.code == code for c in codings)
