"""Tests and their courses in words and drawings, in one language. Pure; templates only lay it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care import words
from felles.care.courses import codes, rules
from felles.care.overview.present import class_texts, shown_value
from felles.ui.charts import Point, sparkline
from felles.ui.dates import local
from felles.ui.series import Bar, Dot, Frame, bars, panel

if TYPE_CHECKING:
    from datetime import date

    from felles.care.courses.rules import Reading, Test
    from felles.care.courses.shapes import Report, Taken, Task
    from felles.care.courses.views import Record
    from felles.care.overview.present import View
    from felles.care.overview.rules import Mark
    from felles.care.overview.views import Read
    from felles.ui.i18n import Language
    from felles.ui.pieces import Parts

YEAR: Final = 366 * 86_400_000_000
LISTED: Final = 50
"""Values of one test on a page of its table."""
EVENTS: Final = 12
"""Contacts and medicines that are drawn below the courses, of each sort."""


def flag(view: View, mark: Mark | None) -> dict[str, Any] | None:
    """High, low or odd: sign and word."""
    if mark is None:
        return None
    t = view.t
    sign = {"high": t("↑ Høy"), "low": t("↓ Lav"), "odd": t("Avvik")}[mark.way]
    return {"text": f"{sign}!" if mark.grave else sign, "grave": mark.grave}


def said(view: View, reading: Reading) -> tuple[str, str]:
    """(what was measured, its unit) as they are shown."""
    text, unit, _ = shown_value(view.t, reading.value)
    return text or view.t("Ingen verdi"), unit


def whole(view: View, reading: Reading) -> str:
    """What was measured with its unit."""
    return " ".join(filter(None, said(view, reading)))


def usual(view: View, reading: Reading) -> str:
    """The reference range: `45–90`, `under 5`, or as the laboratory wrote it; "" when there is none.

    Of a pregnant woman's blood pressure what the guideline says: `under 140/90`.
    """
    t = view.t
    if reading.watch:
        return t("under {high}").format(high=reading.watch.text)
    low, high = (None if each is None else t.number(words.rounded(each)) for each in (reading.low, reading.high))
    if low is not None and high is not None:
        return f"{low}–{high}"
    if high is not None:
        return t("under {high}").format(high=high)
    if low is not None:
        return t("over {low}").format(low=low)
    return next((span.text for span in reading.entry.reference_range if span.text), "")


def who(view: View, reading: Reading) -> str:
    """Who measured, and where: what was set right has the house of who did so, which may be another."""
    names = [name for each in reading.entry.performer if (name := view.name(each))]
    place = "" if any(note.corrects for note in reading.entry.note) else view.names.get(reading.org) or ""
    return ", ".join(dict.fromkeys([*names, *([place] if place else [])]))


def href(view: View, test: Test) -> str:
    """Where the whole course is; of a test without a code, its newest value."""
    if not test.code:
        return view.entry("Observation", test.last.entry.id)
    return f"{view.base}/prover/{rules.address_of(test.code)}"


def row(view: View, test: Test, days: list[date]) -> dict[str, Any]:
    """One line of the table: the newest value, what is usual, and the values of `days`."""
    last = test.last
    text, unit = said(view, last)
    by_day: dict[date, list[Reading]] = {}
    for each in test.readings:
        by_day.setdefault(each.day, []).append(each)
    return {
        "name": test.name or view.t("Uten navn"),
        "href": href(view, test),
        "value": text,
        "unit": unit,
        "wordy": last.number is None,
        "flag": flag(view, last.mark),
        "usual": usual(view, last),
        "when": view.t.brief(last.at),
        "spark": spark(view, test),
        "cells": [_cell(view, by_day.get(day, []), unit) for day in days],
    }


def _cell(view: View, readings: list[Reading], unit: str) -> dict[str, Any]:
    if not readings:
        return {"text": "", "href": "", "flag": None, "more": 0, "home": False}
    last = readings[0]
    text, own = said(view, last)
    shown = text if own == unit else f"{text} {own}".rstrip()
    return {
        "text": shown,
        "href": view.entry("Observation", last.entry.id),
        "flag": flag(view, last.mark),
        "more": len(readings) - 1,
        "home": last.home,
    }


def spark(view: View, test: Test) -> str:
    """The course as a small drawing."""
    drawn = test.drawn()
    if len(drawn) < 2:
        return ""
    pressure = drawn[-1].value.second is not None
    low, high = (None, None) if pressure else (test.last.low, test.last.high)
    points = [Point(each.at, float(each.number)) for each in drawn if each.number is not None]
    return sparkline(points, test.name, describe(view, drawn), _float(low), _float(high))


def _float(number: Any) -> float | None:
    return None if number is None else float(number)


def describe(view: View, drawn: list[Reading]) -> str:
    """A course in one sentence, for who does not see the drawing."""
    t, first, last = view.t, drawn[0], drawn[-1]
    return t("Fra {first} ({since}) til {last} ({until}), {count} verdier.").format(
        first=whole(view, first),
        since=t.brief(first.at),
        last=whole(view, last),
        until=t.brief(last.at),
        count=len(drawn),
    )


def dots(view: View, drawn: list[Reading]) -> list[list[Dot]]:
    """The curves of a course: one, or the two of a blood pressure."""
    curves: list[list[Dot]] = [[], []]
    for each in drawn:
        text = f"{whole(view, each)}, {view.t.moment(each.at)}"
        source = who(view, each)
        text = f"{text}, {source}" if source else text
        for curve, number in zip(curves, (each.number, each.value.second), strict=True):
            if number is not None:
                curve.append(Dot(each.at, float(number), text, each.home, each.mark is not None))
    return [curve for curve in curves if curve]


def drawing(view: View, test: Test, frame: Frame | None = None, since: int = 0, *, width: float = 720.0) -> str:
    """The whole course as a large drawing; "" where fewer than two values can be drawn."""
    drawn = test.drawn(since)
    if len(drawn) < (1 if frame else 2):
        return ""
    if frame is None:
        room = max((drawn[-1].at - drawn[0].at) // 40, rules.AFTER // 60)
        frame = Frame(drawn[0].at - room, drawn[-1].at + room, width)
    pressure = drawn[-1].value.second is not None
    bounds = (None, None) if pressure else (_float(test.last.low), _float(test.last.high))
    unit = said(view, drawn[-1])[1]
    title = f"{test.name} ({unit})" if unit else test.name
    return panel(view.t, frame, dots(view, drawn), title, describe(view, drawn), bounds)


def line(view: View, reading: Reading) -> dict[str, Any]:
    """One value in the table of a course."""
    text, unit = said(view, reading)
    t = view.t
    notes = [note.text for note in reading.entry.note if note.text]
    return {
        "value": text,
        "unit": unit,
        "href": view.entry("Observation", reading.entry.id),
        "usual": usual(view, reading),
        "flag": flag(view, reading.mark),
        "when": t.moment(reading.at),
        "who": who(view, reading) or t("ikke registrert"),
        "place": t("Hjemme") if reading.home else t("Helsepersonell"),
        "home": reading.home,
        "note": " ".join(notes),
        "ways": [],
    }


def year(view: View, test: Test) -> dict[str, str] | None:
    """The newest number beside the one nearest to a year before, and what lies between; None where there is none."""
    t, last = view.t, test.last
    numbers = [each for each in test.readings if each.number is not None and each.value.unit == last.value.unit]
    before = [each for each in numbers if YEAR // 2 <= last.at - each.at <= 2 * YEAR - YEAR // 2]
    if last.number is None or not before:
        return None
    first = min(before, key=lambda each: abs(last.at - each.at - YEAR))
    values = [each.number for each in numbers if each.number is not None and each.at >= first.at]
    low, high = (t.number(words.rounded(number)) for number in (min(values), max(values)))
    return {
        "before": whole(view, first),
        "then": t.brief(first.at),
        "between": f"{low}–{high}" if last.value.second is None else "",
        "count": t.many("%d verdi", "%d verdier", len(values)),
    }


def done(view: View, found: rules.Acts) -> list[dict[str, str]]:
    """What was done about a value, a line each: an answer written, a look, a note, a medicine changed."""
    t, items = view.t, []

    def add(text: str, more: str, href: str, at: int) -> None:
        items.append({"text": text, "more": more, "href": href, "when": t.brief(at)})

    for read in found.reports:
        by = ", ".join(filter(None, map(view.name, read.entry.performer))) or view.names.get(read.org, "")
        add(read.entry.conclusion or t("Svarrapport"), by, view.entry("DiagnosticReport", read.entry.id), read.at)
    for read in found.tasks:
        entry = read.entry
        looked = entry.code.has("looked")
        text = (
            t("Sett av lege, vist til pasienten") if looked else entry.code.words or entry.description or t("Oppgave")
        )
        by = view.name(entry.owner) or view.name(entry.requester)
        done_so = said_in(t, entry) if entry.business_status else ""
        add(done_so or text, by, view.entry("Task", entry.id), read.at)
        if told := told_in(t, entry, herself=view.base == "/meg"):
            add(told, by, view.entry("Task", entry.id), read.at)
    for read in found.notes:
        unsigned = words.unsigned(t, "Composition", read.entry.status)
        by = ", ".join(filter(None, (unsigned, *map(view.name, read.entry.author))))
        add(read.entry.title or t("Journalnotat"), by, view.entry("Composition", read.entry.id), read.at)
    for at, medicine, begun in found.medicines:
        name = medicine_name(medicine)
        text = (t("{medicine} startet") if begun else t("{medicine} sluttet")).format(medicine=name)
        add(text, "", view.entry(medicine.resource_type, medicine.id), at)
    return items


def said_in(t: Language, task: Task) -> str:
    """What somebody who looked did, in her words; "" where the record has none."""
    done = task.business_status
    if done is not None and done.has("seen"):
        return t("Sett, ingen tiltak")
    if done is not None and done.has("acted"):
        return next((note.text for note in reversed(task.note) if note.text), "") or t("Sett og fulgt opp")
    return task.description if task.description and task.description != task.code.words else ""


def told_in(t: Language, task: Task, *, herself: bool = False) -> str:
    """What the person was told about an answer, "" when nothing is said of that. `herself`: she reads it."""
    told = "; ".join(said.value_string for said in task.output if said.value_string)
    words = t("Beskjed til deg: {what}") if herself else t("Beskjed til pasienten: {what}")
    return words.format(what=told) if told else ""


def medicine_name(medicine: Taken) -> str:
    """What a medicine is called."""
    concept = medicine.medication_codeable_concept
    return concept.words if concept else (medicine.medication_reference and medicine.medication_reference.display) or ""


def reports(view: View, reads: list[Read[Report]]) -> list[dict[str, str]]:
    """Reports that are text: of images and tissue, and others with a conclusion."""
    t = view.t
    items: list[dict[str, str]] = []
    for read in sorted(reads, key=lambda read: -read.at):
        entry = read.entry
        if entry.result and entry.based_on and not entry.conclusion:
            continue  # its values stand in the table, and what was ordered beside it
        kind = next((concept.words for concept in entry.category if concept.words), "")
        items.append(
            {
                "text": entry.code.words or entry.description or kind or t("Svarrapport"),
                "href": view.entry(entry.resource_type, entry.id),
                "when": t.brief(read.at),
                "more": ", ".join(filter(None, [entry.conclusion or "", view.names.get(read.org) or ""])),
                "waiting": "1" if entry.status == rules.WAITING else "",
                "reference": f"{entry.resource_type}/{entry.id}",
            }
        )
    return items


def missing(view: View, tests: list[Test]) -> str:
    """Which of the values that are asked for most are not in the record, in one sentence; "" when all are."""
    t, here = view.t, {test.key for test in tests}
    names = {
        codes.PRESSURE: t("blodtrykk"), ("29463-7",): t("vekt"), codes.CREATININE: t("kreatinin"),
    }  # fmt: skip
    absent = [name for known, name in names.items() if not here.intersection(known)]
    return t("Ikke registrert: {what}.").format(what=", ".join(absent)) if absent and tests else ""


def waiting(view: View, record: Record) -> list[dict[str, str]]:
    """What was ordered or taken and has no answer yet, who owes it, and who answers for it meanwhile."""
    t = view.t
    items = [
        {"text": read.entry.code.words or t("Prøve"), "href": view.entry("Observation", read.entry.id),
         "when": t("tatt {day}").format(day=t.brief(read.at)), "more": view.names.get(read.org) or ""}
        for read in record.values if read.entry.status == rules.WAITING
    ]  # fmt: skip
    here = {each.reference for read in (*record.reports, *record.values) for each in read.entry.based_on}
    for read in record.orders:
        entry = read.entry
        test = rules.is_order(coding.code or "" for concept in entry.category for coding in concept.coding)
        if test and f"ServiceRequest/{entry.id}" not in here:
            owner = ", ".join(filter(None, map(view.name, entry.performer))) or t("uten oppgitt mottaker")
            if who := view.name(entry.requester):
                owner = f"{owner} · {t('{who} svarer for den').format(who=who)}"
            items.append(
                {"text": entry.code.words or t("Bestilt prøve"), "href": view.entry("ServiceRequest", entry.id),
                 "when": t("bestilt {day}").format(day=t.brief(read.at)), "more": owner}
            )  # fmt: skip
    return items


def beside(view: View, record: Record, chosen: list[Test], since: int, parts: Parts) -> dict[str, Any]:
    """Courses above each other on one time axis, with medicines and contacts below; `parts` hears of what fails."""
    drawn = [(test, test.drawn(since)) for test in chosen]
    moments = [each.at for _, readings in drawn for each in readings]
    if not moments:
        return {"panels": [], "medicines": "", "contacts": "", "rows": []}
    room = max((max(moments) - min(moments)) // 40, rules.AFTER // 10)
    frame = Frame(min(moments) - room, max(*moments, view.now) + room)
    panels = [
        {"name": test.name, "unit": said(view, readings[-1])[1], "href": href(view, test),
         "drawing": drawing(view, test, frame, since), "flag": flag(view, test.last.mark),
         "value": whole(view, test.last), "when": view.t.brief(test.last.at), "text": describe(view, readings)}
        for test, readings in drawn if readings
    ]  # fmt: skip
    taken = parts.made("medicines", lambda: _taken(view, record, frame), [])
    met = parts.made("contacts", lambda: _met(view, record, frame), [])
    t = view.t
    return {
        "panels": panels,
        "medicines": bars(t, frame, taken, t("Legemidler"), t("{count} legemidler").format(count=len(taken))),
        "contacts": bars(t, frame, met, t("Kontakter"), t("{count} kontakter").format(count=len(met))),
        "rows": [{"text": each.text, "when": _when(view, each)} for each in (*taken, *met)],
    }


def _when(view: View, bar: Bar) -> str:
    first, last = view.t.brief(bar.first), view.t.brief(bar.last)
    return first if first == last else f"{first}–{last}"


def _taken(view: View, record: Record, frame: Frame) -> list[Bar]:
    found: list[Bar] = []
    for read in record.medicines:
        start, end = rules.span(read.entry)
        if start is None or read.entry.status in ("entered-in-error", "cancelled"):
            continue
        until = end or (view.now if read.entry.status in ("active", "on-hold") else None)
        if until is not None and until > frame.first and start < frame.last:
            found.append(Bar(start, max(until, start + 1), medicine_name(read.entry)))
    return found[:EVENTS]


def _met(view: View, record: Record, frame: Frame) -> list[Bar]:
    classes = class_texts(view.t)
    found: list[Bar] = []
    for read in record.contacts:
        entry = read.entry
        kind = classes.get((entry.class_.code or "") if entry.class_ else "", view.t("Kontakt"))
        reason = next((each.words for each in (*entry.reason_code, *entry.type) if each.words), "")
        if entry.status in ("entered-in-error", "cancelled") or not frame.first <= read.at <= view.now:
            continue
        found.append(Bar(read.at, read.at, f"{local(read.at):%d.%m.%y} {reason or kind}"[:70]))
    return found[:EVENTS]


def options(view: View) -> list[dict[str, str]]:
    """The groups that can be chosen."""
    return [{"key": key, "text": text} for key, text in codes.groups(view.t).items()]
