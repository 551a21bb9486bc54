"""How each hand-over stands, said from its FHIR entries alone: the table of the hand-overs is not looked at.

It is what `docs/handovers.md` says, once more: Task.status with its businessStatus, and whose it is by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from felles.access.handovers.kinds import RULES, Kind
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM, HANDOVER_SYSTEM

DONE_ENDS = frozenset({"task", "note", "offer"} | ({"order"} if RULES[Kind.ORDER].done_ends else set()))
"""Kinds that doing ends; of an order it is that somebody has seen the answer."""
OPENINGS = frozenset({"need", "emergency", "consent"})
NOBODYS = frozenset({"application", "access-review"})
CODES = frozenset({"log-question", "correction", "deletion", "request", "self-made"}) | OPENINGS | NOBODYS
"""Codes of CASE_SYSTEM that somebody answers. Work has a "correction" of its own: a case of that code is a demand."""
CASES = CODES - {"correction"} | {"demand"}
OPEN = ("sent", "received", "progress", "asked", "declined", "answered", "untaken")
_TAKEN = {"accepted": "progress", "ready": "progress", "in-progress": "progress", "on-hold": "progress",
          "requested": "sent", "draft": "sent", "received": "received"}  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """State (a word of `OPEN`, "done" or "ended"), whose it is ("" for nobody), what sort it is, and who sent it."""

    state: str
    owner: str
    kind: str
    sender: str

    @property
    def open(self) -> bool:
        return self.state in OPEN


def of_task(body: dict[str, Any]) -> Truth | None:
    """What a Task says; None for what is no hand-over."""
    case = next((code for code in _codes(body, "code", CASE_SYSTEM) if code in CODES), "")
    if not case and (body["status"] == "draft" or _codes(body, "code", CASE_SYSTEM)):
        return None
    about = body.get("focus", {}).get("reference", "")
    kind = case or next(iter(_codes(body, "code", HANDOVER_SYSTEM)), "") or _by(about)
    owner, sender = (body.get(side, {}).get("reference", "") for side in ("owner", "requester"))
    citizen = sender.startswith("Patient/")
    state = _state(body, kind, citizen=citizen, case=bool(case))
    if case:
        kind = "demand" if case == "correction" else case
    else:
        state = "progress" if state == "sent" and owner == sender else state
        named = owner.startswith(("Practitioner/", "PractitionerRole/"))
        hurries = body.get("priority") in ("asap", "stat") and kind not in ("order", "offer")
        if hurries and (state == "received" or (state == "progress" and not named)):
            state = "sent"  # until somebody has taken it by name
    if state in ("done", "ended"):
        return Truth(state, "", kind, sender)
    back = state in ("asked", "declined", "answered", "untaken") and not citizen and not case
    return Truth(state, sender if back else owner, kind, sender)


def _state(body: dict[str, Any], kind: str, *, citizen: bool, case: bool) -> str:
    status, business = body["status"], next(iter(_codes(body, "businessStatus", HANDOVER_STATE_SYSTEM)), "")
    over = citizen or case
    if status in ("cancelled", "entered-in-error") or (business == "ended" and status != "requested"):
        return "ended"
    if status in ("rejected", "failed"):
        return "ended" if over else "declined"
    if status == "completed" and kind == "offer" and business != "moved":
        return "progress"
    if status == "completed":
        return "done" if over or kind in DONE_ENDS else "answered"
    if business == "returned" and status == "on-hold" and not citizen:  # who is a citizen is asked, and owns nothing
        return "asked"
    return "untaken" if business in ("untaken", "stopped") else _TAKEN[status]


def of_request(body: dict[str, Any]) -> Truth | None:
    """What a referral or an order says that no Task carries."""
    sender = body.get("requester", {}).get("reference", "")
    order = any(code["code"] == "108252007" for each in body.get("category", []) for code in each["coding"])
    owner = sender if order else next((each["reference"] for each in body.get("performer", [])), "")
    if not owner or body["status"] != "active":
        return None
    return Truth("progress" if order else "sent", owner, "order" if order else "referral", sender)


def of_message(body: dict[str, Any]) -> Truth | None:
    """What a message says that no Task carries."""
    owner = next((each["reference"] for each in body.get("recipient", [])), "")
    if not owner or body["status"] != "in-progress":
        return None
    return Truth("sent", owner, "message", body["sender"]["reference"])


def _codes(body: dict[str, Any], name: str, system: str) -> list[str]:
    return [each.get("code", "") for each in body.get(name, {}).get("coding", []) if each.get("system") == system]


def _by(about: str) -> str:
    return {"ServiceRequest": "referral", "Communication": "question"}.get(about.partition("/")[0], "task")
