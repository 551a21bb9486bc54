"""`/fravaer`: from when until when somebody is away, and who has what is hers meanwhile.

Her own, or with `rolle` (a PractitionerRole's id) that of somebody in the organisation whose administrator asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access import leave
from felles.care.handovers import present_leave
from felles.care.people import staff_only, store_of
from felles.record.errors import Absent, BadQuery
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit

PATH: Final = "/fravaer"
FIELDS: Final = ("fra", "til", "stedfortreder")
"""The fields of a leave; `rolle` says whose, `slutt` is the one that is called off."""


async def show(request: Request) -> Response:
    """The leaves, and a form for one more. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    staff_only(found)
    return await _show(found, request.query_params.get("rolle", ""), {}, {})


async def change(request: Request) -> Response:
    """`POST`: be away from `fra` through `til`, or call off (`slutt`). 422 with the form when something is wrong."""
    found = await visit(request)
    staff_only(found)
    form = await form_of(found)
    store, actor, role = store_of(found), found.signed_in, form.get("rolle", "")
    at = await leave.desk(store, actor, role)
    onward = f"{PATH}?rolle={role}&lagret=1" if role else f"{PATH}?lagret=1"
    if "slutt" in form:
        ends = form["slutt"]
        if not ends.lstrip("-").isdecimal() or len(ends) > 19:
            raise BadQuery("there is no such leave")
        await leave.end(store, actor, at, int(ends))
        return go(onward)
    first, last, stand_in = (form.get(name, "").strip() for name in FIELDS)
    wrong = leave.wrong(at, first, last, stand_in, leave.today_of(store.clock.clinical()))
    if not at.roles:
        raise Absent("she has no role here now")
    if wrong:
        return await _show(found, role, form, wrong)
    await leave.add(store, actor, at, first, last, stand_in)
    return go(onward)


async def _show(found: Visit, role: str, form: dict[str, str], wrong: dict[str, str]) -> Response:
    store, t = store_of(found), found.t
    at = await leave.desk(store, found.signed_in, role)
    names = await store.names.of({at.person, *at.colleagues, *(each.stand_in for each in at.leaves if each.stand_in)})
    said = present_leave.wrong(t, wrong)
    context: dict[str, Any] = {
        "title": t("Fravær for {name}").format(name=names.get(at.person, "")) if role else t("Fravær"),
        "leaves": present_leave.leaves(t, at, names, store.clock.clinical()),
        "colleagues": [{"code": each, "text": names.get(each, "") or t("En kollega")} for each in at.colleagues],
        "form": {name: form.get(name, "") for name in FIELDS},
        "wrong": {name: said.get(name, "") for name in FIELDS},
        "errors": [{"field": name, "text": text} for name, text in said.items()],
        "role": role,
        "done": "lagret" in found.request.query_params and not form,
    }
    return page(found, "handovers/leave.html", context, 422 if wrong else 200)
