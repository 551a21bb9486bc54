"""What somebody means by a word: the forms it may have in the record. Pure; the groups are data (`lexicon.txt`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

LONGEST: Final = 4
"""Words of the longest phrase that is looked up as one."""
TERMS: Final = 6
"""At most so many words or phrases of a search are used."""
_WORD: Final = re.compile(r"[^\s,;()\"“”«»]+")
# Endings of nouns and verbs in bokmål and nynorsk, the longest first: who writes "protesen" also looks for "protese".
_ENDINGS: Final = ("ene", "ane", "en", "et", "er", "ar", "a", "e", "n")
_STEM: Final = 4


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase that was typed, and every form it is looked for in; the first is the one typed."""

    typed: str
    forms: tuple[str, ...]


@cache
def groups() -> tuple[tuple[str, ...], ...]:
    """The groups of words that find each other, as they are written."""
    text = (files("felles.care.search") / "lexicon.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(tuple(dict.fromkeys(form.strip() for form in line.split("|"))) for line in lines)


@cache
def _by_form() -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for group in groups():
        for form in group:
            for key in {fold(form), stem(fold(form))}:
                if group not in found.get(key, ()):
                    found[key] = (*found.get(key, ()), group)
    return found


def fold(text: str) -> str:
    """Small letters without accents (é, ü; æ, ø and å are letters of their own); as long as `text`."""
    text = text.lower()
    if text.isascii():
        return text
    # Looking for each takes a twentieth of translating every letter of a long text.
    for accented, plain in _ACCENTS:
        if accented in text:
            text = text.replace(accented, plain)
    return text


_ACCENTS: Final = tuple(zip("éèêëóòôöúùûüáàâäíìîïç", "eeeeoooouuuuaaaaiiiic", strict=True))


def stem(word: str) -> str:
    """The word without its ending, when enough of it is left; phrases and codes stay as they are."""
    if " " in word or not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def terms(typed: str) -> list[Term]:
    """What was typed as terms: the longest phrases that are known, then single words."""
    words = _WORD.findall(typed)[: TERMS * LONGEST]
    found: list[Term] = []
    place = 0
    while place < len(words) and len(found) < TERMS:
        for many in range(min(LONGEST, len(words) - place), 0, -1):
            phrase = " ".join(words[place : place + many])
            if many == 1 or fold(phrase) in _by_form():
                found.append(Term(phrase, _forms(phrase)))
                place += many
                break
    return found


def _forms(phrase: str) -> tuple[str, ...]:
    folded = fold(phrase)
    known = _by_form()
    met = known.get(folded) or known.get(stem(folded), ())
    own = (phrase,) if " " in phrase else (phrase, stem(folded))
    return tuple(dict.fromkeys([*own, *(form for group in met for form in group)]))
