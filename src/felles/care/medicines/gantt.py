"""Medicines over time as inline SVG: a bar for each time something was taken, ticks for what was fetched.

True time scale, oldest left, a line for today, bands for stays in hospital. The page has a table of the same beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, Final

from minijinja import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WIDTH: Final = 960
LABELS: Final = 250
"""Width of the names."""
ROW: Final = 26
TOP: Final = 26
_LETTERS: Final = 34
"""Letters of a name that have room."""


@dataclass(frozen=True, slots=True)
class Bar:
    """From a day until the first day without; `until` None: still taken. `faint`: taken as needed, or paused.

    `open`: it is over, and nobody wrote when it ended. `text` says it in words.
    """

    start: date
    until: date | None
    text: str
    faint: bool = False
    open: bool = False


@dataclass(slots=True)
class Track:
    """One medicine: its name, its bars, the days on which it was fetched."""

    name: str
    bars: list[Bar] = field(default_factory=list)
    ticks: list[date] = field(default_factory=list)


def gantt(
    tracks: Sequence[Track], stays: Sequence[tuple[date, date]], first: date, last: date, words: tuple[str, str, str]
) -> Markup:
    """The drawing from `first` to `last` (today). `words`: title, description, what the line of today is called.

    What ended before `first` is not drawn. `stays`: (first, last day) of stays in hospital.
    """
    title, description, today = words
    height = TOP + ROW * len(tracks) + 6
    scale = (WIDTH - LABELS - 8) / max((last - first).days, 1)

    def x(day: date) -> float:
        return LABELS + max(0, min((day - first).days, (last - first).days)) * scale

    parts = [
        f'<svg class="gantt" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>",
    ]
    for begun, ended in stays:
        if ended >= first:
            wide = max(x(ended) - x(begun), 2)
            parts.append(
                f'<rect class="stay" x="{x(begun):.1f}" y="{TOP - 4}" width="{wide:.1f}" height="{height - TOP}"/>'
            )
    for day, label in _marks(first, last):
        parts.append(f'<path class="rule" d="M{x(day):.1f} {TOP - 6}V{height - 4}"/>')
        if x(day) < WIDTH - 110:
            parts.append(f'<text class="when" x="{x(day) + 3:.1f}" y="{TOP - 10}">{label}</text>')
    parts.append(f'<path class="now" d="M{x(last):.1f} {TOP - 6}V{height - 4}"/>')
    parts.append(f'<text class="when" x="{WIDTH - 6}" y="{TOP - 10}" text-anchor="end">{escape(today)}</text>')
    for place, track in enumerate(tracks):
        parts.extend(_track(track, TOP + ROW * place, x, first, last))
    return Markup("".join([*parts, "</svg>"]))


def _track(track: Track, y: int, x: Callable[[date], float], first: date, last: date) -> Iterator[str]:
    name = track.name if len(track.name) <= _LETTERS else f"{track.name[: _LETTERS - 1]}…"
    for bar in track.bars:
        end = bar.until or (bar.start + timedelta(days=1) if bar.open else last)
        if end < first:
            continue
        wide = max(x(end) - x(bar.start), 2.5)
        kind = "bar open" if bar.open else "bar faint" if bar.faint else "bar"
        yield f'<rect class="{kind}" x="{x(bar.start):.1f}" y="{y + 4}" width="{wide:.1f}" height="13" rx="2">'
        yield f"<title>{escape(bar.text)}</title></rect>"
    ticks = "".join(f"M{x(day):.1f} {y + 19}v4" for day in track.ticks if first <= day <= last)
    if ticks:
        yield f'<path class="tick" d="{ticks}"/>'
    yield f'<text class="whose" x="0" y="{y + 15}">{escape(name)}</text>'


def _marks(first: date, last: date) -> Iterator[tuple[date, str]]:
    """Days that are marked on the scale, with their labels: years, or months when there are few of them."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = 1 if months <= 7 else 3 if months <= 26 else 12
    for number in range(months + 1):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        day = date(year, month + 1, 1)
        if first < day < last and month % step == 0:
            yield day, str(year) if step == 12 else f"{month + 1:02}.{year}"
