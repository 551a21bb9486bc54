"""The lines of the access log that a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from felles.care.doors.rules import Line, read_line
from felles.record.clock import FOREVER
from felles.record.errors import Absent

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
    return Log([(leaf.at, read_line(leaf.text, leaf.number)) for leaf in found[:PAGE]], more)


def sealed(store: Store, grant: PersonGrant, number: int) -> str:
    """A line of her own log as a token: only she can use it, and it says nothing."""
    return store.seal(Place(number, store.clock.real()), grant)


def number_of(store: Store, grant: PersonGrant, token: str) -> int:
    """Which line `sealed` sealed; reads nothing. Raises `BadQuery` for another's token, `Expired`."""
    return store.unseal(token, grant, Place).number


async def line_of(store: Store, grant: PersonGrant, token: str) -> tuple[int, Line]:
    """(moment, line) that `sealed` sealed. Raises `BadQuery` for another's token, `Expired`, `Absent`, `Busy`."""
    number = store.unseal(token, grant, Place).number
    found = await store.own_log(grant, 1, number + 1)
    if not found or found[0].number != number:
        raise Absent("there is no such line")
    return found[0].at, read_line(found[0].text, number)
