"""`/p/{id}`: the chart overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access.bases import Basis, ground_of
from felles.care import grounds
from felles.care.doors.openings.present import banner
from felles.care.overview import pointed, views
from felles.care.overview.page import made
from felles.care.people import open_person, staff_only, store_of
from felles.ui.web import page, see_as, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.i18n import Language


async def show(request: Request) -> Response:
    """The overview of one person. Raises what `open_person` and `views.overview` raise."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    grant = await open_person(found, patient_id)
    base = f"/p/{patient_id}"
    parts, read = await made(found, grant, patient_id, base, views.STAFF)
    if grounds.opens_single(read.basis):
        return await pointed.show(found, grant, patient_id)
    context: dict[str, Any] = {
        "title": parts.title,
        "strip": True,
        "head": parts.strip,
        "board": parts.board,
        "closed": read.closed,
        "lift": f"{base}/apne" if found.signed_in.may("open") else "",
        "opened": banner(found.t, await store_of(found).openings(grant)) if by_way_in(read.basis) else "",
        "why": why(found.t, base, read.basis),
        "access": f"{base}/tilgang",
        "see_as": see_as(found, f"Patient/{patient_id}", parts.name),
    }
    return page(found, "overview/staff.html", context)


def by_way_in(basis: str) -> bool:
    """Whether the record is open by a need that was stated, an emergency or a consent: by a case, not a relation."""
    return ground_of(basis).basis in (Basis.EMERGENCY, Basis.CONSENTED, Basis.STATED_NEED)


def why(t: Language, base: str, basis: str) -> dict[str, Any]:
    """Why this reader may see the record, with the way to the entry that it rests on."""
    source = None if by_way_in(basis) else grounds.source(basis)
    return {"text": grounds.sentence(t, basis), "href": f"{base}/e/{source[0]}/{source[1]}" if source else ""}
