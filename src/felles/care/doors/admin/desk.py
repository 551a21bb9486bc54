"""`/admin/enheter`, `/admin/ansatte`, `/admin/tilganger`: an organisation's own units, staff and roles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from felles.access import organizations
from felles.access.errors import Refused
from felles.access.organizations import Wish
from felles.care.doors.admin import present
from felles.care.people import store_of
from felles.record.errors import Absent
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit

FIELDS = ("given", "family", "role", "profession", "hpr", "until")
"""The fields of somebody to be given a role, but for the units, whose names are `unit-…`."""
_DAY = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$")
"""A day as it is written in Norwegian."""


async def units(request: Request) -> Response:
    """The units and services, and who staffs the inbox of each. Raises `SignInFirst`, `Forbidden`."""
    return await _units(await visit(request))


async def add_unit(request: Request) -> Response:
    """`POST /admin/enheter`: `slag` is `enhet` or `tjeneste`, `navn` its name."""
    found = await visit(request)
    form = await form_of(found)
    try:
        offers = form.get("slag") == "tjeneste"
        await organizations.add_unit(store_of(found), found.signed_in, form.get("navn", ""), offers=offers)
    except Refused:
        return await _units(found, wrong=True)
    return go("/admin/enheter")


async def _units(found: Visit, *, wrong: bool = False) -> Response:
    store, actor, t = store_of(found), found.signed_in, found.t
    listed = await organizations.units(store, actor)
    held = await organizations.staff(store, actor)
    errors = [{"field": "navn", "text": t("Skriv et navn på høyst 120 tegn.")}] if wrong else []
    context = {
        "title": t("Enheter og tjenester"),
        "place": actor.organization_name,
        "units": present.units(t, listed, held, store.clock.real()),
        "errors": errors,
    }
    return page(found, "admin/units.html", context, 422 if wrong else 200)


async def staff(request: Request) -> Response:
    """Who works here, in which role, and until when. Raises `SignInFirst`, `Forbidden`."""
    return await _staff(await visit(request), {}, {})


async def employ(request: Request) -> Response:
    """`POST /admin/ansatte`: give somebody a role. 422 with the form when it cannot be given."""
    found = await visit(request)
    form = await form_of(found)
    store, actor = store_of(found), found.signed_in
    own = await organizations.units(store, actor)
    said = {name: form.get(name, "").strip() for name in FIELDS}
    said["until"] = _DAY.sub(lambda day: f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}", said["until"])
    chosen = tuple(unit.reference for unit in own if f"unit-{unit.reference}" in form)
    wish = Wish(**said, units=chosen)
    wrong = organizations.wrong(wish, {unit.reference for unit in own}, store.clock.real(), actor)
    if wrong:
        return await _staff(found, form, wrong)
    await organizations.employ(store, actor, wish)
    return go("/admin/ansatte")


async def _staff(found: Visit, form: dict[str, str], wrong: dict[str, str]) -> Response:
    store, actor, t = store_of(found), found.signed_in, found.t
    listed = await organizations.units(store, actor)
    held = await organizations.staff(store, actor)
    said = present.wrong(t, wrong)
    context: dict[str, Any] = {
        "title": t("Ansatte"),
        "place": actor.organization_name,
        "people": present.staff(t, held, listed, store.clock.real()),
        "form": {name: form.get(name, "") for name in FIELDS},
        "wrong": {name: said.get(name, "") for name in FIELDS},
        "errors": present.errors(t, said),
        "roles": present.roles(t, actor),
        "professions": present.professions(t),
        "units": [{"id": u.reference, "name": u.name, "chosen": f"unit-{u.reference}" in form} for u in listed],
    }
    return page(found, "admin/staff.html", context, 422 if wrong else 200)


async def reviews(request: Request) -> Response:
    """All roles that hold, those first that must be looked at. Raises `SignInFirst`, `Forbidden`.

    `?virksomhet`: of an organisation that has no administrator, for whom its roles fall to (`organizations.staff`).
    """
    found = await visit(request)
    store, actor, t = store_of(found), found.signed_in, found.t
    of = request.query_params.get("virksomhet", "")
    of = "" if of == actor.organization else of
    listed = await organizations.units(store, actor, of)
    held = await organizations.staff(store, actor, of)
    names = await store.names.of({of}) if of else {}
    rows = present.reviews(t, held, listed, store.clock.real())
    marked = sum(1 for row in rows if row["marks"])
    context = {
        "title": t("Gjennomgang av tilganger"),
        "place": names.get(of, "") or actor.organization_name,
        "of": of,
        "rows": rows,
        "due": t.many("%d rolle må ses på", "%d roller må ses på", marked),
    }
    return page(found, "admin/reviews.html", context)


async def review(request: Request) -> Response:
    """`POST /admin/tilganger`: `svar` is `behold` or `avslutt`, `rolle` the role's id. Raises `Absent`."""
    found = await visit(request)
    form = await form_of(found)
    role = form.get("rolle", "")
    acts = {"behold": organizations.confirm, "avslutt": organizations.end_role}
    act = acts.get(form.get("svar", ""))
    if act is None:
        raise Absent("there is no such answer")
    of = form.get("virksomhet", "")
    await act(store_of(found), found.signed_in, role, of)
    return go(f"/admin/tilganger?virksomhet={quote(of, safe='/')}" if of else "/admin/tilganger")
