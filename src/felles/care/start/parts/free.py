"""Free times at the reader's own office: whose, and the next ones. Nothing here is about anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.care.start import days
from felles.care.start.board import Asked, Line, Part, Shown
from felles.ui.dates import local_day

if TYPE_CHECKING:
    from felles.record.read_slots import Free
    from felles.ui.i18n import Language

AHEAD: Final = 14
"""Days ahead in which a free time is looked for."""
TIMES: Final = 6
"""Times of one day that are named; of more it is said how many there are."""


async def _read(asked: Asked) -> Shown:
    found = await asked.store.free(asked.grant, asked.now, days.begins(asked.now, AHEAD))
    if not found:
        return Shown(none=asked.t("Ingen ledige timer er lagt ut for de neste to ukene."), kind="unrecorded")
    return Shown(lines(asked.t, found, asked.now))


def lines(t: Language, found: list[Free], now: int) -> list[Line]:
    """A line for each whose times they are: the first day that has any, its times, and how many there are in all.

    The times lead to that day of the book.
    """
    by_owner: dict[str, list[int]] = {}
    for free in found:
        by_owner.setdefault(free.owner, []).append(free.at)
    made: list[Line] = []
    for owner, times in sorted(by_owner.items(), key=lambda pair: (pair[1][0], pair[0])):
        way = f"/timebok?dag={days.iso(times[0])}"
        first = [at for at in times if local_day(at) == local_day(times[0])]
        named = ", ".join(t.clock(at) for at in first[:TIMES])
        rest = t.many("og %d til samme dag", "og %d til samme dag", len(first) - TIMES) if len(first) > TIMES else ""
        all_of = t.many("%d ledig de neste to ukene", "%d ledige de neste to ukene", len(times))
        said = " · ".join(part for part in (rest, all_of) if part)
        made.append(Line(owner, time=days.day(t, times[0], now), fact=named, to=way, detail=said))
    return made


FREE: Final = Part("ledig", lambda t: t("Ledige timer"), "ClockDashed", _read)
