"""`/meg/meldinger` and `/meg/maling`: what she writes and measures, and where each of it is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec
from structlog import get_logger

from felles.access.handovers.kinds import Kind
from felles.care.doors.cases import present as cases
from felles.care.doors.cases.rules import case_of
from felles.care.messages import actions, begun, present, rules, views
from felles.care.messages import page as parts
from felles.care.messages.codes import BOUNDS, SYMPTOMS
from felles.care.people import open_own, store_of
from felles.care.writing import kept
from felles.record.errors import Absent, Busy, RecordError
from felles.record.ids import form_id, named_id
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.messages.actions import Measured
    from felles.care.messages.page import Around
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

_log: Final = get_logger("felles.messages")


async def show(request: Request) -> Response:
    """Her threads and her cases. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    grant, there, read = await _read(found, "messages")
    rows = await demanded(found, there, read)
    context = (
        parts.listed(there, {grant.actor: found.t("Du")})
        | {
            "title": found.t("Meldinger"),
            "lead": found.t(
                "Her står det du har skrevet, hvem som svarer, og innen når, og det behandlerne har skrevet til deg."
            ),
            "write": "/meg/meldinger/ny",
            "measure": "/meg/maling" if there.pregnant else "",
            "cases": rows,
            "banner": None,
            "sent": _done(found),
        }
        | await begun.listed(found, kept.of(grant), "/meg")
    )
    return page(found, "messages/list.html", context)


def _done(found: Visit) -> str:
    asked, t = found.request.query_params, found.t
    if "malt" in asked:
        return t("Målingen er lagret og sendt. Her ser du hvem som har den.")
    return t("Sendt. Her ser du hvem som har den, og når du får svar.") if "sendt" in asked else ""


async def demanded(found: Visit, there: Around, read: PersonPage) -> list[dict[str, Any]]:
    """What was asked of who answers for the record: each case with who answers it and by when."""
    made: list[dict[str, Any]] = []
    asked = {each.entry.id: each.entry for each in there.written.tasks if rules.asks(each.entry)}
    for row in read.rows[2]:
        task = msgspec.json.decode(row.body)
        codes = {coding.get("code", "") for coding in task.get("code", {}).get("coding", [])}
        which = next((each for each in _CASES if each.case in codes), None)
        if which is not None:
            owner = str(there.view.names.get(task.get("owner", {}).get("reference", ""), ""))
            one = cases.mine(found.t, task, case_of(int(which), task), owner)
            name = task.get("requester", {}).get("display", "")
            by = found.t("{who}, på vegne av personen").format(who=name) if name else ""
            asks = asked.get(task.get("id", ""))
            made.append(
                one
                | {"focus": one["focus"].replace("/meg", there.view.base, 1), "by": by}
                | {"asked": asks.id if asks else "", "question": rules.question(asks) if asks else ""}
            )
    return made


_CASES: Final = (Kind.LOG_QUESTION, Kind.DEMAND, Kind.DELETION, Kind.REQUEST)


async def new(request: Request) -> Response:
    """A message to write; `?svar=Communication/x` answers one. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    answers = request.query_params.get("svar", "")
    grant, there, _ = await _read(found, "writing-message", answers)
    return await _new(found, there, grant, {"svar": answers}, {})


async def send(request: Request) -> Response:
    """Send it to `til`, who then has it. 422 with the form where it is not whole, or nobody is there."""
    found = await visit(request)
    form = await form_of(found)
    if kept.saves(form):
        about = begun.answered(form)
        look = begun.address("/meg", begun.MESSAGE.name, about)
        return await kept.saved_by(found, open_own(found), begun.MESSAGE, form, about=about, look=look)
    grant, there, _ = await _read(found, "writing-message", form.get("svar", ""))
    words, to, answered = form.get("tekst", ""), form.get("til", ""), _answered(there, form.get("svar", ""))
    drawn = _named(grant, form.get("id", ""), to, words)
    held = await kept.hold(found, kept.of(grant), begun.MESSAGE, form, about=answered, entry=f"Communication/{drawn}")
    wrong = {name: text for name, text in (("tekst", parts.wrong_words(found, words)),) if text}
    if to not in {each.reference for each in there.places}:
        wrong["til"] = found.t("Velg hvem som skal svare.")
    if wrong:
        return await _new(found, there, grant, form, wrong)
    letter = actions.Letter(grant.actor, grant.actor, "", to, words, answers=answered, id=drawn)
    await held.sent(await actions.send(store_of(found), grant, letter))
    return go("/meg/meldinger?sendt=1")


def _answered(there: Around, reference: str) -> str:
    """The message that is answered, where it is one of hers."""
    return next((reference for each in there.written.messages if reference == f"Communication/{each.entry.id}"), "")


async def _new(
    found: Visit, there: Around, grant: PersonGrant, form: dict[str, str], wrong: dict[str, str]
) -> Response:
    answered = _answered(there, form.get("svar", ""))
    look = begun.address("/meg", begun.MESSAGE.name, answered)
    at = kept.At("/meg/meldinger/ny", look, {"svar": answered})
    said = form if wrong else None
    drafted = await kept.begun(found, kept.of(grant), begun.MESSAGE, about=answered, at=at, said=said)
    form = drafted.over(form)
    before = next((each.entry for each in there.written.messages if answered == f"Communication/{each.entry.id}"), None)
    asked = [form.get("til", ""), there.house, *(each.reference or "" for each in (before.recipient if before else ()))]
    to = next((each for each in asked if any(each == place.reference for place in there.places)), "")
    context = parts.answers(there) | {
        "title": found.t("Svar") if before else found.t("Skriv en melding"),
        "before": before.words if before else "",
        "form": {"tekst": form.get("tekst", ""), "til": to, "svar": answered}
        | {"id": _drawn(grant, form.get("id", ""))},
        "wrong": {name: wrong.get(name, "") for name in ("tekst", "til")},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "longest": parts.LONGEST,
        "kept": drafted.shown,
    }
    return page(found, "messages/write.html", context, 422 if wrong else 200)


# -- her own measurement ---------------------------------------------------------------------------------------


async def measuring(request: Request) -> Response:
    """The form for a blood pressure of her own, while she is pregnant. Raises `Absent` for others."""
    found = await visit(request)
    grant, there, _ = await _read(found, "measuring")
    _pregnant(there)
    return await _measuring(found, there, grant, {}, {})


async def measure(request: Request) -> Response:
    """Write down what she measured. What is high, or a symptom, shows whom to ring before anything else.

    That page is shown whether it could be saved or not; 422 with the form where nothing can be made of it.
    """
    found = await visit(request)
    form = await form_of(found)
    if kept.saves(form):
        return await kept.saved_by(found, open_own(found), begun.MEASUREMENT, form, look="/meg/maling")
    grant, bound = open_own(found), store_of(found).settings.pregnancy_pressure
    form = form | {"id": _drawn(grant, form.get("id", ""))}
    measured, wrong = _measured(found, grant, form)
    alarm = rules.alarming(_heard(form, "overtrykk"), _heard(form, "undertrykk"), measured.symptoms, bound)
    try:
        _, there, _ = await _read(found, "measuring")
    except RecordError:
        if not alarm:
            raise
        _log.warning("an alarming measurement came while the record could not be read", exc_info=True)
        return _ring_now(found, None, form, wrong, saved=False)
    _pregnant(there)
    held, made = None, "Communication" if measured.upper is None else "Observation"
    with suppress(RecordError if alarm else Busy):  # whom to ring is shown whether anything could be kept or not
        entry = f"{made}/{measured.id}"
        held = await kept.hold(found, kept.of(grant), begun.MEASUREMENT, form, entry=entry)
    to = form.get("til", "")
    to = next((each.reference for each in there.places if each.reference == to), "") or next(
        (each.reference for each in there.places), ""
    )
    if wrong and not alarm:
        return await _measuring(found, there, grant, form, wrong)
    saved = False
    if to and not wrong:
        letter = actions.telling(grant.actor, to, measured, urgent=alarm)
        try:
            await actions.measure(store_of(found), grant, letter, measured)
            saved = True
            if held is not None:
                await held.sent()
        except RecordError:
            if not alarm:
                raise
            _log.warning("an alarming measurement could not be saved", exc_info=True)
    if not alarm:
        if saved:
            return go("/meg/meldinger?malt=1")
        return await _measuring(found, there, grant, form, _nobody(found))
    return _ring_now(found, there, form, wrong, saved=saved)


def _nobody(found: Visit) -> dict[str, str]:
    return {"til": found.t("Ingen av dem som følger deg, har noen som tar imot meldinger. Ring dem.")}


def _ring_now(
    found: Visit, there: Around | None, form: dict[str, str], wrong: dict[str, str], *, saved: bool
) -> Response:
    """Whom to ring; `there` None: the record could not be read, and the numbers for all stand alone."""
    t, bound = found.t, store_of(found).settings.pregnancy_pressure
    context = {
        "title": t("Ring nå"),
        "ring": present.ring(t, there.ward if there else None, worried=True),
        "pressure": present.pressure(t, bound, form["id"], form),
        "value": "/".join(filter(None, (form.get("overtrykk", ""), form.get("undertrykk", "")))),
        "noticed": [each["text"] for each in present.pressure(t, bound, "", form)["symptoms"] if each["on"]],
        "saved": saved,
        "kept": kept.passed_on(form),
        "wrong": list(wrong.values()),
    }
    return page(found, "messages/ring.html", context)


async def _measuring(
    found: Visit, there: Around, grant: PersonGrant, form: dict[str, str], wrong: dict[str, str]
) -> Response:
    at = kept.At("/meg/maling", "/meg/maling")
    drafted = await kept.begun(found, kept.of(grant), begun.MEASUREMENT, at=at, said=form if wrong else None)
    form = drafted.over(form)
    bound = store_of(found).settings.pregnancy_pressure
    context = parts.answers(there) | {
        "title": found.t("Mål blodtrykket ditt"),
        "pressure": present.pressure(found.t, bound, _drawn(grant, form.get("id", "")), form),
        "wrong": {name: wrong.get(name, "") for name in ("overtrykk", "undertrykk", "tekst", "til")},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "kept": drafted.shown,
    }
    return page(found, "messages/measure.html", context, 422 if wrong else 200)


def _measured(found: Visit, grant: PersonGrant, form: dict[str, str]) -> tuple[Measured, dict[str, str]]:
    """What the form says, and what is wrong with it by field."""
    t, wrong, values = found.t, dict[str, str](), dict[str, int | None]()
    for name, (low, high) in BOUNDS.items():
        typed = form.get(name, "").strip()
        value = rules.number(typed)
        values[name] = value if value is not None and low <= value <= high else None
        if typed and values[name] is None:
            wrong[name] = t("Skriv et helt tall mellom {low} og {high}.").format(low=low, high=high)
    upper, lower = values["overtrykk"], values["undertrykk"]
    symptoms = tuple(each for each in SYMPTOMS if form.get(f"symptom-{each}"))
    if not wrong and (upper is None) != (lower is None):
        wrong["undertrykk" if lower is None else "overtrykk"] = t("Blodtrykk har to tall: overtrykk og undertrykk.")
    elif not wrong and upper is not None and lower is not None and upper <= lower:
        wrong["overtrykk"] = t("Overtrykket må være høyere enn undertrykket.")
    words = form.get("tekst", "")
    if not wrong and upper is None and not symptoms:
        wrong["overtrykk"] = t("Skriv blodtrykket, eller kryss av for det du kjenner.")
    if len(words) > parts.LONGEST:
        wrong["tekst"] = parts.wrong_words(found, words)
    said = (str(upper), str(lower), ",".join(symptoms), words)
    return actions.Measured(_named(grant, form["id"], *said), upper, lower, symptoms, words), wrong


def _heard(form: dict[str, str], name: str) -> int | None:
    """What was meant, whether it can be kept as it was typed or not."""
    value, (low, high) = rules.heard(form.get(name, "")), BOUNDS[name]
    return value if value is not None and low <= value <= high else None


def _drawn(grant: PersonGrant, said: str) -> str:
    return form_id(grant.keys[0][0], said)


def _named(grant: PersonGrant, said: str, *words: str) -> str:
    """The id of what a form sends: the same words of one form are one; what was changed and sent again is another."""
    return named_id(grant.keys[0][0], said, *words)


def _pregnant(there: Around) -> None:
    if not there.pregnant:
        raise Absent("this page is for who expects a child")


async def _read(found: Visit, act: str, answers: str = "") -> tuple[PersonGrant, Around, PersonPage]:
    """What her pages need; `answers` the message (Communication/x) that she writes an answer to."""
    grant, store = open_own(found), store_of(found)
    read = await store.page(grant, views.WANTS, act, grant.actor)
    house = await parts.house_of(store, read.rows[1], answers)
    return grant, await parts.around(found, read, "/meg", also=house), read
