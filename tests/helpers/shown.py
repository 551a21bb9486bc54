"""A page as its reader sees it: the visible text of the served HTML, box by box, and the links that lead on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_UNSEEN = frozenset({"head", "script", "style", "template", "title", "desc", "noscript", "option", "datalist"})
_LINES = frozenset({"li", "tr", "p", "dt", "dd", "h1", "h2", "h3", "summary"})


@dataclass
class Node:
    """An element: its tag, attributes and what is in it (elements and texts)."""

    tag: str
    attrs: dict[str, str]
    inside: list[Node | str] = field(default_factory=list)

    @property
    def seen(self) -> bool:
        """Whether it is drawn at all: what is hidden, or for a screen reader alone, is not."""
        classes = self.attrs.get("class", "").split()
        return self.tag not in _UNSEEN and "hidden" not in self.attrs and "sr" not in classes

    def text(self) -> str:
        """Its visible text, on one line."""
        return re.sub(r"\s+", " ", self._text()).strip()

    def _text(self) -> str:
        parts: list[str] = []
        closed = self.tag == "details" and "open" not in self.attrs
        for each in self.inside:
            if isinstance(each, str):
                parts.append("" if closed else each)
            elif each.seen and (not closed or each.tag == "summary"):
                parts.append(each._text())
                parts.append(" " if each.tag not in ("a", "b", "strong", "em", "small", "mark") else "")
        return "".join(parts)

    def walk(self) -> Any:
        """It and every visible element below it."""
        yield self
        closed = self.tag == "details" and "open" not in self.attrs
        for each in self.inside:
            if isinstance(each, Node) and each.seen and (not closed or each.tag == "summary"):
                yield from each.walk()

    def all(self, *tags: str) -> list[Node]:
        """The visible elements of these tags."""
        return [each for each in self.walk() if each.tag in tags]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


@dataclass
class Page:
    """A page that was read: its address, what it shows, the addresses that it leads to."""

    address: str
    root: Node

    @property
    def text(self) -> str:
        """All that is seen in the main part."""
        return " ".join(node.text() for node in self.root.all("main")) or self.root.text()

    @property
    def links(self) -> list[str]:
        """Where its visible links lead."""
        return [node.attrs["href"] for node in self.root.all("a") if node.attrs.get("href")]

    def boxes(self) -> dict[str, Node]:
        """The parts of the page by their heading."""
        found: dict[str, Node] = {}
        for node in self.root.all("section", "details"):
            heading = next(iter(node.all("h2", "h3", "summary")), None)
            if heading is not None:
                found.setdefault(heading.text(), node)
        return found

    def box(self, heading: str) -> str:
        """What stands in the part whose heading begins so; "" when there is no such part."""
        return next((node.text() for name, node in self.boxes().items() if name.startswith(heading)), "")

    def lines(self, heading: str) -> list[str]:
        """The lines of that part: its list items and table rows."""
        node = next((node for name, node in self.boxes().items() if name.startswith(heading)), None)
        return [] if node is None else [each.text() for each in node.all("li", "tr")]


def page_of(address: str, html: str) -> Page:
    """The page that was served at an address."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Page(address, reader.root)
