"""What opens and closes doors, as resources and written through the FHIR door by maintenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access.codes import REASON, REVIEW, ROLE_SYSTEM
from felles.record.codes import BLOCKING_SYSTEM, CASE_SYSTEM, MANDATE_SYSTEM, RESTRICTION_SYSTEM

if TYPE_CHECKING:
    from worlds import World

LAW = "http://hl7.no/fhir/CodeSystem/no-basis-legal-formality-or-basis"
SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def consent(patient: str, category: dict[str, Any], provision: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """A Consent of `patient` (an id)."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": coded(SCOPE, "patient-privacy"),
        "category": [category],
        "patient": {"reference": f"Patient/{patient}"},
        "dateTime": "2026-05-03",
        "policyRule": coded(LAW, "PBRL5-3"),
        "provision": provision,
        **elements,
    }


def block(patient: str, **provision: Any) -> dict[str, Any]:
    """A block. `against` (an Organization or Practitioner) or `role`: else all; the others say what it covers."""
    against, role = provision.pop("against", None), provision.pop("role", None)
    actors = [] if against is None else [{"role": coded(ROLE, "PRCP"), "reference": {"reference": against}}]
    if role is not None:
        actors.append({"role": coded(ROLE_SYSTEM, role), "reference": {"display": role}})
    said = {"type": "deny", **({"actor": actors} if actors else {}), **provision}
    return consent(patient, coded("http://loinc.org", "59284-0"), said)


def item(reference: str) -> dict[str, Any]:
    """One entry, as `provision.data` names it."""
    return {"meaning": "instance", "reference": {"reference": reference}}


def held_back(patient: str, entry: str, *, why: str = "NORN_KUT") -> dict[str, Any]:
    """An entry kept from the person (pbrl § 5-1)."""
    extension = [{"url": REASON, "valueString": "Står i fare"}, {"url": REVIEW, "valueDate": "2099-01-01"}]
    said = {"type": "deny", "data": [item(entry)]}
    return consent(patient, coded(BLOCKING_SYSTEM, why), said, extension=extension)


def not_to_parents(patient: str, entry: str) -> dict[str, Any]:
    return consent(patient, coded(RESTRICTION_SYSTEM, "not-to-parents"), {"type": "deny", "data": [item(entry)]})


def proxy(patient: str, receiver: str, *verbs: str, end: str | None = None) -> dict[str, Any]:
    """`receiver` (an id of a Patient) may act for `patient`."""
    said: dict[str, Any] = {
        "type": "permit",
        "actor": [{"role": coded(ROLE, "DELEGATEE"), "reference": {"reference": f"Patient/{receiver}"}}],
        "action": [coded(MANDATE_SYSTEM, verb) for verb in verbs or ("read",)],
    }
    if end is not None:
        said["period"] = {"end": end}
    return consent(patient, coded(MANDATE_SYSTEM, "proxy"), said)


def case(patient: str, code: str, **elements: Any) -> dict[str, Any]:
    """A Task with a code of CASE_SYSTEM."""
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": coded(CASE_SYSTEM, code),
        "for": {"reference": f"Patient/{patient}"},
        **elements,
    }


async def blocked(world: World, patient: str, **what: Any) -> dict[str, Any]:
    """The block as it was stored."""
    return await world.made(block(patient, **what))
