"""`/p/{id}/vaksiner`, `/meg/vaksiner`, `/for/{id}/vaksiner`: vaccinations for staff, for oneself, for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.doors.proxies import above
from felles.care.doors.proxies import present as acting
from felles.care.doors.strip import shown
from felles.care.overview.present import View
from felles.care.people import open_for, open_own, open_person, staff_only, store_of
from felles.care.vaccines import present, views
from felles.care.writing.offers import offers
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.vaccines.views import Record
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit


async def staff(request: Request) -> Response:
    """A patient's vaccinations. Raises what `open_person` raises."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    grant = await open_person(found, patient_id)
    view, record, read = await _read(found, grant, patient_id, f"/p/{patient_id}")
    context = shown(found, patient_id, read) | {"title": found.t("Vaksiner")}
    lists = present.context(view, record, grant.kinds)
    for row in lists["rows"]:
        row["ways"] = offers(found, view.base, row["entry"], "", view.now)
    return page(found, "vaccines/staff.html", context | lists)


async def own(request: Request) -> Response:
    """One's own. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    patient_id = found.signed_in.reference.removeprefix("Patient/")
    view, record, _ = await _read(found, grant, patient_id, "/meg")
    context: dict[str, Any] = {"title": found.t("Vaksinene dine")}
    return page(found, "vaccines/citizen.html", context | present.context(view, record, grant.kinds))


async def other(request: Request) -> Response:
    """Those of one for whom the citizen acts, as far as that reaches. Raises the same."""
    found = await visit(request)
    patient_id: str = request.path_params["id"]
    grant = await open_for(found, patient_id)
    view, record, read = await _read(found, grant, patient_id, f"/for/{patient_id}")
    banner = above.banner(found, view, record.patient, read.basis)
    context: dict[str, Any] = {
        "title": f"{found.t('Vaksiner')} – {banner['title']}",
        "banner": banner,
        "limits": acting.limits(found.t, read.basis, listed=read.listed),
    }
    return page(found, "vaccines/for.html", context | present.context(view, record, read.reach))


async def _read(found: Visit, grant: PersonGrant, patient_id: str, base: str) -> tuple[View, Record, PersonPage]:
    store = store_of(found)
    read = await views.vaccines(store, grant, patient_id)
    record = views.decoded(read)
    names = await store.names.of(present.wanted_names(record))
    return View(found.t, base, store.clock.clinical(), names), record, read
