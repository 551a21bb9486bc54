"""What may be made of a hand-over, whoever writes it: a page, a FHIR client, a bundle. Pure.

    what has ended stays ended            a person said so; something new is a new hand-over
    who sent it stays                     it is hers again when it is returned, declined or answered
    declining and ending name a reason    `Task.statusReason`, which the other side reads
    a person ends it                      no client and no time does; for one who acts by herself (`behalf`)
    it is not deleted                     but by who had given it to herself
    a case stays what sort it is          and what its answer says is its reason
    what is about no person               is opened by no client: an application, a look at roles
    a citizen answers what she was asked  by a note of her own, and changes nothing else (`asking`)

Of a way in it does not say more: what anybody writes of one but who looks it over changes nothing (`hook`). Of what is
written for the first time, and of what is no hand-over, it says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.cases import OPENINGS, sort_of
from felles.access.handovers import asking
from felles.access.handovers.kinds import NOBODYS
from felles.access.handovers.states import BY_STATUS, ENDED, State, said_by
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM
from felles.record.elements import codes_of, listed
from felles.record.errors import Conflict, Forbidden, Unprocessable
from felles.record.grants import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from felles.access.handovers.states import Said
    from felles.record.errors import RecordError
    from felles.record.grants import Grant

_REASONED: Final = frozenset({"rejected", "failed", "cancelled"})
_ANSWER: Final = "answer"
"""`Task.output` of a case: what its answer says."""
_OVER: Final = frozenset({State.ANSWERED, State.DECLINED, State.ENDED})
_PERSONS: Final = ("Practitioner/", "Patient/")


def wrong(was: Any, new: Any, grant: Grant) -> RecordError | None:
    """What is wrong with making of the Task `was` what `new` says (None: deleting it); None: nothing.

    `Conflict` where it has ended, `Unprocessable` where something is missing, `Forbidden` where nobody ends it.
    """
    if grant.mode != Mode.ALL and new is not None and sort_of(new) in NOBODYS and (was is None or sort_of(was) is None):
        return Forbidden("a case about no person is opened by what it follows from")
    before = None if was is None or grant.mode == Mode.ALL else said_by(was)
    if before is None:
        return None
    if before.kind in OPENINGS:
        return _of_opening(before, new)
    if has_ended(was):
        same = new is None or _stands(was) == _stands(new)
        return None if same else Conflict("this hand-over has ended: what is new is a new one")
    if new is None:
        mine = before.sender in ("", grant.actor) and before.receiver == grant.actor
        return None if mine else Conflict("a hand-over is ended with a reason, not deleted")
    return _changed(was, before, new, grant)


def _of_opening(before: Said, new: Any) -> RecordError | None:
    if new is None:
        return Conflict("a way in is looked over, not deleted")
    after = said_by(new)
    if after is None or after.kind is not before.kind:
        return Unprocessable("a way in that is looked over stays what it was", "Task.code")
    return None


def _changed(was: Any, before: Said, new: Any, grant: Grant) -> RecordError | None:
    after = said_by(new)
    moved = _stands(was) != _stands(new)
    rules: tuple[tuple[bool, Callable[[], RecordError]], ...] = (
        (after is None, lambda: Unprocessable("a hand-over stays one: end it with a reason", "Task.code")),
        (
            after is not None and after.replied and not before.replied and not _answers(was, new, grant),
            lambda: Unprocessable("what a citizen is asked she answers herself, by one note", "Task.businessStatus"),
        ),
        (
            after is not None and bool(before.kind.case) and after.kind is not before.kind,
            lambda: Unprocessable("a case stays what it is", "Task.code"),
        ),
        (
            after is not None and before.sender not in ("", after.sender),
            lambda: Unprocessable("who sent a hand-over stays who sent it", "Task.requester"),
        ),
        (
            moved and (new.status in _REASONED or (has_ended(new) and not before.kind.case)) and not _has_reason(new),
            lambda: Unprocessable("declining or ending a hand-over names the reason", "Task.statusReason"),
        ),
        (
            moved and has_ended(new) and not (grant.behalf or grant.actor).startswith(_PERSONS),
            lambda: Forbidden("a person ends a hand-over"),
        ),
    )
    return next((error() for broken, error in rules if broken), None)


def _answers(was: Any, new: Any, grant: Grant) -> bool:
    return asking.is_reply(was, new) and asking.author_of(new) == grant.actor


def has_ended(task: Any) -> bool:
    """Whether somebody has said that it is over, whatever its status: not what merely was answered or done.

    A case is over when it is answered.
    """
    said = said_by(task)
    if said is not None and said.kind.case:
        return BY_STATUS.get(task.status) in _OVER
    return BY_STATUS.get(task.status) is State.ENDED or (
        task.status in ("completed", "rejected", "failed", "on-hold") and _business(task) == ENDED
    )


def _business(task: Any) -> str:
    codings = getattr(task.businessStatus, "coding", None)
    found = (c.code for c in codings if c.system == HANDOVER_STATE_SYSTEM) if isinstance(codings, list) else ()
    return next((code for code in found if isinstance(code, str)), "")


def _stands(task: Any) -> tuple[str, str]:
    return task.status, _business(task)


def _has_reason(task: Any) -> bool:
    reason = task.statusReason
    text, codings = getattr(reason, "text", None), getattr(reason, "coding", None)
    said = (isinstance(text, str) and bool(text.strip())) or (isinstance(codings, list) and bool(codings))
    return said or any(_ANSWER in codes_of(each.type, CASE_SYSTEM) for each in listed(task.output))
