"""What may be done with an appointment, and what it then says. Pure: entries in, entries out.

An appointment is a FHIR Appointment: `booked` in its Slot, `waitlist` without one, `proposed` while it is offered to
the person and she has not answered. What is offered is carried by a Task (`offer`) that the house has until then: a
citizen owns no work, and what she does not answer comes back on the day that was set.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from felles.access.handovers.kinds import Kind, coded
from felles.access.handovers.states import ENDED
from felles.access.resources import moment
from felles.record.codes import HANDOVER_STATE_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

Resource = dict[str, Any]
LONGEST: Final = 200
"""Letters of what an appointment is about."""
DAYS_TO_ANSWER: Final = 2
"""Days in which an offer is answered, unless its time is sooner. Practice, a site's to set."""
WAITS: Final = "waitlist"
"""Appointment.status of who waits."""
_REASONS: Final = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"


class Act(StrEnum):
    """What is done with one; the words stand in addresses."""

    ARRIVE = "kommet"
    ABSENT = "ikke-mott"
    BACK = "ventes"
    MOVE = "flytt"
    CANCEL = "avlys"
    GIVE = "gi"
    ACCEPT = "ja"
    DECLINE = "nei"


ASKED: Final = frozenset({Act.MOVE, Act.CANCEL, Act.GIVE})
"""Those that ask something first: which time, or why."""
_HERS: Final = {"booked": (Act.CANCEL,), "pending": (Act.CANCEL,), "proposed": (Act.ACCEPT, Act.DECLINE)}
_AFTER: Final = {
    Act.ARRIVE: "arrived",
    Act.ABSENT: "noshow",
    Act.BACK: "booked",
    Act.CANCEL: "cancelled",
    Act.ACCEPT: "booked",
    Act.DECLINE: "waitlist",
}


@dataclass(frozen=True, slots=True)
class Time:
    """A time of the book: its Slot (`Slot/x`), whose it is (a reference and a name), when (clinical micros)."""

    slot: str
    actor: str
    owner: str
    start: int
    end: int


def acts(status: str, start: int, now: int) -> tuple[Act, ...]:
    """What the house may do with an appointment that begins at `start`, as it stands at `now` (clinical micros)."""
    if status in ("booked", "pending"):
        late = (Act.ABSENT,) if start <= now else ()
        return (Act.ARRIVE, *late, Act.MOVE, Act.CANCEL)
    found = {
        "arrived": (Act.BACK,),
        "checked-in": (Act.BACK,),
        "noshow": (Act.ARRIVE, Act.BACK),
        "proposed": (Act.ACCEPT, Act.DECLINE),
        "waitlist": (Act.GIVE, Act.CANCEL),
    }
    return found.get(status, ())


def own_acts(status: str, start: int, now: int) -> tuple[Act, ...]:
    """What the person herself may do with her appointment: none with one that has begun."""
    return _HERS.get(status, ()) if start > now else ()


def booking(patient: str, time: Time, words: str, now: str, based_on: str = "") -> Resource:
    """A new appointment. `patient` and `based_on` (a ServiceRequest) are references, `now` a FHIR instant."""
    made: Resource = {
        "resourceType": "Appointment",
        "status": "booked",
        "created": now,
        "participant": [{"actor": {"reference": patient}, "status": "accepted"}, _owner(time.actor, time.owner)],
    }
    made |= _at(time)
    if words.strip():
        made["description"] = words.strip()
    if based_on:
        made["basedOn"] = [{"reference": based_on}]
    return made


def waiting(patient: str, actor: str, owner: str, words: str, now: str) -> Resource:
    """A new place on the waiting list of whose times `actor` has."""
    made: Resource = {
        "resourceType": "Appointment",
        "status": "waitlist",
        "created": now,
        "participant": [{"actor": {"reference": patient}, "status": "accepted"}, _owner(actor, owner)],
    }
    return made | ({"description": words.strip()} if words.strip() else {})


def after(appointment: Mapping[str, Any], act: Act, *, reason: str = "", own: bool = False, by: str = "") -> Resource:
    """The appointment after `act`, of those that ask for no other time.

    `own`: the person does it herself, or somebody for her, whose name `by` is. One that she declines waits
    on, and remembers which Slot it was not to be.
    """
    made: Resource = {**appointment, "status": str(_AFTER[act])}
    if act is Act.CANCEL:
        code = {"system": _REASONS, "code": "pat" if own else "other"}
        said = ". ".join(filter(None, (reason.strip().removesuffix("."), f"Avbestilt av {by}" if by else "")))
        made["cancelationReason"] = {"coding": [code]} | ({"text": said} if said else {})
    if act is Act.ACCEPT:
        made["participant"] = [each | {"status": "accepted"} for each in made["participant"]]
    if act is Act.DECLINE:
        declined = [{"reference": each["reference"], "display": DECLINED} for each in made.get("slot", ())]
        made["supportingInformation"] = [*_kept(made), *declined]
        made["participant"] = [each | {"status": "accepted"} for each in made["participant"]]
        for name in ("slot", "start", "end", "minutesDuration"):
            made.pop(name, None)
    return made


DECLINED: Final = "Takket nei"
"""`supportingInformation.display` of a Slot that was offered and not wanted."""
OFFERED: Final = "Tilbud"
"""`supportingInformation.display` of the Task that carries an offer."""


def placed(appointment: Mapping[str, Any], time: Time, status: str = "booked", carrier: str = "") -> Resource:
    """The appointment at another time, whoever has it. `carrier`: the Task of an offer (a reference)."""
    made: Resource = {**appointment, "status": status, **_at(time)}
    persons = [each for each in made["participant"] if _actor(each).startswith("Patient/")]
    others = [each for each in made["participant"] if not _actor(each).startswith(("Patient/", "Practitioner"))]
    asked = "needs-action" if status == "proposed" else "accepted"
    made["participant"] = [each | {"status": asked} for each in persons] + [_owner(time.actor, time.owner), *others]
    made["supportingInformation"] = [*_kept(made), *([{"reference": carrier, "display": OFFERED}] if carrier else [])]
    if not made["supportingInformation"]:
        del made["supportingInformation"]
    return made


def offer(appointment: str, patient: str, words: str, *, sender: str, owner: str, now: str, until: str) -> Resource:
    """The Task that carries an offer: the house has it until the person has answered, and looks again on `until`."""
    return {
        "resourceType": "Task",
        "status": "accepted",
        "intent": "order",
        "priority": "routine",
        "code": coded(Kind.TASK),
        "description": words,
        "focus": {"reference": appointment},
        "for": {"reference": patient},
        "requester": {"reference": sender},
        "owner": {"reference": owner},
        "authoredOn": now,
        "lastModified": now,
        "restriction": {"period": {"end": until}},
    }


def answered(task: Mapping[str, Any], act: Act, *, who: str, now: str, own: bool) -> Resource:
    """The Task of an offer when the person has said yes or no; `own`: on her own page, and not by telephone.

    Yes is what was asked for, and ends it. No on her own page goes back to who offered it, who has heard it otherwise.
    """
    said = "Takket ja." if act is Act.ACCEPT else "Takket nei, står fortsatt på ventelisten."
    note = {"authorReference": {"reference": who}, "time": now, "text": said}
    made: Resource = {**task, "lastModified": now, "note": [*task.get("note", ()), note]}
    if act is Act.ACCEPT:
        return made | {"status": "completed"}
    made |= {"status": "rejected" if own else "cancelled", "statusReason": {"text": said}}
    if not own:
        made["businessStatus"] = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": ENDED}]}
    return made


def carrier_of(appointment: Mapping[str, Any]) -> str:
    """The id of the Task that carries the offer of this appointment; "" where none does."""
    listed = (each["reference"] for each in appointment.get("supportingInformation", ()) if "reference" in each)
    return next((each.partition("/")[2] for each in listed if each.startswith("Task/")), "")


def has_declined(appointment: Mapping[str, Any], slot: str) -> bool:
    """Whether the person was offered this Slot (`Slot/x`) and did not want it."""
    return any(each.get("reference") == slot for each in appointment.get("supportingInformation", ()))


def patient_of(appointment: Mapping[str, Any]) -> str:
    """The reference of whose appointment it is."""
    return next((a for each in appointment["participant"] if (a := _actor(each)).startswith("Patient/")), "")


def owner_of(appointment: Mapping[str, Any]) -> tuple[str, str]:
    """(reference, name) of whose book it stands in; empty where nobody of staff takes part."""
    for each in appointment["participant"]:
        if _actor(each).startswith("Practitioner"):
            return _actor(each), each["actor"].get("display", "")
    return "", ""


def answer_by(today: date, start: date) -> date:
    """The day on which an offer is looked at again: the time's own day at the latest."""
    return max(today, min(start, today + timedelta(days=DAYS_TO_ANSWER)))


def _kept(appointment: Mapping[str, Any]) -> list[Any]:
    """What else stands beside it: all but the Task of an earlier offer."""
    listed = appointment.get("supportingInformation", ())
    return [each for each in listed if not each.get("reference", "").startswith("Task/")]


def _actor(participant: Mapping[str, Any]) -> str:
    return participant.get("actor", {}).get("reference", "")


def _owner(actor: str, owner: str) -> Resource:
    said = {"reference": actor} | ({"display": owner} if owner else {})
    return {"actor": said, "status": "accepted"}


def _at(time: Time) -> Resource:
    return {
        "start": moment(time.start),
        "end": moment(time.end),
        "minutesDuration": (time.end - time.start) // 60_000_000,
        "slot": [{"reference": time.slot}],
    }
