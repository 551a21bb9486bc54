"""`/admin/tilganger/{rid}`: what one member of staff reaches by a role, and by what. Nobody's record is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.access import journal, organizations
from felles.access.open import administer, who
from felles.access.roles import ROLES
from felles.care.doors.admin import present as desk
from felles.care.doors.explain import present
from felles.care.people import store_of
from felles.record.errors import Absent
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def role(request: Request) -> Response:
    """A role of the reader's own organisation: units, how many it reaches on which basis, what it sees and does.

    Raises `SignInFirst`, `Forbidden`, `Absent`.
    """
    found = await visit(request)
    store, actor, t = store_of(found), found.signed_in, found.t
    listed = await organizations.units(store, actor)
    held = next((one for one in await organizations.staff(store, actor) if one.id == request.path_params["rid"]), None)
    if held is None or held.role not in ROLES:
        raise Absent("there is no such role here")
    reference = f"PractitionerRole/{held.id}"
    await journal.note(store, who(actor, actor.purpose, None), "role-reach", reference)
    counted = await store.reached(administer(actor), reference)
    names = await store.names.of({row.party for row in counted})
    data = ROLES[held.role]
    (row,) = desk.staff(t, [held], listed, store.clock.real())
    context = {
        "title": held.name,
        "row": row,
        "reaches": present.reached(t, counted, names, t("Personlig eller til rollen")),
        "role": present.role(t, data, data.verbs, ()),
    }
    return page(found, "explain/role.html", context)
