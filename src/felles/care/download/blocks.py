"""What a printed record is made of: sections of paragraphs, headings, tables and entries, as the template has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

NARROW: Final = 24
"""Letters up to which a column is as wide as what is in it; wider ones share what is left."""


def para(text: str) -> dict[str, Any]:
    """A paragraph."""
    return {"k": "para", "text": text}


def head(text: str) -> dict[str, Any]:
    """A heading within a section."""
    return {"k": "head", "text": text}


def entry(title: str, facts: list[str], texts: list[tuple[bool, str]] | None = None) -> dict[str, Any]:
    """Something with a heading of its own: `facts` in a line below, then `texts`, each (whether a heading, words)."""
    said = [fact for fact in facts if fact]
    return {"k": "entry", "title": title, "facts": said, "texts": [[bold, text] for bold, text in texts or []]}


def line(title: str, facts: list[str]) -> dict[str, Any]:
    """A line of a list: what, and more of it."""
    return {"k": "line", "title": title, "facts": [fact.removesuffix(".") for fact in facts if fact]}


@dataclass(slots=True)
class Section:
    """One section; without blocks it says that there is nothing."""

    title: str
    blocks: list[dict[str, Any]] = field(default_factory=list)

    def add(self, *blocks: dict[str, Any]) -> None:
        """Add blocks in their order."""
        self.blocks += blocks

    def part(self, title: str, blocks: list[dict[str, Any]]) -> None:
        """Add blocks under a heading, where there are any."""
        if blocks:
            self.add(head(title), *blocks)

    def table(self, columns: list[str], rows: list[list[str]]) -> None:
        """Add a table; a column that no row fills is left out."""
        kept = [place for place in range(len(columns)) if any(row[place] for row in rows)]
        if rows and kept:
            cells = [[row[place] for place in kept] for row in rows]
            wide = [any(len(row[place]) > NARROW for row in rows) for place in kept]
            self.add({"k": "table", "head": [columns[place] for place in kept], "wide": wide, "rows": cells})

    def told(self) -> dict[str, Any]:
        """It as the template takes it."""
        return {"title": self.title, "blocks": self.blocks}
