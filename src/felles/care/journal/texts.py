"""The text of an entry as it is read: paragraphs, headings, and what is attached. Pure.

What came with the entry as XHTML is made safe by `care.entries.narrative`; plain text is taken apart by its lines.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass
from html import escape, unescape
from typing import TYPE_CHECKING, Final

from minijinja import Markup

from felles.care.entries.narrative import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from felles.care.journal.views import Attachment, Section, Written

_TAG: Final = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_PARTS: Final = re.compile(
    r"</?(?:p|div|li|ul|ol|tr|td|th|table|thead|tbody|h[1-6]|br|hr|dl|dt|dd|pre|blockquote|caption)\b[^>]*>",
    re.IGNORECASE,
)
_ANY_TAG: Final = re.compile(r"<[^>]*>")
_WORD: Final = re.compile(r"\w+")
_EMPTY: Final = frozenset({"br", "hr"})
_TITLE: Final = re.compile(r"#{1,4} +(.+)")
"""A heading of Markdown, which plain-text notes often have."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table or heading: its safe markup, and its words (lines parted by newlines)."""

    markup: Markup
    words: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """Something attached that is no text: its title and its media type."""

    title: str
    media: str


def blocks(entry: Written) -> list[Block]:
    """The text of an entry, in its order."""
    found: list[Block] = []
    for section in entry.section:
        found += _section(section, entry.title or "")
    if not entry.section and not attached(entry) and entry.text and _narrated(entry):
        found += _markup(entry.text.div)
    for attachment in attached(entry):
        found += _attached(attachment)
    said = [entry.conclusion, *(each.text or each.content_string for each in (*entry.note, *entry.payload))]
    for text in said:
        found += _plain(text or "")
    return found


def _narrated(entry: Written) -> bool:
    """Whether its narrative is its text, and not a rendering of its elements."""
    return entry.resource_type in ("Composition", "DocumentReference", "DiagnosticReport", "Communication")


def unread(entry: Written) -> list[Unread]:
    """What is attached and cannot be shown as text."""
    return [
        Unread(each.title or "", each.content_type or "")
        for each in attached(entry)
        if not _is_text(each) and (each.data or each.content_type or each.title)
    ]


def attached(entry: Written) -> list[Attachment]:
    """All that is attached to it."""
    found = [content.attachment for content in entry.content if content.attachment]
    return [*found, *entry.presented_form, *(p.content_attachment for p in entry.payload if p.content_attachment)]


def _is_text(attachment: Attachment) -> bool:
    return (attachment.content_type or "").startswith("text/") and bool(attachment.data)


def _decoded(attachment: Attachment) -> str:
    if not _is_text(attachment):
        return ""
    try:
        return b64decode(attachment.data or "").decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _attached(attachment: Attachment) -> list[Block]:
    text = _decoded(attachment)
    return _markup(text) if "html" in (attachment.content_type or "") else _plain(text)


def _section(section: Section, title: str) -> Iterator[Block]:
    own = section.title or (section.code.words if section.code else "")
    if own and own.casefold() != title.casefold():
        yield Block(Markup(f"<h3>{escape(own)}</h3>"), own, heading=True)
    if section.text:
        yield from _markup(section.text.div)
    for inner in section.section:
        yield from _section(inner, own)


def _plain(text: str) -> list[Block]:
    found: list[Block] = []
    for line in text.splitlines():
        said = line.strip()
        if not said:
            continue
        title = _TITLE.fullmatch(said)
        if title:
            found.append(Block(Markup(f"<h3>{escape(title[1])}</h3>"), title[1], heading=True))
        else:
            found.append(Block(Markup(f"<p>{escape(said)}</p>"), said))
    return found


def _markup(div: str) -> list[Block]:
    """The cleaned markup, taken apart at its outermost elements."""
    text = str(clean(div))
    found: list[Block] = []
    depth, begin = 0, 0
    for tag in _TAG.finditer(text):
        name, closes = tag[2], bool(tag[1])
        if name in _EMPTY:
            continue
        if not closes:
            if depth == 0:
                found += _loose(text[begin : tag.start()])
                begin = tag.start()
            depth += 1
            continue
        depth -= 1
        if depth == 0:
            found += _whole(text[begin : tag.end()], heading=name in ("h3", "h4"))
            begin = tag.end()
    return [*found, *_loose(text[begin:])]


def _loose(text: str) -> list[Block]:
    return _whole(f"<p>{text}</p>", heading=False) if _ANY_TAG.sub("", text).strip() else []


def _whole(markup: str, *, heading: bool) -> list[Block]:
    words = "\n".join(split(markup))
    return [Block(Markup(markup), words, heading)] if words else []


def split(markup: str) -> Iterator[str]:
    """The lines of words of some markup: where an element of its own begins or ends, a line does."""
    for part in _PARTS.split(markup):
        said = (unescape(_ANY_TAG.sub("", part)) if "<" in part or "&" in part else part).strip()
        if said:
            yield said


def lines(entry: Written) -> Iterator[str]:
    """The words of an entry's text line by line, without their markup: what `blocks` shows, read quickly."""
    pending = list(reversed(entry.section))
    while pending:
        section = pending.pop()
        if section.text:
            yield from split(section.text.div)
        pending += reversed(section.section)
    files = attached(entry)
    if not entry.section and not files and entry.text and _narrated(entry):
        yield from split(entry.text.div)
    for attachment in files:
        text = _decoded(attachment)
        yield from split(text) if "html" in (attachment.content_type or "") else text.splitlines()
    for text in (entry.conclusion, *(each.text or each.content_string for each in (*entry.note, *entry.payload))):
        yield from (text or "").splitlines()


def key(line: str) -> str:
    """A line by its words and figures alone, so that the same said with another comma is the same; "" for none."""
    return " ".join(_WORD.findall(line.lower()))


def first(line: str) -> str:
    """The first word of a line's key; "" where it has none."""
    word = _WORD.search(line)
    return word[0].lower() if word else ""


def keys(found: Iterable[str]) -> list[str]:
    """The keys of some lines, none of them empty."""
    return [said for said in map(key, found) if said]
