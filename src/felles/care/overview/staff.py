"""`/p/{id}`: the chart overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access.bases import Basis, ground_of
from felles.care import grounds
from felles.care.doors.openings.present import banner
from felles.care.news import rules, shapes
from felles.care.news.page import part
from felles.care.overview import pointed, views
from felles.care.overview.page import made
from felles.care.people import open_person, staff_only, store_of
from felles.ui import pieces
from felles.ui.render import fragment
from felles.ui.web import page, see_as, visit

if TYPE_CHECKING:
    from minijinja import Markup
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.overview.kept import Kept
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.i18n import Language
    from felles.ui.web import Visit


async def show(request: Request) -> Response:
    """The overview of one person. Raises what `open_person` and `views.overview` raise."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    grant = await open_person(found, patient_id)
    base = f"/p/{patient_id}"
    by = rules.counted_from(grant.role, request.query_params.get("siden"))
    wants = views.LOOKING if by is rules.From.LOOKED else views.STAFF_WANTS
    parts, read = await made(found, grant, patient_id, base, views.STAFF, wants)
    if grounds.opens_single(read.basis):
        return await pointed.show(found, grant, patient_id)
    context: dict[str, Any] = {
        "title": parts.title,
        "strip": True,
        "head": parts.strip,
        "news": await pieces.awaited("news", _news(found, grant, parts, read, by), lambda ref: _no_news(found.t, ref)),
        "board": parts.board,
        "closed": read.closed,
        "drafting": read.drafting,
        "lift": f"{base}/apne" if found.signed_in.may("open") else "",
        "opened": banner(found.t, await store_of(found).openings(grant)) if by_way_in(read.basis) else "",
        "why": why(found.t, base, read.basis),
        "access": f"{base}/tilgang",
        "see_as": see_as(found, f"Patient/{patient_id}", parts.name),
    }
    return page(found, "overview/staff.html", context)


async def _news(found: Visit, grant: PersonGrant, parts: Kept, read: PersonPage, by: rules.From) -> Markup:
    """What is new since; who has not looked before is told what is new since her organisation's last contact."""
    met = shapes.contact(parts.met)
    since = rules.since(by, met, shapes.look(read.found[-1]) if by is rules.From.LOOKED else None)
    if since.state is not rules.State.KNOWN and met and "siden" not in found.request.query_params:
        since = rules.since(rules.From.MET, met, None)
    key = (f"{since.by} {since.state}", since.at, grant.actor if since.by is rules.From.LOOKED else "")
    shown = parts.shown.get(key)
    if shown is None:
        base = f"/p/{found.request.path_params['id']}"
        news = await part(found, grant, base, since, parts.news, views.NEWEST, parts.results)
        shown = fragment(found.t.code, "news/part.html", {"news": news})
        if len(parts.shown) < _READERS:
            parts.shown[key] = shown
    return shown


def _no_news(t: Language, reference: str) -> Markup:
    return fragment(t.code, "news/failed.html", pieces.broken(t, reference))


_READERS: Final = 6
"""Parts on what is new that are kept with an overview: each counts from another moment."""


def by_way_in(basis: str) -> bool:
    """Whether the record is open by a need that was stated, an emergency or a consent: by a case, not a relation."""
    return ground_of(basis).basis in (Basis.EMERGENCY, Basis.CONSENTED, Basis.STATED_NEED)


def why(t: Language, base: str, basis: str) -> dict[str, Any]:
    """Why this reader may see the record, with the way to the entry that it rests on."""
    source = None if by_way_in(basis) else grounds.source(basis)
    return {"text": grounds.sentence(t, basis), "href": f"{base}/e/{source[0]}/{source[1]}" if source else ""}
