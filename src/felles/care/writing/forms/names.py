"""Names to codes: what is typed gets the codes that the glossary, or the person's own record, has for that very name.

Nothing is guessed: a name that is in neither stays a text without a code, which the record may hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.care.glossary.words import by_name, entries
from felles.fhir.norway.systems import ATC, ICD10, ICPC2

if TYPE_CHECKING:
    from felles.care.writing.form import Known

_SYSTEMS: Final = {"P": ICPC2, "D": ICD10, "A": ATC}


def codes_of(name: str, letters: str) -> list[tuple[str, str]]:
    """(system, code) of a name in the glossary, of each system in `letters` that has one code for it alone."""
    found = by_name().get(name.casefold())
    if found is None:
        return []
    codes: list[tuple[str, str]] = []
    for letter in letters:
        of_one = [code.removeprefix(f"{letter}:") for code in found.codes if code.startswith(f"{letter}:")]
        if len(of_one) == 1:
            codes.append((_SYSTEMS[letter], of_one[0]))
    return codes


def known_names(letters: str) -> list[str]:
    """The names that the glossary has codes for, in alphabetical order."""
    named = {
        entry.names[0]
        for entry in entries()
        if entry.names and any(code.startswith(f"{letter}:") for code in entry.codes for letter in letters)
    }
    return sorted((name[:1].upper() + name[1:] for name in named), key=str.casefold)


def medicines_of(known: Known) -> dict[str, str]:
    """The medicines that the person's record names: name → ATC code, "" where it has none."""
    found: dict[str, str] = {}
    for type_name in ("MedicationRequest", "MedicationStatement"):
        for resource in known.of(type_name):
            concept = resource.get("medicationCodeableConcept", {})
            atc = (c.get("code", "") for c in concept.get("coding", ()) if c.get("system") == ATC)
            if name := concept.get("text", ""):
                found.setdefault(name, next(atc, ""))
    return found


def atc_of(name: str, known: Known) -> str:
    """The ATC code of a medicine or a group by its name: as the record has it, else as the glossary has; "" else."""
    own = {each.casefold(): atc for each, atc in medicines_of(known).items()}
    return own.get(name.casefold(), "") or next((code for _, code in codes_of(name, "A")), "")
