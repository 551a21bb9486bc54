"""`/omvisning`: the tour on screen, and on one sheet when it is printed. It exists in demo mode alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.tour.steps import CAST, SPECIALIST, steps
from felles.record.errors import Absent
from felles.ui.hosts import address_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def tour(request: Request) -> Response:
    """The six steps, each with a way to the persona's own window. Raises `Absent` where the personas are not."""
    found = await visit(request)
    people = {one.id: one for one in await request.app.state.cast.all()}
    if not people.keys() >= CAST:
        raise Absent("there is no tour here")
    code = found.t.code
    names = {key: one.name for key, one in people.items()}
    names["place"] = people[SPECIALIST].place.get(code) or people[SPECIALIST].place["nb"]
    shown = [
        {
            "title": step.title,
            "does": step.does,
            "sees": step.sees,
            "name": names[step.persona],
            "role": people[step.persona].title.get(code) or people[step.persona].title["nb"],
            "persona": step.persona,
            "path": step.path,
            "href": _own(address_of(found.host, request.url.scheme, step.persona), step.path),
        }
        for step in steps(found.t, names)
    ]
    return page(found, "tour/tour.html", {"title": found.t("Omvisning i seks steg"), "steps": shown})


def _own(address: str, path: str) -> str:
    """The page at the persona's own host, by way of its front page, which signs her in; "" where there is no host."""
    if not address:
        return ""
    return f"{address}/" if path == "/" else f"{address}/?videre={path}"
