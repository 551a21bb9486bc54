"""`/meg/meldinger/svar/{tid}` and the same under `/for/{id}`: what she was asked back, and her answer.

The work stays with who asked, and her answer brings it up there again at once (`access.handovers.asking`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import access
from felles.access.representation import Verb
from felles.care.doors.proxies import present as proxies
from felles.care.doors.proxies.doing import WAYS
from felles.care.doors.proxies.views import patient_of
from felles.care.messages import actions, begun, rules, views
from felles.care.messages import page as parts
from felles.care.messages.replies import categories
from felles.care.people import open_for, open_own, store_of
from felles.care.writing import kept
from felles.record.errors import Absent, Conflict, Forbidden, PreconditionFailed
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.messages.page import Around
    from felles.care.messages.shapes import Handed
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

_VERBS: Final = dict(WAYS.values())
"""Sort of what was written → what she who acts must have been given to answer about it."""
_CASE: Final = "log-question", "correction", "deletion"


def verb_for(codes: set[str]) -> Verb:
    """What answering for another takes: that by which such a thing is written; of a demand that she speaks for her."""
    if codes & set(_CASE):
        return Verb.SPEAK
    return next((_VERBS[code] for code in sorted(codes) if code in _VERBS), Verb.WRITE)


async def own(request: Request) -> Response:
    """What she was asked. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    read, there, grant = await _own(found)
    return await _page(found, there, _asked(there, read, request)[0], grant, {}, {})


async def answer_own(request: Request) -> Response:
    """Answer it. 422 with the page where nothing is said, 409 where it is asked no more."""
    found = await visit(request)
    form = await form_of(found)
    if kept.saves(form):
        return await _save(found, open_own(found), form)
    read, there, grant = await _own(found)
    task, body = _asked(there, read, request)
    return await _answer(found, form, there, (task, body), (grant, grant), {})


async def acting(request: Request) -> Response:
    """The same for whom somebody acts. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    read, there, given, banner = await _for(found)
    task, body = _asked(there, read, request)
    _given(given, body)
    grant = await open_for(found, request.path_params["id"])
    return await _page(found, there, task, grant, {}, banner)


async def answer_acting(request: Request) -> Response:
    """Answer it for her. Raises `Forbidden` where she was not given that."""
    found = await visit(request)
    form = await form_of(found)
    reading = await open_for(found, request.path_params["id"])
    if kept.saves(form):
        return await _save(found, reading, form)
    read, there, given, banner = await _for(found)
    task, body = _asked(there, read, request)
    patient, verb = f"Patient/{request.path_params['id']}", _given(given, body)
    grant = access.reply(found.signed_in, patient, reading.keys, verb)
    return await _answer(found, form, there, (task, body), (reading, grant), banner)


def _about(found: Visit) -> tuple[str, str, str]:
    """What a draft of an answer is about, in whose record (Patient/x, "": her own), and the address of that."""
    params = found.request.path_params
    own = "id" not in params
    return f"Task/{params['tid']}", "" if own else f"Patient/{params['id']}", "/meg" if own else f"/for/{params['id']}"


async def _save(found: Visit, grant: PersonGrant, form: dict[str, str]) -> Response:
    about, patient, base = _about(found)
    listing = f"{base}/meldinger"
    return await kept.saved_by(found, grant, begun.REPLY, form, about=about, patient=patient, listing=listing)


async def _own(found: Visit) -> tuple[PersonPage, Around, PersonGrant]:
    grant = open_own(found)
    read = await store_of(found).page(grant, views.WANTS, "writing-message", grant.actor)
    return read, await parts.around(found, read, "/meg"), grant


async def _for(found: Visit) -> tuple[PersonPage, Around, Verb, dict[str, Any]]:
    patient_id = str(found.request.path_params["id"])
    grant, store = await open_for(found, patient_id), store_of(found)
    read = await store.page(grant, views.WANTS, "writing-message", f"Patient/{patient_id}")
    patient = patient_of(read.rows[0])  # who it is may be beyond the reader: then there is nothing here
    there = await parts.around(found, read, f"/for/{patient_id}")
    return read, there, Verb(await store.acts(grant)), proxies.banner(there.view, patient, read.basis)


def _asked(there: Around, read: PersonPage, request: Request) -> tuple[Handed, dict[str, Any]]:
    """The Task that asks, as a shape and whole. Raises `Absent` where none does."""
    name = request.path_params["tid"]
    for seen, row in zip(there.written.tasks, read.rows[2], strict=True):
        if seen.entry.id == name and rules.asks(seen.entry):
            return seen.entry, msgspec.json.decode(row.body)
    raise Absent("nothing is asked here")


def _given(given: Verb, body: dict[str, Any]) -> Verb:
    codes = categories(body) | {each.get("code", "") for each in body.get("code", {}).get("coding", [])}
    verb = verb_for(codes)
    if verb not in given:
        raise Forbidden("nobody has let her answer this for the person")
    return verb


async def _answer(
    found: Visit,
    form: dict[str, str],
    there: Around,
    asked: tuple[Handed, dict[str, Any]],
    grants: tuple[PersonGrant, PersonGrant],
    banner: dict[str, Any],
) -> Response:
    """`grants`: by which she reads, and by which she answers."""
    words, (about, patient, _), (reading, grant) = form.get("tekst", ""), _about(found), grants
    held = await kept.hold(found, kept.of(reading, patient), begun.REPLY, form, about=about)
    if wrong := parts.wrong_words(found, words):
        return await _page(found, there, asked[0], reading, form, banner, wrong=wrong)
    try:
        await actions.reply(store_of(found), grant, asked[1], words, found.signed_in.name if banner else "")
    except (Conflict, PreconditionFailed):
        moved = found.t("Noen har svart eller endret dette siden du åpnet det. Dette er slik det står nå.")
        return await _page(found, there, asked[0], reading, form, banner, moved=moved)
    await held.sent(about)
    return go(f"{there.view.base}/meldinger?sendt=1")


async def _page(
    found: Visit,
    there: Around,
    task: Handed,
    grant: PersonGrant,
    form: dict[str, str],
    banner: dict[str, Any],
    *,
    wrong: str = "",
    moved: str = "",
) -> Response:
    names, back = there.view.names, f"{there.view.base}/meldinger"
    who = str(names.get((task.owner.reference or "") if task.owner else "", "")) or found.t("Mottakeren")
    said = parts.answers(there)
    agreed = task.restriction.period.end if task.restriction and task.restriction.period else None
    day = found.t.fhir(agreed) if agreed else said["by"]
    about, patient, _ = _about(found)
    drafted = await kept.begun(
        found, kept.of(grant, patient), begun.REPLY, about=about, said=form if wrong or moved else None
    )
    form = drafted.over(form)
    context = {
        "title": found.t("Svar på spørsmålet"),
        "who": who,
        "question": rules.question(task),
        "back": back,
        "kept": drafted.shown,
        "form": {"tekst": form.get("tekst", "")},
        "wrong": wrong,
        "errors": [{"field": "tekst", "text": wrong}] if wrong else [],
        "moved": moved,
        "longest": parts.LONGEST,
        "by": found.t("{name} svarer innen {day}.").format(name=who, day=day),
        "ring": said["ring"],
        "banner": banner or None,
    }
    return page(found, "messages/reply.html", context, 422 if wrong else 409 if moved else 200)
