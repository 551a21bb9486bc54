"""What the record says of a person in a few lines, for whoever she is handed over to: forms arrive filled in with it.

It is read from the entries themselves and written into the new one by whoever signs; nothing is asked again (law 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.writing.rules import wants_text, words
from felles.record.wants import Coded, Standing, Want

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.writing.form import Known, Resource

LONGEST: Final = 4000
VALUES: Final = ("85354-9", "8867-4", "718-7", "14682-9", "62238-1", "4548-4", "2276-4", "29463-7")
"""LOINC: blood pressure, pulse, haemoglobin, creatinine, eGFR, HbA1c, ferritin, weight."""
LIVING: Final = ("63503-7", "95541-9")
"""LOINC: living situation; what matters to the person."""
WANTS: Final = (
    Standing("Condition", 60),
    Want("MedicationRequest", 200),
    Standing("AllergyIntolerance", 60),
    Coded("Observation", 1, (*VALUES, *LIVING)),
)
_ORDERED: Final = ("active", "on-hold")


def dosed(order: Resource) -> str:
    """A medicine with its dose, as it is written."""
    named = words(order.get("medicationCodeableConcept")) or order.get("medicationReference", {}).get("display", "")
    dose = wants_text(order, "dosageInstruction", "text")
    return f"{named}, {dose[:1].lower()}{dose[1:]}" if dose else named


def problems(known: Known) -> list[str]:
    """The names of problems that stand."""
    return _distinct(words(each.get("code")) for each in known.of("Condition"))


def allergies(known: Known) -> list[str]:
    """The names of allergies that stand."""
    return _distinct(words(each.get("code")) for each in known.of("AllergyIntolerance"))


def ordered(known: Known) -> list[Resource]:
    """The orders of medicines that stand, paused ones among them."""
    return [
        each
        for each in known.of("MedicationRequest")
        if each.get("status") in _ORDERED and each.get("intent") not in ("proposal", "plan", "option")
    ]


def medicines(known: Known) -> list[str]:
    """Medicines that stand, each with its dose; what is paused says so."""
    said = (f"{dosed(each)}{' (pauset)' if each['status'] == 'on-hold' else ''}" for each in ordered(known))
    return _distinct(said)


def measured(known: Known, codes: tuple[str, ...] = VALUES) -> list[str]:
    """The newest value of each code, with its day."""
    said: list[str] = []
    for each in known.of("Observation"):
        code = each.get("code", {}).get("coding", [{}])[0].get("code")
        value = _value(each) if code in codes else ""
        if value:
            day = str(each.get("effectiveDateTime", ""))[:10]
            said.append(f"{words(each.get('code'))} {value} ({day[8:10]}.{day[5:7]}.)" if len(day) == 10 else value)
    return said


def said_of(known: Known, code: str) -> str:
    """What was written under a code of `LIVING`; "" where nothing is."""
    for each in known.of("Observation"):
        if each.get("code", {}).get("coding", [{}])[0].get("code") == code:
            return str(each.get("valueString", ""))
    return ""


def background(known: Known) -> str:
    """Problems, medicines, allergies and newest values, a line each; what the record has none of is left out."""
    lines = (
        ("Problemer", problems(known), "; "),
        ("Legemidler", medicines(known), "; "),
        ("Allergi", allergies(known), "; "),
        ("Siste verdier", measured(known), "; "),
    )
    return "\n".join(f"{name}: {between.join(said)}" for name, said, between in lines if said)[:LONGEST]


def day_of(resource: Resource, name: str) -> str:
    """The day of an element as it is written (ISO 8601), "" where it says none."""
    said = resource.get(name)
    return said[:10] if isinstance(said, str) and len(said) >= 10 else ""


def _value(resource: dict[str, Any]) -> str:
    parts = [part.get("valueQuantity", {}) for part in resource.get("component", ())]
    parts = [each for each in parts or [resource.get("valueQuantity", {})] if "value" in each]
    number = "/".join(str(each["value"]).replace(".", ",") for each in parts)
    unit = parts[0].get("unit", "") if parts else ""
    return f"{number} {unit}".strip() or words(resource.get("valueCodeableConcept"))


def _distinct(said: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(each for each in said if each))
