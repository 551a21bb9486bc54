"""`/p/{id}/apne`: a way in for who has none, or past what is closed; `/meg/apninger`: what the person is told of it.

And of those who made their own way in by a booking, a referral or a task: she confirms it, or asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.json import Decoder

from felles import access
from felles.access.self_made import reference_of
from felles.care.doors.openings import present, rules
from felles.care.people import open_own, staff_only, store_of
from felles.fhir import decode
from felles.record.changes import Change
from felles.record.errors import Absent, Forbidden
from felles.record.read_person import Want
from felles.ui.dates import local
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit

_MADE: Final = (Want("Task", 100, having=(("code", "emergency"), ("code", "need"), ("code", "consent"))),)
_any: Final = Decoder(Any).decode


async def show(request: Request) -> Response:
    """The ways in; with `?vei=` the form of one. Reads nothing of anybody."""
    found = await _visit(request)
    return page(found, "openings/open.html", await _form(found, {"vei": request.query_params.get("vei", "")}))


async def enter(request: Request) -> Response:
    """Go in: the Task that says so is written, logged and reviewed. Raises `Absent` when nobody is here."""
    found = await _visit(request)
    form = await form_of(found)
    wrong = rules.read(form)
    if wrong:
        return page(found, "openings/open.html", await _form(found, form, wrong), 422)
    code, verb = rules.WAYS[form["vei"]]
    actor, patient_id = found.signed_in, str(request.path_params["id"])
    if not actor.may(verb):
        raise Forbidden("this role does not open records so")
    store = store_of(found)
    key = await store.place(f"Patient/{patient_id}")
    if key is None:
        raise Absent("there is no record here that you may see")
    grant = access.case(actor, (key,), form["ord"].strip()[:200])
    at = local(store.clock.real()).isoformat(timespec="seconds")
    resource = decode(msgspec.json.encode(rules.task(patient_id, actor, form, at)))
    await store.commit(grant, [Change(op="create", type="Task", resource=resource)], act=f"open:{code}")
    return go(f"/p/{patient_id}")


async def mine(request: Request) -> Response:
    """What the citizen is told of openings of her record: who and when, and the reason; never what was seen."""
    found = await visit(request)
    grant, t, store = open_own(found), found.t, store_of(found)
    read = await store.page(grant, _MADE, "openings", grant.actor)
    names = await store.names.of({row.author for row in read.rows[0]} | {row.org for row in read.rows[0]})
    rows = [
        {
            "way": t("Oppgitt tjenstlig behov") if _way(task) == "behov" else present.ways(t)[_way(task)][0],
            "who": names.get(row.author) or t("navn ikke registrert"),
            "at": names.get(row.org) or t("virksomhet ikke registrert"),
            "when": t.fhir_moment(task.get("authoredOn") or task["meta"]["lastUpdated"]),
            "why": task.get("reasonCode", {}).get("text", ""),
        }
        for row in read.rows[0]
        for task in [_any(row.body)]
        if _way(task)
    ]
    made = await store.self_made(grant)
    theirs = await store.names.of({each.author for each in made if each.author} | {each.org for each in made})
    context = {
        "title": t("Åpnet uten vanlig grunnlag"),
        "openings": rows,
        "self_made": present.self_made(t, made, theirs),
        "confirmed": "bekreftet" in request.query_params,
    }
    return page(found, "openings/mine.html", context)


async def confirm(request: Request) -> Response:
    """`POST /meg/apninger`: the citizen says that a way in was as it should be (`sak`). Raises `Absent`."""
    found = await visit(request)
    grant, store = open_own(found), store_of(found)
    case = (await form_of(found)).get("sak", "")
    if not any(each.id == case and each.waits for each in await store.self_made(grant)):
        raise Absent("there is nothing here to confirm")
    at = local(store.clock.clinical()).isoformat(timespec="seconds")
    resource = decode(msgspec.json.encode(rules.confirmed(grant.actor, reference_of(case), at)))
    await store.commit(grant, [Change(op="create", type="Task", resource=resource)], act="confirm")
    return go("/meg/apninger?bekreftet=1")


def _way(task: dict[str, Any]) -> str:
    codes = {coding.get("code") for coding in task.get("code", {}).get("coding", [])}
    return next((word for word, (code, _) in rules.WAYS.items() if code in codes), "")


async def _visit(request: Request) -> Visit:
    found = await visit(request)
    staff_only(found)
    if not any(found.signed_in.may(verb) for _, verb in rules.WAYS.values()):
        raise Forbidden("this role opens no records")
    return found


async def _form(found: Visit, form: dict[str, str], wrong: dict[str, str] | None = None) -> dict[str, Any]:
    t, actor = found.t, found.signed_in
    patient_id = found.request.path_params["id"]
    named = present.ways(t)
    chosen = form.get("vei", "") if form.get("vei", "") in named else ""
    return {
        "title": named[chosen][0] if chosen else t("Åpne journalen"),
        "chosen": chosen,
        "about": named[chosen][1] if chosen else "",
        "ways": [
            {"href": f"/p/{patient_id}/apne?vei={way}", "text": text, "more": more, "icon": "PadlockLocked"}
            for way, (text, more) in named.items()
            if actor.may(rules.WAYS[way][1])
        ],
        "form": {name: form.get(name, "") for name in rules.FIELDS},
        "reasons": present.reasons(t),
        "parts": present.parts(t) if chosen != "behov" else [{"code": "alt", "text": t("Åpne journalen")}],
        "errors": [{"field": name, "text": present.wrong(t, code)} for name, code in (wrong or {}).items()],
        "action": f"/p/{patient_id}/apne",
        "back": f"/p/{patient_id}",
        "hours": store_of(found).settings.need_hours if chosen == "behov" else store_of(found).settings.opening_hours,
        "phone": await _phone(found) if chosen == "nodrett" else "",
    }


async def _phone(found: Visit) -> str:
    """Whom to ring when a block is against the reader by name: her own organisation, with its number if it has one."""
    actor, store = found.signed_in, store_of(found)
    try:
        kind, _, name = actor.organization.partition("/")
        body = _any((await store.read(access.everyone(actor), kind, name)).body)
    except Absent:
        return actor.organization_name
    numbers = [contact.get("value", "") for contact in body.get("telecom", []) if contact.get("system") == "phone"]
    return ", ".join([actor.organization_name, *numbers[:1]])
