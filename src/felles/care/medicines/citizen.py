"""`/meg/medisiner` and `/for/{id}/medisiner`: the citizen's own list, and that of whom she acts for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.doors.proxies import above
from felles.care.doors.proxies import present as acting
from felles.care.medicines import plain, present, views
from felles.care.medicines.present import Page
from felles.care.overview.present import View
from felles.care.people import open_for, open_own, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit


async def own(request: Request) -> Response:
    """One's own list. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    patient_id = found.signed_in.reference.removeprefix("Patient/")
    made, _ = await _read(found, grant, patient_id, "/meg")
    context: dict[str, Any] = {"title": found.t("Medisinene dine"), "mine": True}
    return page(found, "medicines/citizen.html", context | plain.listed(made, grant.kinds))


async def other(request: Request) -> Response:
    """The list of one for whom the citizen acts, as far as that reaches. Raises the same."""
    found = await visit(request)
    patient_id: str = request.path_params["id"]
    grant = await open_for(found, patient_id)
    made, read = await _read(found, grant, patient_id, f"/for/{patient_id}")
    banner = above.banner(found, made.view, made.record.patient, read.basis)
    context: dict[str, Any] = {
        "title": f"{found.t('Medisiner')} – {banner['title']}",
        "mine": False,
        "banner": banner,
        "limits": acting.limits(found.t, read.basis, listed=read.listed),
    }
    return page(found, "medicines/for.html", context | plain.listed(made, read.reach))


async def _read(found: Visit, grant: PersonGrant, patient_id: str, base: str) -> tuple[Page, PersonPage]:
    store = store_of(found)
    read = await views.medicines(store, grant, patient_id)
    record = views.decoded(read)
    names = await store.names.of(present.wanted_names(record))
    return Page(View(found.t, base, store.clock.clinical(), names, citizen=True), record), read
