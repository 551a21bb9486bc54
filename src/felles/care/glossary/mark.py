"""Clinical words marked in a text, each with its explanation beside it. Pure; works without script.

A marked word is a button that opens a popover of the page's own (HTML's `popover`, which browsers open, close with
Esc and announce by themselves); a browser that knows none shows the explanation in the line.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, Final

from minijinja import Markup

from felles.care.glossary.words import by_name, entries, of_concept

if TYPE_CHECKING:
    from felles.care.glossary.words import Entry
    from felles.care.shapes import Concept
    from felles.ui.i18n import Language

_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^>]*>")
_SHORT: Final = 5
"""Letters of an abbreviation at most."""


def meaning(t: Language, concept: Concept) -> str:
    """What a coded thing (test, diagnosis, medicine, contact) means in plain words; "" when the glossary lacks it."""
    found = of_concept(concept)
    return t(found.text) if found else ""


def mark(t: Language, text: str, seen: set[int]) -> Markup:
    """`text` as markup, its clinical words marked; each entry once a page.

    `seen` holds what the page has explained already, and is added to: one set for all texts of a page.
    """
    parts: list[str] = []
    place = 0
    for met in _pattern().finditer(text):
        entry = _entry(met)
        if entry.number in seen:
            continue
        seen.add(entry.number)
        parts += [escape(text[place : met.start()]), _word(t, met[0], entry)]
        place = met.end()
    parts.append(escape(text[place:]))
    return Markup("".join(parts))


def marked(t: Language, html: str, seen: set[int]) -> Markup:
    """As `mark`, in what is markup already: between its tags, and never inside a link or a button."""
    parts: list[str] = []
    within, place = 0, 0
    for tag in _TAG.finditer(html):
        text = html[place : tag.start()]
        parts += [text if within else mark(t, unescape(text), seen), tag[0]]
        within += (-1 if tag[1] else 1) if tag[2].lower() in ("a", "button") else 0
        place = tag.end()
    parts.append(html[place:] if within else mark(t, unescape(html[place:]), seen))
    return Markup("".join(parts))


def inside(t: Language, text: str, seen: set[int]) -> str:
    """What the first clinical word of a text means that cannot be marked, such as a link's; "" without one."""
    met = next((met for met in _pattern().finditer(text) if _entry(met).number not in seen), None)
    if met is None:
        return ""
    seen.add(_entry(met).number)
    return f"{met[0].capitalize()}: {t(_entry(met).text)}"


def _entry(met: re.Match[str]) -> Entry:
    return by_name()[(met[1] or met[2]).lower()]


def named(t: Language, concept: Concept, seen: set[int]) -> Markup:
    """The words of a coded thing, all of them one marked word when its code has an explanation."""
    found = of_concept(concept)
    if found is None or found.number in seen:
        return mark(t, concept.words, seen) if found is None else Markup(escape(concept.words))
    seen.add(found.number)
    return Markup(_word(t, concept.words, found))


def _word(t: Language, text: str, entry: Entry) -> str:
    key = f"ord-{entry.number}"
    return (
        f'<button type="button" class="ord" popovertarget="{key}">{escape(text)}</button>'
        f'<span class="forklaring" id="{key}" popover><strong>{escape(text)}</strong> {escape(t(entry.text))}</span>'
    )


@cache
def _pattern() -> re.Pattern[str]:
    """Any marked form as a whole word: abbreviations as they are written (ALT is no "alt"), others in any case.

    Words may have Norwegian's small endings, which are shown with the word and are no part of the form.
    """
    forms = sorted({form for entry in entries() for form in entry.marked}, key=len, reverse=True)
    short = "|".join(re.escape(form) for form in forms if _abbreviation(form))
    words = "|".join(re.escape(form) for form in forms if not _abbreviation(form))
    return re.compile(rf"(?<![\w-])(?:({short})|((?i:{words}))(?:en|et|a|er|ene|ane|n|s)?)(?![\w-])")


def _abbreviation(form: str) -> bool:
    return len(form) <= _SHORT and form != form.lower()
