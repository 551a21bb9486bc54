"""`/admin/feil`: whoever runs Felles reads the reports, takes one, answers, closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.access import faults
from felles.care.faults import present
from felles.care.people import store_of
from felles.record.errors import BadQuery, Conflict
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit


async def listed(request: Request) -> Response:
    """All reports, those that are open first. Raises `SignInFirst`, `Forbidden`."""
    found = await visit(request)
    rows = [present.fault(found.t, row) for row in await faults.listed(store_of(found), found.signed_in)]
    context = {
        "title": found.t("Feil i Felles"),
        "waiting": [row for row in rows if row["open"]],
        "closed": [row for row in rows if not row["open"]],
    }
    return page(found, "faults/list.html", context)


async def one(request: Request) -> Response:
    """One report. Raises `SignInFirst`, `Forbidden`, `Absent`."""
    return await _one(await visit(request))


async def act(request: Request) -> Response:
    """`POST /admin/feil/{fid}`: `slag` is `ta`, `svar` or `lukk`, the last two with `tekst`."""
    found = await visit(request)
    form = await form_of(found)
    store, actor, which = store_of(found), found.signed_in, request.path_params["fid"]
    sort, words = form.get("slag", ""), form.get("tekst", "")
    await faults.one(store, actor, which)  # refuses whoever may not before anything is said of the form
    try:
        if sort == "ta":
            await faults.take(store, actor, which)
        elif sort not in ("svar", "lukk"):
            raise BadQuery("a report is taken, answered or closed")
        elif rule := faults.wrong(words):
            return await _one(found, words, rule)
        else:
            await faults.answer(store, actor, which, words, close=sort == "lukk")
    except Conflict:
        return await _one(found, words, closed=True)
    return go(f"/admin/feil/{which}")


async def _one(found: Visit, words: str = "", rule: str = "", *, closed: bool = False) -> Response:
    t = found.t
    row = await faults.one(store_of(found), found.signed_in, found.request.path_params["fid"])
    said = t("Skriv et svar.") if rule == "missing" else present.wrong(t, rule)
    if closed:
        said = t("Meldingen er lukket i mellomtiden.")
    context = {
        "title": t("Melding om feil"),
        "fault": present.fault(t, row),
        "mine": row.owner == found.signed_in.reference,
        "words": words or row.answer or "",
        "wrong": said,
        "errors": [{"field": "tekst", "text": said}] if said else [],
    }
    return page(found, "faults/one.html", context, 409 if closed else 422 if said else 200)
