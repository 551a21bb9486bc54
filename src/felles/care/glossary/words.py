"""The glossary as data: which forms and codes mean what. Pure; the entries are in `glossary.txt`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from felles.access.codes import EPISODE_SYSTEM, ROLE_SYSTEM
from felles.fhir.norway.systems import ATC, ICD10, ICPC2, LOINC, NLK, SNOMED

if TYPE_CHECKING:
    from felles.care.shapes import Concept

CONTACT: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
"""`Encounter.class`."""
SYSTEMS: Final = {
    LOINC: "L",
    NLK: "N",
    ICPC2: "P",
    ICD10: "D",
    ATC: "A",
    SNOMED: "S",
    CONTACT: "E",
    EPISODE_SYSTEM: "V",
    ROLE_SYSTEM: "R",
}
"""Code system → its letter in the file."""
_BEGINNINGS: Final = frozenset("PDA")
"""Systems whose codes begin with the code of what they belong to: ICPC-2, ICD-10, ATC."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One explanation: `marked` forms are explained where they stand in a text, `names` where they are all of it."""

    number: int
    marked: tuple[str, ...]
    names: tuple[str, ...]
    codes: tuple[str, ...]
    text: str


@cache
def entries() -> tuple[Entry, ...]:
    """All of the glossary, in the order of the file. Raises `ValueError` for a line that is none."""
    text = (files("felles.care.glossary") / "glossary.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(_entry(number, line) for number, line in enumerate(lines))


def _entry(number: int, line: str) -> Entry:
    before, equals, text = line.partition(" = ")
    if not equals or not text:
        raise ValueError(f"no explanation in the glossary: {line}")
    forms = [form.strip() for form in before.split("|")]
    codes = tuple(form for form in forms if form[1:2] == ":" and form[0] in SYSTEMS.values())
    plain = [form for form in forms if form not in codes]
    marked = tuple(form for form in plain if not form.startswith("-"))
    return Entry(number, marked, tuple(form.removeprefix("-") for form in plain), codes, text)


@cache
def _by_code() -> dict[str, Entry]:
    return {code: entry for entry in entries() for code in entry.codes}


@cache
def by_name() -> dict[str, Entry]:
    """Entries by each of their forms, in small letters."""
    return {name.lower(): entry for entry in entries() for name in entry.names}


def of_code(system: str, code: str) -> Entry | None:
    """What a code means; for ICPC-2, ICD-10 and ATC else what the longest beginning of it means."""
    letter = SYSTEMS.get(system)
    if letter is None:
        return None
    known = _by_code()
    for end in range(len(code), 0 if letter in _BEGINNINGS else len(code) - 1, -1):
        found = known.get(f"{letter}:{code[:end]}")
        if found is not None:
            return found
    return None


def of_concept(concept: Concept) -> Entry | None:
    """What a CodeableConcept means: by its codes in their order, else by its words as a whole."""
    for coding in concept.coding:
        found = of_code(coding.system or "", coding.code or "")
        if found is not None:
            return found
    return by_name().get(concept.words.lower()) if concept.words else None
