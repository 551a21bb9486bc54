"""`/meg/tilgang`: who could open the record now; `/meg/innsyn/hvorfor`: why somebody could, by a line of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access.bases import ground_of
from felles.access.roles import ROLES
from felles.care import grounds
from felles.care.doors import views as log
from felles.care.doors.explain import present, rules
from felles.care.people import open_own, store_of
from felles.record.errors import Absent
from felles.record.ids import mark_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.doors.rules import Line
    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit


async def readers(request: Request) -> Response:
    """All who could open her record now, by place and reason. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    grant, store, t = open_own(found), store_of(found), found.t
    listed, more = await store.readers(grant)
    orgs = {row.org for row in listed}
    names, references = await store.names.of(set(orgs)), await store.names.organizations(orgs)
    context = {
        "title": t("Hvem kan åpne journalen din nå"),
        "places": present.places(t, listed, names, references),
        "roles": present.roles(t, listed),
        "more": more,
    }
    return page(found, "explain/readers.html", context)


async def line(request: Request) -> Response:
    """Why the one whom a line of her log names could look. Raises `BadQuery`, `Expired`, `Absent`, `Busy`."""
    found = await visit(request)
    grant, store, t = open_own(found), store_of(found), found.t
    token = request.query_params.get("linje", "")
    at, read = await log.line_of(store, grant, token)
    if not read.who.org:
        raise Absent("nobody answers for this line")
    reached, missing = rules.reach(ROLES[read.who.role].kinds if read.who.role in ROLES else 0)
    context = {
        "title": t("Hvorfor kunne de det?"),
        "who": read.who.name or t("Ukjent"),
        "role": present.role_name(t, read.who.role),
        "place": read.who.organization,
        "when": t.moment(at),
        "reason": read.who.reason,
        "refused": read.outcome == "refused",
        "law": present.law(t, ROLES[read.who.role].source) if read.who.role in ROLES else "",
        "sees": present.kinds(t, reached),
        "not_seen": present.kinds(t, missing),
        "ask": f"/meg/innsyn/spor?linje={token}",
    }
    return page(found, "explain/line.html", context | await _basis(found, grant, read))


async def _basis(found: Visit, grant: PersonGrant, read: Line) -> dict[str, Any]:
    """The basis of the line, the entry it rests on if she sees that, and whether it holds today."""
    said: dict[str, Any] = {"basis": "", "source": "", "holds": "", "over": False}
    ground = ground_of(read.basis) if read.basis else None
    if read.basis is None or ground is None or ground.source is None:
        return said
    said["basis"] = grounds.about(found.t, read.basis)
    store = store_of(found)
    try:
        await store.why(grant, ground.source, ground.source)
    except Absent:
        return said  # held back from her: nothing that follows from it is told
    said["source"] = f"/meg/e/{ground.source}"
    listed, _ = await store.readers(grant)
    now = rules.still(listed, mark_of(read.who.org), read.who.role, read.basis)
    said["over"] = now is None
    said["holds"] = "" if now is None else present.span(found.t, None, now.until)
    return said
