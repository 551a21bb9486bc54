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
