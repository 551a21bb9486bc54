"""`/for/{id}/journal`: the journal of one whom the citizen acts for, as far as that reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from felles.access.representation import Verb
from felles.care.doors.proxies import above
from felles.care.doors.proxies.views import patient_of
from felles.care.journal import page as journal
from felles.care.journal import views
from felles.care.overview.present import View
from felles.care.people import open_for, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.journal.views import Read
    from felles.ui.web import Visit


async def show(request: Request) -> Response:
    """The list, under the banner that says for whom. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    patient_id = request.path_params["id"]
    grant = await open_for(found, patient_id)
    read = await views.listed(store_of(found), grant, patient_id)
    return page(found, "journal/citizen.html", await _context(found, read))


async def entry(request: Request) -> Response:
    """One entry. Raises also `Gone`."""
    found = await visit(request)
    params = request.path_params
    grant = await open_for(found, params["id"])
    read = await views.chosen(store_of(found), grant, params["type"], params["eid"])
    context = await _context(found, read)
    context["speaks"] = Verb.SPEAK in Verb(await store_of(found).acts(grant))
    return page(found, "journal/entry.html", context)


async def _context(found: Visit, read: Read) -> dict[str, Any]:
    base = f"/for/{found.request.path_params['id']}"
    who = replace(read.page, wants=read.page.wants[:1], found=read.page.found[:1])
    view = View(found.t, base, store_of(found).clock.clinical(), {}, citizen=True)
    banner = above.banner(found, view, patient_of(who.rows[0]), read.page.basis)
    made = await journal.made(found, read, base, citizen=True)
    return await journal.context(found, read, made, read.page.reach) | {"banner": banner}
