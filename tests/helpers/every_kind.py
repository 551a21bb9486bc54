"""One entry of each kind that there is, as small as it can be, about a person."""

from __future__ import annotations

from typing import Any

from doors import block, coded, consent, proxy

from felles.record.codes import BLOCKING_SYSTEM, CASE_SYSTEM
from felles.record.kinds import LOINC, SNOMED, Kind

_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_TEXT = {"text": "x"}


def _observation(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": _TEXT, **more}


def of_every_kind(patient: str) -> dict[Kind, dict[str, Any]]:
    """Kind → an entry of it about `patient` (an id), with an id of its own; none opens or closes anything."""
    whom = {"reference": f"Patient/{patient}"}
    subject, hers = {"subject": whom}, {"patient": whom}
    request = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", **subject}
    made: dict[Kind, dict[str, Any]] = {
        Kind.OTHER: {"resourceType": "Basic", "code": _TEXT, **subject},
        Kind.PERSON: {"resourceType": "Patient", "name": [{"family": "Tabell", "given": ["Tina"]}]},
        Kind.NOTE: {"resourceType": "ClinicalImpression", "status": "completed", **subject},
        Kind.RESULT: _observation(**subject),
        Kind.VITAL: _observation(category=[coded(_CATEGORY, "vital-signs")], **subject),
        Kind.MEDICINE: {"resourceType": "MedicationStatement", "status": "active",
                        "medicationCodeableConcept": _TEXT, **subject},
        Kind.PROBLEM: {"resourceType": "Condition", **subject},
        Kind.ALLERGY: {"resourceType": "AllergyIntolerance", **hers},
        Kind.APPOINTMENT: {"resourceType": "Appointment", "status": "proposed",
                           "participant": [{"actor": whom, "status": "needs-action"}]},
        Kind.REFERRAL: request | {"category": [coded(SNOMED, "3457005")]},
        Kind.TASK: {"resourceType": "Task", "status": "requested", "intent": "order", "for": whom},
        Kind.MESSAGE: {"resourceType": "Communication", "status": "completed", **subject},
        Kind.ENCOUNTER: {"resourceType": "Encounter", "status": "unknown", **subject,
                         "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}},
        Kind.IMMUNIZATION: {"resourceType": "Immunization", "status": "completed", "vaccineCode": _TEXT, **hers,
                            "occurrenceDateTime": "2026-01-01"},
        Kind.DOCUMENT: {"resourceType": "DocumentReference", "status": "current", **subject,
                        "content": [{"attachment": {"title": "x"}}]},
        Kind.PLAN: {"resourceType": "CarePlan", "status": "active", "intent": "plan", **subject},
        Kind.FAMILY: {"resourceType": "FamilyMemberHistory", "status": "completed", "relationship": _TEXT, **hers},
        Kind.ADMIN: {"resourceType": "Contract", "subject": [whom]},
        Kind.ORDER: request,
        Kind.IMAGE: {"resourceType": "ImagingStudy", "status": "available", **subject},
        Kind.CONSENT: {"resourceType": "Consent", "status": "active", "scope": _TEXT, "category": [_TEXT],
                       "policyRule": _TEXT, **hers},
        Kind.FINANCIAL: {"resourceType": "Account", "status": "active", "subject": [whom]},
        Kind.PROCEDURE: {"resourceType": "Procedure", "status": "completed", **subject},
        Kind.DEVICE: {"resourceType": "DeviceUseStatement", "status": "active", "device": {"display": "x"}, **subject},
        Kind.FORM: {"resourceType": "QuestionnaireResponse", "status": "completed", **subject},
        Kind.SOCIAL: _observation(category=[coded(_CATEGORY, "social-history")], **subject),
        Kind.RESEARCH: {"resourceType": "ResearchSubject", "status": "candidate", "individual": whom,
                        "study": {"display": "x"}},
        Kind.TRACE: {"resourceType": "Provenance", "recorded": "2026-05-03T12:00:00Z", "target": [whom],
                     "agent": [{"who": {"display": "x"}}]},
        Kind.PREGNANCY: _observation(**subject) | {"code": coded(LOINC, "82810-3")},
        Kind.CASE: {"resourceType": "Task", "status": "completed", "intent": "order", "for": whom,
                    "code": coded(CASE_SYSTEM, "log-question")},
        Kind.BLOCK: block(patient) | {"status": "inactive"},
        Kind.WITHHELD: consent(patient, coded(BLOCKING_SYSTEM, "NORN_KUT"), {"type": "deny"}, status="inactive"),
        Kind.MANDATE: proxy(patient, "nobody") | {"status": "inactive"},
    }  # fmt: skip
    ids = {kind: patient if kind is Kind.PERSON else f"{patient}-{int(kind)}" for kind in made}
    return {kind: entry | {"id": ids[kind]} for kind, entry in made.items()}
