"""The route in words of one language. Pure; the template only lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from felles.care import words
from felles.care.news import present as news
from felles.care.news.rules import From, fresh, since
from felles.care.overview import present as overview
from felles.care.overview.present import View
from felles.care.reached import reached
from felles.care.reading import there
from felles.care.route import rules
from felles.care.route.rules import State
from felles.care.start import days
from felles.care.start.parts.admitted import HERE, INPATIENT
from felles.care.writing.present import returned
from felles.record.kinds import Kind
from felles.record.numbers import TYPE_NAMES
from felles.ui import pieces
from felles.ui.dates import moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.care.news.rules import Fresh, Since
    from felles.care.overview.present import Names
    from felles.care.plan.shapes import Detail
    from felles.care.route.rules import Own
    from felles.care.route.views import Told
    from felles.ui.i18n import Language

CHANGES: Final = 4
"""Lines of what is new that stand on a visit; the rest are counted, a click away."""
_STANDS: Final = frozenset({State.OPEN, State.LATER, State.CAME_BACK})


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks and when: her organisation and its hash, the kinds she reaches, both clocks (micros).

    `unit`: at the visits of all who work where she does.
    """

    place: str
    org: int
    kinds: int
    now: int
    real: int
    unit: bool

    def reaches(self, kind: Kind) -> bool:
        """Whether entries of this kind are seen."""
        return bool(self.kinds >> kind & 1)


def changed(told: Told, reader: Reader) -> tuple[Since, list[Fresh]]:
    """Since when, and what is new of somebody; not the appointments that the reader's own organisation gave."""
    counted = since(From.MET, told.met, None)
    found = fresh(there(told.reads), counted.at, own=reader.org) if told.met else []
    own_times = (each.read.org == reader.org and TYPE_NAMES[each.read.type] == "Appointment" for each in found)
    return counted, [each for each, own in zip(found, own_times, strict=True) if not own]


def wanted_names(found: Iterable[Told], reader: Reader) -> set[str | int]:
    """The organisations that the route must name."""
    return {name for told in found for name in news.wanted_names(changed(told, reader)[1])}


def stops(t: Language, found: list[Told], mine: dict[str, Own], reader: Reader, names: Names) -> list[dict[str, Any]]:
    """The visits in their order; the first that is to be done is the next one."""
    lines = [stop(t, told, mine.get(told.reference), reader, names) for told in found]
    first = next((line for line in lines if line["state"] in ("open", "back")), None)
    if first is not None:
        first["next"] = True
    return lines


def stop(t: Language, told: Told, mine: Own | None, reader: Reader, names: Names) -> dict[str, Any]:
    """One visit: who, when and where; unless it is over also what can harm, what is to be done and what is new."""
    how = rules.state(told.entry, mine, reader.now)
    address, phone = reached(told.body)
    person, view = told.person, View(t, f"/p/{told.patient}", reader.now, names)
    about = (words.sex_at(t, person, reader.now), words.age(t, person, reader.now), words.death(t, person))
    end = moment(told.entry.get("end"))
    made: dict[str, Any] = {
        "id": told.entry["id"],
        "at": told.at,
        "version": told.version,
        "state": str(how),
        "next": False,
        "time": t.clock(told.at) + (f"–{t.clock(end)}" if end and end > told.at else ""),
        "name": words.name(t, person.shown_name),
        "href": view.base,
        "about": ", ".join(filter(None, about)),
        "whose": _whose(told.entry) if reader.unit else "",
        "late": how is State.OPEN and (end or told.at) < reader.now,
        "said": _said(t, told, mine, how),
        "seconds": -(-max(0, mine.due - reader.real) // 1_000_000) if mine and mine.waits else 0,
        "own": mine.id if mine else "",
        "stands": how in _STANDS and told.entry.get("status") != "fulfilled",
        "address": address,
        "phone": phone,
        "what": told.entry.get("description") or t("Hjemmebesøk"),
    }
    return made | (_needed(t, told, view, reader) if made["stands"] else {})


def _whose(entry: dict[str, Any]) -> str:
    """Who of staff has the visit."""
    actors = (each.get("actor", {}) for each in entry.get("participant", ()))
    return next((a.get("display", "") for a in actors if a.get("reference", "").startswith("Practitioner")), "")


def _said(t: Language, told: Told, mine: Own | None, how: State) -> str:
    """What became of it: done when and by whom, why it came back, that nobody was there."""
    if how is State.CAME_BACK and mine is not None:
        if mine.why == "met" and told.entry.get("status") == "fulfilled":
            return t("En annen hadde alt ført besøket. Det er ført én gang.")
        return f"{t('Ble ikke ført inn.')} {returned(t, mine.why)}"
    if how is State.MISSED:
        return words.booked(t, told.entry.get("status", ""))[0]
    if how is not State.DONE:
        return ""
    contact = rules.kept_by((read.entry for read in there(told.contacts)), told.reference)
    who = next((p.individual.display for p in contact.participant if p.individual), None) if contact else None
    until = moment(contact.period.end) if contact and contact.period else None
    if who and until:
        return t("Utført {time} av {name}").format(time=t.clock(until), name=who)
    return t("Utført")


def _needed(t: Language, told: Told, view: View, reader: Reader) -> dict[str, Any]:
    """What is to be known before the door."""
    return {
        "stay": pieces.tried("stay", lambda: _stay(t, told, reader.now), lambda _: ""),
        "critical": pieces.critical(t, lambda: _critical(t, told, view, reader)),
        "todo": pieces.part(t, "todo", lambda: _todo(t, told, reader)),
        "news": pieces.part(t, "news", lambda: _news(t, told, view, reader)),
    }


def _stay(t: Language, told: Told, now: int) -> str:
    """That she is in hospital, where she is: nobody is at home."""
    for read in told.contacts:
        entry = read.entry
        inpatient = entry.class_ is not None and ("class", entry.class_.code) in INPATIENT
        if inpatient and ("status", entry.status) in HERE:
            return t("Innlagt siden {day}").format(day=days.day(t, read.at, now))
    return ""


def _critical(t: Language, told: Told, view: View, reader: Reader) -> dict[str, Any]:
    if not reader.reaches(Kind.ALLERGY):
        return {"items": [], "state": "refused", "text": t("Rollen din ser ikke allergier og varsler.")}
    made = overview.critical(view, (r.entry for r in told.allergies), (r.entry for r in told.flags))
    return {"items": [], "text": ""} | made


def _todo(t: Language, told: Told, reader: Reader) -> dict[str, Any]:
    """The measures of the plans that the reader's unit carries out."""
    if not reader.reaches(Kind.PLAN):
        return {"items": [], "state": "refused", "text": t("Rollen din ser ikke planene.")}
    found = rules.measures((read.entry for read in told.plans), reader.place)
    if not found:
        return {"items": [], "state": "unrecorded", "text": t("Ingen tiltak hos dere er registrert i planene.")}
    return {"items": [{"text": _what(each), "often": _often(t, each)} for each in found], "state": "some", "text": ""}


def _what(detail: Detail) -> str:
    return detail.description or (detail.code.words if detail.code else "")


def _often(t: Language, detail: Detail) -> str:
    if detail.scheduled_string:
        return detail.scheduled_string
    repeat = detail.scheduled_timing.repeat if detail.scheduled_timing else None
    return words.often(t, repeat) if repeat else ""


def _news(t: Language, told: Told, view: View, reader: Reader) -> dict[str, Any]:
    """What others did since the reader's organisation was there; the first lines of it."""
    list(told.reads)  # what could not be read fails here, and is not shown as nothing
    counted, found = changed(told, reader)
    whole = f"{view.base}/siden?fra={counted.by}"
    made: dict[str, Any] = {"items": [], "state": "some", "href": whole, "rest": 0, "heading": t("Nytt siden sist")}
    if told.met is None:
        return made | {"state": "unrecorded", "text": t("Dere har ikke registrert kontakt før.")}
    made["heading"] = t("Nytt siden sist ({when})").format(when=days.when(t, counted.at, reader.now))
    if not found:
        return made | {"state": "none", "text": t("Ingenting nytt.")}
    told_ = news.brief(view, found, {}, whole)
    rest = max(0, len(told_["lines"]) - CHANGES) + told_["rest"]
    return made | {"items": told_["lines"][:CHANGES], "text": "", "rest": rest}


def summary(t: Language, lines: list[dict[str, Any]]) -> str:
    """How many there are, how many are done, and when the next one is."""
    done = sum(line["state"] in ("done", "waits") for line in lines)
    said = t("{done} av {all} utført").format(done=done, all=len(lines))
    following = next((line for line in lines if line["next"]), None)
    return f"{said}. {t('Neste:')} {following['time']} {following['name']}." if following else f"{said}."


def around(t: Language, shown: date, today: date) -> list[dict[str, Any]]:
    """The days one goes to by a click."""
    named = {-1: t("I går"), 0: t("I dag"), 1: t("I morgen")}
    return [
        {"day": day.isoformat(), "text": text, "current": day == shown}
        for away, text in named.items()
        for day in (today + timedelta(days=away),)
    ]
