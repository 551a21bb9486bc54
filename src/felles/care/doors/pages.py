"""`/meg/innsyn`: who has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.doors import present, rules, views
from felles.care.people import open_own, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """The citizen's access log. Raises `SignInFirst`, `Forbidden`, `BadQuery`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    place = request.query_params.get("etter", "")
    read = await views.log(store_of(found), grant, place)
    t, store = found.t, store_of(found)
    contacts = rules.contacts(rules.looks(read.lines, grant.actor))

    def line_of(look: rules.Look) -> str:
        known = look.kind not in ("own", "erased") and look.line.who.org
        return views.sealed(store, grant, look.line.number) if known else ""

    context = {
        "title": t("Hvem har sett journalen din"),
        "groups": present.groups(t, contacts, request.app.state.acts, line_of),
        "more": f"/meg/innsyn?etter={read.more}" if read.more else "",
        "later": bool(place),
    }
    return page(found, "doors/innsyn.html", context)
