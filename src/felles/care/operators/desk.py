"""`/drift` and below: which parts are silent, who takes part, the proof of the log; also the operator's start page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access import operations
from felles.care.operators import present
from felles.care.operators.words import ADDRESSES
from felles.care.people import store_of
from felles.record.errors import Absent, BadQuery
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit

_PARTS: Final = {address: name for name, address in ADDRESSES.items()}


async def show(request: Request) -> Response:
    """All parts, those that are silent first, and what waits. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    return await start(await visit(request))


async def start(found: Visit) -> Response:
    """The same as the start page of whoever runs the record."""
    told = await operations.overlook(store_of(found), found.signed_in)
    return page(found, "operators/board.html", {"title": found.t("Drift")} | present.board(found.t, told))


async def part(request: Request) -> Response:
    """One part: what it does, when it last succeeded, what its silence means, what to do. Raises `Absent`."""
    found = await visit(request)
    told = await operations.overlook(store_of(found), found.signed_in)
    name = _PARTS.get(request.path_params["del"])
    one = next((each for each in told.parts if each.name == name), None)
    if one is None:
        raise Absent("there is no such part here")
    shown = present.part(found.t, one, told.facts.now)
    return page(found, "operators/part.html", {"title": shown["name"], "part": shown})


async def organisations(request: Request) -> Response:
    """Every organisation that takes part. Raises `SignInFirst`, `Forbidden`, `BadQuery`, `Busy`."""
    found = await visit(request)
    asked = request.query_params.get("side", "1")
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked) <= 10_000:
        raise BadQuery("there is no such page")
    number, t = int(asked), found.t
    listed, count = await operations.organisations(store_of(found), found.signed_in, number)
    first = (number - 1) * operations.PAGE
    context: dict[str, Any] = {
        "title": t("Virksomheter"),
        "rows": [present.organisation(t, each) for each in listed],
        "shown": t("Viser {first}–{last} av {count}").format(first=first + 1, last=first + len(listed), count=count),
        "before": f"/drift/virksomheter?side={number - 1}" if number > 1 else "",
        "after": f"/drift/virksomheter?side={number + 1}" if first + len(listed) < count else "",
    }
    return page(found, "operators/organisations.html", context)


async def log(request: Request) -> Response:
    """The newest seal, any other by its number, and the runs that proved the log. Raises as `show`."""
    return await _log(await visit(request))


async def prove(request: Request) -> Response:
    """`POST /drift/logg`: `slag` is `prov` (samples) or `alt` (the whole log). One run at a time."""
    found = await visit(request)
    form = await form_of(found)
    store, actor = store_of(found), found.signed_in
    await operations.proofs(store, actor)  # refuses whoever may not before anything is said of the form
    if form.get("slag") not in ("prov", "alt"):
        raise BadQuery("the log is proved whole or by samples")
    task = await operations.prove(store, actor, whole=form["slag"] == "alt")
    if task is None:
        return await _log(found, busy=True)
    kept = request.app.state.tasks
    kept.add(task)
    task.add_done_callback(kept.discard)
    return go("/drift/logg")


async def _log(found: Visit, *, busy: bool = False) -> Response:
    store, actor, t = store_of(found), found.signed_in, found.t
    now = store.clock.real()
    runs = [present.proof(t, run, now) for run in await operations.proofs(store, actor)]
    newest = await operations.seal(store, actor)
    asked = found.request.query_params.get("segl", "") if not busy else ""
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    other = await operations.seal(store, actor, wanted) if wanted is not None else None
    context = {
        "title": t("Loggens bevis"),
        "head": None if newest is None else present.head(t, newest, now),
        "asked": asked,
        "other": None if other is None else present.head(t, other, now),
        "runs": runs,
        "running": next((run for run in runs if run["running"]), None),
        "busy": busy,
        "copied": store.settings.seal_copy is not None,
    }
    return page(found, "operators/log.html", context, 409 if busy else 200)
