"""`/`, signing in and out, and the choice of language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles import access
from felles.access import Sort, personas
from felles.access.sessions import cookie, cookie_name
from felles.care import grounds, words
from felles.care.people import store_of
from felles.care.start import views
from felles.care.start.demo import at_own_host
from felles.care.start.front import front
from felles.ui.hosts import persona_of
from felles.ui.i18n import COOKIE, NAMES
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit


async def start(request: Request) -> Response:
    """The front page for visitors, the list of people for staff, the way on for citizens."""
    found = await visit(request)
    onward = request.query_params.get("videre", "")
    if found.actor is None:
        return await at_own_host(found, onward) or await front(found)
    if "inn" in request.query_params:
        return go(onward or "/")
    if found.actor.sort is Sort.CITIZEN:
        return go("/meg")
    return await people(found)


async def people(found: Visit) -> Response:
    """My people: those with a relation, the most recently changed first."""
    t, store = found.t, store_of(found)
    title = t("Mine personer")
    if not found.signed_in.may("find"):
        return page(
            found, "start/people.html", {"people": [], "more": "", "later": False, "closed": True, "title": title}
        )
    grant = access.everyone(found.signed_in)
    place = found.request.query_params.get("etter", "")
    listed = await views.mine(store, grant, place)
    now = store.clock.clinical()
    rows: list[dict[str, Any]] = []
    for row, patient in listed.rows:
        about = [words.sex(t, patient.gender), words.age(t, patient, now)]
        rows.append(
            {
                "href": f"/p/{row.id}",
                "name": words.name(t, patient.shown_name),
                "about": ", ".join(part for part in about if part),
                "born": t.fhir(patient.birth_date, brief=True),
                "basis": grounds.short(t, row.basis),
                "since": t.brief(row.since) if row.since > 0 else "",
                "dead": words.death(t, patient),
            }
        )
    more = f"/?etter={listed.more}" if listed.more else ""
    context = {"people": rows, "more": more, "later": bool(place), "closed": False, "title": title}
    return page(found, "start/people.html", context)  # fmt: skip


async def sign_in(request: Request) -> Response:
    """`POST /logg-inn`: as a persona, in demo mode alone."""
    found = await visit(request)
    form = await form_of(found)
    keeper = request.app.state.doorkeeper
    value = await personas.sign_in(store_of(found), keeper.sessions, form.get("persona", ""))
    if before := request.cookies.get(cookie_name(secure=keeper.secure)):
        await keeper.sessions.end(before)  # whoever it was is left, not left open
    onward = form.get("videre", "")
    answer = go(onward if onward.startswith("/") else "/")
    answer.headers.append("set-cookie", cookie(value, secure=keeper.secure))
    return answer


async def sign_out(request: Request) -> Response:
    """`POST /logg-ut`: end the session and go to the front page."""
    found = await visit(request)
    await form_of(found)
    keeper = request.app.state.doorkeeper
    value = request.cookies.get(cookie_name(secure=keeper.secure))
    if value:
        await keeper.sessions.end(value)
    answer = go("/?ut=1" if persona_of(found.host) else "/")
    answer.headers.append("set-cookie", cookie("", secure=keeper.secure))
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


async def choose_language(request: Request) -> Response:
    """`POST /sprak`: keep the choice for a year and go back to where it was made."""
    found = await visit(request)
    form = await form_of(found)
    code = form.get("sprak", "")
    answer = go(form.get("tilbake", "/"))
    if code in NAMES:
        keeper = request.app.state.doorkeeper
        answer.set_cookie(COOKIE, code, 365 * 86400, httponly=True, samesite="lax", secure=keeper.secure)
    return answer
