"""The list of medicines as it is read: lines to words, in one language. Pure; templates only lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.care import words
from felles.care.medicines import rules
from felles.care.medicines.lines import atc_of, dosages_of, paused_since, thins
from felles.care.medicines.rules import Odd, Source, Use
from felles.care.medicines.shapes import Entry
from felles.care.medicines.views import value
from felles.care.overview import rules as overview_rules
from felles.care.reading import there
from felles.care.shapes import Concept
from felles.ui.dates import local

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from felles.care.medicines.rules import Changes, Line
    from felles.care.medicines.views import Record, Stay
    from felles.care.overview.present import View
    from felles.care.overview.views import Read
    from felles.care.shapes import AllergyIntolerance, Observation, Reference
    from felles.ui.i18n import Language

ENDED: Final = 50
"""Ended medicines that are shown."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the pages are made of: the record, its view, the day at whose beginning the list is shown (None: now)."""

    view: View
    record: Record
    asked: date | None = None

    @property
    def today(self) -> date:
        """The clinical day."""
        return local(self.view.now).date()

    @property
    def day(self) -> date:
        """The day at whose end the list is shown: today, or the one before the day that was asked for."""
        return rules.eve(self.asked) if self.asked else self.today


def entry_of(line: Line) -> Entry:
    """The entry that a line was made from."""
    return line.entry if isinstance(line.entry, Entry) else Entry()


def wanted_names(record: Record) -> set[str | int]:
    """What the page must know the names of: organisations, who ordered, medicines that are referred to."""
    lines = there(record.lines)
    wanted: set[str | int] = {line.org for line in lines if line.org}
    references: list[Reference | None] = []
    for line in lines:
        entry = entry_of(line)
        references += [entry.requester, entry.information_source, entry.medication_reference]
        references += [each.actor for each in entry.performer] if isinstance(entry.performer, list) else []
    for stay in there(record.stays):
        wanted.add(stay.org)
        references.append(stay.provider)
    wanted.update(r.reference for r in references if r and r.reference and not r.display)
    return wanted - {0}


def named(page: Page, line: Line) -> str:
    """What the medicine is called."""
    return line.name or page.view.name(entry_of(line).medication_reference) or page.view.t("Uten navn")


def day_words(t: Language, day: date | None) -> str:
    """A day as it is read in lists; "" for none."""
    return t.short(day) if day else ""


def dose(t: Language, line: Line) -> str:
    """How it is taken, as it was written."""
    return words.dose(t, dosages_of(entry_of(line)))


def reason(page: Page, line: Line) -> str:
    """What it is for; "" when nobody wrote it."""
    entry = entry_of(line)
    said = [concept.words for concept in entry.reason_code if concept.words]
    said += [text for each in entry.reason_reference if (text := each.display or _condition(page, each))]
    return ", ".join(dict.fromkeys(said))


def _condition(page: Page, reference: Reference) -> str:
    known = page.record.conditions
    return page.view.t("Kunne ikke vises nå") if known is None else known.get(reference.reference or "", "")


def why_changed(line: Line) -> str:
    """Why it has the state it has, as it was written; "" when nobody wrote it."""
    entry = entry_of(line)
    status = entry.status_reason or entry.status_reason_codeable_concept
    concepts = status if isinstance(status, list) else [status] if isinstance(status, Concept) else []
    return ", ".join(concept.words for concept in concepts if concept.words)


def who(page: Page, line: Line) -> tuple[str, str]:
    """(person, organisation) who ordered or told it."""
    entry, view = entry_of(line), page.view
    if line.source is Source.TOLD:
        source = entry.information_source
        own = ((source is not None and source.reference) or "").startswith("Patient/")
        person = view.t("Pasienten selv") if own else view.name(source) or view.t("Pårørende")
        return person, view.t("fortalt til {place}").format(place=view.names[line.org]) if view.names.get(
            line.org
        ) else ""
    if isinstance(entry.performer, list):
        person = ", ".join(name for each in entry.performer if (name := view.name(each.actor)))
        return person, "" if line.source is Source.DISPENSED else view.names.get(line.org, "")
    return view.name(entry.requester or entry.information_source), view.names.get(line.org, "")


def address(view: View, line: Line) -> str:
    """The address of a line's entry."""
    return view.entry(*line.id.split("/", 1))


def sections(page: Page, odd: dict[str, str]) -> list[dict[str, Any]]:
    """The list by how medicines are taken; `odd`: substance → where its discrepancy stands."""
    t = page.view.t
    listed = rules.standing(page.record.lines, page.day)
    titles = (
        (Use.STEADY, "fast", t("Fast"), t("Ingen faste legemidler er registrert.")),
        (Use.COURSE, "kur", t("Kur"), t("Ingen kurer er registrert.")),
        (Use.NEEDED, "behov", t("Ved behov"), t("Ingen legemidler ved behov er registrert.")),
    )
    return [
        {
            "id": anchor,
            "title": title,
            "none": none,
            "rows": [row(page, line, odd) for line in listed if line.use is use],
        }
        for use, anchor, title, none in titles
    ]


def row(page: Page, line: Line, odd: dict[str, str]) -> dict[str, Any]:
    """One medicine in use."""
    t, entry = page.view.t, entry_of(line)
    person, place = who(page, line)
    now, since = page.asked is None, paused_since(entry)
    return {
        "name": named(page, line),
        "href": address(page.view, line),
        "thins": thins(entry),
        "paused": line.paused and (now or (since is not None and since <= page.day)),
        "paused_since": day_words(t, since) if since is not None and since <= page.day else "",
        "paused_unknown": line.paused and not now and since is None,
        "allergy": clash(page.record.allergies, entry),
        "dose": dose(t, line) or t("Dosering ikke registrert"),
        "why": reason(page, line),
        "since": day_words(t, line.start),
        "until": day_words(t, rules.eve(line.until)) if line.until and line.use is Use.COURSE else "",
        "person": person,
        "place": place,
        "note": why_changed(line) if line.paused else "",
        "sources": sources(page, line),
        "odd": odd.get(line.substance, ""),
        "entry": {"resourceType": entry.resource_type, "id": entry.id, "status": entry.status, "intent": entry.intent},
        "ways": [],
        "nth": 0,
    }


def sources(page: Page, line: Line) -> list[dict[str, str]]:
    """Where it is known from: the line's own source, and what was told, handed out and given of the same."""
    t = page.view.t
    labels = {
        Source.ORDERED: t("Forskrevet"),
        Source.TOLD: t("Oppgitt"),
        Source.NOTED: t("Ført i liste"),
        Source.DISPENSED: t("Hentet på apotek"),
        Source.GIVEN: t("Gitt"),
    }
    found = [{"kind": line.source.value, "text": labels[line.source], "when": "", "href": address(page.view, line)}]
    told = [other for other in page.record.lines if other.source in (Source.TOLD, Source.NOTED) and other.id != line.id
            and other.substance == line.substance and rules.in_use(other, page.day)]  # fmt: skip
    for other in (
        *told[:1],
        *rules.attached(page.record.lines, line.substance, Source.DISPENSED, page.day)[:1],
        *rules.attached(page.record.lines, line.substance, Source.GIVEN, page.day)[:1],
    ):
        when = day_words(t, other.start)
        found.append({"kind": other.source.value, "text": labels[other.source], "when": when,
                      "href": address(page.view, other)})  # fmt: skip
    return found


def ended(page: Page) -> dict[str, Any]:
    """What is over, the last first: when, why, who had ordered it."""
    t = page.view.t
    over = rules.ended(page.record.lines, page.day)
    rows: list[dict[str, Any]] = []
    for line in over[:ENDED]:
        person, place = who(page, line)
        rows.append(
            {
                "name": named(page, line),
                "href": address(page.view, line),
                "dose": dose(t, line),
                "why": reason(page, line),
                "since": day_words(t, line.start),
                "until": day_words(t, line.until and _last_day(line)) or t("ikke registrert"),
                "note": why_changed(line),
                "who": ", ".join(filter(None, (person, place))),
            }
        )
    return {"rows": rows, "count": len(over), "more": page.record.cut or len(over) > ENDED}


def _last_day(line: Line) -> date | None:
    """The day that is shown as its end: the last one of a course, the day on which it was stopped."""
    if line.until is None:
        return None
    return rules.eve(line.until) if line.use is Use.COURSE or entry_of(line).status == "completed" else line.until


def clash(allergies: Iterable[AllergyIntolerance], entry: Entry) -> str:
    """The allergy to this substance or to the group it belongs to, by ATC alone; "" when there is none known.

    Allergies that could not be read mark nothing: that is said, loudly, where they would stand.

    A code of ATC is the beginning of those below it: penicillins J01C, phenoxymethylpenicillin J01CE02.
    """
    atc = atc_of(entry)
    for allergy in overview_rules.critical(there(allergies), ()).allergies:
        for coding in allergy.code.coding:
            if atc and coding.system and "atc" in coding.system and coding.code and atc.startswith(coding.code):
                return allergy.code.words
    return ""


def disagreements(page: Page) -> list[dict[str, Any]]:
    """Where the sources differ: what, and each side as it stands."""
    t = page.view.t
    said = {
        Odd.DOSE: t("Ulik dosering"),
        Odd.TWICE: t("Står to ganger"),
        Odd.NOT_TAKEN: t("Forskrevet, men tas ikke"),
        Odd.NOT_ORDERED: t("Tas, men er ikke forskrevet her"),
        Odd.ENDED_ELSEWHERE: t("Avsluttet av en annen"),
        Odd.FETCHED: t("Hentet etter at den ble avsluttet"),
    }
    found = rules.discrepancies(page.record.lines, page.day)
    return [
        {
            "id": f"avvik-{number}",
            "substance": each.substance,
            "name": named(page, each.sides[0]),
            "odd": said[each.odd],
            "sides": [_side(page, line) for line in each.sides[:4]],
        }
        for number, each in enumerate(found, 1)
    ]


def _side(page: Page, line: Line) -> dict[str, str]:
    t = page.view.t
    person, place = who(page, line)
    if line.refused:
        state = t("tas ikke")
    elif line.source is Source.DISPENSED:
        state = t("hentet på apotek")
    elif line.source is not Source.ORDERED:
        state = t("oppgitt")
    elif line.until is not None and line.until <= page.day:
        state = t("avsluttet {day}").format(day=t.short(line.until))
    else:
        state = t("i bruk")
    more = why_changed(line) if line.refused or (line.until is not None and line.until <= page.day) else ""
    return {
        "state": state,
        "what": ", ".join(filter(None, (named(page, line), dose(t, line)))),
        "who": ", ".join(filter(None, (person, place))),
        "when": day_words(t, line.start),
        "why": more,
        "href": address(page.view, line),
    }


def stay(page: Page, found: Stay) -> dict[str, Any]:
    """What was changed at the last stay in hospital: at its end, or until now while it goes on."""
    t, view = page.view.t, page.view
    lines = page.record.lines
    end = min(found.end or page.today, page.today)
    before, after = rules.standing(lines, rules.eve(found.start)), rules.standing(lines, end)
    made = rules.changes(before, after, paused=found.end is None)
    place = view.name(found.provider) or view.names.get(found.org, "")
    days = t.short(found.start) if found.end is None else f"{t.short(found.start)}–{t.short(found.end)}"
    return {
        "ongoing": found.end is None,
        "days": days,
        "end": day_words(t, found.end),
        "start": t.short(found.start),
        "what": ", ".join(filter(None, (found.reason, place))),
        "href": view.entry("Encounter", found.id),
        "before": found.start.isoformat(),
        "changes": changed(page, made),
        "none": made.none,
        "unchanged": t.many("%d uendret", "%d uendret", made.unchanged),
    }


def changed(page: Page, made: Changes) -> list[dict[str, str]]:
    """Changes as lines: what was done, with which medicine, why, who."""
    t, view = page.view.t, page.view

    def line(kind: str, text: str, of: Line, what: str, why: str) -> dict[str, str]:
        person, place = who(page, of)
        said = {"kind": kind, "text": text, "name": named(page, of), "href": address(view, of), "what": what}
        return said | {"why": why, "who": ", ".join(filter(None, (person, place)))}

    rows = [line("new", t("Ny"), each, dose(t, each), reason(page, each)) for each in made.started]
    for old, new in made.changed:
        fresh = next((each for each in new if each.id not in {o.id for o in old}), new[0])
        gone = next((each for each in old if each.id not in {n.id for n in new}), old[0])
        what = t("fra {old} til {new}").format(old=_how(page, gone), new=_how(page, fresh))
        rows.append(line("changed", t("Endret"), fresh, what, why_changed(gone) or reason(page, fresh)))
    rows += [line("paused", t("Pauset"), each, dose(t, each), why_changed(each)) for each in made.paused]
    rows += [line("stopped", t("Avsluttet"), each, dose(t, each), why_changed(each)) for each in made.stopped]
    return rows


def _how(page: Page, line: Line) -> str:
    return ", ".join(filter(None, (named(page, line), dose(page.view.t, line))))


def thinners(page: Page) -> list[dict[str, str]]:
    """Blood thinners on the list."""
    t = page.view.t
    now = page.asked is None
    return [
        {
            "name": named(page, line),
            "href": address(page.view, line),
            "what": ", ".join(filter(None, (t("pauset") if line.paused and now else "", dose(t, line)))),
            "why": why_changed(line) if line.paused and now else "",
        }
        for line in rules.standing(page.record.lines, page.day)
        if thins(entry_of(line))
    ]


def forbidden(page: Page) -> list[dict[str, Any]]:
    """What must not be given: allergies, with what happened, the gravest first."""
    found: list[dict[str, Any]] = []
    for allergy in overview_rules.critical(page.record.allergies, ()).allergies:
        shown = [concept.words for each in allergy.reaction for concept in each.manifestation if concept.words]
        found.append(
            {
                "name": allergy.code.words or page.view.t("Allergi uten navn"),
                "href": page.view.entry("AllergyIntolerance", allergy.id),
                "what": ", ".join(shown),
                "grave": overview_rules.grave(allergy),
            }
        )
    return found


def kidneys(page: Page) -> list[dict[str, Any]]:
    """The last creatinine and eGFR with their days."""
    t = page.view.t
    found: list[dict[str, Any]] = []
    for name, reads in ((t("Kreatinin"), page.record.creatinine), (t("eGFR"), page.record.filtration)):
        read = value(reads)
        if read is not None:
            found.append(_measured(page, name, read))
    return found


def _measured(page: Page, name: str, read: Read[Observation]) -> dict[str, Any]:
    t, entry = page.view.t, read.entry
    low = any(coding.code in ("L", "LL") for each in entry.interpretation for coding in each.coding)
    high = any(coding.code in ("H", "HH") for each in entry.interpretation for coding in each.coding)
    return {
        "name": name,
        "value": words.spoken(t, entry) or t("Ingen verdi"),
        "flag": t("↓ Lav") if low else t("↑ Høy") if high else "",
        "when": t.brief(read.at),
        "href": page.view.entry("Observation", entry.id),
    }


def given_now(page: Page) -> list[dict[str, str]]:
    """What was given without standing on the list, the newest first."""
    t = page.view.t
    listed = {line.substance for line in rules.standing(page.record.lines, page.day)}
    given = [
        line
        for line in page.record.lines
        if line.source is Source.GIVEN and line.substance not in listed and (line.start or page.day) <= page.day
    ]
    given.sort(key=lambda line: (str(line.start), line.id), reverse=True)
    return [
        {"name": named(page, line), "href": address(page.view, line), "when": day_words(t, line.start)}
        for line in given[:5]
    ]
