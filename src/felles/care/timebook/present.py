"""The book in words of one language. Pure; templates only lay it out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from felles.care import words
from felles.care.timebook import rules
from felles.care.timebook.rules import ASKED, Act
from felles.ui.dates import local, local_day

if TYPE_CHECKING:
    from felles.care.timebook.rules import Time
    from felles.care.timebook.views import Book, Seen
    from felles.record.read_slots import Free
    from felles.ui.i18n import Language

Line = dict[str, Any]
LISTED: Final = 24
"""Free times that stand open: so many, and the rest of the last one's day."""
MOST: Final = 200
"""Free times of hers, and of others, on a page at most."""
NOTHING: Final[Line] = {"near": [], "later": [], "others": []}
"""What `choices` makes of no times at all."""


def said(t: Language, act: Act, *, waits: bool = False) -> str:
    """What the button of an act says; `waits`: of one on the waiting list."""
    if waits and act is Act.CANCEL:
        return t("Ta av listen")
    return {
        Act.ARRIVE: t("Kommet"),
        Act.ABSENT: t("Møtte ikke"),
        Act.BACK: t("Angre"),
        Act.MOVE: t("Flytt"),
        Act.CANCEL: t("Avlys"),
        Act.GIVE: t("Gi time"),
        Act.ACCEPT: t("Takket ja"),
        Act.DECLINE: t("Takket nei"),
    }[act]


def heading(t: Language, day: date, *, week: bool = False) -> str:
    """The day that is shown, or the week that begins on `day` by its number (ISO 8601, as Norway counts)."""
    if week:
        year, number, _ = day.isocalendar()
        return t("Uke {number}, {year}").format(number=number, year=year)
    return f"{weekday(t, day)} {t.long(day)}".capitalize()


def about(t: Language, entry: dict[str, Any]) -> str:
    """What an appointment is about."""
    named = [entry.get("appointmentType", {}), *entry.get("serviceType", ())]
    return entry.get("description") or next((each["text"] for each in named if each.get("text")), "") or t("Time")


def line(t: Language, seen: Seen, now: int) -> Line:
    """One appointment: when, who, what it is about, how it stands, and what may be done with it."""
    entry = seen.entry
    told, color = words.booked(t, entry["status"])
    waits = entry["status"] == rules.WAITS
    acts = [
        {"act": str(act), "text": said(t, act, waits=waits), "asks": act in ASKED}
        for act in rules.acts(entry["status"], seen.at, now)
    ]
    person = seen.person
    return {
        "sort": "seen",
        "id": entry["id"],
        "at": seen.at,
        "version": entry["meta"]["versionId"],
        "time": t.clock(seen.at),
        "name": words.name(t, person.shown_name),
        "href": f"/p/{seen.patient}",
        "about": ", ".join(filter(None, (words.sex_at(t, person, now), words.age(t, person, now)))),
        "what": about(t, entry),
        "state": told,
        "color": color,
        "acts": acts,
        "whose": rules.owner_of(entry)[1],
    }


def waiting(t: Language, seen: Seen, now: int) -> Line:
    """One who waits: since when, and for whose time."""
    made = line(t, seen, now)
    whose = t("hos {who}").format(who=made["whose"]) if made["whose"] else ""
    return made | {
        "time": t.fhir(seen.entry.get("created"), brief=True),
        "what": ", ".join(filter(None, (made["what"], whose))),
    }


def free(t: Language, each: Free, *, offers: bool) -> Line:
    """One free time; `offers`: somebody waits for it."""
    return {"sort": "free", "id": each.id, "time": t.clock(each.at), "offers": offers}


def taken(t: Language, each: Free) -> Line:
    """A time that somebody has whom the reader does not see."""
    return {"sort": "taken", "time": t.clock(each.at)}


def day(t: Language, book: Book, now: int) -> list[dict[str, Any]]:
    """A column for each whose times they are: the lines of the day in their order, and how many of each sort.

    A free time that has begun is given to nobody any more, and is left out.
    """
    columns: dict[str, list[tuple[int, int, Line]]] = {}
    shown = {slot for seen in book.seen for slot in seen.slots}
    for seen in book.seen:
        columns.setdefault(rules.owner_of(seen.entry)[1], []).append((seen.at, 0, line(t, seen, now)))
    for each in book.times:
        lines = columns.setdefault(each.owner, [])
        if f"Slot/{each.id}" in shown:
            continue
        if each.taken:
            lines.append((each.at, 1, taken(t, each)))
        elif each.at > now:
            offers = first_in_line(book.waiting, each.actor, f"Slot/{each.id}") is not None
            lines.append((each.at, 1, free(t, each, offers=offers)))
    return [
        {"owner": owner or t("Behandler ikke registrert"), "lines": _sorted(lines), "count": count(t, lines)}
        for owner, lines in sorted(columns.items())
    ]


def count(t: Language, lines: list[tuple[int, int, Line]]) -> str:
    """How many are booked and how many times are free."""
    seen = sum(made["sort"] != "free" for _, _, made in lines)
    open_ = sum(made["sort"] == "free" for _, _, made in lines)
    return ", ".join((t.many("%d time", "%d timer", seen), t.many("%d ledig", "%d ledige", open_)))


def _sorted(lines: list[tuple[int, int, Line]]) -> list[Line]:
    return [made for _, _, made in sorted(lines, key=lambda each: each[:2])]


def first_in_line(waiting: list[Seen], actor: str, slot: str) -> Seen | None:
    """Who has waited longest for a time of `actor`, and has not said no to this one."""
    for seen in waiting:
        if rules.owner_of(seen.entry)[0] == actor and not rules.has_declined(seen.entry, slot):
            return seen
    return None


def week(t: Language, book: Book, monday: date, now: int) -> dict[str, Any]:
    """The week as a table: a row for each whose times they are, in each day how much is booked and is still free."""
    days = [monday + timedelta(days=number) for number in range(7)]
    shown = {slot for seen in book.seen for slot in seen.slots}
    cells: dict[str, dict[int, dict[str, Any]]] = {}

    def cell(owner: str, at: int) -> dict[str, Any]:
        return cells.setdefault(owner, {}).setdefault(local_day(at), {"booked": 0, "free": []})

    for seen in book.seen:
        cell(rules.owner_of(seen.entry)[1], seen.at)["booked"] += 1
    for each in book.times:
        if each.taken:
            cell(each.owner, each.at)["booked"] += f"Slot/{each.id}" not in shown
        elif each.at > now:
            cell(each.owner, each.at)["free"].append({"id": each.id, "time": t.clock(each.at)})
    rows = [
        {"owner": owner or t("Behandler ikke registrert"), "cells": [_cell(t, by.get(d.toordinal())) for d in days]}
        for owner, by in sorted(cells.items())
    ]
    heads = [{"day": d.isoformat(), "text": weekday(t, d), "short": t.short(d)} for d in days]
    return {"heads": heads, "rows": rows}


def _cell(t: Language, found: dict[str, Any] | None) -> dict[str, Any]:
    booked, free_ = (found["booked"], found["free"]) if found else (0, [])
    said_ = t.many("%d time", "%d timer", booked) if booked else ""
    return {"text": said_, "free": free_, "share": min(10, booked)}


def weekday(t: Language, day_: date) -> str:
    """The day of the week of a date."""
    return t.weekday(noon(day_))


def noon(day_: date) -> int:
    """The middle of a Norwegian day, clinical micros; its clock time does not matter."""
    return (day_.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000_000 + 39_600_000_000


def choice(t: Language, time: Time, now: int) -> dict[str, Any]:
    """A free time to choose: its Slot, when and whose, in words."""
    return {"slot": time.slot.partition("/")[2], "text": when(t, time.start, now), "owner": time.owner}


def choices(t: Language, times: list[Time], now: int, whose: str = "") -> Line:
    """Free times to choose from, day by day, the first day first.

    `near` stand open, `later` behind them; of `whose` (a reference), where she has any: then `others` are those of
    everybody else.
    """
    ordered = sorted(times, key=lambda each: (each.start, each.owner))
    hers = [each for each in ordered if each.actor == whose][:MOST]
    others = [each for each in ordered if each.actor != whose][:MOST]
    if not hers:
        hers, others = others, []
    last = local_day(hers[LISTED - 1].start) if len(hers) > LISTED else None
    return {
        "near": by_day(t, [each for each in hers if last is None or local_day(each.start) <= last], now),
        "later": by_day(t, [each for each in hers if last is not None and local_day(each.start) > last], now),
        "others": by_day(t, others, now),
    }


def by_day(t: Language, times: list[Time], now: int) -> list[Line]:
    """Times in their order under the day they are on."""
    days: dict[int, list[Time]] = {}
    for each in times:
        days.setdefault(local_day(each.start), []).append(each)
    return [
        {"day": _capital(day_said(t, group[0].start, now)),
         "times": [choice(t, each, now) | {"time": t.clock(each.start)} for each in group]}
        for group in days.values()
    ]  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def when(t: Language, at: int, now: int) -> str:
    """`i dag kl. 10.15`, `mandag 30.11.2026 kl. 08.00`."""
    return f"{day_said(t, at, now)} {'at' if t.code == 'en' else 'kl.'} {t.clock(at)}"


def day_said(t: Language, at: int, now: int) -> str:
    """`i dag`, `mandag 30.11.2026`."""
    away = local_day(at) - local_day(now)
    return {0: t("i dag"), 1: t("i morgen")}.get(away) or f"{t.weekday(at)} {t.brief(at)}"


def day_of(at: int) -> str:
    """The Norwegian day of a moment as it stands in addresses: 2026-11-24."""
    return local(at).date().isoformat()
