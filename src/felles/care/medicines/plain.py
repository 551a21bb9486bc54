"""The list of medicines as the citizen reads it: by time of day, in plain words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.glossary.mark import mark, meaning
from felles.care.medicines import present, rules
from felles.care.medicines.lines import dosages_of, paused_since, thins
from felles.care.medicines.present import Page, entry_of
from felles.care.medicines.rules import Source, Use
from felles.care.overview import present as overview
from felles.care.shapes import Concept
from felles.record.kinds import Kind
from felles.ui import pieces

if TYPE_CHECKING:
    from felles.care.medicines.rules import Line
    from felles.ui.i18n import Language

_WHEN: Final = {
    "MORN": "morning", "ACM": "morning", "PCM": "morning", "CM": "morning", "NOON": "noon", "ACD": "noon", "CD": "noon",
    "PCD": "noon", "AFT": "noon", "EVE": "evening", "ACV": "evening", "CV": "evening", "PCV": "evening",
    "NIGHT": "night", "HS": "night",
}  # fmt: skip
"""FHIR event-timing and v3-TimingEvent → part of the day; a sharper one (`MORN.early`) begins with it."""
_SAID: Final = (
    ("morning", "morgen"), ("morning", "morgon"), ("noon", "midt på dagen"), ("noon", "formiddag"),
    ("evening", "kveld"), ("night", "sengetid"), ("night", "til natten"),
)  # fmt: skip
"""Words of a written dose, bokmål and nynorsk, that name a part of the day."""
_ORDER: Final = ("morning", "noon", "evening", "night", "any")


def parts_of_day(line: Line) -> list[str]:
    """The parts of the day that the dose names, by code, by clock or in its words; `any` when it names none."""
    found: set[str] = set()
    for dosage in dosages_of(entry_of(line)):
        repeat = dosage.timing.repeat if dosage.timing else None
        for code in (repeat.when or []) if repeat else []:
            part = _WHEN.get(code.split(".")[0])
            found |= {part} if part else set()
        for clock in (repeat.time_of_day or []) if repeat else []:
            found.add(_by_clock(clock))
        if not found:
            words = (dosage.text or dosage.patient_instruction or "").casefold()
            found |= {part for part, word in _SAID if word in words}
    return [part for part in _ORDER if part in found] or ["any"]


def _by_clock(clock: str) -> str:
    hour = int(clock[:2]) if clock[:2].isdigit() else 12
    return "morning" if 4 <= hour < 11 else "noon" if 11 <= hour < 16 else "evening" if 16 <= hour < 21 else "night"


def listed(page: Page, kinds: int) -> dict[str, Any]:
    """What the citizen's page shows: what is taken when, what waits, what must not be given, what is over.

    `failed`: the parts that could not be made, in words; `list` stands for all that is made of the list's own lines.
    """
    t = page.view.t
    parts = pieces.Parts(t)

    def critical() -> dict[str, Any]:
        return overview.critical(page.view, page.record.allergies, page.record.flags)

    context: dict[str, Any] = {
        "reaches": bool(kinds >> Kind.MEDICINE & 1),
        "critical": pieces.critical(t, critical, citizen=True) if kinds >> Kind.ALLERGY & 1 else None,
        "failed": parts.failed,
    }
    context |= {"groups": [], "paused": [], "nothing": False, "unsettled": [], "ended": {"rows": []}}
    if parts.made("list", lambda: len(page.record.lines), None) is not None:
        context |= parts.made("list", lambda: _taken(page), {})
        context["unsettled"] = parts.made("odd", lambda: _unsettled(page), [])
        context["ended"] = parts.made("ended", lambda: present.ended(page), context["ended"])
    return context


def _unsettled(page: Page) -> list[dict[str, Any]]:
    return [each for each in present.disagreements(page) if len(each["sides"]) > 1]


def _taken(page: Page) -> dict[str, Any]:
    """What is taken, by time of day, and what waits."""
    t = page.view.t
    seen: set[int] = set()
    lines = rules.standing(page.record.lines, page.day)
    taken = [line for line in lines if not line.paused]
    titles = {"morning": t("Om morgenen"), "noon": t("Midt på dagen"), "evening": t("Om kvelden"),
              "night": t("Ved sengetid"), "any": t("Uten bestemt tid på dagen")}  # fmt: skip
    daily = [line for line in taken if line.use is not Use.NEEDED]
    groups = [
        {
            "id": part,
            "title": titles[part],
            "rows": [row(page, line, seen) for line in daily if part in parts_of_day(line)],
        }
        for part in _ORDER
    ]
    needed = [row(page, line, seen) for line in taken if line.use is Use.NEEDED]
    groups.append({"id": "needed", "title": t("Når du trenger det"), "rows": needed})
    return {
        "groups": [group for group in groups if group["rows"]],
        "paused": [row(page, line, seen) for line in lines if line.paused],
        "nothing": not lines,
    }


def row(page: Page, line: Line, seen: set[int]) -> dict[str, Any]:
    """One medicine: what it is, how much, what for, how long, who says so."""
    t, entry = page.view.t, entry_of(line)
    person, place = present.who(page, line)
    why = present.reason(page, line)
    return {
        "name": present.named(page, line),
        "href": present.address(page.view, line),
        "what": meaning(t, entry.medication_codeable_concept or Concept()),
        "thins": thins(entry),
        "dose": present.dose(t, line) or t("Dosering ikke registrert"),
        "why": mark(t, why, seen) if why else "",
        "since": _since(t, line),
        "who": ", ".join(filter(None, (person, place))),
        "told": line.source is not Source.ORDERED,
        "note": _pause(t, line) if line.paused else "",
    }


def _since(t: Language, line: Line) -> str:
    start = t.short(line.start) if line.start else ""
    if line.until is not None:
        return t("til og med {day}").format(day=t.short(rules.eve(line.until)))
    return t("siden {day}").format(day=start) if start else ""


def _pause(t: Language, line: Line) -> str:
    """Since when one is paused, and why."""
    since = paused_since(entry_of(line))
    said = t("Pauset siden {day}").format(day=t.short(since)) if since else ""
    return ". ".join(filter(None, (said, present.why_changed(line))))
