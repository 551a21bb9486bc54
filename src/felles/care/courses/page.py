"""What the templates fill in: the table, one course, courses beside each other; the same for staff and citizens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from felles.care.courses import answers, codes, present, rules
from felles.care.pressure import GUIDELINE
from felles.care.reading import there
from felles.record.kinds import Kind
from felles.ui import pieces
from felles.ui.dates import local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.care.courses.rules import Test
    from felles.care.courses.views import Record
    from felles.care.overview.present import View

PERIODS: Final = (1, 2, 5)
"""Years that can be chosen; none: all."""
MOST: Final = 8
"""Courses beside each other at most."""


@dataclass(slots=True)
class Asked:
    """What stands after the address: a group, years back, the newest day of the columns, the view, its codes."""

    group: str = ""
    years: int = 0
    until: date | None = None
    beside: bool = False
    chosen: list[str] = field(default_factory=list)

    def query(self, **changed: str) -> str:
        """The address's query with something changed; an empty text leaves it out."""
        parts = {"gruppe": self.group, "aar": str(self.years or ""), "vis": "forlop" if self.beside else ""}
        parts |= {"til": self.until.isoformat() if self.until else ""} | changed
        pairs = [(key, value) for key, value in parts.items() if value]
        if parts["vis"]:
            pairs += [("kode", code) for code in self.chosen]
        return f"?{urlencode(pairs)}" if pairs else "?"


def asked(query: Mapping[str, str], chosen: list[str]) -> Asked:
    """What an address asks for; what cannot be read counts as not asked."""
    years = query.get("aar", "")
    try:
        until = date.fromisoformat(query.get("til", ""))
    except ValueError:
        until = None
    group = query.get("gruppe", "")
    return Asked(
        group if group in codes.KEYS else "",
        int(years) if years in map(str, PERIODS) else 0,
        until if until and 1900 < until.year < 2200 else None,
        query.get("vis") == "forlop",
        [code for code in chosen[:MOST] if rules.code_of(code) is not None],
    )


def reaches(kinds: int) -> bool:
    """Whether the reader's role sees results or measurements at all."""
    return bool(kinds >> Kind.RESULT & 1 or kinds >> Kind.VITAL & 1)


def wanted_names(record: Record) -> set[str | int]:
    """What a page must know the names of."""
    values, reports = there(record.values), there(record.reports)
    wanted: set[str | int] = {read.org for read in (*values, *reports, *there(record.studies)) if read.org}
    references = [who for read in values for who in read.entry.performer]
    references += [who for read in reports for who in read.entry.performer]
    references += [who for read in there(record.orders) for who in read.entry.performer]
    asked = [read.entry.requester for read in (*there(record.asked), *there(record.orders))]
    references += [who for who in asked if who]
    references += [who for read in there(record.notes) for who in read.entry.author]
    references += [who for read in there(record.tasks) for who in (read.entry.owner, read.entry.requester) if who]
    return wanted | {who.reference for who in references if who.reference and not who.display}


def table(view: View, record: Record, wish: Asked, mine: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The tests in groups, each with its newest value and those of the days shown; and what was ordered and answered.

    `failed`: the parts that could not be made, in words; `mine`: the address of the hand-over of each order (a
    reference) that the reader answers for.
    """
    parts = pieces.Parts(view.t)
    return parts.made("table", lambda: _matrix(view, record, wish), _NO_MATRIX) | {
        "cut": record.cut,
        "waiting": parts.made("waiting", lambda: present.waiting(view, record), []),
        "answers": parts.made("answers", lambda: answers.lines(view, record, mine or {}), []),
        "reports": parts.made("reports", lambda: present.reports(view, [*record.reports, *record.studies]), []),
        "failed": parts.failed,
    }


_NO_MATRIX: Final[dict[str, Any]] = {"groups": [], "any": False, "missing": ""}
"""What stands for the table where it could not be made: its place says so."""


def _matrix(view: View, record: Record, wish: Asked) -> dict[str, Any]:
    every = rules.watched(record.values, record.watch)
    since = _since(view, wish)
    kept = [test for test in every if (not wish.group or test.group == wish.group)]
    kept = [test for test in kept if since is None or test.last.day >= since]
    days, older, newer = rules.days(kept, wish.until, since)
    shown = set(days)
    groups: list[dict[str, Any]] = []
    for key, text in codes.groups(view.t).items():
        rows = [present.row(view, test, days) for test in sorted(kept, key=_by_name) if test.group == key]
        if rows:
            groups.append({"text": text, "rows": rows})
    return {
        "groups": groups,
        "days": [view.t.short(day) for day in days],
        "none_here": bool(kept) and not shown,
        "older": wish.query(til=older.isoformat()) if older else "",
        "newer": wish.query(til=newer.isoformat()) if newer else "",
        "any": bool(every),
        "count": view.t.many("%d prøve eller måling", "%d prøver og målinger", len(kept)),
        "missing": present.missing(view, every),
        "filters": filters(view, wish, {test.group for test in every}),
    }


def _by_name(test: Test) -> tuple[str, str]:
    return test.name.casefold(), test.key


def _since(view: View, wish: Asked) -> date | None:
    return local(view.now).date() - timedelta(days=366 * wish.years) if wish.years else None


def filters(view: View, wish: Asked, known: set[str]) -> dict[str, Any]:
    """The choices of group and period."""
    t = view.t
    periods = [{"key": str(years), "text": t.many("Siste %d år", "Siste %d år", years)} for years in PERIODS]
    return {
        "groups": [option for option in present.options(view) if option["key"] in known],
        "group": wish.group,
        "periods": periods,
        "years": str(wish.years or ""),
    }


def beside(view: View, record: Record, wish: Asked, *, child: bool) -> dict[str, Any]:
    """The chosen courses on one time axis; unchosen: those followed most often, as far as there are such.

    `failed`: what could not be made, in words; `panels` stands for all of it.
    """
    parts = pieces.Parts(view.t)
    nothing: dict[str, Any] = {"any": False}
    made = parts.made("panels", lambda: _panels(view, record, wish, parts, child=child), nothing)
    return made | {"cut": record.cut, "failed": parts.failed}


def _panels(view: View, record: Record, wish: Asked, parts: pieces.Parts, *, child: bool) -> dict[str, Any]:
    every = [test for test in rules.watched(record.values, record.watch) if test.code and test.drawn()]
    by_address = {rules.address_of(test.code): test for test in every}
    usual = {test.key: test for test in every}
    preferred = (*codes.CHILD, *codes.FOLLOWED) if child else codes.FOLLOWED
    first = [usual[key] for key in preferred if key in usual and len(usual[key].drawn()) > 1][:5]
    chosen = [by_address[code] for code in wish.chosen if code in by_address] or first
    since = _since(view, wish)
    start = rules.EVER if since is None else view.now - wish.years * present.YEAR
    marked = {rules.address_of(test.code) for test in chosen}
    return present.beside(view, record, chosen, start, parts) | {
        "choices": [
            {"key": key, "text": test.name, "on": key in marked}
            for key, test in sorted(by_address.items(), key=lambda pair: _by_name(pair[1]))
        ],
        "filters": filters(view, wish, set()),
        "any": bool(every),
    }


def done(view: View, record: Record, test: Test) -> list[dict[str, str]]:
    """What was done about the newest value."""
    acts = rules.acts(test.last, record.reports, record.tasks, record.notes, record.medicines)
    return present.done(view, acts)


def one(view: View, record: Record, side: int) -> dict[str, Any] | None:
    """One course whole; None when there is no value of it that this reader sees. `failed`: as of `table`."""
    parts = pieces.Parts(view.t)
    found = rules.watched(record.values, record.watch)
    if not found:
        return None
    test = found[0]
    first = max(side, 0) * present.LISTED
    lines = [present.line(view, reading) for reading in test.readings[first : first + present.LISTED]]
    total = len(test.readings)
    others = sorted({r.value.unit for r in test.readings if r.number is not None} - {test.drawn()[-1].value.unit}) if (
        test.drawn()
    ) else []  # fmt: skip
    last = present.line(view, test.last)
    t = view.t
    return {
        "test": {
            "name": test.name or t("Uten navn"),
            "unit": last["unit"],
            "usual": last["usual"],
            "rule": GUIDELINE if test.last.watch else "",
        },
        "last": last,
        "year": parts.made("year", lambda: present.year(view, test), None),
        "drawing": parts.made("drawing", lambda: present.drawing(view, test), ""),
        "pressure": test.last.value.second is not None,
        "homes": any(reading.home for reading in test.readings),
        "units": others,
        "lines": lines,
        "shown": t("Viser {first}–{last} av {count}").format(first=first + 1, last=first + len(lines), count=total)
        if total > present.LISTED
        else t.many("%d verdi", "%d verdier", total),
        "next": f"?side={side + 1}" if first + present.LISTED < total else "",
        "previous": f"?side={side - 1}" if side > 0 else "",
        "cut": record.cut,
        "wrong": [present.line(view, reading) for reading in rules.withdrawn(record.values)],
        "done": parts.made("done", lambda: done(view, record, test), []),
        "failed": parts.failed,
        "entry": view.entry("Observation", test.last.entry.id),
        "reading": test,
    }
