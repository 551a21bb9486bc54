"""`/p/{id}/siden`: what is new since the reader's organisation last had contact, or since she last looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.doors.strip import WANTS as STRIP
from felles.care.doors.strip import shown
from felles.care.news import page as parts
from felles.care.news import rules, shapes, views
from felles.care.people import open_person, staff_only, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """The news of one record. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    grant = await open_person(found, patient_id)
    read = await views.news(store_of(found), grant, patient_id)
    news, met, looked = read.found[len(STRIP) :]
    by = rules.counted_from(grant.role, request.query_params.get("fra"))
    since = rules.since(by, shapes.contact(met), shapes.look(looked))
    reads = shapes.reads(news)
    made = await parts.whole(found, grant, f"/p/{patient_id}", since, reads)
    cut = len(reads) >= views.MOST
    context = (
        shown(found, patient_id, read)
        | made
        | {
            "title": found.t("Siden sist"),
            "cut": found.t("De {count} nyeste er tatt med").format(count=views.MOST) if cut else "",
            "lift": f"/p/{patient_id}/apne" if found.signed_in.may("open") else "",
        }
    )
    return page(found, "news/staff.html", context)
