"""The lines of the access log that a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from felles.care.doors.rules import Line, read_line
from felles.record.clock import FOREVER

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.store import Store

PAGE: Final = 400
"""Lines of one page; looks are fewer, for they join what was opened together."""


class Place(Struct, array_like=True):
    """Where a page of the log begins, sealed into its link; `made` real microseconds."""

    number: int
    made: int


@dataclass(slots=True)
class Log:
    """(moment, line), newest first; `more` is the place of the next page, or ""."""

    lines: list[tuple[int, Line]]
    more: str


async def log(store: Store, grant: PersonGrant, place: str) -> Log:
    """The page at `place` ("" for the first). Raises `BadQuery`, `Expired`, `Absent`, `Busy`."""
    before = store.unseal(place, grant, Place).number if place else FOREVER
    found = await store.own_log(grant, PAGE + 1, before)
    more = store.seal(Place(found[PAGE - 1].number, store.clock.real()), grant) if len(found) > PAGE else ""
    return Log([(leaf.at, read_line(leaf.text)) for leaf in found[:PAGE]], more)
