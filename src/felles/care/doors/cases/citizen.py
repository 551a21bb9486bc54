"""`/meg/saker`, `/meg/innsyn/spor`, `/meg/e/{type}/{eid}/feil`: what a citizen asks for, and what she was answered."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from felles.access.handovers.kinds import Kind
from felles.care.doors import rules as log_rules
from felles.care.doors import views as log
from felles.care.doors.cases import actions, present
from felles.care.doors.cases.rules import case_of
from felles.care.entries import labels
from felles.care.entries import views as entries
from felles.care.messages import begun, promise
from felles.care.people import open_own, store_of
from felles.care.writing import kept
from felles.record.errors import Absent, Expired, Forbidden
from felles.record.ids import form_id, mark_of, named_id
from felles.record.read_person import Want
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit

_ASKED: Final = tuple(("code", sort.case) for sort in (Kind.LOG_QUESTION, Kind.DEMAND, Kind.DELETION, Kind.REQUEST))
WANTS: Final = (Want("Task", 100, having=_ASKED),)
_LINE: Final = "AuditEvent"
_SORTS: Final = {"retting": Kind.DEMAND, "sletting": Kind.DELETION}
FIELDS: Final = ("hva", "tekst")
"""The fields of a demand; a question about a line has `linje` and `tekst`."""


async def mine(request: Request) -> Response:
    """Her cases, the newest first. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    read = await store_of(found).page(grant, WANTS, "my-cases", grant.actor)
    owners: set[str | int] = {owner for row in read.rows[0] if (owner := _owner(msgspec.json.decode(row.body)))}
    names = await store_of(found).names.of(owners)
    rows: list[dict[str, Any]] = []
    for row in read.rows[0]:
        task = msgspec.json.decode(row.body)
        sort = next((s for s in Kind if s.case in _codes(task)), None)
        if sort is not None:
            owner = str(names.get(_owner(task), ""))
            rows.append(present.mine(found.t, task, case_of(int(sort), task), owner))
    context = {"title": found.t("Mine saker"), "rows": rows, "sent": "sendt" in request.query_params}
    return page(found, "cases/mine.html", context)


async def ask(request: Request) -> Response:
    """A line of her log, and a question about it to write. Raises `BadQuery`, `Expired`, `Absent`."""
    found = await visit(request)
    return await _ask(found, request.query_params.get("linje", ""))


async def send_question(request: Request) -> Response:
    """`POST /meg/innsyn/spor`: `linje` the sealed line, `tekst` what she wonders. 422 when it says too little."""
    found = await visit(request)
    grant = open_own(found)
    form = await form_of(found)
    words, about = form.get("tekst", ""), _about(found, grant, form.get("linje", ""))
    if kept.saves(form):
        look = f"{found.request.url.path}?{urlencode({'linje': form.get('linje', '')})}"
        return await kept.saved_by(found, grant, begun.QUESTION, form, about=about, look=look)
    drawn = named_id(grant.keys[0][0], form.get("id", ""), about, words)
    held = await kept.hold(found, kept.of(grant), begun.QUESTION, form, about=about, entry=f"Task/{drawn}")
    if actions.too_short(words):
        return await _ask(found, form.get("linje", ""), form)
    at, line = await log.line_of(store_of(found), grant, form.get("linje", ""))
    if not line.who.org:
        raise Absent("nobody answers for this line")
    await actions.ask_about(store_of(found), grant, grant.actor, at, line, words, drawn)
    await held.sent()
    return go("/meg/saker?sendt=1")


def _about(found: Visit, grant: PersonGrant, token: str) -> str:
    """What a draft of a question is about: the line of a sealed token. Raises `BadQuery` for another's.

    "" where it names none any more: its words are kept all the same.
    """
    with suppress(Expired):
        return f"{_LINE}/{log.number_of(store_of(found), grant, token)}" if token else ""
    return ""


async def _ask(found: Visit, token: str, form: dict[str, str] | None = None) -> Response:
    grant, t, store = open_own(found), found.t, store_of(found)
    at, line = await log.line_of(store, grant, token)
    owner = await actions.desk_of(store, mark_of(line.who.org)) if line.who.org else ""
    at_form = kept.At("/meg/innsyn/spor", f"/meg/innsyn/spor?{urlencode({'linje': token})}", {"linje": token})
    said = None if form is None else {"tekst": form.get("tekst", "")}
    drafted = await kept.begun(
        found, kept.of(grant), begun.QUESTION, about=_about(found, grant, token), at=at_form, said=said
    )
    context = {
        "title": t("Spør om en linje i loggen"),
        "line": present.line(t, at, line, log_rules.type_of(line.what)),
        "token": token,
        "drawn": form_id(grant.keys[0][0], (form or {}).get("id", "")),
        "words": drafted.fields.get("tekst", ""),
        "kept": drafted.shown,
        "wrong": t("Skriv minst ti tegn om hva du lurer på.") if said else "",
        "by": await promise.of_case(found, owner, otherwise=line.who.organization),
        "ring": await promise.hers(found, grant),
    }
    return page(found, "cases/ask.html", context, 422 if said else 200)


async def wrong(request: Request) -> Response:
    """What she can demand about an entry of hers. Raises `Absent`, `Gone`."""
    return await _wrong(await visit(request))


async def send_wrong(request: Request) -> Response:
    """`POST /meg/e/{type}/{eid}/feil`: `hva` is retting, sletting or merknad, `tekst` why. 422 when it is not whole."""
    found = await visit(request)
    grant = open_own(found)
    form = await form_of(found)
    what, words = form.get("hva", ""), form.get("tekst", "")
    params = found.request.path_params
    named = f"{params['type']}/{params['eid']}"
    if kept.saves(form):
        return await kept.saved_by(found, grant, begun.WRONG, form, about=named)
    drawn = named_id(grant.keys[0][0], form.get("id", ""), named, what, words)
    made = "Communication" if what == "merknad" else "Task"
    held = await kept.hold(found, kept.of(grant), begun.WRONG, form, about=named, entry=f"{made}/{drawn}")
    if actions.too_short(words) or (what not in _SORTS and what != "merknad"):
        return await _wrong(found, form)
    store = store_of(found)
    about = await _entry(found, grant)
    if what == "merknad":
        await actions.remark(store, grant, grant.actor, about, words, drawn)
        await held.sent()
        return go(f"/meg/e/{about.reference}")
    await actions.demand(store, grant, grant.actor, about, _SORTS[what], words, drawn=drawn)
    await held.sent()
    return go("/meg/saker?sendt=1")


async def _wrong(found: Visit, form: dict[str, str] | None = None) -> Response:
    grant, t = open_own(found), found.t
    about = await _entry(found, grant)
    drafted = await kept.begun(found, kept.of(grant), begun.WRONG, about=about.reference, said=form)
    said = form if form is not None else drafted.over({"hva": "retting"})
    errors: list[dict[str, str]] = []
    if form is not None:
        if said.get("hva") not in (*_SORTS, "merknad"):
            errors.append({"field": "hva-retting", "text": t("Velg hva du vil.")})
        if actions.too_short(said.get("tekst", "")):
            errors.append({"field": "tekst", "text": t("Skriv minst ti tegn om hva som er feil.")})
    type_name = about.reference.partition("/")[0]
    context: dict[str, Any] = {
        "title": t("Si fra om feil"),
        "kind": labels.types(t).get(type_name, type_name),
        "back": f"/meg/e/{about.reference}",
        "form": {name: said.get(name, "") for name in FIELDS},
        "drawn": form_id(grant.keys[0][0], (form or {}).get("id", "")),
        "choices": present.demands(t),
        "kept": drafted.shown,
        "errors": errors,
        "by": await promise.of_case(found, await actions.desk_of(store_of(found), about.org)),
        "ring": await promise.hers(found, grant),
    }
    return page(found, "cases/wrong.html", context, 200 if form is None else 422)


async def _entry(found: Visit, grant: PersonGrant) -> actions.Entry:
    params = found.request.path_params
    if params["type"] in ("Task", "Consent"):
        raise Forbidden("a case or a consent is ended, not corrected")
    read = await entries.entry(store_of(found), grant, params["type"], params["eid"])
    return actions.Entry(f"{params['type']}/{params['eid']}", read.org)


def _owner(task: dict[str, Any]) -> str:
    return task.get("owner", {}).get("reference", "")


def _codes(task: dict[str, Any]) -> set[str]:
    return {c.get("code", "") for c in task.get("code", {}).get("coding", [])}
