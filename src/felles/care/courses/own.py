"""A person's own results in plain words: what it means, how it lies, what was said about it, what comes next. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.courses import codes, page, present, rules
from felles.care.glossary.mark import mark, meaning
from felles.care.pressure import HIGH, Watch
from felles.care.reading import there
from felles.ui import pieces
from felles.ui.series import range_bar

if TYPE_CHECKING:
    from felles.care.courses.rules import Reading, Test
    from felles.care.courses.views import Record
    from felles.care.overview.present import View

WIDTH: Final = 360.0
"""Units of a drawing on a phone: letters of the drawing are then as large as those of the page."""


def verdict(view: View, reading: Reading) -> str:
    """How a value lies, in words; "" where nobody said what is usual."""
    t, found = view.t, reading.mark
    if found is None:
        known = reading.low is not None or reading.high is not None
        said = any(each.has("N") for each in reading.entry.interpretation)
        return t("Innenfor det vanlige") if known or said else ""
    if found.way == "odd":
        return t("Utenom det vanlige")
    if found.grave:
        return t("Mye høyere enn vanlig") if found.way == "high" else t("Mye lavere enn vanlig")
    return t("Høyere enn vanlig") if found.way == "high" else t("Lavere enn vanlig")


def listed(view: View, record: Record) -> dict[str, Any]:
    """All tests in groups, the newest value of each in a sentence. `failed`: what could not be made, in words."""
    parts = pieces.Parts(view.t)
    said = messages(view, record)
    return {
        "groups": parts.made("table", lambda: _groups(view, record, said), []),
        "reports": parts.made("reports", lambda: _reports(view, record, said), []),
        "cut": record.cut,
        "failed": parts.failed,
    }


def messages(view: View, record: Record) -> dict[str, str]:
    """What she was told about answers: by order, report and value (references). The newest where there are several.

    A message stands in the Task about the order, the report or the value (`care.handovers`), and is about all of them.
    """
    told: dict[str, str] = {}
    for read in reversed(list(there(record.tasks))):
        text = present.told_in(view.t, read.entry, herself=view.base == "/meg")
        if text and read.entry.focus and read.entry.focus.reference:
            told[read.entry.focus.reference] = text
    if not told:
        return told
    for read in there(record.reports):
        name, based = f"DiagnosticReport/{read.entry.id}", [each.reference or "" for each in read.entry.based_on]
        text = next((told[each] for each in (name, *based) if each in told), "")
        if text:
            told |= {name: text} | {each.reference: text for each in read.entry.result if each.reference}
    for read in there(record.values):
        based = [each.reference or "" for each in read.entry.based_on]
        text = next((told[each] for each in based if each in told), "")
        if text:
            told.setdefault(f"Observation/{read.entry.id}", text)
    return told


def _reports(view: View, record: Record, told: dict[str, str]) -> list[dict[str, str]]:
    rows = present.reports(view, [*record.reports, *record.studies])
    said = ((row, told.get(row["reference"], "")) for row in rows)
    return [row | {"more": ". ".join(filter(None, (text, row["more"])))} for row, text in said]


def _groups(view: View, record: Record, told: dict[str, str]) -> list[dict[str, Any]]:
    every = rules.watched(record.values, record.watch)
    groups: list[dict[str, Any]] = []
    for key, text in codes.groups(view.t).items():
        rows = [_row(view, test, told) for test in every if test.group == key]
        if rows:
            groups.append({"text": view.t("Målinger") if key == "vitale" else text, "rows": rows})
    return groups


def _row(view: View, test: Test, told: dict[str, str]) -> dict[str, Any]:
    last = test.last
    return {
        "told": told.get(f"Observation/{last.entry.id}", ""),
        "name": test.name or view.t("Uten navn"),
        "href": present.href(view, test),
        "value": present.whole(view, last),
        "verdict": verdict(view, last),
        "odd": last.mark is not None,
        "when": view.t.day(last.at),
        "meaning": meaning(view.t, last.entry.code),
    }


def one(view: View, record: Record) -> dict[str, Any] | None:
    """One test: its meaning first; None when there is no value of it that she sees. `failed`: as of `listed`."""
    parts = pieces.Parts(view.t)
    found = rules.watched(record.values, record.watch)
    if not found:
        return None
    test, t = found[0], view.t
    last = test.last
    return {
        "name": test.name or t("Uten navn"),
        "meaning": meaning(t, last.entry.code),
        "value": present.whole(view, last),
        "when": t.day(last.at),
        "who": present.who(view, last),
        "verdict": verdict(view, last),
        "odd": last.mark is not None,
        "bar": parts.made("bar", lambda: _bar(view, test, last), ""),
        "drawing": parts.made("drawing", lambda: present.drawing(view, test, width=WIDTH), ""),
        "pressure": last.value.second is not None,
        "hypertensive": _hypertensive(last, record.watch),
        "done": parts.made("done", lambda: _done(view, record, test), []),
        "failed": parts.failed,
        "lines": [present.line(view, reading) for reading in test.readings[: present.LISTED]],
        "wrong": [present.line(view, reading) for reading in rules.withdrawn(record.values)],
        "entry": view.entry("Observation", last.entry.id),
        "home": view.base,
    }


def _done(view: View, record: Record, test: Test) -> list[dict[str, Any]]:
    seen: set[int] = set()
    return [item | {"text": mark(view.t, item["text"], seen)} for item in page.done(view, record, test)]


def _hypertensive(reading: Reading, watch: Watch | None) -> str:
    """From which bound a blood pressure is high where this one is, in words; "" where it is not.

    That of the pregnancy that goes on (`watch`); else, since she may be pregnant though no record says so, that of the
    guideline (`care.pressure`).
    """
    above, below = reading.number, reading.value.second
    rule = watch or Watch(*HIGH, 0)
    return rule.text if above is not None and below is not None and rule.high(above, below) else ""


def _bar(view: View, test: Test, last: Reading) -> str:
    if last.number is None or last.value.second is not None:
        return ""
    t = view.t
    title = t("{name}: {value}. Vanlig: {usual}").format(
        name=test.name, value=present.whole(view, last), usual=present.usual(view, last) or "–"
    )
    low, high = (None if bound is None else float(bound) for bound in (last.low, last.high))
    return range_bar(float(last.number), low, high, (title, t("lavt"), t("vanlig"), t("høyt")))
