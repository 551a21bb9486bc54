"""`/rute/live`: an open route hears when a visit on it is another than it shows: that something is, and not what.

The page says by a mark what it shows (`vist`), so that nothing is lost between it and its stream. What is compared, and
when a signal has its line: `record.read_followed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from felles.care.live.pages import answer, begun_at
from felles.care.people import store_of
from felles.care.route import rules, views
from felles.care.route.reader import reader_of
from felles.record.read_followed import Followed
from felles.ui.dates import local
from felles.ui.web import visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.access.actor import Actor
    from felles.care.route.views import Told


async def follow(request: Request) -> Response:
    """What becomes of the visits of a day (`dag`, `vis`) as server-sent events.

    Raises `SignInFirst`, `Forbidden`, `Busy`.
    """
    found = await visit(request, quiet=True)
    actor, store, asked = reader_of(found), store_of(found), request.query_params
    day = rules.day(asked.get("dag", ""), local(store.clock.clinical()).date())
    unit, seen = asked.get("vis") == "enhet", Followed()
    low, high = rules.bounds(day)

    async def look(*, first: bool = False, missed: bool = False) -> bool:
        return await views.followed(store, actor, low, high, seen, unit=unit, first=first, missed=missed)

    def mark() -> str:
        return seen.told(actor.reference, _what(day.isoformat(), unit=unit))

    begun, news = begun_at(found) or asked.get("vist", ""), await look(first=True)
    if begun and begun != mark():  # between that look and this one: told now, and so logged now
        news = await look(missed=True)
    return answer(found, look, mark, news=news)


def address(actor: Actor, day: str, told: list[Told], *, unit: bool) -> str:
    """Where a page that shows `told` of `day` (ISO 8601) hears what becomes of it."""
    seen = Followed({each.entry["id"]: each.version for each in told})
    asked = {"dag": day, "vis": "enhet"} if unit else {"dag": day}
    return f"/rute/live?{urlencode(asked | {'vist': seen.told(actor.reference, _what(day, unit=unit))})}"


def _what(day: str, *, unit: bool) -> str:
    return f"{day} {'unit' if unit else 'mine'}"
