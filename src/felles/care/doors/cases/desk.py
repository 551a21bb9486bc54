"""`/admin/saker/{cid}`: a case is answered, with the log that it is about.

Cases are hand-overs: they are found, taken, put off and given on at `/arbeid` (`care.handovers`), which leads here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from felles import access
from felles.access.handovers.kinds import NOBODYS, Kind
from felles.access.times import span
from felles.care.doors import rules as log_rules
from felles.care.doors.cases import actions, present, rules
from felles.care.doors.present import groups
from felles.care.handovers import drafts
from felles.care.handovers.present import authors
from felles.care.people import store_of
from felles.care.writing import kept
from felles.record.errors import Absent, Conflict, PreconditionFailed
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import SetGrant
    from felles.record.read_cases import CaseRow
    from felles.ui.web import Visit

FIELDS = ("svar", "tekst")
"""The fields of an answer."""


async def queue(request: Request) -> Response:
    """What waits is on the worklist, and with `?besvart` what is answered. Raises `Forbidden`."""
    found = await visit(request)
    access.handle(found.signed_in)
    return go("/arbeid?besvart=1" if "besvart" in request.query_params else "/arbeid")


async def one(request: Request) -> Response:
    """One case, with the log that it is about. Raises `Forbidden`, `Absent`."""
    return await _one(await visit(request))


async def answer(request: Request) -> Response:
    """`POST /admin/saker/{cid}`: `svar` is svar, avslag or godkjenn (a deletion); `tekst` what is said."""
    found = await visit(request)
    grant = access.handle(found.signed_in)
    form = await form_of(found)
    store = store_of(found)
    if kept.saves(form):
        return await _save(found, grant, form)
    row = await store.case(grant, request.path_params["cid"])
    if Kind(row.hand.kind) in NOBODYS:
        raise Absent("what is about no person is decided at its own desk")
    held = await kept.hold(found, await drafts.place_of(found, _about(found)), drafts.CASE, form, about=_about(found))
    what, words, case = form.get("svar", ""), form.get("tekst", ""), _case(row)
    if not row.open or (case.sort is Kind.DELETION and case.done):
        return await _one(found, error="promised" if row.open else "over")
    try:
        if what == "godkjenn":
            if found.signed_in.reference in case.approved or case.sort is not Kind.DELETION:
                return await _one(found, error="twice")
            await actions.approve_deletion(store, grant, found.signed_in, row)
        elif actions.too_short(words) or what not in ("svar", "avslag"):
            return await _one(found, words=words, error="short")
        else:
            await actions.answer(store, grant, row, words, refused=what == "avslag")
    except (Conflict, PreconditionFailed):
        return await _one(found, words=words, error="met")
    await held.sent()
    return go("/arbeid?gjort=1")


def _about(found: Visit) -> str:
    """The hand-over that the case in the address is: its Task, or what no Task carries yet."""
    name = str(found.request.path_params["cid"])
    return f"{'Review' if '.' in name else 'Task'}/{name}"


async def _save(found: Visit, grant: SetGrant, form: dict[str, str]) -> Response:
    """Keep what she answers, or do what she asks of it. Raises `Absent`, `BadQuery`, `Busy`."""
    place = await drafts.place_of(found, _about(found))
    there = await store_of(found).is_there(grant, found.request.path_params["cid"])
    if form["gjor"] in ("lagre", "flett") and not there:
        raise Absent("there is no such case here")
    return await kept.saved(found, place, drafts.CASE, form, about=_about(found), listing="/arbeid")


async def _one(found: Visit, *, words: str = "", error: str = "") -> Response:
    grant = access.handle(found.signed_in)
    store, t = store_of(found), found.t
    row = await store.case(grant, found.request.path_params["cid"])
    if Kind(row.hand.kind) in NOBODYS:
        raise Absent("what is about no person is decided at its own desk")
    case = _case(row)
    people: set[str | int] = {
        each for each in (row.author, row.org, row.hand.owner, case.suspect, *case.approved) if each
    } | set(authors(row.hand))
    names = await store.names.of(people)
    lines = await _lines(found, grant, row, case)
    place, said = await drafts.place_of(found, _about(found)), {"tekst": words} if error and words else None
    drafted = await kept.begun(found, place, drafts.CASE, about=_about(found), said=said)
    looks = log_rules.looks(lines, "")
    context: dict[str, Any] = {
        "title": present.sort(t, case.sort),
        "case": present.one(t, row, case, names, store.clock.clinical()),
        "log": groups(t, log_rules.contacts(looks), found.request.app.state.acts, lambda _: ""),
        "words": drafted.fields.get("tekst", ""),
        "kept": drafted.shown,
        "error": present.error(t, error),
        "moves": row.open and case.sort is Kind.DEMAND and bool(case.focus) and found.signed_in.may("move"),
        "moved": "flyttet" in found.request.query_params,
        "mine": found.signed_in.reference in case.approved,
    }
    return page(
        found, "cases/case.html", context, 200 if not error else 409 if error in ("over", "met", "promised") else 422
    )


async def _lines(found: Visit, grant: SetGrant, row: CaseRow, case: rules.Case) -> list[tuple[int, log_rules.Line]]:
    """The lines a case is about: of the way in from when it was opened, of a question around the line."""
    store = store_of(found)
    if case.opening:
        leaves = await store.case_log(grant, row, row.author, row.went - 1, row.went + rules.LOOKED_OVER)
    elif case.suspect and case.asked_at:
        at = span(case.asked_at, None)[0]
        leaves = await store.case_log(grant, row, case.suspect, at - rules.AROUND, at + rules.AROUND)
    else:
        return []
    return [(leaf.at, log_rules.read_line(leaf.text, leaf.number)) for leaf in leaves]


def _case(row: CaseRow) -> rules.Case:
    case = rules.case_of(row.hand.kind, msgspec.json.decode(row.hand.body))
    return replace(case, focus=row.about) if case.sort is Kind.SELF_MADE else case
