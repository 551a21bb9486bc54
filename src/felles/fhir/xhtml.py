"""Narratives: well-formed XHTML with what R4 allows in it, and nothing that runs or reaches out.

Source: R4 narrative.html and its rules txt-1 (elements and attributes) and txt-2 (some content).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from xml.parsers import expat

XHTML = "http://www.w3.org/1999/xhtml"
ELEMENTS = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "big",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "q",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "ul",
        "var",
    ]
)
ATTRIBUTES = frozenset(
    [
        "abbr",
        "accesskey",
        "align",
        "alt",
        "axis",
        "bgcolor",
        "border",
        "cellhalign",
        "cellpadding",
        "cellspacing",
        "cellvalign",
        "char",
        "charoff",
        "charset",
        "cite",
        "class",
        "colspan",
        "compact",
        "coords",
        "dir",
        "frame",
        "headers",
        "height",
        "href",
        "hreflang",
        "hspace",
        "id",
        "lang",
        "longdesc",
        "name",
        "nowrap",
        "rel",
        "rev",
        "rowspan",
        "rules",
        "scope",
        "shape",
        "span",
        "src",
        "start",
        "style",
        "summary",
        "tabindex",
        "title",
        "type",
        "valign",
        "value",
        "vspace",
        "width",
        "xmlns",
        "xml:lang",
    ]
)
_RUNS = ("javascript:", "vbscript:", "data:text/html")


def problem(div: str) -> str | None:
    """What is wrong with a Narrative's div, in one sentence; None when nothing is."""
    reader = _Reader()
    try:
        return reader.read(div)
    except expat.ExpatError as error:
        return f"txt-1: the narrative is not well-formed XHTML ({error})"


cached_problem = lru_cache(maxsize=256)(problem)
"""`problem`, remembering the last few: many resources carry the same short text."""


class _Reader:
    def __init__(self) -> None:
        self._problem: str | None = None
        self._depth = 0
        self._content = False

    def read(self, div: str) -> str | None:
        parser = expat.ParserCreate()
        # HTML's named entities are not XML's: with a foreign DTD allowed they pass as unknown instead of failing.
        parser.UseForeignDTD(True)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.SkippedEntityHandler = self._entity
        parser.EntityDeclHandler = self._declared
        parser.ExternalEntityRefHandler = lambda *_: 1
        parser.Parse(div, True)
        if self._problem is None and not self._content:
            return "txt-2: the narrative has no content"
        return self._problem

    def _say(self, text: str) -> None:
        self._problem = self._problem or text

    def _declared(self, *_: Any) -> None:
        self._say("txt-1: a narrative declares no entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth == 0 and (name != "div" or attributes.get("xmlns", XHTML) != XHTML):
            self._say("txt-1: the narrative is one div in the XHTML namespace")
        elif name not in ELEMENTS:
            self._say(f"txt-1: the element {name} is not allowed in a narrative")
        for attribute, value in attributes.items():
            if attribute not in ATTRIBUTES:
                self._say(f"txt-1: the attribute {attribute} is not allowed in a narrative")
            elif value.strip().lower().startswith(_RUNS):
                self._say("txt-1: a narrative runs nothing")
        self._depth += 1
        self._content = self._content or name == "img"

    def _end(self, _: str) -> None:
        self._depth -= 1

    def _text(self, text: str) -> None:
        self._content = self._content or bool(text.strip())

    def _entity(self, *_: Any) -> None:
        self._content = True
