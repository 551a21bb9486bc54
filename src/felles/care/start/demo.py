"""What exists in demo mode alone: changing person, a persona's own host, and the clock that can be moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.access import demo_clock, personas
from felles.access.sessions import cookie
from felles.care.people import store_of
from felles.care.start.front import cast
from felles.record.errors import Absent, BadQuery
from felles.ui.hosts import persona_of
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit

STEPS: Final = {"time": demo_clock.HOUR, "dag": demo_clock.DAY, "na": 0}
"""What the clock's buttons do."""


async def change(request: Request) -> Response:
    """`/bytt`: everybody one can be. Raises `Absent` outside demo mode."""
    found = await visit(request)
    people = await request.app.state.cast.all()
    if not people:
        raise Absent("there are no personas here")
    return page(found, "start/change.html", cast(found, people) | {"title": found.t("Bytt person"), "onward": ""})


async def clock(request: Request) -> Response:
    """`POST /klokke`: move the clinical clock on, or back to where it stood; then to the page it was done from."""
    found = await visit(request)
    form = await form_of(found)
    step = STEPS.get(form.get("flytt", ""))
    if step is None:
        raise BadQuery("the clock moves by an hour or a day")
    await demo_clock.move(store_of(found), step)
    return go(form.get("tilbake", "/"))


async def at_own_host(found: Visit, onward: str) -> Response | None:
    """Sign in whose host this is, when nobody has and nobody just left; None where that is not so.

    The second request carries `inn`: a browser that keeps no cookies then meets the front page, not a circle.
    """
    persona = persona_of(found.host) if found.demo else ""
    if not persona or found.request.query_params.keys() & {"ut", "inn"}:
        return None
    keeper = found.request.app.state.doorkeeper
    try:
        value = await personas.sign_in(store_of(found), keeper.sessions, persona)
    except Absent:
        return None
    answer = go(f"/?inn=1&videre={onward}" if onward else "/?inn=1")
    answer.headers.append("set-cookie", cookie(value, secure=keeper.secure))
    return answer
