"""A course of values as a large drawing: true time scale, named axes, reference band, last value labelled (inline SVG).

Panels that are given the same `Frame` share one time axis and lie above each other. The values stand as a table beside
it, each point tells value, time and source on pointing; what was measured at home has another shape, and what lies
outside is filled in, so that nothing hangs on colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Final

from minijinja import Markup

from felles.ui.charts import longest_step
from felles.ui.dates import DAY, local

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from felles.ui.i18n import Language

HEIGHT: Final = 190.0
_LEFT: Final = 46.0
_RIGHT: Final = 62.0
_TOP: Final = 12.0
_BOTTOM: Final = 22.0
_ROW: Final = 20.0
_Bounds = tuple["float | None", "float | None"]


@dataclass(frozen=True, slots=True)
class Dot:
    """One value (microseconds, number), what pointing at it tells; `home`: measured at home; `out`: outside."""

    at: int
    value: float
    text: str
    home: bool = False
    out: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The time axis that panels share (microseconds), and how wide they are in units of the drawing."""

    first: int
    last: int
    width: float = 720.0

    def x(self, at: int) -> float:
        """Where a moment lies."""
        room = self.width - _LEFT - _RIGHT
        return _LEFT + (at - self.first) / ((self.last - self.first) or 1) * room


@dataclass(frozen=True, slots=True)
class Bar:
    """A row below the panels: a medicine from when to when, or an event where both are the same."""

    first: int
    last: int
    text: str


def panel(
    t: Language, frame: Frame, curves: Sequence[Sequence[Dot]], title: str, description: str,
    bounds: _Bounds = (None, None), *, height: float = HEIGHT,
) -> Markup:  # fmt: skip
    """One or more curves (oldest first, one unit) over a reference range; nothing when there is no value."""
    values = [dot.value for curve in curves for dot in curve]
    if not values:
        return Markup("")
    known = [each for each in bounds if each is not None]
    ticks = _ticks(min([*values, *known]), max([*values, *known]))
    up = (height - _TOP - _BOTTOM) / (ticks[-1] - ticks[0])
    ground = height - _BOTTOM

    def y(value: float) -> float:
        return ground - (value - ticks[0]) * up

    parts = [_band(frame, bounds, y(ticks[-1]), ground, y)] if known else []
    end = frame.width - _RIGHT
    parts += [
        f'<path class="grid" d="M{_LEFT:.0f} {y(tick):.1f}H{end:.0f}"/>'
        f'<text class="tick whose" x="{_LEFT - 6:.0f}" y="{y(tick) + 4:.1f}" text-anchor="end">'
        f"{_number(t, tick)}</text>"
        for tick in ticks
    ]
    parts += _time(t, frame, ground)
    for curve in curves:
        parts += _curve(t, frame, curve, y)
    return _drawing(frame, height, title, description, "".join(parts))


def _band(
    frame: Frame, bounds: tuple[float | None, float | None], top: float, ground: float, y: Callable[[float], float]
) -> str:
    upper = top if bounds[1] is None else y(bounds[1])
    lower = ground if bounds[0] is None else y(bounds[0])
    width = frame.width - _LEFT - _RIGHT
    tall = max(lower - upper, 0)
    return f'<rect class="range" x="{_LEFT:.0f}" y="{upper:.1f}" width="{width:.0f}" height="{tall:.1f}"/>'


def _curve(t: Language, frame: Frame, curve: Sequence[Dot], y: Callable[[float], float]) -> list[str]:
    apart = longest_step([dot.at for dot in curve])
    path: list[str] = []
    dots: list[str] = []
    before: int | None = None
    for dot in curve:
        across, down = frame.x(dot.at), y(dot.value)
        joined = before is not None and dot.at - before <= apart
        path.append(f"{'L' if joined else 'M'}{across:.1f} {down:.1f}")
        before = dot.at
        kind = "out" if dot.out else "in"
        shape = (
            f'<rect class="{kind}" x="{across - 3.5:.1f}" y="{down - 3.5:.1f}" width="7" height="7"'
            if dot.home
            else f'<circle class="{kind}" cx="{across:.1f}" cy="{down:.1f}" r="3.5"'
        )
        dots.append(f"{shape}><title>{escape(dot.text)}</title></{'rect' if dot.home else 'circle'}>")
    if not curve:
        return []
    last = curve[-1]
    label = (
        f'<text class="last" x="{frame.x(last.at) + 7:.1f}" y="{y(last.value) + 4:.1f}">{_number(t, last.value)}</text>'
    )
    return [f'<path class="line" d="{"".join(path)}"/>', *dots, label]


def bars(t: Language, frame: Frame, rows: Sequence[Bar], title: str, description: str) -> Markup:
    """Medicines and events on the same time axis, a row each with its name in it."""
    if not rows:
        return Markup("")
    parts: list[str] = []
    edge = frame.width - _RIGHT
    for place, row in enumerate(rows):
        top = place * _ROW + 2
        start, end = max(frame.x(row.first), _LEFT), min(frame.x(row.last), edge)
        if row.first == row.last:
            parts.append(f'<circle class="event" cx="{start:.1f}" cy="{top + 8:.1f}" r="4"/>')
        else:
            parts.append(
                f'<rect class="bar" x="{start:.1f}" y="{top:.1f}" width="{max(end - start, 2):.1f}" height="16"/>'
            )
        late = start > _LEFT + (edge - _LEFT) * 0.55
        across, anchor = (start - 8, "end") if late else (start + 8, "start")
        parts.append(
            f'<text class="name" x="{across:.1f}" y="{top + 12:.1f}" text-anchor="{anchor}">{escape(row.text)}</text>'
        )
    height = len(rows) * _ROW + _BOTTOM + 4
    parts += _time(t, frame, height - _BOTTOM)
    return _drawing(frame, height, title, description, "".join(parts))


def range_bar(value: float, low: float | None, high: float | None, texts: tuple[str, str, str, str]) -> Markup:
    """Where one value lies beside what is usual; `texts`: title, below, usual, above (the last three as labels)."""
    if low is None and high is None:
        return Markup("")
    floor_ = low if low is not None else min(0.0, value)
    top = high if high is not None else max(value, floor_ * 1.6 or 1.0)
    room = (top - floor_) or 1.0
    first, last = (floor_ - room * 0.6 if low is not None else floor_), (top + room * 0.6 if high is not None else top)
    first, last = min(first, value - room * 0.1), max(last, value + room * 0.1)

    def x(number: float) -> float:
        return 8 + (number - first) / (last - first) * 344

    title, under, usual, over = map(escape, texts)
    labels = [(x(floor_) + x(top)) / 2, usual, "middle"], *(([8, under, "start"],) if low is not None else ())
    labels = (*labels, *(([352, over, "end"],) if high is not None else ()))
    said = "".join(f'<text x="{at:.0f}" y="46" text-anchor="{anchor}">{text}</text>' for at, text, anchor in labels)
    return Markup(
        f'<svg class="rangebar" viewBox="0 0 360 54" role="img"><title>{title}</title>'
        f'<rect class="all" x="8" y="14" width="344" height="14" rx="7"/>'
        f'<rect class="usual" x="{x(floor_):.1f}" y="14" width="{x(top) - x(floor_):.1f}" height="14"/>'
        f'<path class="here" d="M{x(value):.1f} 31l-7 -0V11l7 -9 7 9v20z"/>{said}</svg>'
    )


def _drawing(frame: Frame, height: float, title: str, description: str, inside: str) -> Markup:
    return Markup(
        f'<svg class="series" viewBox="0 0 {frame.width:.0f} {height:.0f}" role="img"><title>{escape(title)}</title>'
        f"<desc>{escape(description)}</desc>{inside}</svg>"
    )


def _number(t: Language, value: float) -> str:
    return t.number(f"{value:.6g}")


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers below, between and above; at least two."""
    room = (high - low) or abs(high) or 1.0
    rough = room / 4
    power = 10 ** floor(log10(rough))
    step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
    first, last = floor(low / step), ceil(high / step)
    return [round(number * step, 9) for number in range(first, max(last, first + 1) + 1)]


def _time(t: Language, frame: Frame, ground: float) -> list[str]:
    parts: list[str] = []
    for at, text in _marks(t, frame):
        across = frame.x(at)
        parts.append(f'<path class="grid" d="M{across:.1f} {_TOP:.0f}V{ground:.0f}"/>')
        parts.append(f'<text class="tick" x="{across:.1f}" y="{ground + 15:.0f}" text-anchor="middle">{text}</text>')
    return parts


def _marks(t: Language, frame: Frame) -> list[tuple[int, str]]:
    """Beginnings of years, months or days, at most eight or so, as (moment, text)."""
    first, last = local(frame.first).date(), local(frame.last).date()
    days = max((last - first).days, 1)
    found: list[date] = []
    if days > 800:
        step = ceil(days / 365 / 8)
        found = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1, step)]
        texts = [str(day.year) for day in found]
    elif days > 45:
        step = ceil(days / 30 / 7)
        months = range(first.year * 12 + first.month, last.year * 12 + last.month, step)
        found = [date(month // 12, month % 12 + 1, 1) for month in months]
        texts = [f"{day.month}.{day.year % 100:02d}" if t.code != "en" else f"{day.month}/{day.year}" for day in found]
    else:
        step = ceil(days / 7)
        found = [first + timedelta(days=number) for number in range(1, days + 1, step)]
        texts = [f"{day.day}.{day.month}." if t.code != "en" else f"{day.day}/{day.month}" for day in found]
    epoch = datetime(1970, 1, 1, tzinfo=UTC).date()
    return [((day - epoch).days * DAY, text) for day, text in zip(found, texts, strict=True)]
