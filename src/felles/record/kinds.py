"""What sort of thing an entry is to those who work with it: the unit of a role's reach and of a block.

A table over type, category and code; each row of `entry` carries the kind it had when it was indexed. A
change here raises `drafts.INDEXER`, and old rows wait for `felles reindex`. Numbers are never given a new meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from felles.record.codes import (
    BLOCKING_SYSTEM,
    CASE_SYSTEM,
    MANDATE_SYSTEM,
    PARENTAL_RESPONSIBILITY,
    RESTRICTION_SYSTEM,
)


class Kind(IntEnum):
    """Bit numbers of `Grant.kinds`; all below 60, so that a mask fits a signed 64-bit integer."""

    OTHER = 0
    PERSON = 1
    NOTE = 2
    RESULT = 3
    VITAL = 4
    MEDICINE = 5
    PROBLEM = 6
    ALLERGY = 7
    APPOINTMENT = 8
    REFERRAL = 9
    TASK = 10
    MESSAGE = 11
    ENCOUNTER = 12
    IMMUNIZATION = 13
    DOCUMENT = 14
    PLAN = 15
    FAMILY = 16
    ADMIN = 17
    ORDER = 18
    IMAGE = 19
    CONSENT = 20
    FINANCIAL = 21
    PROCEDURE = 22
    DEVICE = 23
    FORM = 24
    SOCIAL = 25
    RESEARCH = 26
    TRACE = 27
    PREGNANCY = 28
    CASE = 29
    BLOCK = 30
    WITHHELD = 31
    MANDATE = 32


OPENABLE = sum(1 << kind for kind in Kind if kind not in (Kind.CASE, Kind.BLOCK, Kind.WITHHELD, Kind.MANDATE))
"""The kinds whose blocks a way in can lift: all but those that open and close doors themselves."""


# What a type is when nothing below says more. Shared types carry nobody's data: OTHER.
_BY_TYPE: dict[Kind, str] = {
    Kind.PERSON: "Patient RelatedPerson Person",
    Kind.NOTE: "ClinicalImpression Composition",
    Kind.RESULT: "Observation DiagnosticReport Specimen MolecularSequence BodyStructure",
    Kind.MEDICINE: "MedicationAdministration MedicationDispense MedicationRequest MedicationStatement DetectedIssue",
    Kind.PROBLEM: "Condition AdverseEvent Flag RiskAssessment",
    Kind.ALLERGY: "AllergyIntolerance",
    Kind.APPOINTMENT: "Appointment AppointmentResponse",
    Kind.TASK: "Task",
    Kind.MESSAGE: "Communication CommunicationRequest MessageHeader",
    Kind.ENCOUNTER: "Encounter EpisodeOfCare",
    Kind.IMMUNIZATION: "Immunization ImmunizationEvaluation ImmunizationRecommendation",
    Kind.DOCUMENT: "Binary Bundle DocumentManifest DocumentReference",
    Kind.PLAN: "CarePlan CareTeam Goal GuidanceResponse RequestGroup",
    Kind.FAMILY: "FamilyMemberHistory",
    Kind.ADMIN: "Contract Group Linkage MeasureReport",
    Kind.ORDER: "DeviceRequest NutritionOrder ServiceRequest SupplyRequest VisionPrescription",
    Kind.IMAGE: "ImagingStudy Media",
    Kind.CONSENT: "Consent",
    Kind.FINANCIAL: "Account ChargeItem Claim ClaimResponse Coverage CoverageEligibilityRequest "
    "CoverageEligibilityResponse ExplanationOfBenefit Invoice",
    Kind.PROCEDURE: "Procedure",
    Kind.DEVICE: "Device DeviceUseStatement SupplyDelivery",
    Kind.FORM: "QuestionnaireResponse",
    Kind.RESEARCH: "EnrollmentRequest ResearchSubject",
    Kind.TRACE: "AuditEvent Provenance",
}
DEFAULTS: dict[str, Kind] = {name: kind for kind, names in _BY_TYPE.items() for name in names.split()}
"""Type → kind when neither category nor code says more."""

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
_OBSERVATION = "http://terminology.hl7.org/CodeSystem/observation-category"
_LIST = "http://terminology.hl7.org/CodeSystem/list-example-use-codes"

CASES = (
    "need", "emergency", "consent", "looked", "log-question", "correction", "deletion", "request",
    "self-made", "confirmed", "application", "access-review",
)  # fmt: skip
"""Codes of CASE_SYSTEM: a stated need, an emergency opening, an opening with the person's consent; that a doctor has
looked at a result; a question about the log, a demand to correct or to delete, a request by who acts for the person;
that a way in which its reader made herself was looked over, or is confirmed by the person."""
MANDATES = ("proxy", "guardian", "kin", "estate", "part")
"""Codes of MANDATE_SYSTEM: proxy, guardian, next of kin of one who cannot consent, kin of a deceased, part."""

WISH = "wish"
"""Code of MANDATE_SYSTEM: what the person wants her nearest kin to see when she is dead. It lets nobody in."""

# (type, element, system, code, kind): the first row that an entry's codings meet decides.
_RULES: tuple[tuple[str, str, str, str, Kind], ...] = (
    *(("Task", "code", CASE_SYSTEM, code, Kind.CASE) for code in CASES),
    # LOINC 59284-0 Patient Consent; what withdraws one from the shared record (Norwegian profile of Consent).
    ("Consent", "category", LOINC, "59284-0", Kind.BLOCK),
    # Volven 9603: refused because of danger to life, refused as clearly inadvisable (pbrl § 5-1).
    ("Consent", "category", BLOCKING_SYSTEM, "NORN_FFL", Kind.WITHHELD),
    ("Consent", "category", BLOCKING_SYSTEM, "NORN_KUT", Kind.WITHHELD),
    ("Consent", "category", RESTRICTION_SYSTEM, "not-to-parents", Kind.WITHHELD),
    ("Consent", "category", RESTRICTION_SYSTEM, "barred", Kind.WITHHELD),
    *(("Consent", "category", MANDATE_SYSTEM, code, Kind.MANDATE) for code in (*MANDATES, WISH)),
    # The codes of "foreldreansvar" in the National Population Register.
    *(("RelatedPerson", "relationship", PARENTAL_RESPONSIBILITY, code, Kind.MANDATE)
      for code in ("felles", "mor", "far", "medmor", "andre", "ukjent")),
    # LOINC 82810-3 Pregnancy status, 63895-7 Breastfeeding status, 11778-8 Delivery date estimated.
    ("Observation", "code", LOINC, "82810-3", Kind.PREGNANCY),
    ("Observation", "code", LOINC, "63895-7", Kind.PREGNANCY),
    ("Observation", "code", LOINC, "11778-8", Kind.PREGNANCY),
    ("Observation", "category", _OBSERVATION, "vital-signs", Kind.VITAL),
    ("Observation", "category", _OBSERVATION, "survey", Kind.FORM),
    ("Observation", "category", _OBSERVATION, "social-history", Kind.SOCIAL),
    # A report that is a note in all but its type: LOINC's "History and physical" and "Evaluation + plan".
    ("DiagnosticReport", "category", LOINC, "34117-2", Kind.NOTE),
    ("DiagnosticReport", "category", LOINC, "51847-2", Kind.NOTE),
    ("DiagnosticReport", "code", LOINC, "34117-2", Kind.NOTE),
    ("DiagnosticReport", "code", LOINC, "51847-2", Kind.NOTE),
    ("DocumentReference", "category", "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
     "clinical-note", Kind.NOTE),
    # SNOMED CT 3457005 Patient referral, 306206005 Referral to service, 440655000 Outpatient referral.
    ("ServiceRequest", "category", SNOMED, "3457005", Kind.REFERRAL),
    ("ServiceRequest", "category", SNOMED, "306206005", Kind.REFERRAL),
    ("ServiceRequest", "category", SNOMED, "440655000", Kind.REFERRAL),
    ("ServiceRequest", "code", SNOMED, "3457005", Kind.REFERRAL),
    ("ServiceRequest", "code", SNOMED, "306206005", Kind.REFERRAL),
    ("ServiceRequest", "code", SNOMED, "440655000", Kind.REFERRAL),
    # LOINC 57133-1 Referral note.
    ("Composition", "type", LOINC, "57133-1", Kind.REFERRAL),
    ("DocumentReference", "type", LOINC, "57133-1", Kind.REFERRAL),
    ("List", "code", _LIST, "problems", Kind.PROBLEM),
    ("List", "code", _LIST, "medications", Kind.MEDICINE),
    ("List", "code", _LIST, "allergies", Kind.ALLERGY),
    ("List", "code", _LIST, "plans", Kind.PLAN),
)  # fmt: skip

_Refined = dict[tuple[str, str, str], tuple[int, Kind]]


def _refined() -> dict[str, tuple[tuple[str, ...], _Refined]]:
    """Type → (elements to look at, (element, system, code) → (row number, kind))."""
    elements: dict[str, dict[str, None]] = {}
    rows: dict[str, _Refined] = {}
    for number, (name, element, system, code, kind) in enumerate(_RULES):
        elements.setdefault(name, {})[element] = None
        rows.setdefault(name, {})[element, system, code] = (number, kind)
    return {name: (tuple(elements[name]), rows[name]) for name in rows}


_REFINED = _refined()
KINDS_BY_CODE: dict[str, dict[tuple[str, str, str], Kind]] = {
    name: {place: kind for place, (_, kind) in rows.items()} for name, (_, rows) in _REFINED.items()
}
"""Type → (element, system, code) → the kind that this code gives."""


def kind_of(resource: Any) -> Kind:
    """The kind of a resource (a struct of `felles.fhir.r4`), from its type, category and code."""
    name = type(resource).__name__
    refined = _REFINED.get(name)
    best: tuple[int, Kind] | None = None
    if refined is not None:
        elements, rows = refined
        for element in elements:
            for system, code in _codings(getattr(resource, element)):
                met = rows.get((element, system, code))
                if met is not None and (best is None or met < best):
                    best = met
    return best[1] if best is not None else DEFAULTS.get(name, Kind.OTHER)


def codings_of(resource: Any) -> Iterator[tuple[str, str, str]]:
    """(element, system, code) of all codings that the table looks at in this resource."""
    elements = _REFINED.get(type(resource).__name__, ((), {}))[0]
    for element in elements:
        for system, code in _codings(getattr(resource, element)):
            yield element, system, code


def _codings(concepts: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of a CodeableConcept or a list of them; nothing when absent."""
    for concept in concepts if isinstance(concepts, list) else (concepts,):
        for coding in getattr(concept, "coding", None) or ():
            if coding.system and coding.code:
                yield coding.system, coding.code
