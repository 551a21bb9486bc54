"""What may be made of a hand-over, whoever writes it: a page, a FHIR client, a bundle. Pure.

    what has ended stays ended            a person said so; something new is a new hand-over
    who sent it stays                     it is hers again when it is returned, declined or answered
    who has it or sent it changes it      nobody else takes it, gives it on, answers it or ends it (`Part`)
    who sent it ends it                   whoever has it answers, declines or, where doing it is all, does it
    declining and ending name a reason    `statusReason`, of a referral or order a note, which the other side reads
    a person ends it                      no client and no time does; for one who acts by herself (`behalf`). So does
                                          who says that the answer of an order was seen
    it is not deleted                     but by who had given it to herself, or when it is over and carries nothing
    it stays what it is                   its kind, and of a case what sort; what a case's answer says is its reason
    what is about no person               is opened by no client: an application, a look at roles
    a citizen answers what she was asked  by a note of her own, and changes nothing else (`asking`)
    nobody sends in another's name        a Task's first version names its writer, what she works for, or nobody
    it stays about what it is about       what a Task carries is carried by no other, and is not exchanged (`beginning`)

The same for a referral, an order or a message that no Task carries. Of a way in it does not say more: what anybody
writes of one but who looks it over changes nothing (`hook`). Of what is no hand-over it says nothing, nor to the jobs
of those who run the record (`Grant.job`). A token that sees everything is a client like any other: it may take and
give on what it likes, and ends nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from felles.access.cases import OPENINGS, sort_of
from felles.access.handovers import asking
from felles.access.handovers.kinds import NOBODYS, RULES, Kind
from felles.access.handovers.states import BY_STATUS, ENDED, State, said_by
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM
from felles.record.derive import Part
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
_OTHERS: Final = ("Practitioner/", "Patient/", "RelatedPerson/")
"""By name; whether she works for a unit or stands as a role is asked in the commit (`beginning`)."""
_PARTIES: Final = frozenset({Mode.STAFF, Mode.ORG_SYSTEM})
"""Whose part in a hand-over is asked: a citizen's pages, and who answers cases, have rules of their own."""
ALONE: Final = ("ServiceRequest/", "Communication/")
"""What may be a hand-over by itself, and then be carried by a Task."""
REASON: Final = "http://hl7.org/fhir/StructureDefinition/request-statusReason"
"""HL7's extension for why a referral or order was revoked; R4 has no element for it."""


def wrong(was: Any, new: Any, grant: Grant, part: Part) -> RecordError | None:
    """What is wrong with making of the entry `was` what `new` says (None: deleting it); None: nothing.

    `part` is what the writer is to the hand-over. `Conflict` where it has ended, `Unprocessable` where something is
    missing, `Forbidden` where it is not hers to do.
    """
    if grant.job:
        return None
    if _is_task(new) and sort_of(new) in NOBODYS and (was is None or sort_of(was) is None):
        return Forbidden("a case about no person is opened by what it follows from")
    before = None if was is None else said_by(was)
    if before is None:
        return None if new is None else _sent(new, grant)
    if not _is_task(was) and (before.state.ended or Part.ITS not in part):
        return _again(before, new, part)
    if before.kind in OPENINGS:
        return _of_opening(before, new)
    return _kept(was, before, new, grant, part) or (None if new is None else _changed(was, before, new, grant, part))


def _again(before: Said, new: Any, part: Part) -> RecordError | None:
    """A referral or message that was somebody's and has ended is not sent again: an order may be answered anew."""
    after = None if new is None else said_by(new)
    if Part.ITS not in part or before.kind not in (Kind.REFERRAL, Kind.MESSAGE) or after is None or after.state.ended:
        return None
    return Conflict("this hand-over has ended: what is new is a new one")


def _kept(was: Any, before: Said, new: Any, grant: Grant, part: Part) -> RecordError | None:
    """What has ended stays so, and nothing is deleted: what carries a referral tells of that also when it is over.

    Where it names nobody as who sent it, that is whoever wrote it (`part`).
    """
    if has_ended(was) and new is not None and _stands(was) != _stands(new):
        return Conflict("this hand-over has ended: what is new is a new one")
    sent = before.sender == grant.actor or (not before.sender and Part.SENT in part)
    mine = sent and before.receiver == grant.actor
    if new is None and (before.focus.startswith(ALONE) or not (has_ended(was) or mine)):
        return Conflict("a hand-over is ended with a reason, not deleted")
    return None


def _sent(new: Any, grant: Grant) -> RecordError | None:
    """A first version that hands over: staff send nothing in the name of somebody else, nor of the patient.

    What carries a referral or a message is its sender's (`hook`).
    """
    if grant.mode != Mode.STAFF or not _is_task(new) or sort_of(new) is not None:
        return None
    said = said_by(new)
    carries = said is not None and said.focus and not said.focus.startswith("Task/")
    if said is None or carries or said.sender in ("", grant.actor) or not said.sender.startswith(_OTHERS):
        return None
    return Forbidden("a hand-over is sent in nobody else's name")


def _of_opening(before: Said, new: Any) -> RecordError | None:
    if new is None:
        return Conflict("a way in is looked over, not deleted")
    after = said_by(new)
    if after is None or after.kind is not before.kind:
        return Unprocessable("a way in that is looked over stays what it was", "Task.code")
    return None


def _changed(was: Any, before: Said, new: Any, grant: Grant, part: Part) -> RecordError | None:
    after, name = said_by(new), type(new).__name__
    if after is None:
        return Unprocessable(
            "a hand-over stays one: end it with a reason", "Task.code" if _is_task(new) else f"{name}.status"
        )
    moved = _stands(was) != _stands(new)
    ended = has_ended(new)
    done = moved and after.state is State.ANSWERED and RULES[after.kind].done_ends
    asked = grant.mode in _PARTIES and Part.ITS in part and not before.kind.case
    hers = bool(part & (Part.HOLDS | Part.SENT))
    ends = Part.SENT in part or (Part.HOLDS in part and before.state.back)
    reasoned = moved and (new.status in _REASONED or (ended and not before.kind.case))
    rules: tuple[tuple[bool, Callable[[], RecordError]], ...] = (
        (after.kind is not before.kind, lambda: Unprocessable("a hand-over stays what it is", f"{name}.code")),
        (
            before.sender != after.sender and (bool(before.sender) or (asked and Part.SENT not in part)),
            lambda: Unprocessable("who sent a hand-over stays who sent it", f"{name}.{_SENDER[name]}"),
        ),
        (
            name == "ServiceRequest" and bool(before.receiver) and not after.receiver,
            lambda: Unprocessable("a referral stays sent to somebody: end it with a reason", f"{name}.performer"),
        ),
        (
            before.focus != after.focus,
            lambda: Unprocessable("what a hand-over is about stays: what is new is a new one", f"{name}.focus"),
        ),
        (
            after.replied and not before.replied and not _answers(was, new, grant),
            lambda: Unprocessable("what a citizen is asked she answers herself, by one note", "Task.businessStatus"),
        ),
        (
            asked and _says(was, after) != _says(was, before) and not hers,
            lambda: Forbidden("a hand-over is changed by whoever has it or sent it"),
        ),
        (
            reasoned and not _has_reason(new),
            lambda: Unprocessable("declining or ending a hand-over names the reason", f"{name}.{_WHY[name]}"),
        ),
        (asked and moved and ended and not ends, lambda: Forbidden("who sent a hand-over ends it")),
        (
            moved and (ended or done) and not (grant.behalf or grant.actor).startswith(_PERSONS),
            lambda: Forbidden("a person ends a hand-over"),
        ),
    )
    return next((error() for broken, error in rules if broken), None)


def begins(new: Any, said: Said, kind: Kind, grant: Grant, part: Part) -> RecordError | None:
    """What is wrong with letting the Task `new` begin to carry what was an open hand-over of `kind` without it.

    It says `said`; `part` is what the writer is to that hand-over. A message is carried as a question, too.
    """
    over = has_ended(new)
    done = said.state is State.ANSWERED and RULES[said.kind].done_ends
    order, asked = said.kind is Kind.ORDER, grant.mode in _PARTIES
    same = said.kind is kind or (said.kind, kind) == (Kind.QUESTION, Kind.MESSAGE)
    hers = order or bool(part & (Part.HOLDS | Part.SENT))  # whose an order is `following` has asked
    ends = order or Part.SENT in part
    rules: tuple[tuple[bool, Callable[[], RecordError]], ...] = (
        (asked and not hers, lambda: Forbidden("a hand-over is changed by whoever has it or sent it")),
        (not same, lambda: Unprocessable("a hand-over stays what it is", "Task.code")),
        (
            (new.status in _REASONED or over) and not _has_reason(new),
            lambda: Unprocessable("declining or ending a hand-over names the reason", "Task.statusReason"),
        ),
        (asked and over and not ends, lambda: Forbidden("who sent a hand-over ends it")),
        (
            (over or done) and not (grant.behalf or grant.actor).startswith(_PERSONS),
            lambda: Forbidden("a person ends a hand-over"),
        ),
    )
    return next((error() for broken, error in rules if broken), None)


def _says(was: Any, said: Said) -> Said:
    """What a version says, but for when; of an order alone also but for its day, which is whoever takes the test's."""
    order = said.kind is Kind.ORDER and not _is_task(was)
    return replace(said, written=None, until=None if order else said.until)


def _answers(was: Any, new: Any, grant: Grant) -> bool:
    return asking.is_reply(was, new) and asking.author_of(new) == grant.actor


_SENDER: Final = {"Task": "requester", "ServiceRequest": "requester", "Communication": "sender"}
_WHY: Final = {"Task": "statusReason", "ServiceRequest": "note", "Communication": "statusReason"}


def _is_task(resource: Any) -> bool:
    return type(resource).__name__ == "Task"


def has_ended(task: Any) -> bool:
    """Whether somebody has said that it is over, whatever its status: not what merely was answered or done.

    A case is over when it is answered.
    """
    said = said_by(task)
    if not _is_task(task):
        return said is not None and said.state.ended
    if said is not None and said.kind.case:
        return BY_STATUS.get(task.status) in _OVER
    state = BY_STATUS.get(task.status, State.SENT)
    return state is State.ENDED or (state is not State.SENT and _business(task) == ENDED)


def _business(task: Any) -> str:
    if not _is_task(task):
        return ""
    codings = getattr(task.businessStatus, "coding", None)
    found = (c.code for c in codings if c.system == HANDOVER_STATE_SYSTEM) if isinstance(codings, list) else ()
    return next((code for code in found if isinstance(code, str)), "")


def _stands(task: Any) -> tuple[str, str]:
    return task.status, _business(task)


def _has_reason(task: Any) -> bool:
    if type(task).__name__ == "ServiceRequest":
        noted = any(isinstance(each.text, str) and each.text.strip() for each in listed(task.note))
        return noted or any(each.url == REASON for each in listed(task.extension))
    reason = task.statusReason
    text, codings = getattr(reason, "text", None), getattr(reason, "coding", None)
    said = (isinstance(text, str) and bool(text.strip())) or (isinstance(codings, list) and bool(codings))
    return said or (_is_task(task) and any(_ANSWER in codes_of(each.type, CASE_SYSTEM) for each in listed(task.output)))
