"""`/meg/timer/{aid}`: one of the citizen's own appointments, and what she answers: she cannot come, yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from felles.care import words
from felles.care.people import open_own, store_of
from felles.care.timebook import actions, present, rules
from felles.care.timebook.rules import Act
from felles.record.errors import Absent, BadQuery, Conflict, PreconditionFailed
from felles.ui.dates import moment
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.timebook.rules import Resource
    from felles.ui.web import Visit

_ACTS = (Act.CANCEL, Act.ACCEPT, Act.DECLINE)


async def show(request: Request) -> Response:
    """The appointment with what can be done about it. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    return await _show(await visit(request))


async def answer(request: Request) -> Response:
    """`POST`: `svar` is `avlys`, `ja` or `nei`, of the version seen (`versjon`). 409 where it was changed meanwhile."""
    found = await visit(request)
    open_own(found)
    form = await form_of(found)
    said = form.get("svar", "")
    if said not in _ACTS:
        raise BadQuery("svar is avlys, ja or nei")
    seen, at = await _read(found)
    store = store_of(found)
    if form.get("versjon", "") not in ("", seen["meta"]["versionId"]):
        return await _show(found, error=True)
    if Act(said) not in rules.own_acts(seen["status"], at, store.clock.clinical()):
        return await _show(found, error=True)
    reason = form.get("grunn", "")[: rules.LONGEST]
    try:
        await actions.answer(store, found.signed_in, seen, Act(said), reason=reason)
    except (Conflict, PreconditionFailed):
        return await _show(found, error=True)
    return go("/meg/timer?svart=1")


async def _read(found: Visit) -> tuple[Resource, int]:
    """The entry, and when it begins (clinical micros; 0 for who waits). Raises `Absent`."""
    row = await store_of(found).read(open_own(found), "Appointment", found.request.path_params["aid"])
    seen: Resource = msgspec.json.decode(row.body)
    if rules.patient_of(seen) != found.signed_in.reference:
        raise Absent("there is no such appointment of yours")
    return seen, moment(seen.get("start")) or 0


async def _show(found: Visit, *, error: bool = False) -> Response:
    t, store = found.t, store_of(found)
    seen, at = await _read(found)
    now = store.clock.clinical()
    acts = rules.own_acts(seen["status"], at, now)
    texts = {
        Act.CANCEL: t("Avbestill timen"),
        Act.ACCEPT: t("Ja takk, jeg kommer"),
        Act.DECLINE: t("Nei takk, jeg står på ventelisten videre"),
    }
    context: dict[str, Any] = {
        "title": t("Tilbud om time") if Act.ACCEPT in acts else t("Timen din"),
        "banner": None,
        "heading": t("Tilbud om time") if Act.ACCEPT in acts else t("Timen din"),
        "what": present.about(t, seen),
        "when": present.when(t, at, now) if at else "",
        "whose": rules.owner_of(seen)[1],
        "state": words.booked(t, seen["status"])[0],
        "acts": [{"act": str(act), "text": texts[act], "asks": act is Act.CANCEL} for act in acts],
        "why": t("Hvorfor du ikke kan komme"),
        "version": seen["meta"]["versionId"],
        "longest": rules.LONGEST,
        "back": {"href": "/meg/timer", "text": t("Timene dine")},
        "error": error,
    }
    return page(found, "timebook/own.html", context, 409 if error else 200)
