"""What is read in an entry: its words, codes and attached texts, as pieces to look for words in. Pure."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from html import unescape
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SILENT: Final = frozenset(
    ["id", "resourceType", "meta", "reference", "system", "url", "contentType", "language", "use", "status", "intent",
     "priority", "hash", "creation", "unit", "mode", "relationship", "identifier"]
)  # fmt: skip
"""Elements that say how an entry is kept, not what it is about."""
_TAG: Final = re.compile(r"<[^>]*>")
_SPACE: Final = re.compile(r"\s+")


def pieces(resource: dict[str, Any]) -> Iterator[str]:
    """The readable texts of a resource, each as one line."""
    stack: list[Any] = [resource]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(reversed(value))
        elif isinstance(value, dict):
            if isinstance(value.get("data"), str):
                yield from _attached(value)
            inside = [(name, each) for name, each in value.items() if name not in _SILENT and name != "data"]
            for name, each in inside:
                if isinstance(each, str) and not _is_date(each):
                    yield _line(unescape(_TAG.sub(" ", each)) if name == "div" else each)
            stack.extend(each for _, each in reversed(inside) if isinstance(each, dict | list))


def _attached(attachment: dict[str, Any]) -> Iterator[str]:
    """The text of an attachment that is text."""
    if not str(attachment.get("contentType", "")).startswith("text/"):
        return
    try:
        text = b64decode(attachment["data"]).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return
    yield _line(unescape(_TAG.sub(" ", text)) if "html" in attachment["contentType"] else text)


def _is_date(text: str) -> bool:
    return len(text) >= 10 and text[:4].isdigit() and text[4] == "-"


def _line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
