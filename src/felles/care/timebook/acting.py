"""`/for/{id}/timer/{aid}`: an appointment of whom somebody acts for, which she calls off where she may book for her."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.access.representation import Verb
from felles.care import words
from felles.care.doors.proxies import present as proxies
from felles.care.doors.proxies.views import patient_of
from felles.care.overview.present import View
from felles.care.people import open_for, store_of
from felles.care.timebook import actions, present, rules
from felles.care.timebook.rules import Act
from felles.record.errors import Absent, BadQuery, Conflict, Forbidden, PreconditionFailed
from felles.record.read_person import One, Want
from felles.ui.dates import moment
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.timebook.rules import Resource
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

_WANTS: Final = (Want("Patient", 1), One())


async def show(request: Request) -> Response:
    """The appointment, and the way to call it off. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    return await _show(await visit(request))


async def answer(request: Request) -> Response:
    """`POST`: `svar` is `avlys`, of the version seen (`versjon`).

    403 for who may not book for her, 409 where it was changed meanwhile.
    """
    found = await visit(request)
    form = await form_of(found)
    if form.get("svar", "") != Act.CANCEL:
        raise BadQuery("svar is avlys")
    grant, _, seen, at = await _read(found)
    store = store_of(found)
    if Verb.BOOK not in Verb(await store.acts(grant)):
        raise Forbidden("nobody has let her book for the person")
    changed = form.get("versjon", "") not in ("", seen["meta"]["versionId"])
    if changed or Act.CANCEL not in rules.own_acts(seen["status"], at, store.clock.clinical()):
        return await _show(found, error=True)
    reason = form.get("grunn", "")[: rules.LONGEST]
    try:
        await actions.call_off_for(store, found.signed_in, grant.keys, seen, reason)
    except (Conflict, PreconditionFailed):
        return await _show(found, error=True)
    return go(f"/for/{request.path_params['id']}/timer")


async def _read(found: Visit) -> tuple[PersonGrant, PersonPage, Resource, int]:
    """Her Grant to look, what is read, the entry, and when it begins (clinical micros). Raises `Absent`."""
    params = found.request.path_params
    grant = await open_for(found, params["id"])
    read = await store_of(found).page(grant, _WANTS, "appointment", f"Appointment/{params['aid']}")
    rows = read.rows[1]
    if not rows or not rows[0].body:
        raise Absent("there is no such appointment that you may see")
    seen: Resource = msgspec.json.decode(rows[0].body)
    if rules.patient_of(seen) != f"Patient/{params['id']}":
        raise Absent("there is no such appointment of hers")
    return grant, read, seen, moment(seen.get("start")) or 0


async def _show(found: Visit, *, error: bool = False) -> Response:
    t, store, base = found.t, store_of(found), f"/for/{found.request.path_params['id']}"
    grant, read, seen, at = await _read(found)
    now = store.clock.clinical()
    banner = proxies.banner(View(t, base, now, {}, citizen=True), patient_of(read.rows[0]), read.basis)
    books = Verb.BOOK in Verb(await store.acts(grant))
    may = books and Act.CANCEL in rules.own_acts(seen["status"], at, now)
    context: dict[str, Any] = {
        "title": banner["title"],
        "banner": banner,
        "heading": t("Time"),
        "what": present.about(t, seen),
        "when": present.when(t, at, now) if at else "",
        "whose": rules.owner_of(seen)[1],
        "state": words.booked(t, seen["status"])[0],
        "acts": [{"act": str(Act.CANCEL), "text": t("Avbestill timen"), "asks": True}] if may else [],
        "why": t("Hvorfor timen ikke passer"),
        "version": seen["meta"]["versionId"],
        "longest": rules.LONGEST,
        "back": {"href": f"{base}/timer", "text": t("Timer")},
        "error": error,
    }
    return page(found, "timebook/own.html", context, 409 if error else 200)
