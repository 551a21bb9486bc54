"""`/bli-med`: an organisation applies. `/admin/soknader`: whoever runs the record lets it in, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access import applications as desk
from felles.care.doors.admin import present
from felles.care.people import store_of
from felles.record.errors import Conflict
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit

FIELDS = ("name", "number", "kind", "units", "email", "phone", "given", "family", "hpr")
"""The fields of the application."""


async def show(request: Request) -> Response:
    """The application to fill in; for anybody, signed in or not."""
    found = await visit(request)
    return page(found, "admin/apply.html", _form(found, {}, {}, sent="sendt" in request.query_params))


async def apply(request: Request) -> Response:
    """`POST /bli-med`: keep the application. 422 with the form when something in it is wrong."""
    found = await visit(request)
    form = await form_of(found)
    asked = _asked(form)
    wrong = desk.wrong(asked)
    if wrong:
        return page(found, "admin/apply.html", _form(found, form, wrong), 422)
    try:
        await desk.apply(store_of(found), asked)
    except Conflict:
        return page(found, "admin/apply.html", _form(found, form, {"name": "full"}), 409)
    return go("/bli-med?sendt=1")


async def listed(request: Request) -> Response:
    """All applications, those that wait first. Raises `SignInFirst`, `Forbidden`."""
    found = await visit(request)
    rows = await desk.listed(store_of(found), found.signed_in)
    shown = [present.application(found.t, each) for each in rows]
    waiting = [each for each in shown if each["open"]]
    context = {"title": found.t("Søknader"), "waiting": waiting, "decided": [e for e in shown if not e["open"]]}
    return page(found, "admin/applications.html", context)


async def one(request: Request) -> Response:
    """One application. Raises `SignInFirst`, `Forbidden`, `Absent`."""
    return await _one(await visit(request))


async def decide(request: Request) -> Response:
    """`POST /admin/soknader/{aid}`: `svar` is `godkjenn` or `avslag`, the latter with `grunn`."""
    found = await visit(request)
    form = await form_of(found)
    store, actor, which = store_of(found), found.signed_in, request.path_params["aid"]
    try:
        if form.get("svar") == "godkjenn":
            await desk.approve(store, actor, which)
        elif form.get("grunn", "").strip():
            await desk.refuse(store, actor, which, form["grunn"][:1000])
        else:
            return await _one(found, missing=True)
    except Conflict:
        return await _one(found, taken=True)
    return go("/admin/soknader")


async def _one(found: Visit, *, missing: bool = False, taken: bool = False) -> Response:
    asked = await desk.one(store_of(found), found.signed_in, found.request.path_params["aid"])
    t = found.t
    errors = [{"field": "grunn", "text": t("Skriv hvorfor søknaden avslås.")}] if missing else []
    if taken:
        errors = [{"field": "svar", "text": t("Søknaden er avgjort, eller virksomheten er med allerede.")}]
    context = {"title": asked.asked.name, "asked": present.application(t, asked), "errors": errors}
    return page(found, "admin/application.html", context, 409 if taken else 422 if missing else 200)


def _asked(form: dict[str, str]) -> desk.Asked:
    said = {name: form.get(name, "").strip() for name in FIELDS}
    head = desk.Person(given=said["given"], family=said["family"], hpr=said["hpr"])
    named = [line.strip() for line in said["units"].splitlines()]
    return desk.Asked(
        name=said["name"],
        number="".join(said["number"].split()),
        kind=said["kind"],
        administrator=head,
        email=said["email"],
        phone=said["phone"],
        units=[line for line in named if line],
    )


def _form(found: Visit, form: dict[str, str], wrong: dict[str, str], *, sent: bool = False) -> dict[str, Any]:
    t = found.t
    said = present.wrong(t, wrong)
    return {
        "title": t("Bli med i Felles"),
        "form": {name: form.get(name, "") for name in FIELDS},
        "wrong": {name: said.get(name, "") for name in FIELDS},
        "errors": present.errors(t, said),
        "kinds": [{"code": code, "text": text} for code, text in present.kinds(t).items()],
        "sent": sent,
    }
