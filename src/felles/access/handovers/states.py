"""What an entry says of its hand-over, and what follows from that: one state, one owner, one next date. Pure.

    Task            FHIR's status, and a code of HANDOVER_STATE_SYSTEM where that says too little; of CASE_SYSTEM those
                    that somebody answers (`access.cases`)
    ServiceRequest  a referral (or an order, which whoever ordered follows up) that no Task carries; one that names
                    nobody who could take it is its sender's, until she sends it to somebody
    Communication   a message that is on its way ("in-progress") and that no Task carries

    state       Task.status (businessStatus)              owner
    SENT        requested (also: escalated, moved)       Task.owner
    RECEIVED    received                                  Task.owner
    ACCEPTED    accepted, ready, in-progress, on-hold     Task.owner; what is urgent by a person alone, else it is SENT
    ASKED       on-hold (returned)                        Task.requester, who must answer the question; a citizen is
                                                          asked back (`asking`), and it stays ACCEPTED with its owner
    DECLINED    rejected, failed                          Task.requester
    ANSWERED    completed                                 Task.requester, until she ends it
    UNTAKEN     requested (untaken, stopped)              Task.requester: nobody came, or it was closed to them
    DONE        completed, of a kind that doing it ends   nobody
    ENDED       cancelled; any (ended)                    nobody

What is urgent somebody has who has taken it by name: until then, whatever is said of it, it is SENT and climbs its
ladder, and no agreed day puts it off. What one gives oneself has been received. A citizen owns no work: what is
answered or declined her has ended, what she is asked stays with whom she sent it to until she answers (`REPLIED`: SENT
to the same owner anew) or it comes up by itself, and so does what nobody came for. `Task.restriction.period.end` is the
day that was agreed: what somebody has is looked at again then, what nobody has received sooner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from felles.access.cases import sort_of
from felles.access.codes import OFFERED, STANDS_IN_FOR
from felles.access.handovers import asking
from felles.access.handovers.asking import REPLIED, RETURNED
from felles.access.handovers.hours import ALWAYS, OFFICE, Hours, after
from felles.access.handovers.kinds import ANSWERED, LOOKED, MONTH, NOBODYS, PROMISED, RULES, Kind, rule_of
from felles.access.handovers.orders import awaited, is_order
from felles.access.times import span
from felles.record.clock import FOREVER
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM, HANDOVER_SYSTEM
from felles.record.desks import REVIEW
from felles.record.elements import codes_of, listed, reference_of
from felles.record.ids import mark_of

if TYPE_CHECKING:
    from felles.access.handovers.kinds import Wait


class State(IntEnum):
    """`handover.state`; the numbers stand in the database for ever. From DONE on it has ended."""

    SENT = 0
    RECEIVED = 1
    ACCEPTED = 2
    ASKED = 3
    DECLINED = 4
    ANSWERED = 5
    UNTAKEN = 6
    DONE = 7
    ENDED = 8

    @property
    def ended(self) -> bool:
        """Whether nobody owes anything any more."""
        return self >= State.DONE

    @property
    def back(self) -> bool:
        """Whether it is with its sender again."""
        return State.ASKED <= self <= State.UNTAKEN


UNTAKEN: Final = "untaken"
STOPPED: Final = "stopped"
MOVED: Final = "moved"
ESCALATED: Final = "escalated"
AWAY: Final = "away"
ENDED: Final = "ended"
BY_STATUS: Final = {
    "requested": State.SENT,
    "received": State.RECEIVED,
    "accepted": State.ACCEPTED,
    "ready": State.ACCEPTED,
    "in-progress": State.ACCEPTED,
    "on-hold": State.ACCEPTED,
    "rejected": State.DECLINED,
    "failed": State.DECLINED,
    "completed": State.ANSWERED,
    "cancelled": State.ENDED,
    "entered-in-error": State.ENDED,
}
"""Task.status → state; "draft" is nothing sent."""
_REQUEST: Final = {
    "active": State.SENT,
    "on-hold": State.ACCEPTED,
    "completed": State.ANSWERED,
    "revoked": State.ENDED,
    "entered-in-error": State.ENDED,
}
_MESSAGE: Final = {
    "in-progress": State.SENT,
    "on-hold": State.ACCEPTED,
    "completed": State.ENDED,
    "stopped": State.ENDED,
    "not-done": State.ENDED,
    "entered-in-error": State.ENDED,
}
_BY_CODE: Final = {kind.code: kind for kind in Kind if not kind.case}
_OWNERS: Final = frozenset({"Practitioner", "PractitionerRole", "Organization", "HealthcareService", "CareTeam"})
AT_ONCE: Final = frozenset({"asap", "stat"})
"""Priorities that mean minutes. FHIR's "urgent" is promptly: days, which the agreed day says."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one version of an entry says. References are "" where it names none that can own work.

    `until` is the day somebody looks again, None when none is given; `asked` when it was sent, None when not said.
    `instead` is the hash of whoever is away and for whom it stands with another (`away`), 0 for nobody; `offered` to
    whom it says that it was offered, "" for nobody. `waits` is when a citizen was asked back (0: not said), None where
    none is; `replied` that she has answered.
    `written` when somebody last did something with it. `answer` is what answers an order and `outside` how that lies
    (`orders`): neither stands in the entry itself; `anew` that the answer says something it did not say. `moved` that
    it lost who had it, and was given to another.
    """

    kind: Kind
    state: State
    urgent: bool
    receiver: str
    sender: str
    focus: str
    asked: int | None
    until: int | None
    escalated: bool = False
    instead: int = 0
    offered: str = ""
    waits: int | None = None
    replied: bool = False
    answer: str = ""
    outside: int = 0
    written: int | None = None
    moved: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A row of `handover`. Times are clinical microseconds; `next` is None exactly when it has ended.

    `came`: since when an order has its `answer`, the last that came.
    """

    kind: Kind
    state: State
    urgent: bool
    owner: str
    sender: str
    receiver: str
    focus: str
    made: int
    since: int
    next: int | None
    rung: int = 0
    stopped: bool = False
    instead: int = 0
    offer: str = ""
    came: int | None = None
    answer: str = ""
    outside: int = 0


def said_by(resource: Any) -> Said | None:
    """What an entry (a struct of `felles.fhir.r4`) says of a hand-over; None when it is none."""
    reader = {"Task": _task, "ServiceRequest": _request, "Communication": _message}.get(type(resource).__name__)
    return reader(resource) if reader else None


def is_over(state: State) -> bool:
    """Whether what is so when it is first seen is no hand-over here: it has ended, or was answered or declined."""
    return state.ended or state in (State.ANSWERED, State.DECLINED)


def follow(
    was: Held | None, said: Said, *, writer: str, org: str, now: int, hours: Hours = OFFICE, known: bool = False
) -> Held | None:
    """The hand-over after a version that says `said` was written at `now`; None where there is none.

    `writer` and `org` are who wrote it and for which organisation: the sender where the entry names none. `hours` are
    those of whom it is for; what is urgent waits for no opening hours. What had ended when it was first seen was no
    hand-over here, but for what comes from another's record (`known`): it was one there. Who asks for something and
    names neither herself nor another is asked by nobody else: it is hers.
    """
    if was is None and is_over(said.state) and not known:
        return None
    sender = said.sender or (was.sender if was else "") or _able(writer) or org
    receiver = said.receiver or (was.receiver if was else "") or _able(sender) or _able(writer) or org
    if not receiver:
        return None
    came = None if not said.answer else was.came if was and was.came is not None and not said.anew else now
    state = _settled(said, sender, receiver)
    offered = state is State.SENT and came is not None and was is not None and (said.written or 0) < came
    offered = offered and not said.moved
    if offered:  # what came before another said yes is for who ordered it
        state = State.ACCEPTED
    if state.ended:
        owner = ""
    elif offered or (state.back and not (_is_citizen(sender) or said.kind.case)):
        owner = sender
    else:
        owner = receiver
    made = was.made if was else min(said.asked or now, now)
    same = was is not None and (was.state, was.owner, was.came) == (state, owner, came)
    same = same and was is not None and was.outside >= said.outside
    rung = 0
    if was is not None and state is was.state is State.SENT:
        rung = was.rung if same else (was.rung + 1 if said.escalated else 0)
    held = Held(said.kind, state, said.urgent, owner, sender, receiver, said.focus, made, now, None, rung)
    offer = was.offer if was and not state.ended and was.offer.partition(" ")[2] != said.offered else ""
    held = replace(held, instead=0 if state.ended else said.instead, offer=offer)
    held = replace(held, came=came, answer=said.answer, outside=said.outside)
    if same and was is not None:
        held = replace(held, since=was.since)
    if state.ended:
        return held
    due = _next(was, held, said, now, hours, same=same)
    if said.anew and was is not None and was.owner == owner and was.came is not None and was.next is not None:
        due = min(due, was.next)  # what came first has waited since it came
    return replace(held, next=due)


def _settled(said: Said, sender: str, receiver: str) -> State:
    state = State.ACCEPTED if said.waits is not None else said.state
    if state is State.ANSWERED and (RULES[said.kind].done_ends or _is_citizen(sender)):
        return State.DONE
    if state is State.DECLINED and (_is_citizen(sender) or said.kind.case):
        return State.ENDED
    if state is State.SENT and receiver == sender and not said.kind.case:
        state = State.ACCEPTED
    return State.SENT if _has_nobody(said, state, receiver) else state


def _has_nobody(said: Said, state: State, receiver: str) -> bool:
    """Whether something urgent waits for somebody to take it by name: `received` is no person's yes, nor is a unit's.

    An order is its sender's, whoever that is, and a yes to an offer is a unit's as well as a person's.
    """
    if not said.urgent or said.kind in (Kind.ORDER, Kind.OFFER):
        return False
    return state is State.RECEIVED or (state is State.ACCEPTED and not is_person(receiver))


def _next(was: Held | None, held: Held, said: Said, now: int, hours: Hours, *, same: bool) -> int:
    if said.waits is not None and held.state is not State.SENT:
        return _by_itself(held, said, now, hours)
    agreed = said.until if said.until is not None and not (held.state.back or held.urgent) else None
    if agreed is not None and agreed <= now and (held.state is State.SENT or not held.kind.case):
        agreed = None
    if was is not None and held.came is not None and (said.written or 0) < held.came:
        agreed = None  # that was agreed while there was no answer
    if agreed is not None and not held.kind.case and agreed > now + LOOKED:  # and writing again moves it no further
        agreed = was.next if same and was is not None and was.next is not None else now + LOOKED
    if agreed is not None and held.state is not State.SENT:
        return agreed
    if same and was is not None and was.next is not None and was.urgent == held.urgent:
        return was.next
    due = _wait(held)
    always = held.urgent or (held.came is not None and bool(due.minutes))
    wait = after(ALWAYS if always else hours, now, due)  # minutes are minutes, day and night
    return wait if agreed is None else min(agreed, wait)


def _by_itself(held: Held, said: Said, now: int, hours: Hours) -> int:
    """When what a citizen is asked comes up without her answer: the day it was put off to; never past a case's day."""
    asked = min(said.waits or now, now)
    wait = after(ALWAYS if held.urgent else hours, asked, rule_of(held.kind, urgent=held.urgent).asked)
    if said.until is None or held.urgent or (said.until <= now and not held.kind.case):
        return wait
    return min(said.until, wait) if held.kind.case else min(said.until, now + LOOKED)


def _wait(held: Held) -> Wait:
    rule = rule_of(held.kind, urgent=held.urgent)
    if held.urgent and held.state is State.UNTAKEN and _is_citizen(held.sender):
        return rule.ladder[-1][1]  # she has it not back: it climbs on
    if held.came is not None and held.state in (State.RECEIVED, State.ACCEPTED):
        return ANSWERED[held.outside]
    if held.state is State.SENT:
        return rule.ladder[min(held.rung, len(rule.ladder)) - 1][1] if held.rung else rule.receive
    return rule.again if held.state.back else rule.act


def climb(held: Held, *, duty: tuple[str, ...], above: str, operator: str = "") -> tuple[str, str]:
    """To whom what nobody received goes on, and what that is called: (reference, ESCALATED or UNTAKEN).

    `duty`: who is on duty in the inbox, in their order, without those who had it; `above`: the unit above that has
    staff, "" where there is none; `operator`: who runs the record, where she has not got it. Where a rung leads to
    nobody it is passed over; the last is the sender's, of a case whose it is.
    """
    rule = rule_of(held.kind, urgent=held.urgent)
    for rung, _ in rule.ladder[held.rung :]:
        if rung == "duty" and duty:
            return duty[0], ESCALATED
        if rung == "above" and above:
            return above, ESCALATED
        if rung == "operator" and operator:
            return operator, ESCALATED
        if rung == "sender":
            break
    return held.owner if held.kind.case else held.sender, UNTAKEN


# -- what entries say ------------------------------------------------------------------------------------------


def _task(task: Any) -> Said | None:
    case = sort_of(task)
    if case is None and (task.status == "draft" or any(codes_of(task.code, CASE_SYSTEM))):
        return None
    code = case or next((_BY_CODE[c] for c in codes_of(task.code, HANDOVER_SYSTEM) if c in _BY_CODE), None)
    focus = reference_of(task.focus)
    kind = code or _kind_of(focus)
    if kind is Kind.OFFER and not focus.startswith("Task/"):
        kind = Kind.TASK  # what offers nothing is asked for as anything else
    if case is not None:
        focus = f"{REVIEW}{focus.replace('/', '.', 1)}" if case is Kind.SELF_MADE else focus if case in NOBODYS else ""
    business = next(codes_of(task.businessStatus, HANDOVER_STATE_SYSTEM), "")
    state = BY_STATUS.get(task.status, State.SENT)
    if business == ENDED and state is not State.SENT:
        state = State.ENDED
    elif business == RETURNED and task.status == "on-hold":
        state = State.ASKED
    elif kind is Kind.OFFER and task.status == "completed" and business != MOVED:
        state = State.ACCEPTED  # a yes ends it when the work has moved
    elif business in (UNTAKEN, STOPPED) and state in (State.SENT, State.RECEIVED, State.ACCEPTED):
        state = State.UNTAKEN
    period = getattr(task.restriction, "period", None)
    end = span(period, 0)[1] if period else FOREVER
    sender, asked = _sender(reference_of(task.requester)), _moment(task.authoredOn)
    waits = _waits(task) if state is State.ASKED and _is_citizen(sender) else None
    until = end if end != FOREVER else None
    if until is None and (waits is None or kind.case):
        until = _promised(kind, focus, sender, asking.latest(task) or asked)
    return Said(
        kind,
        state,
        case is None and task.priority in AT_ONCE,
        _able(reference_of(task.owner)),
        sender,
        focus,
        asked,
        until,
        business in (ESCALATED, UNTAKEN),
        _instead(task, state),
        next((reference_of(e.valueReference) for e in listed(task.extension) if e.url == OFFERED), ""),
        waits,
        business == REPLIED,
        written=_moment(task.lastModified) or asked,
        moved=business == MOVED,
    )


def _waits(task: Any) -> int:
    """When a citizen was asked back: when the question was said, 0 where nobody tells."""
    said = listed(task.note)
    return (_moment(said[-1].time) if said else None) or _moment(task.lastModified) or 0


def is_person(reference: str) -> bool:
    """Whether it is a person by name, and no inbox: a Practitioner, or the role in which she works."""
    return reference.startswith(("Practitioner/", "PractitionerRole/"))


def has_nobody(priority: str | None, status: str, owner: str) -> bool:
    """Whether a Task that says so waits for somebody to take it by name, whatever unit has said yes. Pure."""
    state = BY_STATUS.get(status, State.SENT)
    return priority in AT_ONCE and (state <= State.RECEIVED or (state is State.ACCEPTED and not is_person(owner)))


def absent(reference: Any) -> str:
    """For whom the one of a Reference stands in while she is away, "" for nobody."""
    found = (e.valueReference for e in listed(getattr(reference, "extension", None)) if e.url == STANDS_IN_FOR)
    return next((name for each in found if (name := _able(reference_of(each)))), "")


def _instead(task: Any, state: State) -> int:
    """What the stand-in has taken is hers; what she has only received, or not, is not, nor what fell to its sender."""
    waits = absent(task.owner) if state in (State.SENT, State.RECEIVED, State.UNTAKEN) else ""
    found = waits or absent(task.requester)
    return mark_of(found) if found else 0


def _request(request: Any) -> Said | None:
    state = _REQUEST.get(request.status)
    if state is None or request.intent in ("proposal", "plan", "option"):
        return None
    diagnostic = is_order(request)
    sender = _sender(reference_of(request.requester))
    performers = [_able(reference_of(each)) for each in listed(request.performer)]
    receiver = sender if diagnostic else next(filter(None, performers), "")
    kind = Kind.ORDER if diagnostic else Kind.REFERRAL
    asked = _moment(request.authoredOn)
    if diagnostic:  # what is closed is not seen
        state = state if state.ended else State.ACCEPTED
        return Said(kind, state, False, receiver, sender, "", asked, awaited(request), written=asked)
    return Said(kind, state, request.priority in AT_ONCE, receiver, sender, "", asked, None)


def _message(message: Any) -> Said | None:
    state = _MESSAGE.get(message.status)
    receivers = [_able(reference_of(each)) for each in listed(message.recipient)]
    receiver = next(filter(None, receivers), "")
    if state is None or not receiver:
        return None
    sender, asked, urgent = _sender(reference_of(message.sender)), _moment(message.sent), message.priority in AT_ONCE
    return Said(Kind.MESSAGE, state, urgent, receiver, sender, "", asked, promised(sender, asked))


def _promised(kind: Kind, focus: str, sender: str, asked: int | None) -> int | None:
    if kind in NOBODYS:
        return None
    if kind.case:
        return None if asked is None else asked + MONTH
    return promised(sender, asked) if focus.startswith("Communication/") else None


def promised(sender: str, asked: int | None) -> int | None:
    """Until when a message that `sender` sent at `asked` is answered; None where no citizen was promised anything."""
    return after(OFFICE, asked, PROMISED) if asked is not None and _is_citizen(sender) else None


def _kind_of(focus: str) -> Kind:
    sort = focus.partition("/")[0]
    return {"ServiceRequest": Kind.REFERRAL, "Communication": Kind.QUESTION}.get(sort, Kind.TASK)


def _is_citizen(reference: str) -> bool:
    return reference.startswith(("Patient/", "RelatedPerson/"))


def _moment(said: Any) -> int | None:
    return span(said, 0)[0] or None if isinstance(said, str) else None


def _able(reference: str) -> str:
    """The reference when it can own work, else ""."""
    return reference if reference.partition("/")[0] in _OWNERS else ""


def _sender(reference: str) -> str:
    return reference if _is_citizen(reference) else _able(reference)
