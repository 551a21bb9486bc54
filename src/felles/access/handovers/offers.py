"""An offer: what is with one is offered to another, and stays with the first until the second says yes. Pure.

An offer is a Task of its own (`Kind.OFFER`) whose focus is the Task that is offered, so that each of the two has one
state, one owner and one next date: the work's are untouched, and the offer climbs, is asked about, declined and given
on as anything that is sent. `Task.input` names which references of the work are the old one's, and change with a yes.

    sent        to the new one, from the old one; both see it, and the work says to whom it was offered (OFFERED)
    accepted    the work is the new one's, in one commit with the offer's end
    declined    the work stays with the old one, who reads why and may offer it to somebody else
    over        the work ended meanwhile, or the person came back: the offer ends too

While it is open the offer gives both access (`derive`): the old one needs what the work needs, though she may have lost
every other ground. After a yes nothing of it is left to her.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import OFFERED
from felles.access.handovers.away import absent_in
from felles.access.handovers.kinds import NAMES, Kind, coded
from felles.access.handovers.states import MOVED
from felles.record.codes import HANDOVER_STATE_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.access.handovers.states import Held

SIDES: Final = ("owner", "requester")
_BEGUN: Final = frozenset({"requested", "received", "accepted", "ready", "in-progress", "on-hold"})
_LONGEST: Final = 500
_TAKEN: Final = "Overtatt av den nye"
_OFFERED: Final = "Tilbudt den nye"
_OVER: Final = "Det som ble tilbudt, er avsluttet eller hos en annen"
_BACK: Final = "Tilbudet er trukket tilbake"
"""What stands in the entry, in the language of the record."""


def split(marked: str) -> tuple[tuple[str, ...], str]:
    """(sides, receiver) of a mark (`handover.offer`)."""
    sides, _, receiver = marked.partition(" ")
    return tuple(side for side in sides.split(",") if side in SIDES), receiver


def first_of(work: Mapping[str, Any], held: Held, marked: str) -> str:
    """Whose of `work` is offered, the old one: a reference."""
    side = split(marked)[0][0]
    return work.get(side, {}).get("reference") or {"owner": held.owner, "requester": held.sender}[side]


def offered(
    work: Mapping[str, Any], reference: str, held: Held, marked: str, now: str, *, first: str
) -> dict[str, Any]:
    """The Task that offers `work`, which is at `reference`; `now` a FHIR instant, `first` who asks: whose it is."""
    sides, receiver = split(marked)
    words = work.get("description", "").strip()
    had = {"owner": held.owner, "requester": held.sender}  # where the work names nobody
    whose = {"for": work["for"]} if "for" in work else {}  # else it is found by what it is about, as the work is
    return whose | {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": work.get("priority", "routine"),
        "code": coded(Kind.OFFER),
        "description": f"{NAMES[held.kind]}: {words}"[:_LONGEST] if words else NAMES[held.kind],
        "focus": {"reference": reference},
        "authoredOn": now,
        "lastModified": now,
        "requester": {"reference": first},
        "owner": {"reference": receiver},
        "input": [
            {"type": {"text": side}, "valueReference": {"reference": work.get(side, {}).get("reference") or had[side]}}
            for side in sides
        ],
    }


def marked_as(work: Mapping[str, Any], receiver: str) -> dict[str, Any]:
    """The Task that is offered, as it says so: to whom. What the register's mark asked for is done."""
    kept = [each for each in work.get("extension", []) if each.get("url") != OFFERED]
    return dict(work) | {"extension": [*kept, {"url": OFFERED, "valueReference": {"reference": receiver}}]}


def sides_of(offer: Mapping[str, Any]) -> dict[str, str]:
    """Which references of the work change with a yes, and whose each was when it was offered."""
    parts = (
        (e.get("type", {}).get("text"), e.get("valueReference", {}).get("reference")) for e in offer.get("input", [])
    )
    return {side: was for side, was in parts if side in SIDES and was}


def taken(work: Mapping[str, Any], sides: Mapping[str, str], to: str, *, ours: bool = False) -> dict[str, Any] | None:
    """The Task that was offered, as it is `to`'s, the new one's; None where nothing of it is the old one's any more.

    What was on its way or begun has the new one's yes; what had come back stays as it is, and comes back to her.
    `sides` as `sides_of` gives them; `ours`: whoever owns it now has it for the organisation that offered it.
    """
    new = {name: value for name, value in work.items() if name != "extension"}
    if kept := [each for each in work.get("extension", []) if each.get("url") != OFFERED]:
        new["extension"] = kept
    moved = False
    for side, was in sides.items():
        here = work.get(side, {})
        if was not in (here.get("reference", was), absent_in(here)) and not (ours and side == "owner"):
            continue
        moved, new[side] = True, {"reference": to}
        if side == "owner" and work["status"] in _BEGUN:
            new |= {"status": "accepted", "businessStatus": _said(_TAKEN)}
    return new if moved else None


def closed(offer: Mapping[str, Any], *, back: bool = False, yes: bool = False) -> dict[str, Any]:
    """The offer as it is over: with a yes, called `back`, or because there is nothing to take over any more."""
    said = _said(_TAKEN if yes else _BACK if back else _OVER)
    return dict(offer) | {"status": "completed", "businessStatus": said}


def readdressed(offer: Mapping[str, Any], receiver: str) -> dict[str, Any]:
    """The offer as it goes to another one, since the person has moved on before anybody said yes."""
    new = {name: value for name, value in offer.items() if name not in ("businessStatus", "restriction")}
    return marked_as(new, receiver) | {"status": "requested", "owner": {"reference": receiver}}


def _said(text: str) -> dict[str, Any]:
    return {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": MOVED}], "text": text}
