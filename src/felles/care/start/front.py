"""The front page for who has not signed in: what Felles is, for whom, and the cast in demo mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.ui.hosts import address_of, persona_of
from felles.ui.web import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from felles.access.personas import Persona
    from felles.ui.web import Visit


async def front(found: Visit, status: int = 200) -> Response:
    """What Felles is, and the personas in demo mode."""
    people = await found.request.app.state.cast.all(anew=True)  # who was just let in signs in here
    context = cast(found, people) | {
        "onward": found.request.query_params.get("videre", ""),
        "title": found.t("Én journal for hele regionen"),
    }
    return page(found, "start/front.html", context, status)


def cast(found: Visit, people: tuple[Persona, ...]) -> dict[str, Any]:
    """The personas as cards. At a persona's own host each leads to hers, elsewhere it signs in here."""
    shown = [_card(found, card) for card in people]
    return {
        "staff": [card for card in shown if not card["citizen"]],
        "citizens": [card for card in shown if card["citizen"]],
        "apart": bool(persona_of(found.host)),
    }


def _card(found: Visit, card: Persona) -> dict[str, Any]:
    code = found.t.code
    own = address_of(found.host, found.request.url.scheme, card.id)
    return {
        "id": card.id,
        "name": card.name,
        "citizen": card.group == "citizen",
        "title": _in(code, card.title),
        "place": _in(code, card.place),
        "attempt": _in(code, card.attempt),
        "href": f"{own}/" if own else "",
        "host": own.partition("://")[2],
        "here": found.actor is not None and found.actor.account == card.id,
    }


def _in(code: str, text: dict[str, str]) -> str:
    return text.get(code) or text.get("nb") or next(iter(text.values()), "")
