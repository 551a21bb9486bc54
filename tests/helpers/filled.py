"""What a page's forms ask for, read from its HTML: every field that whoever reads it may fill, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

_UNASKED = frozenset({"hidden", "submit", "button", "reset", "image"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a form that is sent: `action` where to, `value` what it shows ("" for nothing; a box: "on")."""

    action: str
    name: str
    value: str


class _Forms(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__()
        self.here = here
        self.found: set[Asked] = set()
        self._action: str | None = None
        self._of: dict[str, str | None] = {}
        self._area: str | None = None
        self._select: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self._action = (
                (has.get("action") or self.here).partition("?")[0]
                if (has.get("method") or "").lower() == "post"
                else None
            )
        name = has.get("name")
        if self._action is None:
            return
        if tag == "input" and name and has.get("type", "text") not in _UNASKED:
            box = has.get("type") in ("checkbox", "radio")
            shown = ("on" if "checked" in has else "") if box else (has.get("value") or "")
            self.found.add(Asked(self._action, name, shown))
        elif tag == "textarea" and name:
            self._area, self._text = name, ""
        elif tag == "select" and name:
            self._select, self._text = name, ""
        elif tag == "option" and self._select and "selected" in has:
            self._text = has.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._action = None
        elif self._action is not None and tag == "textarea" and self._area:
            self.found.add(Asked(self._action, self._area, self._text.strip()))
            self._area = None
        elif self._action is not None and tag == "select" and self._select:
            self.found.add(Asked(self._action, self._select, self._text))
            self._select = None


def asked(html: str, here: str) -> set[Asked]:
    """Every field of the forms that a page sends by POST; what is hidden is not asked for. `here`: its address."""
    reader = _Forms(here)
    reader.feed(html)
    return reader.found
