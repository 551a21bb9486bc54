"""`/meg/journal`: visits, notes and documents in plain words; each on a page of its own, with who wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.journal import page as journal
from felles.care.journal import views
from felles.care.people import open_own, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """The list. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    own = found.signed_in.reference.removeprefix("Patient/")
    read = await views.listed(store_of(found), grant, own)
    made = await journal.made(found, read, "/meg", citizen=True)
    context = await journal.context(found, read, made, grant.kinds)
    return page(found, "journal/citizen.html", context | {"banner": {}})


async def entry(request: Request) -> Response:
    """One entry. Raises also `Gone`."""
    found = await visit(request)
    grant, params = open_own(found), request.path_params
    read = await views.chosen(store_of(found), grant, params["type"], params["eid"])
    made = await journal.made(found, read, "/meg", citizen=True)
    context = await journal.context(found, read, made, grant.kinds)
    return page(found, "journal/entry.html", context | {"banner": {}, "speaks": True})
