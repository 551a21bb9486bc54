"""Pages that list ways: the citizen's privacy, administration. The rooms hand in their cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access import Sort
from felles.record.errors import Forbidden
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.domain import Hub
    from felles.ui.web import Visit

ADMINISTER: Final = ("staff", "approve", "handle")
"""Verbs that the pages of administration are for."""


def cards(found: Visit, hub: Hub, **places: str) -> list[dict[str, Any]]:
    """The ways of a hub that this visitor's role has; `places` fill in the addresses."""
    t, actor = found.t, found.signed_in
    return [
        {"href": card.href.format(**places), "text": card.text(t), "more": card.more(t), "icon": card.icon}
        for card in found.request.app.state.cards
        if card.hub == hub and (card.verb is None or actor.may(card.verb))
    ]


async def administration(request: Request) -> Response:
    """`/admin`: what administrators and reviewers do."""
    found = await visit(request)
    actor = found.signed_in
    if actor.sort is not Sort.STAFF or not any(map(actor.may, ADMINISTER)):
        raise Forbidden("these pages are for administrators")
    return page(found, "doors/hub.html", {"title": found.t("Administrasjon"), "cards": cards(found, "admin")})
