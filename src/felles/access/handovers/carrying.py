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

NO_REQUESTERS: Final = ("HealthcareService/", "CareTeam/")
"""What has work, and R4 lets not be `Task.requester`."""
CARRIED: Final = "http://felles.example/fhir/sid/carried"
"""System of the identifier that a Task has from what it carries, as that stood when whoever made it looked."""

LOOKED: Final = "http://felles.example/fhir/sid/looked"
"""System of the identifier that an order's Task has from its answer, as that stood when whoever ended it looked."""

_SAID: Final = 1_000
"""What a moment is written to, in microseconds."""


def carrying(source: str, body: dict[str, Any], held: Held | HandedRow, now: str, patient: str) -> dict[str, Any]:
    """A Task that carries an entry that was a hand-over by itself. Pure; `now` is a FHIR instant.

    It is for the entry's subject, or where it names none (a message) for the person it lies with (`patient`). Of a
    message it tells who wrote it, by name, and what sort it is. What R4 lets ask for nothing (a service that sent a
    message) it does not name: who sent it stays so (`hook`).
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
        "for": body.get("subject") or {"reference": patient},
        "authoredOn": body.get("authoredOn") or body.get("sent") or now,
        "requester": ({} if held.sender.startswith(NO_REQUESTERS) else {"reference": held.sender}) | named,
        "owner": {"reference": held.receiver},
        "identifier": [{"system": CARRIED, "value": _stood(source, held.since)}],
    }
    if held.kind == Kind.ORDER:  # when the test was to be taken hurries nobody who looks at its answer
        made |= {"priority": "routine", "lastModified": now}
    for each in ("description", "requester"):
        if not made[each]:
            del made[each]
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


def is_late(task: Any, source: str, since: int | None) -> bool:
    """Whether a Task carries an entry as it stood when whoever made it looked, and it stands otherwise now.

    `since` is when the entry came to stand as it does by itself (`handover.since`), None where it does so no more:
    another Task has it, or it is over. No clock is asked. So of two who act at once the second is told to look again,
    and what was answered meanwhile was not seen. A Task without the identifier says nothing of what was looked at.
    """
    named = [each.value for each in listed(task.identifier) if each.system == CARRIED]
    return bool(named) and (since is None or _stood(source, since) not in named)


def looked(came: int) -> dict[str, str]:
    """The identifier of a Task that says that an answer was seen which came at `came` (`handover.came`)."""
    return {"system": LOOKED, "value": str(came)}


def is_unseen(task: Any, came: int, written: int | None) -> bool:
    """Whether an answer that came at `came` was not there yet when whoever ends its order in this Task had looked.

    That is what the identifier names, and where there is none when the Task says it was last done something with
    (`written`, clinical microseconds): whoever keeps its day as it stood has not looked since.
    """
    named = [each.value for each in listed(task.identifier) if each.system == LOOKED]
    if named:
        return str(came) not in named
    return written is None or written // _SAID < came // _SAID


def _stood(source: str, since: int) -> str:
    return f"{source}/{since}"


def told_in(body: dict[str, Any]) -> str:
    """What a referral, an order or a message says it is about, "" when it says nothing."""
    coded_reasons = body.get("reasonCode", [])  # of a Task there is one
    listed = [coded_reasons] if isinstance(coded_reasons, dict) else coded_reasons
    reasons = [each.get("text", "") for each in listed]
    said = [body.get("code", {}).get("text", ""), *reasons]
    said += [each.get("contentString", "") for each in body.get("payload", [])]
    return "\n".join(dict.fromkeys(filter(None, said)))
