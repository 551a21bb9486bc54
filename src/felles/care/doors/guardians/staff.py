"""`/p/{id}/verge`: staff who decide record a guardian's mandate; `/p/{id}/verge/{cid}`: what it says, and its end.

Source: vergemålsloven: a guardian acts as far as her mandate says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import access, fhir
from felles.care import shapes
from felles.care.doors.blocks.present import kinds
from felles.care.doors.guardians import present, rules
from felles.care.doors.proxies import rules as proxies
from felles.care.doors.proxies import views
from felles.care.doors.proxies.actions import instant
from felles.care.doors.strip import WANTS as STRIP
from felles.care.doors.strip import shown
from felles.care.people import open_person, staff_only, store_of
from felles.record.changes import Change
from felles.record.errors import Absent, Forbidden
from felles.record.read_person import Want
from felles.ui.dates import local
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

WANTS: Final = (*STRIP, Want("Consent", 100, having=(("category", rules.GUARDIAN),)))
FIELDS: Final = ("nummer", "etternavn", "deler", "fra", "til", "vedtak")
_patient: Final = msgspec.json.Decoder(shapes.Patient).decode
_consent: Final = msgspec.json.Decoder(views.Consent).decode


async def new(request: Request) -> Response:
    """The empty form. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found, grant = await _open(request)
    today = local(store_of(found).clock.clinical()).date()
    return _form(found, await _read(found, grant), {"fra": today.strftime("%d.%m.%Y")}, {})


async def record(request: Request) -> Response:
    """Record the mandate. 422 with the form, and what was typed, when it is not whole."""
    found, grant = await _open(request)
    form = await form_of(found)
    read = await _read(found, grant)  # whose record is not open to her is nobody she writes this about
    store = store_of(found)
    typed = rules.read_form(found.t, form, local(store.clock.clinical()).date())
    guardian = None if typed.wrong else await _guardian(found, typed)
    if guardian is None:
        return _form(found, read, form, typed.wrong)
    patient, now = f"Patient/{request.path_params['id']}", instant(store.clock.clinical())
    made = rules.mandate(patient, guardian, typed, (grant.actor, grant.org), now)
    change = Change(op="create", type="Consent", resource=fhir.decode(msgspec.json.encode(made)))
    await store.commit(access.appoint(grant), [change], act="create")
    return go(_list(found))


async def one(request: Request) -> Response:
    """What a mandate says, with the way to end it. Raises `Absent` for any other Consent."""
    found, grant = await _open(request)
    read = await _read(found, grant)
    return _one(found, read, {}, {})


async def end(request: Request) -> Response:
    """End it at once, with the reason; 422 without one."""
    found, grant = await _open(request)
    form = await form_of(found)
    read = await _read(found, grant)
    reason, name = form.get("grunn", "").strip(), request.path_params["cid"]
    _mandate(found, read)
    if len(reason) < rules.SHORTEST:
        return _one(found, read, form, {"grunn": found.t("Skriv en begrunnelse på minst ti tegn.")})
    row = await store_of(found).read(grant, "Consent", name)
    body = msgspec.json.decode(row.body)
    if body["status"] == "active":
        resource = fhir.decode(msgspec.json.encode(rules.ended(body, reason)))
        change = Change(op="update", type="Consent", id=name, resource=resource, expected=row.version)
        await store_of(found).commit(access.appoint(grant), [change], act="update")
    return go(_list(found))


async def _guardian(found: Visit, typed: rules.Typed) -> tuple[str, str] | None:
    """(Patient/y, name) of who is meant; None with the reason in `typed.wrong`, every miss in the same words."""
    hits = await store_of(found).look_up_number(access.lookup(found.signed_in), typed.number)
    met = (f"Patient/{hits[0].id}", _patient(hits[0].body)) if hits else None
    herself = f"Patient/{found.request.path_params['id']}"
    if met is None or met[0] == herself or not proxies.same_family(met[1], typed.family):
        typed.wrong["nummer"] = found.t("Vi finner ingen med dette nummeret og etternavnet.")
        return None
    if not proxies.may_receive(met[1], store_of(found).clock.clinical()):
        typed.wrong["nummer"] = found.t("En verge må være fylt 18 år og i live.")
        return None
    return met[0], met[1].shown_name.full


async def _open(request: Request) -> tuple[Visit, PersonGrant]:
    found = await visit(request)
    staff_only(found)
    if not found.signed_in.may("hold"):
        raise Forbidden("this role decides nothing of the kind")
    return found, await open_person(found, request.path_params["id"])


async def _read(found: Visit, grant: PersonGrant) -> PersonPage:
    return await store_of(found).page(grant, WANTS, "guardian", f"Patient/{found.request.path_params['id']}")


def _mandate(found: Visit, read: PersonPage) -> views.Consent:
    for row in read.rows[-1]:
        each = _consent(row.body)
        if each.id == found.request.path_params["cid"] and each.mandate == rules.GUARDIAN:
            return each
    raise Absent("there is no such mandate here")


def _list(found: Visit) -> str:
    return f"/p/{found.request.path_params['id']}/fullmakter"


def _form(found: Visit, read: PersonPage, form: dict[str, str], wrong: dict[str, str]) -> Response:
    context: dict[str, Any] = shown(found, found.request.path_params["id"], read) | {
        "title": found.t("Registrer en verge"),
        "form": {name: form.get(name, "") for name in FIELDS},
        **present.ticks(found.t, form),
        **_said(found, wrong, FIELDS),
    }
    return page(found, "guardians/new.html", context, 422 if wrong else 200)


def _one(found: Visit, read: PersonPage, form: dict[str, str], wrong: dict[str, str]) -> Response:
    context: dict[str, Any] = shown(found, found.request.path_params["id"], read) | {
        "title": found.t("Vergens mandat"),
        "mandate": present.one(found.t, _mandate(found, read), kinds(found.t)),
        "form": {"grunn": form.get("grunn", "")},
        **_said(found, wrong, ("grunn",)),
    }
    return page(found, "guardians/one.html", context, 422 if wrong else 200)


def _said(found: Visit, wrong: dict[str, str], fields: tuple[str, ...]) -> dict[str, Any]:
    return {
        "wrong": {name: wrong.get(name, "") for name in fields},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "back": _list(found),
    }
