"""`/meg`: the citizen's own record, in plainer words and with room for a thumb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.overview import page as parts
from felles.care.overview import present, views
from felles.care.people import open_own, store_of
from felles.record.grants import ALL_KINDS
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """The citizen's home page. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    store = store_of(found)
    record = await views.overview(store, grant, found.signed_in.reference.removeprefix("Patient/"))
    names = await store.names.of(present.wanted_names(record))
    view = present.View(found.t, "/meg", store.clock.clinical(), names, citizen=True)
    return page(found, "overview/citizen.html", parts.context(view, record, ALL_KINDS))
