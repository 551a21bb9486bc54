"""What looking a person up shows of a Patient, to those who have no relation to her.

Name, birth date, gender, whether deceased, and the municipality. Never an address, a phone, a contact or
a national number: whoever asks by number has it already.
"""

from __future__ import annotations

from typing import Any

from felles.fhir import r4
from felles.record.codes import MUNICIPALITY_CODE, PROTECTED_ADDRESS


def is_protected(patient: Any) -> bool:
    """Whether a Patient (a struct of `felles.fhir.r4`) says that the address is protected."""
    extensions = patient.extension or []
    return any(e.url == PROTECTED_ADDRESS and e.valueCode in ("confidential", "strict") for e in extensions)


def municipality_of(patient: Any) -> str | None:
    """The municipality's number where an address carries it, else the name of district or city."""
    for address in patient.address or []:
        district = address.district_ext
        for extension in (district.extension or []) if district else []:
            coding = extension.valueCoding
            if extension.url == MUNICIPALITY_CODE and coding and coding.code:
                return coding.code
        if address.district or address.city:
            return address.district or address.city
    return None


def look_up_form(patient: Any, *, place: bool = True) -> Any:
    """A Patient with only what a look-up shows, under the same id; without `place` not even the municipality."""
    shown = r4.Patient(id=patient.id)
    for field in ("active", "name", "gender", "birthDate", "deceasedBoolean", "deceasedDateTime"):
        setattr(shown, field, getattr(patient, field))
    municipality = municipality_of(patient) if place else None
    if municipality is not None:
        shown.address = [r4.Address(district=municipality)]
    return shown
