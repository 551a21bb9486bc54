"""Identifier systems and extensions that the record itself acts on.

Source: HL7 Norway, `hl7.fhir.no.basis` (no-basis-Patient, no-basis-Address).
"""

from __future__ import annotations

NATIONAL_NUMBER_SYSTEMS = frozenset(
    {
        "urn:oid:2.16.578.1.12.4.1.4.1",  # fødselsnummer
        "urn:oid:2.16.578.1.12.4.1.4.2",  # D-nummer
        "urn:oid:2.16.578.1.12.4.1.4.3",  # felles hjelpenummer
    }
)
"""Systems whose values name one person in the whole region."""

MUNICIPALITY_CODE = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode"
"""The extension on `Address.district` that carries the municipality's number."""

PROTECTED_ADDRESS = "http://felles.example/fhir/StructureDefinition/protected-address"
"""Our extension on Patient: `confidential` or `strict`, as the population register grades addresses."""

CASE_SYSTEM = "http://felles.example/fhir/CodeSystem/case"
"""`Task.code`: what somebody must answer, or a way in that must be looked over afterwards."""

MANDATE_SYSTEM = "http://felles.example/fhir/CodeSystem/mandate"
"""`Consent.category`: who may act for the person."""

RESTRICTION_SYSTEM = "http://felles.example/fhir/CodeSystem/restriction"
"""`Consent.category`: what those who act for a child do not see."""

BLOCKING_SYSTEM = "http://helsedir.no/fhir/CodeSystem/no-kodeverk-9603"
"""`Consent.category`: Volven 9603, whether and why an entry is kept from the person it is about."""

PARENTAL_RESPONSIBILITY = "http://hl7.no/fhir/CodeSystem/no-basis-parental-responsibility"
"""`RelatedPerson.relationship`: who has parental responsibility, as the National Population Register says it."""

WRITTEN = "http://felles.example/fhir/CodeSystem/writing"
"""`meta.tag` of a version that a form signed: the id of the text that was signed, so that it is not written twice."""

MOVED = ("http://felles.example/fhir/CodeSystem/entry", "moved")
"""`meta.tag` (system, code) of an entry that was written on another person and moved to the one it is about."""

HANDOVER_SYSTEM = "http://felles.example/fhir/CodeSystem/handover"
"""`Task.code`: what sort of hand-over it is."""

HANDOVER_STATE_SYSTEM = "http://felles.example/fhir/CodeSystem/handover-state"
"""`Task.businessStatus`: what `Task.status` alone does not say of a hand-over."""
