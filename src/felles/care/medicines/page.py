"""What the templates of the list fill in, for staff: the list on a day, or over time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from felles.care.medicines import gantt, present, rules
from felles.care.medicines.gantt import Bar, Track
from felles.care.medicines.present import Page
from felles.care.medicines.rules import Source, Use
from felles.care.overview import present as overview
from felles.care.reading import there
from felles.record.kinds import Kind
from felles.ui import pieces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.ui.i18n import Language

SPANS: Final = (1, 2, 5, 10)
"""Years that can be drawn."""
DRAWN: Final = 40
"""Medicines that are drawn at most."""


def day_asked(t: Language, query: Mapping[str, str], today: date) -> tuple[date | None, str]:
    """(the day that `?dato=` asks for, what is wrong with it): None where none is asked for, or none that can be."""
    asked = query.get("dato", "")
    if not asked:
        return None, ""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return None, t("Datoen kunne ikke leses. Skriv år, måned og dag: {example}.").format(example=today.isoformat())
    if day > today:
        return None, t("Datoen er ikke kommet ennå. Her er listen slik den er nå.")
    if day.year < 1900:
        return None, t("Datoen er for langt tilbake. Her er listen slik den er nå.")
    return day, ""


def listed(page: Page, kinds: int) -> dict[str, Any]:
    """The list on a day: what matters most, where the sources differ, what is taken, what is over.

    `failed`: the parts that could not be made, in words; `lines` stands for all that is made of the list's own lines.
    """
    t, now, reaches = page.view.t, page.asked is None, bool(kinds >> Kind.MEDICINE & 1)
    parts = pieces.Parts(t)
    context: dict[str, Any] = {
        "reaches": reaches,
        "now": now,
        "day": t.long(page.asked or page.today),
        "asked": page.asked.isoformat() if page.asked else "",
        "latest": page.today.isoformat(),
        "forbidden": _forbidden(page, kinds),
        "kidneys": parts.made("kidneys", lambda: present.kidneys(page), []),
        "sees_results": bool(kinds >> Kind.RESULT & 1),
        "sees_stays": bool(kinds >> Kind.ENCOUNTER & 1),
        "failed": parts.failed,
    }
    context |= _NOTHING
    if parts.made("lines", lambda: len(page.record.lines), None) is not None:
        context |= _of_lines(page, parts, reaches=reaches)
    return context


_NOTHING: Final[dict[str, Any]] = {
    "odd": [], "sections": [], "ended": None, "thinners": [], "given": [], "stay": None, "that_day": [], "unsure": 0
}  # fmt: skip
"""What is made of the lines, where there are none to make it of."""


def _of_lines(page: Page, parts: pieces.Parts, *, reaches: bool) -> dict[str, Any]:
    odd = parts.made("odd", lambda: present.disagreements(page), []) if reaches else []
    anchors: dict[str, str] = {}
    for each in odd:
        anchors.setdefault(each["substance"], each["id"])
    record, asked = page.record, page.asked
    parts.made("handed", lambda: len(record.handed), 0)
    return {
        "odd": odd,
        "sections": parts.made("list", lambda: present.sections(page, anchors), []),
        "ended": parts.made("ended", lambda: present.ended(page), None),
        "thinners": parts.made("thinners", lambda: present.thinners(page), []),
        "given": parts.made("given", lambda: present.given_now(page), []),
        "stay": None if asked else parts.made("stay", lambda: _last_stay(page), None),
        "that_day": parts.made("day", lambda: _that_day(page, asked), []) if asked else [],
        "unsure": sum(rules.unsure(line, page.day) for line in record.lines if line.source is Source.ORDERED),
    }


def _last_stay(page: Page) -> dict[str, Any] | None:
    stays = page.record.stays
    return present.stay(page, stays[0]) if stays else None


def _forbidden(page: Page, kinds: int) -> dict[str, Any]:
    """What must not be given; `state` says which kind of none, also that it could not be shown."""
    t = page.view.t
    if not kinds >> Kind.ALLERGY & 1:
        return {"state": "refused", "text": t("Rollen din gir ikke tilgang til dette."), "rows": []}

    def made() -> dict[str, Any]:
        said = overview.critical(page.view, page.record.allergies, ())
        return {"rows": present.forbidden(page), "state": said["state"], "text": said.get("text", "")}

    return {"rows": []} | pieces.critical(t, made)


def _that_day(page: Page, day: date) -> list[dict[str, str]]:
    """What was changed in the course of the day at whose beginning the list is shown."""
    lines = page.record.lines
    return present.changed(page, rules.changes(rules.standing(lines, page.day), rules.standing(lines, day)))


def over_time(page: Page, query: Mapping[str, str]) -> dict[str, Any]:
    """The drawing and its table, over as many years as are asked for."""
    t, today = page.view.t, page.today
    asked = query.get("aar", "")
    years = int(asked) if asked in map(str, SPANS) else 2
    first = date(today.year - years, today.month, min(today.day, 28))
    shown = [line for line in page.record.lines if line.source in rules.LISTED and not line.refused and line.start
             and line.start <= today and (line.until is None or line.until >= first)
             and not (line.until is None and line.ended and line.start < first)]  # fmt: skip
    shown.sort(key=lambda line: (present.named(page, line).casefold(), line.start or today))
    tracks: dict[tuple[str, str], Track] = {}
    rows: list[dict[str, str]] = []
    for line in shown:
        name = present.named(page, line)
        track = tracks.setdefault((line.substance, name), Track(name))
        text = _span(page, line)
        begun = line.start or first
        track.bars.append(Bar(begun, line.until, f"{name}: {text}", _faint(line), line.ended and line.until is None))
        person, place = present.who(page, line)
        row = {"name": name, "href": present.address(page.view, line), "dose": present.dose(t, line), "when": text}
        rows.append(row | {"who": ", ".join(filter(None, (person, place)))})
    kept = list(tracks.items())[:DRAWN]
    for (substance, _), track in kept:
        handed = rules.attached(page.record.lines, substance, Source.DISPENSED, today)
        track.ticks = [line.start for line in handed if line.start]
    stays = [(stay.start, stay.end or today) for stay in there(page.record.stays)]
    words = (t("Legemidler over tid"), _described(t, len(kept), first, today), t("i dag"))
    return {
        "drawing": gantt.gantt([track for _, track in kept], stays, first, today, words) if kept else "",
        "rows": rows,
        "spans": [{"years": span, "text": t.many("%d år", "%d år", span), "on": span == years} for span in SPANS],
        "cut": len(tracks) > DRAWN or page.record.cut,
        "ticks": any(track.ticks for _, track in kept),
        "stays": any(end >= first for _, end in stays),
    }


def _faint(line: rules.Line) -> bool:
    return line.use is Use.NEEDED or line.paused


def _described(t: Language, count: int, first: date, last: date) -> str:
    return t("{count} legemidler fra {first} til {last}. Tabellen under viser det samme.").format(
        count=count, first=t.short(first), last=t.short(last)
    )


def _span(page: Page, line: rules.Line) -> str:
    t = page.view.t
    start = t.short(line.start) if line.start else ""
    if line.until is not None:
        return f"{start}–{t.short(rules.eve(line.until) if line.use is Use.COURSE else line.until)}"
    if line.ended:
        return t("fra {start}, slutt ikke registrert").format(start=start)
    if line.paused:
        return t("fra {start}, pauset nå").format(start=start)
    return t("fra {start}").format(start=start)
