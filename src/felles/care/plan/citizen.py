"""`/meg/plan` and `/meg/timer`: what was agreed, who does what, and when somebody comes or waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.people import open_own
from felles.care.plan import page as parts
from felles.care.plan import views
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.plan.present import Told
    from felles.care.plan.views import Planned
    from felles.ui.web import Visit


async def plan(request: Request) -> Response:
    """The citizen's plan. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found, told, rows = await _read(request, "plan")
    context: dict[str, Any] = {
        "title": found.t("Planen din"),
        "lead": found.t("Her står hva som er avtalt med deg, hvem som gjør det, og når."),
        "next": parts.first(told, rows),
        "columns": parts.plan(told, rows),
        "banner": None,
        "limits": "",
    }
    return page(found, "plan/citizen.html", context)


async def visits(request: Request) -> Response:
    """Her appointments. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found, told, rows = await _read(request, "visits")
    context: dict[str, Any] = {
        "title": found.t("Timene dine"),
        "lead": found.t("Når, hvor og hos hvem, og hvem du ringer hvis du ikke kan komme."),
        "boxes": parts.visits(told, rows),
        "banner": None,
        "limits": "",
    }
    return page(found, "plan/visits.html", context)


async def _read(request: Request, act: str) -> tuple[Visit, Told, Planned]:
    found = await visit(request)
    grant = open_own(found)
    read = await parts.read(found, grant, found.signed_in.reference.removeprefix("Patient/"), act)
    rows = views.decoded(read)
    return found, await parts.told_of(found, "/meg", rows, grant.kinds, citizen=True), rows
