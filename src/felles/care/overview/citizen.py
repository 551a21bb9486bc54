"""`/meg`: the citizen's own record, in plainer words and with room for a thumb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.care.doors.results.present import waits
from felles.care.overview import views
from felles.care.overview.page import made
from felles.care.people import open_own, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


NOTICE: Final = 30 * 86_400_000_000
"""Microseconds that an opening without a care relation is told on the home page; then on its own page alone."""


async def show(request: Request) -> Response:
    """The citizen's home page. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    patient_id = found.signed_in.reference.removeprefix("Patient/")
    parts, read = await made(found, grant, patient_id, "/meg", views.CITIZEN)
    context: dict[str, Any] = {
        "title": found.t("Min journal"),
        "name": parts.name,
        "board": parts.board,
        "answers": False,
    }
    last = await store_of(found).last_opening(grant)
    shown = last and store_of(found).clock.real() - last < NOTICE
    context["opened"] = found.t.moment(last) if shown else ""
    if read.special:
        held = await store_of(found).held(grant, "page:answers")
        context["answers"] = waits(held)
    return page(found, "overview/citizen.html", context)
