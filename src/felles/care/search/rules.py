"""Which entries hold what was looked for, where in them, and which come first. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from felles.care.search.lexicon import fold
from felles.care.search.texts import pieces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.search.lexicon import Term

AROUND: Final = 60
"""Letters shown on each side of a hit."""
_SHORT: Final = 4
"""A form of so few letters, or with digits, counts as a whole word alone: BT is no part of "obtained"."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a word stands: the text before it, the word as it is written there, the text after it.

    `typed` whether it is the very form that was typed.
    """

    before: str
    word: str
    after: str
    typed: bool


def hit(resource: dict[str, Any], terms: Iterable[Term]) -> Hit | None:
    """The best hit of an entry that holds every one of `terms`, or None."""
    texts = [(text, fold(text)) for text in pieces(resource)]
    best: Hit | None = None
    for term in terms:
        found = _first(texts, term)
        if found is None:
            return None
        if best is None or (found.typed and not best.typed):
            best = found
    return best


def _first(texts: list[tuple[str, str]], term: Term) -> Hit | None:
    for place, form in enumerate(term.forms):
        pattern = _pattern(fold(form))
        for text, folded in texts:
            met = pattern.search(folded)
            if met:
                return _cut(text, met.start(), met.end(), typed=place == 0)
    return None


@lru_cache(maxsize=4096)
def _pattern(folded: str) -> re.Pattern[str]:
    text = re.escape(folded)
    if len(folded) < _SHORT or not folded.replace(" ", "").replace("-", "").isalpha():
        return re.compile(rf"(?<!\w){text}(?!\w)")
    return re.compile(text)


def _cut(text: str, start: int, end: int, *, typed: bool) -> Hit:
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    before = ("… " if first else "") + text[first:start]
    return Hit(before, text[start:end], text[end:last] + (" …" if last < len(text) else ""), typed)
