"""Overviews as they were last read, so that a chart opened again costs its decision and its log line alone.

What is kept is what everybody with the same reach sees of a record without blocks; it is used only when the
statement that decided and logged this very look says that the record still has the version it was made from.
No decision is ever kept.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from minijinja import Markup

    from felles.care.news.shapes import Read
    from felles.record.grants import PersonKey

MOST: Final = 400
"""Overviews kept in one process: about 50 kB each."""
FRESH: Final = 120_000_000
"""Microseconds of clinical time that one may be used: what lies ahead moves, and so do ages and names."""

Key = tuple["tuple[PersonKey, ...]", int, str, str, int, bool]
"""(the person's keys, the kinds that the reader's role reaches, language, where links lead, the reader's organisation:
when it last had contact is its own; whether the news from before that contact are there too)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The parts of an overview that do not depend on who looks, made from the record's `version` at `made`."""

    version: int
    made: int
    title: str
    name: str
    strip: Markup
    board: Markup
    whole: bool = True
    news: list[Read] = field(default_factory=list)
    met: bytes = b"[]"
    results: dict[str, str] = field(default_factory=dict)
    shown: dict[tuple[str, int, str], Markup] = field(default_factory=dict)
    """`whole`: every part could be made; else it is made again at the next look. What became known last and the last
    contact (`wants.News`, `Met`), and results' names by id; the part on what is new as it was made, by what it counts
    from, since when, and whose own entries it leaves out."""


class Shelf:
    """The overviews used last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def find(self, key: Key, now: int) -> Kept | None:
        """What is kept under `key`, if it is fresh at `now`."""
        kept = self._kept.get(key)
        if kept is None or not 0 <= now - kept.made < FRESH:
            return None
        self._kept.move_to_end(key)
        return kept

    def keep(self, key: Key, kept: Kept) -> None:
        """Keep an overview; the one used least recently goes when there are too many."""
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
