"""When a result reaches the person it is about: four classes, as data. Pure.

    at once     routine: chemistry, infection control, measurements
    seen        after a doctor has looked, at the latest after some working days
    talk        somebody talks with her first: pathology, genetics, HIV
    never       not digitally: on a legal ground alone, told and open to complaint

Everything is shown at once unless a row below says otherwise: access is the rule (pasient- og brukerrettighetsloven
§ 5-1), and most people want it so. Sources: the four classes are Helse Midt-Norge's and the medical association's
(hearing 2023 on delayed access to results); five working days lies between practices (Helse Nord ten, Helse Vest
when assessed). Which codes belong where is practice: a site sets its own table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from felles.access.codes import RELEASE
from felles.access.workdays import workday_after
from felles.record.clock import FOREVER
from felles.record.kinds import LOINC, SNOMED


class Release(IntEnum):
    """The classes; a later one is the stricter."""

    AT_ONCE = 1
    SEEN = 2
    TALK = 3
    NEVER = 4


@dataclass(frozen=True, slots=True)
class Waits:
    """How many working days a class waits for somebody at most; None: until somebody has acted. Settable by site."""

    seen: int | None = 5
    talk: int | None = None


BY_CODE: Final[dict[str, Release]] = {
    "at-once": Release.AT_ONCE,
    "seen": Release.SEEN,
    "talk": Release.TALK,
    "never": Release.NEVER,
}
"""`RELEASE` extension's codes."""

_NLK: Final = "urn:oid:2.16.578.1.12.4.1.1.7280"
_SERVICES: Final = "http://terminology.hl7.org/CodeSystem/v2-0074"
_OBSERVATION: Final = "http://terminology.hl7.org/CodeSystem/observation-category"

# (system, code) of code or category → class; the strictest that an entry meets decides.
_TABLE: Final[dict[tuple[str, str], Release]] = {
    # HIV 1 Ab; HIV 1+2 Ab and p24 Ag; HIV in Norsk laboratoriekodeverk.
    (LOINC, "7917-8"): Release.TALK,
    (LOINC, "56888-1"): Release.TALK,
    (_NLK, "NPU19649"): Release.TALK,
    # Genetic analysis report; pathology study; v2-0074 genetics, surgical pathology, cytopathology.
    (LOINC, "51969-4"): Release.TALK,
    (LOINC, "11526-1"): Release.TALK,
    (_SERVICES, "GE"): Release.TALK,
    (_SERVICES, "SP"): Release.TALK,
    (_SERVICES, "CP"): Release.TALK,
    # Cervical cytology; PSA, CEA, CA 125, AFP: a number that may be read as cancer.
    (LOINC, "33717-0"): Release.SEEN,
    (LOINC, "2857-1"): Release.SEEN,
    (LOINC, "2039-6"): Release.SEEN,
    (LOINC, "10334-1"): Release.SEEN,
    (LOINC, "1834-1"): Release.SEEN,
    # Imaging: SNOMED CT imaging and radiology, v2-0074 radiology, CT, MR, ultrasound.
    (SNOMED, "363679005"): Release.SEEN,
    (SNOMED, "394914008"): Release.SEEN,
    (_SERVICES, "RAD"): Release.SEEN,
    (_SERVICES, "CT"): Release.SEEN,
    (_SERVICES, "NMR"): Release.SEEN,
    (_SERVICES, "RUS"): Release.SEEN,
    (_OBSERVATION, "imaging"): Release.SEEN,
}

_WAITED: Final = frozenset({"preliminary", "final", "amended", "corrected", "appended", "partial"})
"""Statuses in which there is something to wait for."""


def class_of(resource: Any) -> Release:
    """The class of an Observation or DiagnosticReport (structs of `felles.fhir.r4`); others come at once.

    The extension RELEASE, set by who ordered or answered, can make it stricter, never freer: freeing is a doctor's
    act with her name on it (`holding`).
    """
    if type(resource).__name__ not in ("Observation", "DiagnosticReport") or resource.status not in _WAITED:
        return Release.AT_ONCE
    met = [_TABLE[coding] for coding in _codings(resource) if coding in _TABLE]
    return max((*met, *_asked(resource)), default=Release.AT_ONCE)


def release_at(release: Release, came: int, waits: Waits | None = None) -> int:
    """When one of that class, which came at `came`, is shown though nobody acted (both real microseconds)."""
    waits = waits or Waits()
    if release is Release.AT_ONCE:
        return came
    days = {Release.SEEN: waits.seen, Release.TALK: waits.talk}.get(release)
    return FOREVER if days is None else workday_after(came, days)


def results_of(resource: Any) -> list[str]:
    """The Observations that a DiagnosticReport names: it waits for them, and they for it."""
    if type(resource).__name__ != "DiagnosticReport":
        return []
    references = (getattr(each, "reference", None) for each in resource.result or [])
    return [ref for ref in references if isinstance(ref, str) and ref.startswith("Observation/")]


def _codings(resource: Any) -> Iterator[tuple[str, str]]:
    for concept in (resource.code, *(resource.category or [])):
        for coding in concept.coding or []:
            if coding.system and coding.code:
                yield coding.system, coding.code


def _asked(resource: Any) -> Iterator[Release]:
    for extension in resource.extension or []:
        if extension.url == RELEASE and extension.valueCode in BY_CODE:
            yield BY_CODE[extension.valueCode]
