"""The journal as a time line: a lane for each organisation over the years, as SVG, with its table. Pure.

True time scale, oldest left; stays in hospital are bars as long as they lasted, all else a stroke. Each organisation's
part of each period is a way to the list narrowed to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any, Final

from minijinja import Markup

from felles.care.journal import present, rules
from felles.ui.dates import local

if TYPE_CHECKING:
    from felles.care.journal.rules import Choice, Item
    from felles.care.overview.present import View

LANES: Final = 14
"""Organisations with a lane of their own; those with the fewest entries share the last one."""
COLUMNS: Final = 20
"""Periods at most: beyond so many years each takes several."""
_LABEL: Final = 190
_LANE: Final = 30
_HEAD: Final = 20
_WIDE: Final = 1180
_NARROWEST, _WIDEST = 32, 160
_LETTERS: Final = 30


@dataclass(slots=True)
class Lane:
    """One organisation (its mark; None: the others together) and what it wrote."""

    org: int | None
    name: str
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Axis:
    """The years of each period, and how they lie: `width` of each in the drawing's units."""

    first: int
    step: int
    count: int
    width: int

    def years(self, column: int) -> tuple[int, int]:
        """First and last year of a period."""
        start = self.first + column * self.step
        return start, start + self.step - 1

    def period(self, column: int) -> str:
        """The period as it stands in an address: 2024, or 2020-2024."""
        first, last = self.years(column)
        return str(first) if first == last else f"{first}-{last}"

    def column(self, year: int) -> int:
        """The period of a year."""
        return (year - self.first) // self.step

    def x(self, at: int) -> float:
        """Where a moment lies."""
        year = local(at).year
        begin = datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1_000_000
        share = min(max((at - begin) / (366 * 86_400_000_000), 0.0), 1.0)
        return _LABEL + (year - self.first + share) * self.width / self.step


def axis(listed: list[Item], now: int) -> Axis:
    """The periods from the oldest item to now."""
    last = local(now).year
    first = min((each.year for each in listed if each.year > 0), default=last)
    years = last - first + 1
    step = -(-years // COLUMNS)
    count = -(-years // step)
    width = min(max((_WIDE - _LABEL) // count, _NARROWEST), _WIDEST)
    return Axis(last - count * step + 1, step, count, width)


def lanes(view: View, listed: list[Item]) -> list[Lane]:
    """The organisations, the one that wrote last first."""
    found: dict[int, Lane] = {}
    for each in listed:
        if each.year <= 0:
            continue
        org = each.row.org
        if org not in found:
            found[org] = Lane(org, view.names.get(org) or view.t("Virksomhet ikke oppgitt"))
        found[org].items.append(each)
    if len(found) <= LANES:
        return list(found.values())
    most = {lane.org for lane in sorted(found.values(), key=lambda lane: -len(lane.items))[: LANES - 1]}
    others = Lane(None, view.t.many("%d annen", "%d andre", len(found) - len(most)))
    others.items = [each for lane in found.values() if lane.org not in most for each in lane.items]
    return [*(lane for lane in found.values() if lane.org in most), others]


def timeline(view: View, listed: list[Item], choice: Choice) -> dict[str, Any]:
    """The drawing and its table; `listed` is narrowed by all but organisation and period."""
    found, across = lanes(view, listed), axis(listed, view.now)
    return {
        "drawing": _drawing(view, found, across, choice) if found else "",
        "periods": [across.period(column).replace("-", "–") for column in range(across.count)],
        "rows": [
            {"name": lane.name, "cells": [_cell(view, lane, across, column, choice) for column in range(across.count)]}
            for lane in found
        ],
    }


def _cell(view: View, lane: Lane, across: Axis, column: int, choice: Choice) -> dict[str, Any]:
    many = sum(1 for each in lane.items if across.column(each.year) == column)
    return {"many": many, "href": _href(view, lane, across, column, choice) if many else ""}


def _href(view: View, lane: Lane, across: Axis, column: int, choice: Choice) -> str:
    """The list narrowed to an organisation and a period; the others together only to the period."""
    where = "" if lane.org is None else rules.place_of(lane.org)
    narrowed = present.query(replace(choice, place=where, period=across.period(column)), view="tidslinje")
    return f"{view.base}/journal{narrowed}"


def _drawing(view: View, found: list[Lane], across: Axis, choice: Choice) -> Markup:
    t = view.t
    width, height = _LABEL + across.count * across.width + 2, _HEAD + len(found) * _LANE + 2
    title = t("Tidslinje over virksomheter")
    description = t("{lanes} virksomheter, fra {first} til {last}.").format(
        lanes=len(found), first=across.first, last=across.years(across.count - 1)[1]
    )
    out: list[str] = []
    out.append(
        f'<svg class="lanes" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="group"'
        f' aria-labelledby="tidslinje-t"><title id="tidslinje-t">{escape(title)}</title>'
        f"<desc>{escape(description)}</desc>"
    )
    for column in range(across.count):
        x = _LABEL + column * across.width
        first = across.years(column)[0]
        out.append(f'<path class="year" d="M{x} {_HEAD}V{height}"/><text class="at" x="{x + 3}" y="14">{first}</text>')
    for number, lane in enumerate(found):
        out.append(_lane(view, lane, _HEAD + number * _LANE, across, choice))
    return Markup("".join([*out, "</svg>"]))


def _lane(view: View, lane: Lane, top: int, across: Axis, choice: Choice) -> str:
    t = view.t
    name = lane.name if len(lane.name) <= _LETTERS else f"{lane.name[: _LETTERS - 1]}…"
    end = _LABEL + across.count * across.width
    out = [f'<path class="edge" d="M0 {top}H{end}"/>']
    for column in range(across.count):
        many = sum(1 for each in lane.items if across.column(each.year) == column)
        if not many:
            continue
        period = across.period(column).replace("-", "–")
        said = f"{lane.name}, {period}: {t.many('%d oppføring', '%d oppføringer', many)}"
        x = _LABEL + column * across.width
        here = choice.period == across.period(column) and choice.place == rules.place_of(lane.org or 0)
        out.append(
            f'<a href="{escape(_href(view, lane, across, column, choice))}" aria-label="{escape(said)}">'
            f'<rect class="{"cell here" if here else "cell"}" x="{x + 1}" y="{top + 1}" width="{across.width - 2}"'
            f' height="{_LANE - 2}"/></a>'
        )
    strokes = dict.fromkeys(round(across.x(each.row.at)) for each in lane.items if not rules.stays(each.entry))
    if strokes:
        drawn = "".join(f"M{x} {top + 8}v{_LANE - 16}" for x in strokes)
        out.append(f'<path class="stroke" d="{drawn}"/>')
    for each in lane.items:
        if rules.stays(each.entry):
            first, last = across.x(each.row.at), across.x(min(max(each.row.until, each.row.at), view.now))
            out.append(
                f'<rect class="stay" x="{first:.1f}" y="{top + 6}" width="{max(last - first, 3):.1f}"'
                f' height="{_LANE - 12}"/>'
            )
    out.append(f'<text class="whose" x="0" y="{top + 19}">{escape(name)}</text>')
    return "".join(out)
