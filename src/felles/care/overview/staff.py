"""`/p/{id}`: the chart overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care import grounds
from felles.care.overview import page as parts
from felles.care.overview import present, views
from felles.care.people import open_person, staff_only, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.overview.present import View


async def show(request: Request) -> Response:
    """The overview of one person. Raises what `open_person` and `views.overview` raise."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    store = store_of(found)
    grant = await open_person(found, patient_id)
    record = await views.overview(store, grant, patient_id)
    names = await store.names.of(present.wanted_names(record))
    view = present.View(found.t, f"/p/{patient_id}", store.clock.clinical(), names)
    context = parts.context(view, record, grant.kinds)
    context["strip"] = True
    context["why"] = why(view, record.basis)
    return page(found, "overview/staff.html", context)


def why(view: View, basis: str) -> dict[str, Any]:
    """Why this reader may see the record, with the way to the entry that it rests on."""
    source = grounds.source(basis)
    return {"text": grounds.sentence(view.t, basis), "href": view.entry(*source) if source else ""}
