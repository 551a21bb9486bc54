"""`/p/{id}/e/{type}/{eid}` and `/meg/e/{type}/{eid}`: one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care import grounds
from felles.care.doors.hubs import cards
from felles.care.entries import present, views
from felles.care.overview import pointed
from felles.care.overview import present as overview
from felles.care.overview.staff import why
from felles.care.people import open_own, open_person, staff_only, store_of
from felles.care.writing.offers import offers
from felles.ui.web import page, see_as, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.entries.views import Entry
    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit


async def staff(request: Request) -> Response:
    """One entry, as staff read it: under the person's strip."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    grant = await open_person(found, patient_id)
    return await _show(found, grant, f"/p/{patient_id}", "entries/staff.html")


async def citizen(request: Request) -> Response:
    """One entry of the citizen's own record."""
    found = await visit(request)
    return await _show(found, open_own(found), "/meg", "entries/citizen.html")


async def _show(found: Visit, grant: PersonGrant, base: str, template: str) -> Response:
    params = found.request.path_params
    store = store_of(found)
    version = views.version_of(found.request.query_params.get("versjon", ""))
    entry = await views.entry(store, grant, params["type"], params["eid"], version)
    names = await store.names.of(present.wanted_names(entry))
    context: dict[str, Any] = {"entry": present.entry_page(found.t, base, entry, names)}
    view = overview.View(found.t, base, store.clock.clinical(), names)
    context |= _strip(view, entry)
    if "id" in params:
        context["see_as"] = see_as(found, f"Patient/{params['id']}", context["person"]["name"])
        context["offers"] = offers(found, base, entry.resource, entry.author, view.now)
        context["drafting"] = entry.drafting
    places = {"id": params.get("id", ""), "type": params["type"], "entry": params["eid"]}
    context["cards"] = cards(found, "entry" if "id" in params else "own", **places)
    return page(found, template, context)


def _strip(view: overview.View, entry: Entry) -> dict[str, Any]:
    single = grounds.opens_single(entry.basis)
    return {
        "person": overview.person(view, entry.patient),
        "critical": pointed.closed(view.t) if single else overview.critical(view, entry.allergies, entry.flags),
        "why": why(view.t, view.base, entry.basis),
        "strip": True,
        "back": view.base,
    }
