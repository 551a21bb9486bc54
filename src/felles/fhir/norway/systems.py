"""URIs of Norwegian identifiers, code lists and extensions.

Source: HL7 Norway, hl7.fhir.no.basis 2.2 (profiles and naming systems); Volven lists of Helsedirektoratet.
"""

from __future__ import annotations

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
"""Fødselsnummer."""
DNR = "urn:oid:2.16.578.1.12.4.1.4.2"
"""D-nummer."""
FHN = "urn:oid:2.16.578.1.12.4.1.4.3"
"""Felles hjelpenummer."""
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
"""Helsepersonellregisteret's number."""
ENH = "urn:oid:2.16.578.1.12.4.1.4.101"
"""Organisation number in Enhetsregisteret."""
RESH = "urn:oid:2.16.578.1.12.4.1.4.102"
"""Unit in the register of units of the specialist service."""
HER = "urn:oid:2.16.578.1.12.4.1.2"
"""Communication party (stands on HealthcareService, never on Organization)."""

ICPC2 = "urn:oid:2.16.578.1.12.4.1.1.7170"
ICD10 = "urn:oid:2.16.578.1.12.4.1.1.7110"
ATC = "http://www.whocc.no/atc"
NLK = "urn:oid:2.16.578.1.12.4.1.1.7280"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"

MUNICIPALITY = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
MUNICIPALITY_EXTENSION = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode"


def volven(number: int) -> str:
    """The URI of a Volven list: `volven(9060)` is the one of health-personnel categories."""
    return f"urn:oid:2.16.578.1.12.4.1.1.{number}"
