"""`/p/{id}/journal` and one entry of it: the list with what it can be narrowed to, and the text beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.doors import strip
from felles.care.journal import page as journal
from felles.care.journal import views
from felles.care.people import open_person, staff_only, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.journal.views import Read
    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit


async def show(request: Request) -> Response:
    """The list, with the newest entry beside it. Raises what `open_person` and `views.listed` raise."""
    found, grant = await _open(request)
    patient_id = request.path_params["id"]
    return await _page(found, grant, await views.listed(store_of(found), grant, patient_id))


async def entry(request: Request) -> Response:
    """The same, with one entry that was chosen. Raises what `views.chosen` raises."""
    found, grant = await _open(request)
    params = request.path_params
    return await _page(found, grant, await views.chosen(store_of(found), grant, params["type"], params["eid"]))


async def _open(request: Request) -> tuple[Visit, PersonGrant]:
    found = await visit(request)
    staff_only(found)
    return found, await open_person(found, request.path_params["id"])


async def _page(found: Visit, grant: PersonGrant, read: Read) -> Response:
    patient_id: str = found.request.path_params["id"]
    head = strip.shown(found, patient_id, read.page)
    made = await journal.made(found, read, f"/p/{patient_id}", citizen=False)
    context = head | await journal.context(found, read, made, grant.kinds)
    context["lift"] = f"/p/{patient_id}/apne" if found.signed_in.may("open") else ""
    context["chosen"] = read.chosen is not None
    return page(found, "journal/staff.html", context)
