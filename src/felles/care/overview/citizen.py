"""`/meg`: the citizen's own record, in plainer words and with room for a thumb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.doors.results.present import waits
from felles.care.overview import views
from felles.care.overview.page import made
from felles.care.people import open_own, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """The citizen's home page. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    patient_id = found.signed_in.reference.removeprefix("Patient/")
    parts, read = await made(found, grant, patient_id, "/meg", views.CITIZEN)
    context = {"title": found.t("Min journal"), "name": parts.name, "board": parts.board, "answers": False}
    if read.special:
        held = await store_of(found).held(grant, "page:answers")
        context["answers"] = waits(held)
    return page(found, "overview/citizen.html", context)
