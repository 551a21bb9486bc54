"""The codes that the list of medicines looks at, each with its source."""

from __future__ import annotations

from typing import Final

from felles.fhir.norway.systems import ATC

SUBSTANCE_SYSTEM: Final = ATC
"""ATC, as FEST gives it with each medicine: seven signs are a substance (fifth level), fewer a group."""
SUBSTANCE_SIGNS: Final = 7

THINNERS: Final = "B01A"
"""ATC B01A, antithrombotic agents: what both staff and citizens call blood thinners."""
THINNER_NAMES: Final = (
    "warfarin", "apixaban", "apiksaban", "rivaroxaban", "rivaroksaban", "edoxaban", "edoksaban", "dabigatran",
    "heparin",
    "dalteparin", "enoxaparin", "enoksaparin", "tinzaparin", "fondaparinux", "klopidogrel", "clopidogrel", "prasugrel",
    "ticagrelor", "dipyridamol",
)  # fmt: skip
"""Names of substances of B01A, Norwegian and international (INN), for entries without an ATC code."""

CREATININE: Final = ("14682-9", "2160-0", "38483-4", "NPU04998")
"""LOINC: creatinine in serum or plasma (µmol/L, mg/dL), in blood; NLK: P-Kreatinin."""
FILTRATION: Final = ("62238-1", "98979-8", "33914-3", "48642-3", "48643-1", "77147-7")
"""LOINC: estimated glomerular filtration rate by CKD-EPI (2009, 2021) and MDRD."""

ACUTE: Final = "acute"
"""medicationrequest-course-of-therapy: a course that is to end."""
PROPOSED: Final = ("proposal", "plan", "option")
"""Intents of a MedicationRequest that is no order: nobody has been told to take it."""
NEVER: Final = ("entered-in-error", "draft", "cancelled", "not-done", "declined", "preparation", "unknown")
"""Statuses of what is not so, was never begun, or of which nothing is known."""
OVER: Final = ("completed", "stopped", "not-taken")
"""Statuses of what is over, and of what somebody says that she does not take."""
STAYS: Final = ("IMP", "ACUTE", "NONAC")
"""v3-ActCode: encounter classes of admissions."""
STATUS_CHANGED: Final = "http://hl7.org/fhir/5.0/StructureDefinition/extension-MedicationRequest.statusChanged"
"""Extension on MedicationRequest (dateTime): when it got the status it has; R5's element as R4 carries it."""
