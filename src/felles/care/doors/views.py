"""The lines of the access log that a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from felles.care.doors.rules import Line, read_line
from felles.record.clock import FOREVER
from felles.record.errors import BadQuery

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.store import Store

PAGE: Final = 400
"""Lines of one page; looks are fewer, for they join what was opened together."""


@dataclass(slots=True)
class Log:
    """(moment, line), newest first; `more` is the place of the next page, or ""."""

    lines: list[tuple[int, Line]]
    more: str


async def log(store: Store, grant: PersonGrant, place: str) -> Log:
    """The page at `place` ("" for the first). Raises `BadQuery`, `Absent`, `Busy`."""
    if place and not (place.isascii() and place.isdigit() and len(place) < 19):
        raise BadQuery("the address names no place in the log")
    found = await store.own_log(grant, PAGE + 1, int(place) if place else FOREVER)
    more = str(found[PAGE - 1].number) if len(found) > PAGE else ""
    return Log([(leaf.at, read_line(leaf.text)) for leaf in found[:PAGE]], more)
