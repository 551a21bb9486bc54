"""`/for/{id}/plan` and `/for/{id}/timer`: the same for whom somebody acts, as far as it reaches, under the banner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access.representation import Verb
from felles.care.doors.proxies import present as proxies
from felles.care.doors.proxies.views import patient_of
from felles.care.people import open_for, store_of
from felles.care.plan import page as parts
from felles.care.plan import views
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.plan.present import Told
    from felles.care.plan.views import Planned
    from felles.ui.web import Visit


async def plan(request: Request) -> Response:
    """What is agreed about the person. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    context, told, rows = await _read(found, "plan")
    columns = {name: parts.reached(boxes) for name, boxes in parts.plan(told, rows).items()}
    more = {
        "lead": found.t("Her står hva som er avtalt, hvem som gjør det, og når."),
        "next": parts.first(told, rows),
        "columns": columns,
    }
    return page(found, "plan/citizen.html", context | more)


async def visits(request: Request) -> Response:
    """The person's appointments. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    context, told, rows = await _read(found, "visits")
    told.books = Verb.BOOK in Verb(await store_of(found).acts(await open_for(found, request.path_params["id"])))
    lead = found.t("Når, hvor og hos hvem, og hvem du ringer hvis timen ikke passer.")
    return page(found, "plan/visits.html", context | {"lead": lead, "boxes": parts.reached(parts.visits(told, rows))})


async def _read(found: Visit, act: str) -> tuple[dict[str, Any], Told, Planned]:
    patient_id: str = found.request.path_params["id"]
    grant = await open_for(found, patient_id)
    read = await parts.read(found, grant, patient_id, act)
    patient_of(read.rows[0])  # who it is may be beyond the reader: then there is nothing here
    rows = views.decoded(read)
    told = await parts.told_of(found, f"/for/{patient_id}", rows, read.reach, citizen=True)
    banner = proxies.banner(told.view, rows.patient, read.basis)
    limits = proxies.limits(found.t, read.basis, listed=read.listed)
    return {"title": banner["title"], "banner": banner, "limits": limits}, told, rows
