"""The text that a resource brings along (XHTML), made safe: known tags alone, no attributes, no script.

FHIR limits narratives to harmless XHTML (R4, narrative.html), but what came from outside is not believed:
whatever is not on the list loses its tag and keeps its words.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from typing import Final

from minijinja import Markup

_KEPT: Final = frozenset(
    [
        "p",
        "br",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "sub",
        "sup",
        "pre",
        "blockquote",
        "hr",
    ]
)
_AS: Final = {"h1": "h3", "h2": "h3", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4", "div": "p"}
"""Headings go below those of the page."""
_EMPTY: Final = frozenset({"br", "hr"})
_SILENT: Final = frozenset({"script", "style", "head", "title", "template", "iframe", "object"})


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._open: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs  # none is kept
        if tag in _SILENT:
            self._silent += 1
            return
        name = _AS.get(tag, tag)
        if self._silent or (name not in _KEPT and name not in _AS.values()):
            return
        if name == "p" and "p" in self._open:
            self.out.append(" ")
            return
        self.out.append(f"<{name}>")
        if name not in _EMPTY:
            self._open.append(name)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _EMPTY and not self._silent:
            self.out.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
            return
        name = _AS.get(tag, tag)
        if name in self._open:
            while self._open:
                last = self._open.pop()
                self.out.append(f"</{last}>")
                if last == name:
                    break

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.out.append(escape(data))

    def finish(self) -> str:
        """The clean markup, every tag closed."""
        self.close()
        while self._open:
            self.out.append(f"</{self._open.pop()}>")
        return "".join(self.out)


def clean(div: str) -> Markup:
    """The narrative's `div` as safe markup."""
    cleaner = _Cleaner()
    cleaner.feed(div)
    return Markup(cleaner.finish())
