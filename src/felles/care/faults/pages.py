"""`/meld-feil`: report a fault in words, and see what became of one's reports. For anybody, signed in or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles import __version__
from felles.access import faults
from felles.access.actor import Sort
from felles.care.faults import present
from felles.care.messages import begun, promise
from felles.care.people import open_own, store_of
from felles.care.writing import kept
from felles.record.errors import Conflict
from felles.ui.trace import known_route
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit


async def show(request: Request) -> Response:
    """The report to fill in; `side` and `ref` are what the link below each page says of that page."""
    found = await visit(request)
    asked = request.query_params
    return page(found, "faults/report.html", await _form(found, dict(asked), sent="takk" in asked))


async def send(request: Request) -> Response:
    """`POST /meld-feil`: keep the report. 422 with the form when the words cannot be kept, 409 when too many wait."""
    found = await visit(request)
    form = await form_of(found)
    words, citizen = form.get("ord", ""), found.actor is not None and found.actor.sort is Sort.CITIZEN
    if kept.saves(form):
        return await kept.saved_by(found, open_own(found), begun.FAULT, form)
    held = await kept.hold(found, kept.of(open_own(found)), begun.FAULT, form) if citizen else None
    rule, status = faults.wrong(words), 422
    if not rule:
        try:
            await faults.report(
                store_of(found), found.actor, words, known_route(request, form.get("side", "")), form.get("ref", "")
            )
        except Conflict:
            rule, status = "full", 409
        else:
            if held is not None:
                await held.sent()
            return go("/meld-feil?takk=1")
    return page(found, "faults/report.html", await _form(found, form, rule=rule), status)


async def _form(found: Visit, given: dict[str, str], *, rule: str = "", sent: bool = False) -> dict[str, Any]:
    t = found.t
    said = present.wrong(t, rule)
    citizen = found.actor is not None and found.actor.sort is Sort.CITIZEN
    drafted = None
    if citizen:
        also = {name: given.get(name, "") for name in ("side", "ref")}
        at = kept.At("/meld-feil", "/meld-feil", also)
        said_before = given if rule else None
        drafted = await kept.begun(found, kept.of(open_own(found)), begun.FAULT, at=at, said=said_before)
    own = [] if found.actor is None else await faults.mine(store_of(found), found.actor)
    return {
        "title": t("Meld feil i Felles"),
        "words": drafted.over(given).get("ord", "") if drafted else given.get("ord", ""),
        "kept": drafted.shown if drafted else None,
        "route": known_route(found.request, given.get("side", "")),
        "ref": faults.request_of(given.get("ref", "")),
        "version": __version__,
        "wrong": said,
        "errors": [{"field": "ord", "text": said}] if said else [],
        "sent": sent,
        "known": found.actor is not None,
        "own": [present.fault(t, row) for row in own],
        "longest": faults.LONGEST,
        "ring": promise.numbers(found) if citizen else [],
    }
