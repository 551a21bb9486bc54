"""Letters that no font here has: found by asking the typesetter, and replaced by a sign that is seen."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SIGN: Final = "\N{REPLACEMENT CHARACTER}"
"""What stands for a letter that cannot be shown."""
KEPT: Final = "\n"
"""The one control character that means something in a text here."""


def plain(text: str) -> str:
    """`text` composed, its tabs as spaces, without marks of direction and width that show nothing."""
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text.replace("\t", " ").replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(letter for letter in composed if unicodedata.category(letter) != "Cf")


def strings(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with each of its texts changed (names of members are ours, and stay)."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [strings(each, change) for each in value]
    if isinstance(value, dict):
        return {name: strings(each, change) for name, each in value.items()}
    return value


def odd(value: Any) -> set[str]:
    """The letters in a JSON value's texts that are not Latin letters or common signs: those a font may lack."""
    found: set[str] = set()

    def look(text: str) -> str:
        if not text.isascii() or not text.isprintable():
            found.update(text)
        return text

    strings(value, look)
    return {letter for letter in found if not (" " <= letter <= "~" or "\u00a0" <= letter <= "\u017f")} - {KEPT}


_MISSING: Final = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPE: Final = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")


def missing(diagnostic: str) -> set[str]:
    """The texts that the typesetter says it has no font for."""
    return {_ESCAPE.sub(_letter, found) for found in _MISSING.findall(diagnostic)}


def _letter(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}.get(found[2], found[2])


def without(value: Any, gone: set[str]) -> Any:
    """A JSON value with each of these texts replaced by a sign for each letter."""
    single = {ord(text): SIGN for text in gone if len(text) == 1}
    longer = sorted((text for text in gone if len(text) > 1), key=len, reverse=True)

    def change(text: str) -> str:
        for each in longer:
            text = text.replace(each, SIGN)
        return text.translate(single)

    return strings(value, change)
