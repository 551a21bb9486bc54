"""`/meg/svar`: answers that wait for somebody to look; `/meg/tilbakeholdt`: what the law lets staff hold back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.doors.results import present
from felles.care.people import open_own, store_of
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.read_held import HeldBack
    from felles.ui.web import Visit


async def answers(request: Request) -> Response:
    """Answers that are ready and not shown yet: whose, and by when. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    held, names = await _held(found, "page:answers")
    context = {"title": found.t("Svar på vei"), "answers": present.answers(found.t, held, names)}
    return page(found, "results/answers.html", context)


async def withheld(request: Request) -> Response:
    """That something is held back, by which paragraph, until when, and where to complain; never what."""
    found = await visit(request)
    held, names = await _held(found, "page:withheld")
    context = {"title": found.t("Holdt tilbake"), "items": present.withheld(found.t, held, names)}
    return page(found, "results/withheld.html", context)


async def _held(found: Visit, act: str) -> tuple[list[HeldBack], dict[str | int, str]]:
    store = store_of(found)
    held = await store.held(open_own(found), act)
    return held, await store.names.of({each.org for each in held})
