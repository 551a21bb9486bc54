"""The Task that carries what was a hand-over by itself: a referral, an order, a message; or a way in. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.kinds import Kind, coded
from felles.access.handovers.states import State
from felles.record.codes import CASE_SYSTEM
from felles.record.desks import REVIEW
from felles.record.elements import listed
from felles.record.ids import drawn_id

if TYPE_CHECKING:
    from felles.access.handovers.states import Held
    from felles.record.read_handovers import HandedRow

CARRIED: Final = "http://felles.example/fhir/sid/carried"
"""System of the identifier that a Task has from the order that it carries, as the order stood then."""


def carrying(source: str, body: dict[str, Any], held: Held | HandedRow, now: str) -> dict[str, Any]:
    """A Task that carries an entry that was a hand-over by itself. Pure; `now` is a FHIR instant.

    Of a message it tells who wrote it, by name, and what sort it is.
    """
    named = {"display": said} if (said := body.get("sender", {}).get("display", "")) else {}
    made: dict[str, Any] = {
        "resourceType": "Task",
        "status": "accepted" if held.state == State.ACCEPTED else "requested",
        "intent": "order",
        "priority": body.get("priority", "routine"),
        "code": coded(Kind(held.kind)),
        "description": told_in(body),
        "focus": {"reference": source},
        "for": body["subject"],
        "authoredOn": body.get("authoredOn") or body.get("sent") or now,
        "requester": {"reference": held.sender} | named,
        "owner": {"reference": held.receiver},
    }
    if held.kind == Kind.ORDER:  # when the test was to be taken hurries nobody who looks at its answer
        carried = [{"system": CARRIED, "value": _answer(source, held.since)}]
        made |= {"priority": "routine", "lastModified": now, "identifier": carried}
    if not made["description"]:
        del made["description"]
    if sorts := body.get("category", []) if source.startswith("Communication/") else []:
        made["input"] = [{"type": {"text": "Melding"}, "valueCodeableConcept": each} for each in sorts]
    return made


def reviewing(source: str, held: Held | HandedRow, patient: str, now: str) -> dict[str, Any]:
    """A Task that carries a way in that its reader made herself, to be looked over. Pure; `now` is a FHIR instant."""
    return {
        "resourceType": "Task",
        "status": "accepted" if held.state == State.ACCEPTED else "requested",
        "intent": "order",
        "code": {"coding": [{"system": CASE_SYSTEM, "code": Kind.SELF_MADE.case}]},
        "focus": {"reference": source.removeprefix(REVIEW).replace(".", "/", 1)},
        "for": {"reference": patient},
        "authoredOn": now,
        "owner": {"reference": held.receiver},
    }


def review_id(bucket: int, source: str, made: int) -> str:
    """The id of the Task that carries such a way in (`handover.source`, `handover.made`): two who make it meet."""
    return drawn_id(bucket, f"{source} {made}")


def carried_by(source: str, kind: Kind, since: int) -> list[tuple[str, str]]:
    """The search for a Task that carries an entry already.

    An order may have been seen, and answered anew: its Tasks are told apart by `since` when it stands as it does
    (`handover.since`), which whoever acts on it read; no clock is asked.
    """
    if kind is not Kind.ORDER:
        return [("focus", source)]
    return [("identifier", f"{CARRIED}|{_answer(source, since)}")]


def is_late(task: Any, source: str, since: int | None) -> bool:
    """Whether a Task carries an order as it stood when whoever made it looked, and it stands otherwise now.

    `since` is that of the order by itself now, None where it is no hand-over any more. Its answer may have come since:
    what she said is no word about that. A Task without the identifier says nothing of what was looked at.
    """
    named = [each.value for each in listed(task.identifier) if each.system == CARRIED]
    return bool(named) and (since is None or _answer(source, since) not in named)


def _answer(source: str, since: int) -> str:
    return f"{source}/{since}"


def told_in(body: dict[str, Any]) -> str:
    """What a referral, an order or a message says it is about, "" when it says nothing."""
    coded_reasons = body.get("reasonCode", [])  # of a Task there is one
    listed = [coded_reasons] if isinstance(coded_reasons, dict) else coded_reasons
    reasons = [each.get("text", "") for each in listed]
    said = [body.get("code", {}).get("text", ""), *reasons]
    said += [each.get("contentString", "") for each in body.get("payload", [])]
    return "\n".join(dict.fromkeys(filter(None, said)))
