"""`/ferdige-svar`: the ready answers of the reader's organisation; `/ferdige-svar/{rid}`: one, to change or take away.

`rid` is one of their own, a shipped one by its code, or `ny`. Of two who write at once the second has both texts
before her, and nothing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles.access import ready_replies
from felles.access.errors import Refused
from felles.access.ready_replies import LONGEST, NAMED, Kept, Said
from felles.care.messages import replies
from felles.care.people import staff_only, store_of
from felles.record.errors import Absent, Conflict, Forbidden
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.i18n import Language
    from felles.ui.web import Visit

NEW: Final = "ny"
_SAVE, _REMOVE, _BACK = "lagre", "fjern", "tilbake"


async def listed(request: Request) -> Response:
    """All of them, as they are used, and those taken away. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await _keeper(request)
    own = await ready_replies.kept(store_of(found), found.signed_in)
    mine = {each.base or each.id: each for each in own}
    context = {
        "title": found.t("Ferdige svar"),
        "place": found.signed_in.organization_name,
        "rows": [_row(found, each, mine.get(each.code)) for each in replies.merged(own)],
        "gone": [
            {"href": f"/ferdige-svar/{each.id}", "name": each.said.name, "by": _by(found, each)}
            for each in own
            if each.said.gone
        ],
        "done": "lagret" in found.request.query_params,
    }
    return page(found, "messages/ready.html", context)


async def one(request: Request) -> Response:
    """One to change. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await _keeper(request)
    shipped, own = await _find(found)
    return _one(found, shipped, own, _filled(own.said if own else _said_of(shipped)), {})


async def save(request: Request) -> Response:
    """`gjor`: `lagre`, `fjern`, `tilbake` (the shipped one again), over the version that was seen.

    422 with the form where it is not whole; 409 with both texts where somebody was faster.
    """
    found = await _keeper(request)
    form = await form_of(found)
    store, actor, act = store_of(found), found.signed_in, form.get("gjor", _SAVE)
    typed = _typed(form)
    try:
        shipped, own = await _find(found)
    except Absent:  # somebody took it away: what was typed is hers to add anew
        return _one(found, None, None, form, {}, moved=True)
    said, seen = typed, _version(form)
    if act == _REMOVE:
        stands = own.said if own else _said_of(shipped)
        said = Said(stands.name, stands.words, stands.sorts, stands.calm, gone=True)
    try:
        if act == _BACK and own:
            await ready_replies.restore(store, actor, own.id, seen)
        else:  # who saw the shipped one saw version 0, and somebody who has changed it since was faster
            base, name = shipped.code if shipped else "", own.id if own else ""
            await ready_replies.save(store, actor, said, sorts=replies.SORTS, name=name, base=base, version=seen)
    except Refused:
        return _one(found, shipped, own, form, ready_replies.wrong(typed, replies.SORTS))
    except (Absent, Conflict):
        shipped, own = await _again(found)
        return _one(found, shipped, own, form, {}, moved=True)
    return go("/ferdige-svar?lagret=1")


async def _keeper(request: Request) -> Visit:
    found = await visit(request)
    staff_only(found)
    if not ready_replies.may_keep(found.signed_in):
        raise Forbidden("ready answers are kept by an organisation's administrators and those who answer for it")
    return found


async def _find(found: Visit) -> tuple[replies.Reply | None, Kept | None]:
    """The shipped one and the organisation's own of the address; both None for a new one. Raises `Absent`."""
    name = found.request.path_params["rid"]
    if name == NEW:
        return None, None
    own = next(
        (e for e in await ready_replies.kept(store_of(found), found.signed_in) if name in (e.id, e.base)),
        None,
    )
    shipped = replies.shipped(own.base if own else name)
    if shipped is None and own is None:
        raise Absent("there is no such ready answer here")
    return shipped, own


async def _again(found: Visit) -> tuple[replies.Reply | None, Kept | None]:
    try:
        return await _find(found)
    except Absent:
        return None, None


def _typed(form: Mapping[str, str]) -> Said:
    sorts = tuple(each for each in replies.ORDER if f"sort-{each}" in form)
    return Said(form.get("navn", ""), form.get("tekst", ""), sorts, "rolig" in form)


def _version(form: Mapping[str, str]) -> int:
    said = form.get("versjon", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


def _said_of(shipped: replies.Reply | None) -> Said:
    if shipped is None:
        return Said("", "", ("question",))
    return Said(shipped.name, shipped.text, tuple(each for each in replies.ORDER if each in shipped.to), shipped.calm)


def _filled(said: Said) -> dict[str, str]:
    ticked = {f"sort-{each}": "1" for each in said.sorts} | ({"rolig": "1"} if said.calm else {})
    return {"navn": said.name, "tekst": said.words} | ticked


def _row(found: Visit, each: replies.Reply, own: Kept | None) -> dict[str, Any]:
    t = found.t
    return {
        "href": f"/ferdige-svar/{each.code}",
        "name": each.name,
        "text": each.text,
        "sorts": [sort(t, code) for code in replies.ORDER if code in each.to],
        "calm": each.calm,
        "by": _by(found, own) if own else t("Følger med Felles"),
    }


def _by(found: Visit, own: Kept) -> str:
    return found.t("{who}, {when}").format(who=own.author, when=found.t.moment(own.changed))


def sort(t: Language, code: str) -> str:
    """To what it is offered."""
    return {
        "measurement": t("Egen måling"),
        "question": t("Spørsmål"),
        "booking": t("Ønske om time"),
        "renewal": t("Ønske om å fornye en medisin"),
        "matters": t("Hva som er viktig"),
    }[code]


def _wrong(t: Language, wrong: Mapping[str, str]) -> dict[str, str]:
    said = {
        ("navn", "missing"): t("Skriv hva svaret heter."),
        ("navn", "long"): t("Navnet kan ha høyst {count} tegn.").format(count=NAMED),
        ("tekst", "missing"): t("Skriv svaret."),
        ("tekst", "long"): t("Svaret kan ha høyst {count} tegn.").format(count=LONGEST),
        ("sorter", "missing"): t("Velg hva det er svar på."),
    }
    number = t("Et ferdig svar handler ikke om én person: ta ut fødselsnummeret.")
    return {field: said.get((field, rule), number) for field, rule in wrong.items()}


def _one(
    found: Visit,
    shipped: replies.Reply | None,
    own: Kept | None,
    form: Mapping[str, str],
    wrong: Mapping[str, str],
    *,
    moved: bool = False,
) -> Response:
    t = found.t
    said = _wrong(t, wrong)
    name = own.id if own else shipped.code if shipped else NEW
    context = {
        "title": (own.said.name if own else shipped.name if shipped else "") or t("Nytt ferdig svar"),
        "action": f"/ferdige-svar/{name}",
        "version": own.version if own else 0,
        "form": {"navn": form.get("navn", ""), "tekst": form.get("tekst", ""), "rolig": "rolig" in form},
        "sorts": [{"code": each, "text": sort(t, each), "on": f"sort-{each}" in form} for each in replies.ORDER],
        "wrong": {field: said.get(field, "") for field in ("navn", "tekst", "sorter")},
        "errors": [{"field": "sort-question" if f == "sorter" else f, "text": text} for f, text in said.items()],
        "moved": moved,
        "stands": {"name": own.said.name, "text": own.said.words, "gone": own.said.gone, "by": _by(found, own)}
        if moved and own
        else None,
        "back": _BACK if own and (shipped or own.said.gone) else "",
        "shipped": shipped is not None,
        "removes": (own is not None and not own.said.gone) or (own is None and shipped is not None),
        "named": NAMED,
        "longest": LONGEST,
    }
    return page(found, "messages/ready_one.html", context, 409 if moved else 422 if wrong else 200)
