"""`/p/{id}/plan`: what is agreed about a patient, what comes next, and who owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.doors.strip import shown
from felles.care.people import open_person, staff_only
from felles.care.plan import page as parts
from felles.care.plan import views
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """The plan of one patient. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    grant = await open_person(found, patient_id)
    read = await parts.read(found, grant, patient_id, "plan")
    rows = views.decoded(read)
    told = await parts.told_of(found, f"/p/{patient_id}", rows, grant.kinds, citizen=False)
    context = shown(found, patient_id, read) | {
        "title": found.t("Plan"),
        "next": parts.first(told, rows),
        "columns": parts.plan(told, rows),
    }
    return page(found, "plan/staff.html", context)
