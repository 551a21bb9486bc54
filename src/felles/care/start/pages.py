"""`/`, signing in and out, and the choice of language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.access import Sort, personas
from felles.access.sessions import cookie, cookie_name
from felles.care.operators import desk
from felles.care.people import store_of
from felles.care.start.day import day, one
from felles.care.start.demo import at_own_host
from felles.care.start.front import front
from felles.ui.hosts import persona_of
from felles.ui.i18n import COOKIE, NAMES
from felles.ui.web import form_of, go, runs, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def start(request: Request) -> Response:
    """The front page for visitors, the day's work for staff, how all runs for who runs it, citizens' way on."""
    found = await visit(request)
    onward = request.query_params.get("videre", "")
    if found.actor is None:
        return await at_own_host(found, onward) or await front(found)
    if "inn" in request.query_params:
        return go(onward or "/")
    if found.actor.sort is Sort.CITIZEN:
        return go("/meg")
    if runs(found.actor):
        return await desk.start(found)
    return await (one(found) if "del" in request.query_params else day(found))


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
