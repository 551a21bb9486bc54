"""What somebody means by what she types into the palette, and which ways answer to it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from felles.care.find.views import day_of
from felles.care.search.lexicon import fold
from felles.fhir.norway.identity import valid_national_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

T = TypeVar("T")

LONGEST: Final = 100
"""Letters that are read of what was typed."""
LEAST: Final = 2
"""Letters of a name from which people are looked for."""
_RECORD: Final = re.compile(r"/meg|/(?:p|for)/[A-Za-z0-9\-.]{1,64}")
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom was asked for: a `number`, or a `name` with a birth date (`born`) or alone; all empty: nobody yet."""

    number: str = ""
    name: str = ""
    born: date | None = None


def cleaned(typed: str) -> str:
    """What was typed, on one line, without what cannot be seen."""
    return " ".join("".join(letter for letter in typed[:LONGEST] if letter.isprintable()).split())


def record(sent: str) -> str:
    """The address of the record that is open ("/p/x", "/for/x", "/meg"), or "" when `sent` is none."""
    return sent if _RECORD.fullmatch(sent) else ""


def wanted(typed: str) -> Wanted:
    """Whom `typed` asks for.

    A number or a date that is not whole yet asks for nobody: each look-up stands in somebody's log.
    """
    digits = re.sub(r"[ .\-]", "", typed)
    if digits.isascii() and digits.isdigit():
        return Wanted(number=digits) if valid_national_number(digits) else Wanted()
    words = typed.split()
    name = " ".join(word for word in words if not any(map(str.isdigit, word)))
    dated = [word for word in words if any(map(str.isdigit, word))]
    if len(name) < LEAST:
        return Wanted()
    if not dated:
        return Wanted(name=name)
    born = day_of(dated[0]) if len(dated) == 1 else None
    return Wanted(name=name, born=born) if born else Wanted()


def matching(typed: str, ways: Iterable[T], text: Callable[[T], str]) -> list[T]:
    """The ways whose words begin like each word typed, those that begin so first; all of them when none is typed."""
    asked = _WORD.findall(fold(typed))
    if typed and not asked:
        return []
    ranked: list[tuple[int, T]] = []
    for way in ways:
        words = _WORD.findall(fold(text(way)))
        if all(any(word.startswith(each) for word in words) for each in asked):
            ranked.append((0 if not asked or words[0].startswith(asked[0]) else 1, way))
    return [way for _, way in sorted(ranked, key=lambda pair: pair[0])]
