"""The languages of the pages.

The texts in code and templates are bokmål and are themselves the keys; `locale/nn.po` and `locale/en.po`, and the
files of the rooms beside them (`locale/nn/doors.po`), give the other forms (a test holds that none is missing).
Templates mark a text with `_("…")`, which is replaced when the template is loaded: at run time a translation costs
nothing. Code uses `t("…")`. What
stands in the record is never translated.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from babel.messages.pofile import read_po

from felles.ui.dates import Dates

if TYPE_CHECKING:
    from decimal import Decimal

DEFAULT: Final = "nb"
NAMES: Final = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
"""Every language with its own name, in the order of the choice."""
# The browser's "no" means bokmål; a Danish or Swedish reader is served best by bokmål too.
_ALIASES: Final = {"no": "nb", "nb": "nb", "nn": "nn", "en": "en", "da": "nb", "sv": "nb"}
COOKIE: Final = "sprak"


@cache
def catalogue(code: str) -> dict[str, str]:
    """Bokmål text → text in `code`. Bokmål itself is empty: its texts are the keys."""
    if code == DEFAULT:
        return {}
    folder = files("felles.ui") / "locale"
    found: dict[str, str] = {}
    for path in (folder / f"{code}.po", *sorted((folder / code).iterdir(), key=lambda path: path.name)):
        with path.open("rb") as file:
            messages = read_po(file, locale=code)
        found |= {str(message.id): str(message.string) for message in messages if message.id and message.string}
    return found


class Language(Dates):
    """One language of the pages: its texts, dates, numbers and plurals."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.messages = catalogue(code)

    def __call__(self, text: str) -> str:
        """`text` in this language. A text that the catalogue lacks stands in bokmål (a test forbids it)."""
        return self.messages.get(text, text)

    def many(self, one: str, other: str, count: int) -> str:
        """`one` or `other` (which holds `%d`) for `count`; the three languages share this rule."""
        text = self(one if count == 1 else other)
        return text % count if "%d" in text else text

    def number(self, value: Decimal | str) -> str:
        """A decimal as it is written: comma in Norwegian, point in English; digits are never changed."""
        text = str(value)
        return text if self.code == "en" else text.replace(".", ",")


@cache
def language(code: str) -> Language:
    """The `Language` for a code; an unknown code gives bokmål."""
    return Language(code if code in NAMES else DEFAULT)


_ACCEPT = re.compile(r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([0-9.]+))?\s*(?:,|$)")


def choose(accept: str, saved: str | None = None) -> str:
    """The language for a request: the saved choice, else the best of Accept-Language, else bokmål."""
    if saved in NAMES:
        return saved
    return _accepted(accept)


@cache
def _accepted(accept: str) -> str:
    best, weight = DEFAULT, 0.0
    for tag, quality in _ACCEPT.findall(accept[:200]):
        code = _ALIASES.get(tag.lower())
        try:
            value = float(quality or 1)
        except ValueError:
            continue
        if code and value > weight:
            best, weight = code, value
    return best
