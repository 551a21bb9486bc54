"""`/timebok`: the day and the week of a house, booking whoever rings, and what is done with an appointment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from felles import access
from felles.care import words
from felles.care.palette.rules import cleaned, wanted
from felles.care.palette.views import people
from felles.care.people import staff_only, store_of
from felles.care.timebook import actions, present, rules, views
from felles.care.timebook.rules import ASKED, Act
from felles.record.errors import Absent, BadQuery, Conflict, Forbidden, PreconditionFailed
from felles.record.kinds import Kind
from felles.ui.dates import ZONE, local
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.access.actor import Actor
    from felles.care.timebook.rules import Time
    from felles.care.timebook.views import Seen
    from felles.ui.web import Visit

_DIGITS: Final = 18


@dataclass(slots=True)
class Placed:
    """An act on an appointment as it is asked for: which, of what, seen when and in which version."""

    act: Act
    name: str
    at: int
    version: str


async def show(request: Request) -> Response:
    """The day (`?dag=`), or with `vis=uke` its week. Raises `SignInFirst`, `Forbidden`, `BadQuery`, `Busy`."""
    found = await visit(request)
    keeper(found)
    asked = request.query_params
    return await _show(found, _day(found, asked.get("dag", "")), week=asked.get("vis") == "uke", done="gjort" in asked)


async def new(request: Request) -> Response:
    """A free time, and the search for whom it is. Raises as `show`."""
    found = await visit(request)
    keeper(found)
    return await _new(found, {"tid": request.query_params.get("tid", "")})


async def book(request: Request) -> Response:
    """`POST /timebok/ny`: look for whom (`finn`), or book the one chosen (`pasient`). 409 where it was just taken."""
    found = await visit(request)
    actor = keeper(found)
    form = await form_of(found)
    if "pasient" not in form:
        return await _new(found, form)
    store = store_of(found)
    patient, said = f"Patient/{form['pasient']}", form.get("tekst", "")[: rules.LONGEST]
    key = await store.place(patient)
    if key is None:
        raise Absent("there is no record here that you may see")
    chosen = await _time(found, form.get("tid", ""))
    try:
        if chosen is not None:
            await actions.book(store, actor, patient, chosen, said)
    except Conflict:
        chosen = None
    except Forbidden as error:
        raise Absent("there is no record here that you may see") from error
    grant, slot = access.person(actor, (key,)), f"Slot/{form.get('tid', '')}"
    chosen = chosen or await views.given(store, grant, patient, slot, said)
    if chosen is None:
        return await _new(found, form, error="taken")
    return go(f"/timebok?dag={present.day_of(chosen.start)}&gjort=1")


async def offer(request: Request) -> Response:
    """`POST /timebok/tilby`: offer a free time to who has waited longest for it."""
    found = await visit(request)
    actor = keeper(found)
    form = await form_of(found)
    store, chosen = store_of(found), await _time(found, form.get("tid", ""))
    day = _day(found, form.get("dag", ""))
    waits = await views.waiting(store, access.everyone(actor)) if chosen else []
    first = present.first_in_line(waits, chosen.actor, chosen.slot) if chosen else None
    if chosen is None or first is None:
        return await _show(found, day, error="taken")
    try:
        await actions.offer(store, actor, chosen, first.entry)
    except (Conflict, PreconditionFailed):
        return await _show(found, day, error="taken")
    return go(f"/timebok?dag={present.day_of(chosen.start)}&gjort=1")


async def ask(request: Request) -> Response:
    """`/timebok/{aid}/{act}`: to which time it is moved, or why it is called off. Raises `Absent` and as `show`."""
    found = await visit(request)
    keeper(found)
    wants = _placed(found, dict(request.query_params))
    if wants.act not in ASKED:
        raise BadQuery("this is done by a button")
    return await _ask(found, wants)


async def act(request: Request) -> Response:
    """`POST /timebok/{aid}/{act}`: do it with what was seen (`at`, `versjon`). 409 where somebody was faster."""
    found = await visit(request)
    actor = keeper(found)
    form = await form_of(found)
    wants = _placed(found, form)
    store = store_of(found)
    seen = await views.one(store, actor, wants.name, wants.at)
    now = store.clock.clinical()
    if seen is None or wants.version not in ("", seen.entry["meta"]["versionId"]):
        return await _show(found, _day_at(found, wants.at), error="moved")
    if wants.act not in rules.acts(seen.entry["status"], seen.at, now):
        return await _show(found, _day_at(found, wants.at), error="moved")
    try:
        when = await _do(found, wants, seen, form)
    except Conflict:
        if wants.act in ASKED:
            return await _ask(found, wants, error="taken")
        return await _show(found, _day_at(found, wants.at), error="taken")
    except PreconditionFailed:
        return await _show(found, _day_at(found, wants.at), error="moved")
    return go(f"/timebok?dag={present.day_of(when)}&gjort=1")


async def _do(found: Visit, wants: Placed, seen: Seen, form: dict[str, str]) -> int:
    """Do it; the moment whose day is shown next. Raises `Conflict` where the time is not free."""
    store, actor = store_of(found), found.signed_in
    reason = form.get("grunn", "")[: rules.LONGEST]
    if wants.act in (Act.MOVE, Act.GIVE):
        chosen = await _time(found, form.get("tid", ""))
        if chosen is None:
            raise Conflict("this time is not free")
        await actions.place(store, actor, seen.entry, chosen)
        return chosen.start
    first = await _next(found, seen) if wants.act is Act.CANCEL and form.get("tilby") else None
    if first is not None:
        await actions.offer(store, actor, _own_time(seen), first.entry, seen.entry, reason)
    else:
        await actions.do(store, actor, seen.entry, wants.act, reason=reason)
    return _day_at_or_now(found, seen)


def keeper(found: Visit) -> Actor:
    """The reader, who gives times. Raises `SignInFirst`, `Forbidden`."""
    staff_only(found)
    actor = found.signed_in
    if not (actor.may("book") and actor.role.reaches(Kind.APPOINTMENT)):
        raise Forbidden(f"the role {actor.role_code} gives no times")
    return actor


async def choices(found: Visit, *, whose: str = "") -> dict[str, Any]:
    """The free times of the house to choose from, day by day, those of `whose` (a reference) first. Raises `Busy`."""
    store = store_of(found)
    listed = await views.times(store, access.everyone(found.signed_in))
    return present.choices(found.t, listed, store.clock.clinical(), whose)


async def _show(found: Visit, day: date, *, week: bool = False, done: bool = False, error: str = "") -> Response:
    store, t = store_of(found), found.t
    monday = day - timedelta(days=day.weekday())
    first, days = (monday, 7) if week else (day, 1)
    book_ = await views.book(store, found.signed_in, _begins(first), _begins(first + timedelta(days=days)))
    now = store.clock.clinical()
    step = timedelta(days=7 if week else 1)
    refusals = {
        "moved": t("Noen var raskere, eller timen er endret siden du så den. Dette er slik det står nå."),
        "taken": t("Denne timen er ikke ledig lenger. Dette er slik det står nå."),
    }
    context = {
        "title": t("Timebok"),
        "day": day.isoformat(),
        "heading": present.heading(t, monday, week=True) if week else present.heading(t, day),
        "before": (first - step).isoformat(),
        "after": (first + step).isoformat(),
        "today": local(now).date().isoformat(),
        "columns": [] if week else present.day(t, book_, now),
        "week": present.week(t, book_, monday, now) if week else None,
        "waiting": [present.waiting(t, each, now) for each in book_.waiting],
        "done": done,
        "error": refusals.get(error, ""),
    }  # fmt: skip
    return page(found, "timebook/book.html", context, 409 if error else 200)


async def _new(found: Visit, form: dict[str, str], error: str = "") -> Response:
    store, t = store_of(found), found.t
    now = store.clock.clinical()
    chosen = await _time(found, form.get("tid", ""))
    typed = cleaned(form.get("hvem", ""))
    asked = wanted(typed)
    looked = "finn" in form and chosen is not None
    hits, many = await people(store, found.signed_in, asked) if looked else ([], False)
    unclear = looked and not (asked.number or asked.name)
    context = {
        "title": t("Sett opp time"),
        "chosen": present.choice(t, chosen, now) if chosen else None,
        "day": present.day_of(chosen.start if chosen else now),
        "form": {"hvem": "" if asked.number else typed, "tekst": form.get("tekst", "")[: rules.LONGEST]},
        "longest": rules.LONGEST,
        "hits": [
            {
                "id": name,
                "name": words.name(t, person.shown_name),
                "about": ", ".join(filter(None, (words.sex_at(t, person, now), words.age(t, person, now)))),
                "born": t.fhir(person.birth_date, brief=True),
                "open": is_open,
            }
            for name, person, is_open in hits
        ],
        "looked": looked and not unclear,
        "many": many,
        "errors": [{"field": "hvem", "text": t("Skriv navn, fødselsnummer, eller navn og fødselsdato.")}]
        if unclear
        else [],
        "error": t("Denne timen ble nettopp tatt av noen andre. Velg en annen i timeboken.") if error else "",
    }
    return page(found, "timebook/new.html", context, 409 if error else 422 if unclear else 200)


async def _ask(found: Visit, wants: Placed, error: str = "") -> Response:
    store, t = store_of(found), found.t
    seen = await views.one(store, found.signed_in, wants.name, wants.at)
    if seen is None or wants.act not in rules.acts(seen.entry["status"], seen.at, store.clock.clinical()):
        if error:
            return await _show(found, _day_at(found, wants.at), error="moved")
        raise Absent("there is no such appointment in your book")
    now = store.clock.clinical()
    moves = wants.act in (Act.MOVE, Act.GIVE)
    first = None if moves else await _next(found, seen)
    line = present.line(t, seen, now)
    waits = seen.entry["status"] == "waitlist"
    context = {
        "title": {Act.MOVE: t("Flytt timen"), Act.GIVE: t("Gi time")}.get(wants.act)
        or (t("Ta av ventelisten") if waits else t("Avlys timen")),
        "line": line | {"when": "" if waits else present.when(t, seen.at, now)},
        "moves": moves,
        "waits": waits,
        "times": await choices(found, whose=rules.owner_of(seen.entry)[0]) if moves else present.NOTHING,
        "next": words.name(t, first.person.shown_name) if first else "",
        "path": f"/timebok/{wants.name}/{wants.act}",
        "day": present.day_of(_day_at_or_now(found, seen)),
        "longest": rules.LONGEST,
        "error": t("Denne timen ble nettopp tatt av noen andre. Velg en annen.") if error else "",
    }
    return page(found, "timebook/ask.html", context, 409 if error else 200)


async def _next(found: Visit, seen: Seen) -> Seen | None:
    """Who would get the time of this appointment when it is called off: nobody, where it has begun or has no Slot."""
    store = store_of(found)
    if not seen.slots or seen.at <= store.clock.clinical():
        return None
    waits = await views.waiting(store, access.everyone(found.signed_in))
    return present.first_in_line(waits, rules.owner_of(seen.entry)[0], seen.slots[0])


def _own_time(seen: Seen) -> Time:
    """The time that an appointment has."""
    return views.time_had(seen.slots[0], seen.entry, seen.at)


async def _time(found: Visit, slot: str) -> Time | None:
    """The free time of the house with this Slot, or None."""
    if not slot:
        return None
    listed = await views.times(store_of(found), access.everyone(found.signed_in))
    return next((each for each in listed if each.slot == f"Slot/{slot}"), None)


def _placed(found: Visit, form: dict[str, str]) -> Placed:
    params, at = found.request.path_params, form.get("at", "")
    try:
        act_ = Act(params["act"])
    except ValueError as error:
        raise BadQuery("there is no such act") from error
    if not at.isascii() or not at.isdigit() or len(at) > _DIGITS:
        raise BadQuery("at is a moment in microseconds")
    return Placed(act_, params["aid"], int(at), form.get("versjon", ""))


def _day(found: Visit, written: str) -> date:
    """The day that was asked for; today where none was. Raises `BadQuery`."""
    if not written:
        return local(store_of(found).clock.clinical()).date()
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise BadQuery("dag is a date: 2026-11-24") from error
    if not 1970 < day.year < 2900:
        raise BadQuery("dag lies outside every book")
    return day


def _day_at(found: Visit, at: int) -> date:
    """The day of a moment; today for one that lies outside every book."""
    return _day(found, "") if at > 4_000_000_000_000_000 else local(at).date()


def _day_at_or_now(found: Visit, seen: Seen) -> int:
    """The moment whose day is shown after something was done: of who waits it is now."""
    return store_of(found).clock.clinical() if seen.entry["status"] == "waitlist" else seen.at


def _begins(day: date) -> int:
    """When a Norwegian day begins, in clinical microseconds."""
    return int(datetime.combine(day, time(), ZONE).timestamp() * 1_000_000)
