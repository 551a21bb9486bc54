"""`/arbeid/live`: an open worklist, or start page, hears when what is with its reader is another than it shows.

That something is, and not what: the page then fetches itself (docs/decisions/0007-live-signal.md). The worklist says by
a mark what it shows (`vist`), so that nothing is lost between it and its stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from felles import access
from felles.care.live.pages import answer, begun_at
from felles.care.people import staff_only, store_of
from felles.record.errors import Forbidden
from felles.record.read_followed import Followed
from felles.ui.web import visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.access.actor import Actor

_WHAT: Final = "work"
EVERY: Final = 3
"""Beats between two looks: a list is dearer to read than a record's digest, and ten seconds are soon enough for what
waits ten minutes."""


async def follow(request: Request) -> Response:
    """What becomes of her worklist, as server-sent events. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request, quiet=True)
    staff_only(found)
    actor, store, seen, beats = found.signed_in, store_of(found), Followed(), 0
    if not actor.may("find"):
        raise Forbidden("this role has no worklist of persons")
    grant = access.everyone(actor)

    async def look() -> bool:
        nonlocal beats
        beats += 1
        return beats % EVERY == 0 and await store.work_followed(grant, seen)

    def mark() -> str:
        return seen.told(actor.reference, _WHAT)

    begun = begun_at(found) or request.query_params.get("vist", "")
    news = await store.work_followed(grant, seen, first=True)
    if begun and begun != mark():  # between that look and this one: told now, and so logged now
        news = await store.work_followed(grant, seen, missed=True)
    return answer(found, look, mark, news=news)


def address(actor: Actor, shown: dict[str, int] | None = None) -> str:
    """Where a page hears of the reader's worklist; "" for who has none.

    `shown`: each hand-over (Task/x) with its version, where the page shows all of them.
    """
    if not actor.may("find"):
        return ""
    if shown is None:
        return "/arbeid/live?"
    seen = Followed(shown)
    return f"/arbeid/live?{urlencode({'vist': seen.told(actor.reference, _WHAT)})}"
