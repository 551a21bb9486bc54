"""Courses of values as inline SVG: true time scale, oldest left, reference band, last value marked.

The value, unit and flag always stand beside it as text; the drawing has a title and a description, and
the page a table of the same values. Gaps of more than a year and a half are not joined, and a course is drawn for
one unit only.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from minijinja import Markup
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 112.0
HEIGHT: Final = 28.0
_EDGE: Final = 3.0
GAP: Final = 550 * 86_400_000_000
"""Microseconds without a value after which the line is broken: yearly controls that slip are still joined."""


class Point(Struct, frozen=True, gc=False):
    """One value at one moment (microseconds)."""

    at: int
    value: float


def sparkline(
    points: Sequence[Point], label: str, description: str, low: float | None = None, high: float | None = None
) -> Markup:
    """The course of at least two points, oldest first; fewer give no drawing.

    `low` and `high` are the reference range of the last value; `label` names what is measured,
    `description` says the course in words.
    """
    if len(points) < 2:
        return Markup("")
    values = [point.value for point in points] + [bound for bound in (low, high) if bound is not None]
    bottom, top = min(values), max(values)
    height = (top - bottom) or 1.0
    first, span = points[0].at, (points[-1].at - points[0].at) or 1

    def x(at: int) -> float:
        return _EDGE + (at - first) * (WIDTH - 2 * _EDGE) / span

    def y(value: float) -> float:
        return HEIGHT - _EDGE - (value - bottom) * (HEIGHT - 2 * _EDGE) / height

    parts = [
        (
            f'<svg class="spark" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img">'
            f"<title>{escape(label)}</title><desc>{escape(description)}</desc>"
        )
    ]
    if low is not None or high is not None:
        upper = y(top if high is None else high)
        lower = y(bottom if low is None else low)
        parts.append(
            f'<rect class="range" x="0" width="{WIDTH:.0f}" y="{upper:.1f}" height="{max(lower - upper, 0):.1f}"/>'
        )
    parts.append('<path class="line" d="')
    before: int | None = None
    for point in points:
        move = "M" if before is None or point.at - before > GAP else "L"
        parts.append(f"{move}{x(point.at):.1f} {y(point.value):.1f}")
        before = point.at
    parts.append('"/>')
    parts += [f'<circle class="dot" cx="{x(p.at):.1f}" cy="{y(p.value):.1f}" r="1.4"/>' for p in points[:-1]]
    last = points[-1]
    out = (low is not None and last.value < low) or (high is not None and last.value > high)
    shape = "last out" if out else "last"
    parts.append(f'<circle class="{shape}" cx="{x(last.at):.1f}" cy="{y(last.value):.1f}" r="3"/></svg>')
    return Markup("".join(parts))
