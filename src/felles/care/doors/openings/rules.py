"""From the form of a way in to its Task. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.codes import KIND_SYSTEM, OPENING_REASON
from felles.access.openings import OPENED, REASONS, WORDS
from felles.access.self_made import CONFIRMED
from felles.record.codes import CASE_SYSTEM
from felles.record.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.access.actor import Actor

WAYS: Final = {"samtykke": ("consent", "open"), "nodrett": ("emergency", "open"), "behov": ("need", "need")}
"""Word in the address → (code of the case, verb it takes)."""
FIELDS: Final = ("vei", "grunn", "ord", "del")
PARTS: Final[dict[str, tuple[Kind, ...]]] = {
    "medisiner": (Kind.MEDICINE, Kind.ALLERGY, Kind.IMMUNIZATION),
    "svar": (Kind.RESULT, Kind.VITAL, Kind.IMAGE, Kind.ORDER),
    "diagnoser": (Kind.PROBLEM, Kind.PROCEDURE, Kind.PREGNANCY),
    "notater": (Kind.NOTE, Kind.DOCUMENT, Kind.ENCOUNTER, Kind.REFERRAL, Kind.PLAN),
    "alt": OPENED,
}
"""Parts that can be asked for: nobody opens more than she needs."""


def read(form: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the form: field → code."""
    wrong: dict[str, str] = {}
    if form.get("vei") not in WAYS:
        wrong["vei"] = "way"
    if form.get("grunn") not in REASONS:
        wrong["grunn"] = "reason"
    if len(form.get("ord", "").strip()) < WORDS:
        wrong["ord"] = "words"
    if form.get("vei") != "behov" and form.get("del") not in PARTS:
        wrong["del"] = "part"
    return wrong


def confirmed(patient: str, entry: str, at: str) -> dict[str, Any]:
    """The Task by which `patient` (Patient/x) confirms what follows from `entry` (Type/id)."""
    return {
        "resourceType": "Task",
        "status": "completed",
        "intent": "order",
        "code": {"coding": [{"system": CASE_SYSTEM, "code": CONFIRMED}]},
        "for": {"reference": patient},
        "requester": {"reference": patient},
        "focus": {"reference": entry},
        "authoredOn": at,
    }


def task(patient_id: str, actor: Actor, form: Mapping[str, str], at: str) -> dict[str, Any]:
    """The Task of a form without faults, written `at` (a FHIR dateTime)."""
    code, _ = WAYS[form["vei"]]
    kinds = PARTS[form["del"]] if form.get("del") in PARTS else ()
    of_kinds = {"coding": [{"system": CASE_SYSTEM, "code": "kinds"}]}
    made: dict[str, Any] = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": CASE_SYSTEM, "code": code}]},
        "for": {"reference": f"Patient/{patient_id}"},
        "authoredOn": at,
        "requester": {"reference": actor.reference, "display": actor.name},
        "owner": {"reference": actor.organization, "display": actor.organization_name},
        "reasonCode": {
            "coding": [{"system": OPENING_REASON, "code": form["grunn"]}],
            "text": form["ord"].strip()[:2000],
        },
    }
    if kinds:
        codings = [{"system": KIND_SYSTEM, "code": kind.name.lower()} for kind in kinds]
        made["input"] = [{"type": of_kinds, "valueCoding": coding} for coding in codings]
    return made
