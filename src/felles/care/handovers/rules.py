"""What a person does with a hand-over: which verbs she has in which state, and the Task that follows. Pure.

The Task carries what was said as its notes, each with who wrote it and when: the question that sent it back, the reply,
the answer. `statusReason` is why it was declined or ended.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.asking import CITIZENS
from felles.access.handovers.kinds import NOBODYS, RULES, Kind, coded
from felles.access.handovers.states import AT_ONCE, ENDED, RETURNED, State
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = 4000
"""Letters of what is said."""


class Verb(StrEnum):
    """What can be done; the words stand in addresses and forms."""

    TAKE = "ta"
    RECEIVE = "motta"
    ASK = "spor"
    REPLY = "svar-pa"
    ANSWER = "svar"
    DONE = "ferdig"
    DECLINE = "avsla"
    FORWARD = "videre"
    POSTPONE = "utsett"
    CALM = "haster-ikke"
    END = "avslutt"
    SEEN = "sett"
    ACTED = "fulgt-opp"


ASKABLE: Final = frozenset({Kind.LOG_QUESTION, Kind.DEMAND, Kind.DELETION})
"""Cases of which a citizen may be asked something back: what she asked for herself."""
WITH_WORDS: Final = frozenset({Verb.ACTED, Verb.ASK, Verb.REPLY, Verb.ANSWER, Verb.DECLINE, Verb.END, Verb.POSTPONE})
"""Verbs that take words: a question, an answer, a reason."""
_HOLDER: Final = {
    State.SENT: (Verb.TAKE, Verb.RECEIVE, Verb.ANSWER, Verb.ASK, Verb.FORWARD, Verb.DECLINE),
    State.RECEIVED: (Verb.TAKE, Verb.ANSWER, Verb.ASK, Verb.FORWARD, Verb.DECLINE),
    State.ACCEPTED: (Verb.ANSWER, Verb.POSTPONE, Verb.ASK, Verb.FORWARD, Verb.DECLINE),
    State.ASKED: (Verb.REPLY, Verb.FORWARD, Verb.END),
    State.DECLINED: (Verb.FORWARD, Verb.REPLY, Verb.END),
    State.ANSWERED: (Verb.END, Verb.REPLY, Verb.FORWARD),
    State.UNTAKEN: (Verb.FORWARD, Verb.END),
}
_UNTAKEN: Final = (Verb.TAKE, Verb.ANSWER, Verb.ASK, Verb.FORWARD, Verb.DECLINE)
"""Of what nobody received in time and who has it did not send: a citizen's, that stays with whom she wrote to."""
_DESK: Final = {
    State.SENT: (Verb.TAKE, Verb.RECEIVE, Verb.FORWARD),
    State.RECEIVED: (Verb.TAKE, Verb.FORWARD),
    State.ACCEPTED: (Verb.POSTPONE, Verb.FORWARD),
}
"""Of a case: what answers it has a page of its own, and nobody but that ends it."""


_LOOKS: Final = (Verb.SEEN, Verb.ACTED)
_GIVEN: Final = (Verb.TAKE, Verb.ASK, Verb.DECLINE)
SAID: Final = {Verb.SEEN: ("seen", "Sett, ingen tiltak"), Verb.ACTED: ("acted", "Sett og fulgt opp")}
"""What was done with an answer: the code of `Task.businessStatus`, and how it stands in the record."""
TOLD: Final = "Beskjed til pasienten"
"""`Task.output.type` of what the person was told about an answer."""


def verbs(
    kind: Kind,
    state: State,
    *,
    holds: bool,
    sent: bool,
    own: bool = False,
    came: bool = False,
    urgent: bool = False,
    given: bool = False,
) -> tuple[Verb, ...]:
    """What she may do: `holds` it is with her or her inbox, `sent` it came from her; `own` with her by name.

    Who sent it may end it at any time. Of a kind that doing it ends, answering is doing. A case is its desk's alone.
    What is `urgent` is taken by name, and not put off; who sent it may say that it can wait after all.
    `came`: an order has its answer, which is seen before anything ends; `given`: it came before she had said whether
    she takes the order, and is with who ordered it till then.
    """
    if state.ended:
        return ()
    if kind.case:
        at_desk = _DESK.get(state, (Verb.TAKE, Verb.FORWARD)) if holds else ()
        if kind in NOBODYS:  # there is one desk for it
            at_desk = tuple(verb for verb in at_desk if verb is not Verb.FORWARD)
        if at_desk and kind in ASKABLE:
            at_desk = (*at_desk, Verb.ASK)
        return (Verb.TAKE, *at_desk) if holds and state is State.ACCEPTED and not own else at_desk
    if kind is Kind.ORDER:
        found = _GIVEN if given and not holds else _of_order(state, holds=holds, sent=sent, own=own, came=came)
    else:
        found = _of_work(kind, state, holds=holds, sent=sent, own=own)
    if urgent:
        found = tuple(verb for verb in found if verb not in (Verb.RECEIVE, Verb.POSTPONE))
    if urgent and sent:
        found = (*found, Verb.CALM)
    return found


def _of_work(kind: Kind, state: State, *, holds: bool, sent: bool, own: bool) -> tuple[Verb, ...]:
    found = _HOLDER[state] if holds else (Verb.END,) if sent else ()
    if holds and not sent and state is State.UNTAKEN:
        found = _UNTAKEN
    if RULES[kind].done_ends:
        found = tuple(Verb.DONE if verb is Verb.ANSWER else verb for verb in found)
    if kind is Kind.OFFER:  # a yes is all it takes: the work is done where it is then
        found = tuple(verb for verb in found if verb is not Verb.DONE)
    if holds and state is State.ACCEPTED and not own:
        found = (Verb.TAKE, *found)
    if holds and sent and Verb.END not in found:
        found = (*found, Verb.END)
    return found


def _of_order(state: State, *, holds: bool, sent: bool, own: bool, came: bool) -> tuple[Verb, ...]:
    """Who ordered a test answers for it until another has taken it, and may look at its answer also until then."""
    looks = _LOOKS if came else ()
    if holds and state is State.SENT:
        return (Verb.TAKE, *looks, Verb.ASK, Verb.DECLINE)
    if holds and state in (State.RECEIVED, State.ACCEPTED):
        taking = () if own or sent else (Verb.TAKE,)
        return (*taking, *looks, Verb.POSTPONE, Verb.FORWARD, *(() if came else (Verb.END,)))
    if holds:
        reply = (Verb.REPLY,) if state in (State.ASKED, State.DECLINED) else ()
        return (*looks, *reply, Verb.FORWARD, *(() if came else (Verb.END,)))
    return (*looks, *(() if came else (Verb.END,))) if sent else ()


def act(
    task: Mapping[str, Any], verb: Verb, *, who: str, now: str, words: str = "", to: str = "", until: str = "",
    told: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The Task after `verb`. `who` is a Practitioner, `now` a FHIR instant, `to` whom it goes on to, `until` a date.

    `told` is what the person was told about the answer of an order.

    The agreed day goes when it changes hands: whoever gets it has the waits of its kind, or agrees on another; and when
    a citizen is asked back. That of a case is the law's, and stays. A citizen who is asked is still asked when somebody
    else takes it, or puts it off. Who asks a citizen about what is urgent has it by that.
    """
    asks = asking(task)
    if verb is Verb.CALM:  # it stands where it stood
        return {name: value for name, value in task.items() if name != "meta"} | {
            "priority": "routine",
            "lastModified": now,
        }
    new = {name: value for name, value in task.items() if name not in ("businessStatus", "statusReason", "meta")}
    if words.strip():
        said = {"authorReference": {"reference": who}, "time": now, "text": words.strip()}
        new["note"] = [*task.get("note", []), said]
    new["status"] = _STATUS[verb]
    if verb in (Verb.ASK, Verb.END):
        code = RETURNED if verb is Verb.ASK else ENDED
        new["businessStatus"] = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": code}]}
    if verb in SAID:
        new |= _looked(task, verb, who, told.strip())
    if verb is Verb.END and task["status"] in ("completed", "rejected", "failed"):
        new["status"] = task["status"]
    if verb in (Verb.DECLINE, Verb.END):
        new["statusReason"] = {"text": words.strip()}
    if verb is Verb.TAKE or (verb is Verb.ASK and is_citizens(task) and task.get("priority") in AT_ONCE):
        new["owner"] = {"reference": who}
    if verb is Verb.FORWARD:
        new["owner"] = {"reference": to}
    if (verb is Verb.FORWARD or (verb is Verb.ASK and is_citizens(task))) and not any(codes_of_case(task)):
        new.pop("restriction", None)
    if verb in (Verb.TAKE, Verb.POSTPONE) and asks:
        new |= {"status": task["status"], "businessStatus": task["businessStatus"]}
    if verb is Verb.POSTPONE:
        new["restriction"] = {"period": {"end": until}}
    new["lastModified"] = now
    return new


def is_citizens(task: Mapping[str, Any]) -> bool:
    """Whether a citizen sent it."""
    return str(task.get("requester", {}).get("reference", "")).startswith(CITIZENS)


def asking(task: Mapping[str, Any]) -> bool:
    """Whether it asks the citizen who sent it something back."""
    codings = task.get("businessStatus", {}).get("coding", [])
    return task["status"] == "on-hold" and is_citizens(task) and any(c.get("code") == RETURNED for c in codings)


def _looked(task: Mapping[str, Any], verb: Verb, who: str, told: str) -> dict[str, Any]:
    """What stands in the Task of an order whose answer `who` has seen; the person is told `told` ("": nothing)."""
    code, text = SAID[verb]
    coding = [{"system": HANDOVER_STATE_SYSTEM, "code": code}]
    said = {"output": [*task.get("output", []), {"type": {"text": TOLD}, "valueString": told}]} if told else {}
    return {"businessStatus": {"coding": coding, "text": text}, "owner": {"reference": who}} | said


def codes_of_case(task: Mapping[str, Any]) -> list[str]:
    """The codes of CASE_SYSTEM that a Task has: it is a case when there are any."""
    codings = task.get("code", {}).get("coding", [])
    return [each.get("code", "") for each in codings if each.get("system") == CASE_SYSTEM]


_STATUS: Final = {
    Verb.TAKE: "accepted",
    Verb.RECEIVE: "received",
    Verb.ASK: "on-hold",
    Verb.REPLY: "requested",
    Verb.ANSWER: "completed",
    Verb.DONE: "completed",
    Verb.DECLINE: "rejected",
    Verb.FORWARD: "requested",
    Verb.POSTPONE: "accepted",
    Verb.END: "cancelled",
    Verb.SEEN: "completed",
    Verb.ACTED: "completed",
}


def sending(
    kind: Kind, *, patient: str, sender: str, to: str, words: str, now: str, urgent: bool, focus: str = ""
) -> dict[str, Any]:
    """A new Task that hands something over. `patient`, `sender`, `to`, `focus` are references; `now` a FHIR instant."""
    made: dict[str, Any] = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": "stat" if urgent else "routine",
        "code": coded(kind),
        "description": words.strip(),
        "for": {"reference": patient},
        "requester": {"reference": sender},
        "owner": {"reference": to},
        "authoredOn": now,
        "lastModified": now,
    }
    if focus:
        made["focus"] = {"reference": focus}
    return made
