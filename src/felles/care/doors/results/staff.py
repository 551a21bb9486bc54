"""`/p/{id}/e/{type}/{eid}/skjerm` and `/vis`: staff hold one entry back, release a part, show a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from felles import fhir
from felles.care.doors.proxies.actions import instant
from felles.care.doors.results import present, rules, views
from felles.care.entries import present as entries
from felles.care.overview import present as overview
from felles.care.people import open_person, staff_only, store_of
from felles.record.changes import Change
from felles.record.errors import Absent, Forbidden
from felles.ui.dates import local
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit

FIELDS = ("slag", "grunn", "dag", "forelder", "hort", "slutt")


async def show(request: Request) -> Response:
    """What holds this entry back, and the form to hold it back or let a parent see it."""
    found, grant = await _open(request, "hold")
    return await _show(found, grant, {}, {})


async def hold(request: Request) -> Response:
    """Hold it back, end what holds it back, or say what is wrong with the form (422)."""
    found, grant = await _open(request, "hold")
    form = await form_of(found)
    store, params = store_of(found), request.path_params
    read = await views.sheltered(store, grant, f"Patient/{params['id']}", params["type"], params["eid"])
    if form.get("slutt"):
        await _end(found, grant, read, form["slutt"])
        return go(found.request.url.path)
    today = local(store.clock.clinical()).date()
    wished = rules.read_form(found.t, form, today, read.parents)
    if wished.wrong:
        return await _show(found, grant, form, wished.wrong)
    made = rules.consent(wished, read.patient, read.item, grant.actor, grant.org, instant(store.clock.clinical()))
    await _write(found, grant, made)
    return go(found.request.url.path)


async def release(request: Request) -> Response:
    """A doctor has looked at the result: the person sees it from now on."""
    found, grant = await _open(request, "release")
    await form_of(found)
    store, params = store_of(found), request.path_params
    read = await views.sheltered(store, grant, f"Patient/{params['id']}", params["type"], params["eid"])
    if present.waits(read.held):
        now = instant(store.clock.clinical())
        await _write(found, grant, rules.looked(read.patient, read.item, grant.actor, now))
    return go(f"/p/{params['id']}/e/{params['type']}/{params['eid']}")


async def _open(request: Request, verb: str) -> tuple[Visit, PersonGrant]:
    found = await visit(request)
    staff_only(found)
    if not found.signed_in.may(verb):
        raise Forbidden("this role decides nothing of the kind")
    return found, await open_person(found, request.path_params["id"])


async def _write(found: Visit, grant: PersonGrant, made: dict[str, Any]) -> None:
    resource = fhir.decode(msgspec.json.encode(made))
    change = Change(op="create", type=made["resourceType"], resource=resource)
    await store_of(found).commit(grant, [change], act="create")


async def _end(found: Visit, grant: PersonGrant, read: views.Sheltered, consent: str) -> None:
    """End what holds the entry back. Raises `Absent` for any other Consent."""
    if f"Consent/{consent}" not in {each.source for each in read.held}:
        raise Absent("nothing of the kind holds this entry back")
    row = await store_of(found).read(grant, "Consent", consent)
    resource: Any = fhir.decode(row.body.encode())
    resource.status = "inactive"
    change = Change(op="update", type="Consent", id=consent, resource=resource, expected=row.version)
    await store_of(found).commit(grant, [change], act="update")


async def _show(found: Visit, grant: PersonGrant, form: dict[str, str], wrong: dict[str, str]) -> Response:
    params, store, t = found.request.path_params, store_of(found), found.t
    read = await views.sheltered(store, grant, f"Patient/{params['id']}", params["type"], params["eid"])
    base = f"/p/{params['id']}"
    view = overview.View(t, base, store.clock.clinical(), {})
    kind, lead = entries.heading(t, base, read.entry.resource)
    href = f"{base}/e/{params['type']}/{params['eid']}"
    context = {
        "title": t("Hvem som ser dette"),
        "person": overview.person(view, read.entry.patient),
        "critical": overview.critical(view, read.entry.allergies, read.entry.flags),
        "strip": True,
        "entry": {"kind": kind, "lead": lead, "href": href},
        "state": present.state(t, read.held),
        "waits": present.waits(read.held) and grant.may("release"),
        "parents": [{"reference": ref, "name": name} for ref, name in read.parents.items()],
        "form": {name: form.get(name, "") for name in FIELDS},
        "wrong": {name: wrong.get(name, "") for name in FIELDS},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
    }
    return page(found, "results/hold.html", context, 422 if wrong else 200)
