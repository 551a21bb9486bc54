"""The words that tell where a person is: her addresses, and the names of what her entries lead to.

Text knows no fields. What is looked for in it is gathered from the person's own addresses (of all versions) and from
the organisations, places and people that her entries refer to, and found without regard to case, accents and
spacing. A place that none of these names is not known, and is not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from felles.record.codes import MUNICIPALITY_CODE

HIDDEN = "[skjermet]"
"""What stands in a text in place of a word that tells where somebody is."""
NAME = "^"
"""What a known string begins with when it is found with a capital alone: family names are also common words."""

_LETTERS = {
    "æ": "(?:æ|ae|ä)",
    "ä": "(?:æ|ae|ä)",
    "ø": "(?:ø|oe|ö|o)",
    "ö": "(?:ø|oe|ö|o)",
    "å": "(?:å|aa|a)",
    "é": "[éèe]",
    "è": "[éèe]",
    "á": "[áa]",
    "ü": "[üu]",
}
_GENERIC = frozenset(
    [
        "avd",
        "avdeling",
        "seksjon",
        "post",
        "enhet",
        "team",
        "kommune",
        "kommunal",
        "fylkeskommune",
        "region",
        "helse",
        "hf",
        "rhf",
        "as",
        "asa",
        "sa",
        "da",
        "lege",
        "leger",
        "legen",
        "legekontor",
        "fastlege",
        "tannlege",
        "sykehus",
        "sjukehus",
        "universitetssykehus",
        "hospital",
        "klinikk",
        "institutt",
        "hjemmetjeneste",
        "hjemmesykepleie",
        "heimeteneste",
        "sykepleie",
        "sykehjem",
        "sjukeheim",
        "helsestasjon",
        "jordmor",
        "fysioterapi",
        "psykiatri",
        "psykiatrisk",
        "barnevern",
        "legevakt",
        "apotek",
        "laboratorium",
        "røntgen",
        "akuttmottak",
        "mottak",
        "medisinsk",
        "kirurgisk",
        "ortopedisk",
        "barne",
        "barn",
        "ungdom",
        "voksen",
        "voksne",
        "gynekologi",
        "føde",
        "barsel",
        "nevrologisk",
        "hjerte",
        "lunge",
        "kreft",
        "øye",
        "øre",
        "nese",
        "hals",
        "hud",
        "rus",
        "akutt",
        "døgn",
        "dag",
        "omsorg",
        "rehabilitering",
        "habilitering",
        "bydel",
        "distrikt",
        "senter",
        "sentral",
        "tjeneste",
        "tenester",
        "og",
        "for",
        "i",
        "ved",
        "på",
        "av",
        "den",
        "det",
    ]
)
_GENERIC_ENDINGS = re.compile(
    r"(?:avdeling|seksjon|sykehus|sjukehus|senter|tjeneste|teneste|kontor|klinikk|stasjon|hjem|heim|vakt|enhet|lag)"
    r"(?:a|en|et|er|ene|s)?"
)
_TRAILING_NUMBER = re.compile(r"\s+\d+\s*[A-Za-z]?$")
_PIECES = re.compile(r"[,;\n]+")
_LONG = 6
"""From so many letters a name is found with any ending: genitive, inhabitants, compounds."""
_SHORT = 5
"""With fewer letters than these a name is found with its capital alone."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word looked for: `core` is a run of plain letters or digits that every way of writing it has."""

    core: str
    pattern: str


class Words:
    """Finds and replaces a set of known strings."""

    def __init__(self, words: tuple[Word, ...]) -> None:
        self.words = words
        self._pattern = re.compile("|".join(w.pattern for w in words), re.IGNORECASE) if words else None

    def within(self, text: str) -> Words:
        """Only those that may stand in `text` (a whole entry): nearly always few, so that each field is quick."""
        low = text.lower()
        return Words(tuple(word for word in self.words if word.core in low))

    def __bool__(self) -> bool:
        return self._pattern is not None

    def found(self, text: str) -> bool:
        """Whether any of them stands in `text`."""
        return self._pattern is not None and self._pattern.search(unicodedata.normalize("NFC", text)) is not None

    def hide(self, text: str) -> str:
        """`text` with each of them replaced; the same object when none stands in it."""
        if self._pattern is None:
            return text
        hidden, many = self._pattern.subn(HIDDEN, unicodedata.normalize("NFC", text))
        return hidden if many else text


@lru_cache(maxsize=64)
def words_of(known: frozenset[str]) -> Words:
    """The finder of `known`, the longest first, so that a whole address goes before the street in it."""
    made = [word for text in sorted(known, key=lambda k: (-len(k), k)) if (word := _word(text)) is not None]
    return Words(tuple(made))


def _word(text: str) -> Word | None:
    capital = text.startswith(NAME)
    text = " ".join(unicodedata.normalize("NFC", text.removeprefix(NAME)).split())
    runs = re.findall(r"[a-z]+|\d+", text.lower())
    if not runs or len(text) < 2:
        return None
    body = [r"[\s\u00a0]+" if c == " " else _LETTERS.get(c.lower(), re.escape(c)) for c in text]
    if text.isalpha() and (capital or len(text) < _SHORT):
        body[0] = f"(?-i:{_capital(text[0])})"  # "Heim" is a municipality, "heim" is where anybody lives
    ending = "s?(?!\\w)" if capital else _ending(text)
    return Word(max(runs, key=len), rf"(?<!\w){''.join(body)}{ending}")


def _capital(letter: str) -> str:
    return {"Æ": "(?:Æ|Ae|AE|Ä)", "Ø": "(?:Ø|Oe|OE|Ö|O)", "Å": "(?:Å|Aa|AA|A)"}.get(letter, re.escape(letter))


def _ending(text: str) -> str:
    if not text[-1].isalpha():
        # A post code or a municipality's number alone may be an amount: only where a name follows.
        return r"(?=[\s\u00a0]+(?-i:[A-ZÆØÅÄÖ]))" if _is_short_number(text) else r"(?!\w)"
    letters = sum(c.isalpha() for c in text)
    return r"\w*" if letters >= _LONG else r"s?(?!\w)"


def _is_short_number(text: str) -> bool:
    return text.isdigit() and len(text) <= 5


# -- which they are --------------------------------------------------------------------------------------


def of_address(address: Any) -> Iterator[str]:
    """The strings of one Address (a struct of `felles.fhir.r4`), whole and in their pieces."""
    lines = [line for line in address.line or [] if line]
    for line in [*lines, address.text or ""]:
        for piece in _PIECES.split(line):
            yield piece.strip()
            yield _TRAILING_NUMBER.sub("", piece.strip())
    for name in ("city", "district", "state", "postalCode"):
        yield getattr(address, name) or ""
    if address.postalCode and address.city:
        yield f"{address.postalCode} {address.city}"
    for extension in (address.district_ext.extension or []) if address.district_ext else []:
        if extension.url == MUNICIPALITY_CODE and extension.valueCoding:
            yield extension.valueCoding.code or ""
            yield extension.valueCoding.display or ""


def known_strings(patients: Iterable[Any], places: Iterable[Any]) -> frozenset[str]:
    """What tells where a person is.

    `patients` are versions of her Patients (and of entries with addresses of hers), `places` what her entries refer
    to: Organization, Location, HealthcareService, Practitioner, PractitionerRole, CareTeam. Words of her own name
    are never among them.
    """
    patients = list(patients)
    own = {word.lower() for patient in patients for name in patient.name or [] for word in _name_words(name)}
    found = [text for patient in patients for text in _of_patient(patient)]
    found += [text for place in places for text in _of_place(place)]
    cleaned = {" ".join(text.split()) for text in found}
    return frozenset(text for text in cleaned if len(text) > 1 and text.removeprefix(NAME).lower() not in own)


def _of_patient(patient: Any) -> Iterator[str]:
    for address in patient.address or []:
        yield from of_address(address)
    for contact in getattr(patient, "contact", None) or []:
        if contact.address:
            yield from of_address(contact.address)
    for reference in getattr(patient, "generalPractitioner", None) or []:
        yield reference.display or ""
    organization = getattr(patient, "managingOrganization", None)
    if organization:
        yield organization.display or ""


def _of_place(place: Any) -> Iterator[str]:
    name = getattr(place, "name", None)
    if isinstance(name, str):
        yield from _of_name(name)
    elif name:
        for human in name:
            yield from _of_human(human)
    for alias in getattr(place, "alias", None) or []:
        yield from _of_name(alias or "")
    addresses = getattr(place, "address", None) or []
    for address in addresses if isinstance(addresses, list) else [addresses]:
        yield from of_address(address)
    for point in getattr(place, "telecom", None) or []:
        yield point.value or ""
    for identifier in getattr(place, "identifier", None) or []:
        if len(identifier.value or "") >= _LONG:
            yield identifier.value


def _of_name(name: str) -> Iterator[str]:
    """An organisation's name, and what is left of it without the words that many have."""
    yield name
    for piece in re.split(r"[,;/()–]| - ", name):
        yield piece.strip()
        own = [word for word in piece.split() if not _is_generic(word)]
        # What is left must be a name of its own: with a capital, and not the whole again.
        if own and own[0][:1].isupper() and sum(c.isalpha() for c in "".join(own)) > 2:
            yield " ".join(own)


def _is_generic(word: str) -> bool:
    low = word.strip(".,").lower()
    return low in _GENERIC or _GENERIC_ENDINGS.search(low) is not None or low.isdigit()


def _of_human(name: Any) -> Iterator[str]:
    yield name.text or ""
    given = " ".join(g for g in name.given or [] if g)
    if name.family:
        yield f"{given} {name.family}".strip()
        yield f"{name.family}, {given}" if given else ""
        yield NAME + name.family


def _name_words(name: Any) -> Iterator[str]:
    for text in (name.text, name.family, *(name.given or [])):
        yield from (text or "").split()
        yield text or ""
