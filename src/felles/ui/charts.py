"""Courses of values as inline SVG: true time scale, oldest left, reference band, last value marked.

The value, unit and flag always stand beside it as text; the drawing has a title and a description, and
the page a table of the same values. Two values are two dots, long gaps are not joined (`longest_step`), and a course is
drawn for one unit only.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from minijinja import Markup
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH: Final = 112.0
HEIGHT: Final = 28.0
_EDGE: Final = 3.0
_OFTEN: Final = 60 * 86_400_000_000
_MANY: Final = 6
GAP: Final = 550 * 86_400_000_000
"""Microseconds without a value after which the line is broken: yearly controls that slip are still joined."""


class Point(Struct, frozen=True, gc=False):
    """One value at one moment (microseconds)."""

    at: int
    value: float


def longest_step(moments: Sequence[int]) -> int:
    """The longest gap that a line may cross in a course of `moments` (microseconds, oldest first).

    Fewer than three values are dots: a line between two of them would read like a trend. What is measured often is not
    joined over a gap many times as long as its usual one, unless such gaps return: yearly controls are a course, also
    before a stay with a value each day. Nothing is joined over more than `GAP`.
    """
    if len(moments) < 3:
        return -1
    steps = sorted(after - before for before, after in pairwise(moments))
    returns = next((longer for longer, next_longest in pairwise(reversed(steps)) if 2 * next_longest >= longer), 0)
    return min(GAP, max(_OFTEN, _MANY * steps[len(steps) // 2], returns))


def cells(values: Iterable[tuple[Markup, str]]) -> Markup:
    """The table cells of a course, of (value, when): for those who read numbers rather than lines.

    The value is markup already, for what a page shows hundreds of is escaped where it is remembered; `when` a date.
    """
    return Markup("".join([f"<td>{value}<span>{when}</span></td>" for value, when in values]))


def sparkline(
    points: Sequence[Point], label: str, description: str, low: float | None = None, high: float | None = None
) -> Markup:
    """The course of at least two points, oldest first; fewer give no drawing.

    `low` and `high` are the reference range of the last value; `label` names what is measured,
    `description` says the course in words.
    """
    if len(points) < 2:
        return Markup("")
    values = [point.value for point in points]
    bottom = min(values) if low is None else min(low, *values)
    top = max(values) if high is None else max(high, *values)
    first = points[0].at
    across = (WIDTH - 2 * _EDGE) / ((points[-1].at - first) or 1)
    up = (HEIGHT - 2 * _EDGE) / ((top - bottom) or 1.0)
    floor = HEIGHT - _EDGE + bottom * up
    band = ""
    if low is not None or high is not None:
        upper = floor - (top if high is None else high) * up
        lower = floor - (bottom if low is None else low) * up
        band = f'<rect class="range" x="0" width="{WIDTH:.0f}" y="{upper:.1f}" height="{max(lower - upper, 0):.1f}"/>'
    line: list[str] = []
    apart = longest_step([point.at for point in points])
    before = first - GAP - 1
    for point in points:
        # A move alone would draw nothing; with a step of nothing it is a dot, which a lone value needs.
        step = "L" if point.at - before <= apart else "M"
        line.append(f"{step}{_EDGE + (point.at - first) * across:.1f} {floor - point.value * up:.1f}")
        if step == "M":
            line.append("h0")
        before = point.at
    last = points[-1]
    lone = "" if apart >= 0 else f'<circle class="dot" cx="{_EDGE}" cy="{floor - points[0].value * up:.1f}" r="2"/>'
    out = (low is not None and last.value < low) or (high is not None and last.value > high)
    return Markup(
        f'<svg class="spark" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img">'
        f"<title>{escape(label)}</title><desc>{escape(description)}</desc>{band}"
        f'<path class="line" d="{"".join(line)}"/>{lone}<circle class="{"last out" if out else "last"}"'
        f' cx="{WIDTH - _EDGE:.1f}" cy="{floor - last.value * up:.1f}" r="3"/></svg>'
    )
