"""Log lines to looks: what one person did on one day for one reason is one look. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.json import Decoder

from felles.access.bases import ground_of
from felles.ui.dates import local

if TYPE_CHECKING:
    from collections.abc import Iterable


class Who(Struct, gc=False):
    """Who a line says it was, as a Grant carries it."""

    actor: str = ""
    name: str = ""
    role: str = ""
    org: str = ""
    organization: str = ""
    purpose: str = ""
    reason: str = ""
    client: str = ""


class Line(Struct, gc=False):
    """What a log line says. `n`: how many entries went out, where it counts them; `number`: its place in the log."""

    who: Who
    act: str = ""
    what: str = ""
    basis: str | None = None
    outcome: str = ""
    n: int = 1
    number: int = 0


_line: Final = Decoder(Line).decode
_SEVERAL: Final = re.compile(r"(\d+) entries")
"""How the line of a commit names what it wrote, when that is more than one entry."""
UNREADABLE: Final = "erased"
"""The `act` of a line whose text was lawfully erased: the proof that it was there stays."""


def read_line(text: str | None, number: int = 0) -> Line:
    """A line from its text; one whose text was erased says only that."""
    line = Line(Who(), act=UNREADABLE) if text is None else _line(text)
    line.number = number
    return line


@dataclass(slots=True)
class Look:
    """One contact: who, for whom, on what basis, from when to when, and what was opened.

    `kind` is look, write, refused, list, system, own or erased; `opened` counts each (act, type) in
    the order first seen; type "" is for commits of several entries, counted by entry.
    """

    kind: str
    line: Line
    first: int
    last: int
    opened: dict[tuple[str, str], int] = field(default_factory=dict)


def _kind(line: Line, own: str) -> str:
    if line.act == UNREADABLE:
        return "erased"
    if line.outcome == "refused":
        return "refused"
    if line.who.actor == own:
        return "own"
    if line.who.client or line.who.actor.startswith("Device/"):
        return "system"
    if line.act == "page:list":
        return "list"
    return "write" if line.outcome in {"written", "unchanged"} else "look"


def looks(lines: Iterable[tuple[int, Line]], own: str) -> list[Look]:
    """Group (moment, line), newest first. `own` is the citizen's own reference.

    A look at one who has several Patients has a line under each of her keys, of one moment and alike: it counts once.
    """
    found: dict[tuple[str, ...], Look] = {}
    seen: set[tuple[int, str, str, str, str]] = set()
    for at, line in lines:
        if line.outcome in {"released", "refused"}:
            same = (at, line.act, line.what, line.who.actor, line.who.role)
            if same in seen:
                continue
            seen.add(same)
        kind = _kind(line, own)
        basis = line.basis or ""
        day = local(at).date().isoformat()
        key = (day, kind, line.who.actor, line.who.role, line.who.organization, line.who.reason, basis)
        look = found.get(key)
        if look is None:
            look = found[key] = Look(kind, line, at, at)
        look.first, look.last = min(look.first, at), max(look.last, at)
        part, count = (line.act, type_of(line.what)), 1
        several = _SEVERAL.fullmatch(line.what)
        if several:
            part, count = (line.act, ""), int(several[1])
        look.opened[part] = look.opened.get(part, 0) + count
    return list(found.values())


@dataclass(slots=True)
class Contact:
    """The looks that belong together: all that one organisation did on one basis, or all of one kind.

    `kind` is care, own, system, list, refused or other; `looks` newest first.
    """

    kind: str
    looks: list[Look]

    @property
    def first(self) -> int:
        """When the oldest of them began."""
        return min(look.first for look in self.looks)

    @property
    def last(self) -> int:
        """When the newest of them ended."""
        return max(look.last for look in self.looks)


def contacts(found: Iterable[Look]) -> list[Contact]:
    """Group looks by the contact they belong to, the one with the newest look first."""
    grouped: dict[tuple[str, ...], Contact] = {}
    for look in found:
        line = look.line
        if look.kind in ("look", "write") and line.basis and ground_of(line.basis).source:
            kind, key = "care", ("care", line.who.organization, line.basis)
        else:
            kind = look.kind if look.kind in ("own", "system", "list", "refused") else "other"
            key = (kind, line.who.organization if kind == "other" else "")
        grouped.setdefault(key, Contact(kind, [])).looks.append(look)
    return sorted(grouped.values(), key=lambda contact: -contact.last)


def type_of(what: str) -> str:
    """The resource type that a line's `what` begins with: `Observation?code=…`, `Patient/x`."""
    for position, letter in enumerate(what):
        if letter in "/?":
            return what[:position]
    return what
