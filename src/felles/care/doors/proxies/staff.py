"""`/p/{id}/fullmakter`: who acts for the patient, as staff see it; a parent barred, and let in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import fhir
from felles.access.holding import BARRED
from felles.care.doors.proxies import present, rules, views
from felles.care.doors.proxies.actions import instant
from felles.care.doors.strip import WANTS as STRIP
from felles.care.doors.strip import shown
from felles.care.people import open_person, staff_only, store_of
from felles.record.changes import Change
from felles.record.errors import Absent, Forbidden
from felles.record.kinds import MANDATES
from felles.record.read_person import Want
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

WANTS: Final = (
    *STRIP,
    Want("Consent", 100, having=tuple(("category", code) for code in (*MANDATES, BARRED))),
    Want("RelatedPerson", 20),
)
FIELDS: Final = ("hvem", "grunn", "slutt")


async def show(request: Request) -> Response:
    """Who acts for this patient. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found, grant = await _open(request)
    return await _show(found, await _read(found, grant), {}, {})


async def bar(request: Request) -> Response:
    """Bar a parent (or all of them), or end a bar."""
    found, grant = await _open(request)
    form = await form_of(found)
    read = await _read(found, grant)
    store, now = store_of(found), instant(store_of(found).clock.clinical())
    if form.get("slutt"):
        await _end(found, grant, read, form["slutt"])
        return go(found.request.url.path)
    wrong = rules.read_bar(found.t, form, {each.patient for each in views.parents_of(read.rows[-1])})
    if wrong:
        return await _show(found, read, form, wrong)
    patient = f"Patient/{request.path_params['id']}"
    parent = "" if form["hvem"] == rules.ALL else form["hvem"]
    made = rules.barred(patient, parent, form["grunn"].strip(), grant.actor, grant.org, now)
    change = Change(op="create", type="Consent", resource=fhir.decode(msgspec.json.encode(made)))
    await store.commit(grant, [change], act="create")
    return go(found.request.url.path)


async def _end(found: Visit, grant: PersonGrant, read: PersonPage, consent: str) -> None:
    """End a bar, or what was decided here for kin or a parent. Raises `Absent` for any other Consent."""
    decided = [each for each in views.mandates_of(read.rows[-2]) if each.mandate in present.DECIDED]
    if consent not in {each.id for each in (*views.bars_of(read.rows[-2]), *decided)}:
        raise Absent("nothing was decided by that")
    row = await store_of(found).read(grant, "Consent", consent)
    resource: Any = fhir.decode(row.body.encode())
    resource.status = "inactive"
    change = Change(op="update", type="Consent", id=consent, resource=resource, expected=row.version)
    await store_of(found).commit(grant, [change], act="update")


async def _open(request: Request) -> tuple[Visit, PersonGrant]:
    found = await visit(request)
    staff_only(found)
    if not found.signed_in.may("hold"):
        raise Forbidden("this role decides nothing of the kind")
    return found, await open_person(found, request.path_params["id"])


async def _read(found: Visit, grant: PersonGrant) -> PersonPage:
    return await store_of(found).page(grant, WANTS, "acting", f"Patient/{found.request.path_params['id']}")


async def _show(found: Visit, read: PersonPage, form: dict[str, str], wrong: dict[str, str]) -> Response:
    t, patient_id = found.t, found.request.path_params["id"]
    parents, bars = views.parents_of(read.rows[-1]), views.bars_of(read.rows[-2])
    guardians = f"/p/{patient_id}/verge"
    context = shown(found, patient_id, read) | {
        "title": t("Hvem handler for pasienten"),
        "acting": present.acting(t, views.mandates_of(read.rows[-2]), parents, guardians),
        "ended": present.ended(t, views.ended_of(read.rows[-2]), guardians),
        "guardian": guardians,
        "bars": present.bars(t, bars, parents),
        "parents": [{"reference": each.patient, "name": present.name_of(t, each)} for each in parents],
        "all": rules.ALL,
        "form": {name: form.get(name, "") for name in FIELDS},
        "wrong": {name: wrong.get(name, "") for name in FIELDS},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
    }
    return page(found, "proxies/staff.html", context, 422 if wrong else 200)
