"""What a correction says of an entry: who set it right, or said that it was wrong, when and why. Pure.

A record is corrected by adding (helsepersonelloven § 42): the entry gets a new version, and what stood is the version
before. R4 has no element for why a version is another than the one before it, so that a note says it, with our mark.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

CORRECTION: Final = "http://felles.example/fhir/StructureDefinition/correction"
"""Extension on Annotation (code: `CORRECTED`, `WITHDRAWN`): the note says why the entry was set right, or is wrong."""
CORRECTED: Final = "corrected"
WITHDRAWN: Final = "withdrawn"
IN_ERROR: Final = "entered-in-error"
"""The code of R4's value sets for status and verificationStatus of what should never have been entered."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: `by` a name, `when` a FHIR dateTime, `text` what the note says."""

    withdrawn: bool
    by: str
    when: str
    text: str


def corrections(resource: dict[str, Any]) -> list[Correction]:
    """Those of an entry (as JSON), the newest first."""
    found = [_read(each, code) for each in resource.get("note", ()) if (code := _code(each))]
    return found[::-1]


def _code(note: dict[str, Any]) -> str:
    marks = (each.get("valueCode", "") for each in note.get("extension", ()) if each.get("url") == CORRECTION)
    return next(marks, "")


def _read(note: dict[str, Any], code: str) -> Correction:
    by = note.get("authorString") or note.get("authorReference", {}).get("display", "")
    return Correction(code == WITHDRAWN, by, str(note.get("time", "")), str(note.get("text", "")))


def is_wrong(resource: dict[str, Any]) -> bool:
    """Whether the entry was entered in error, as its type says so: by its status, or by how sure it is."""
    if resource.get("status") == IN_ERROR:
        return True
    sure = resource.get("verificationStatus")
    return isinstance(sure, dict) and any(each.get("code") == IN_ERROR for each in sure.get("coding", ()))
