"""`/p/{id}/skriv` and `/p/{id}/skriv/{hva}`: writing in the record, as a page of its own or as a part beside another.

A script that asks with the header `x-felles-part` gets the part alone. Everything works without one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from starlette.responses import JSONResponse

from felles.access import signatures
from felles.care.doors.strip import shown
from felles.care.handovers import drafts as handed
from felles.care.people import open_person, staff_only, store_of
from felles.care.writing import actions, present, receivers, rules, views
from felles.care.writing.forms import FORMS
from felles.care.writing.kept import own_id, seen
from felles.record.errors import Absent, BadQuery, Conflict, Forbidden
from felles.record.ids import new_id
from felles.record.writings import Sent, State, Writing
from felles.ui.security import PAGE_HEADERS
from felles.ui.web import WRITER, form_of, go, page, part, visit, writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.writing.form import Form, Known, Mistake
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

PART: Final = "x-felles-part"
NOT_SO: Final = "this entry is not changed so, or not by you"
_CLOCKS: Final = 2**60
"""No window's clock goes so far."""


@dataclass(slots=True)
class Opened:
    """A form over an open record: what every answer of these pages needs."""

    found: Visit
    grant: PersonGrant
    patient: str
    form: Form
    about: str
    read: PersonPage
    known: Known

    @property
    def base(self) -> str:
        """The address of the record."""
        return f"/p/{self.patient}"

    @property
    def action(self) -> str:
        """The form's own address."""
        return f"{self.base}/skriv/{self.form.name}"


async def listed(request: Request) -> Response:
    """What this role can write here, and the reader's drafts. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    staff_only(found)
    patient: str = request.path_params["id"]
    grant = await open_person(found, patient)
    store, t = store_of(found), found.t
    ways = [form for form in FORMS.values() if actions.may_write(found.signed_in, form)]
    if not ways:
        raise Forbidden("this role writes nothing here")
    read = await views.read(store, grant, None, f"Patient/{patient}", "")
    base = f"/p/{patient}"
    hers = await store.writings.hers(grant)
    drafts = [
        present.draft(t, base, form, each)
        for each in hers
        if each.state in (State.DRAFT, State.RETURNED, State.SIGNED, State.GONE) and (form := FORMS.get(each.form))
    ]
    open_ = [each for each in hers if each.open]
    changed = {each.id: each.changed for each in open_}
    drafts += [present.handed(t, line, changed[line["id"]]) for line in handed.begun(t, open_)]
    panel = {
        "mode": "list",
        "title": t("Skriv i journalen"),
        "icon": "NotePencil",
        "back": base,
        "ways": _ways(found, base),
        "drafts": drafts,
    }
    return _answer(found, patient, read, panel)


def _ways(found: Visit, base: str) -> list[dict[str, str]]:
    said = writing(found, f"{base}/skriv")
    may = [each for each in found.request.app.state.writes if said and each.by(found.signed_in)]
    return [{"href": base + each.path, "text": each.text(found.t), "icon": each.icon} for each in may]


async def show(request: Request) -> Response:
    """A form: as the record fills it in, or the draft there is; `?utkast=` what became of one that was sent."""
    found = await visit(request)
    opened = await _open(found, request.query_params.get("om", ""))
    store, which = store_of(found), request.query_params.get("utkast", "")
    if which:
        await actions.settle(store, writer=opened.grant.actor_mark)
        draft = await store.writings.one(opened.grant, which)
        if not draft.open:
            await receivers.load(store, opened.form, opened.known, {"til": draft.fields.get("til", "")})
            return _became(opened, draft)
    drafts = await store.writings.hers(opened.grant)
    here = (d for d in drafts if d.open and (d.form, d.about) == (opened.form.name, opened.about))
    draft = next(here, None)
    if not opened.form.fits(opened.known):
        if draft is None:
            raise Absent(NOT_SO)
        return _beside(opened, draft)
    draft = draft and await _carried(opened, draft)
    values = opened.form.prefilled(opened.known) if draft is None else draft.fields
    await receivers.load(store, opened.form, opened.known, values)
    return _edit(opened, draft)


async def _open(found: Visit, about: str) -> Opened:
    """Open the person for the form in the address. Raises `Forbidden`, `Absent`, `SignInFirst`, `Busy`."""
    form = _form(found)
    patient: str = found.request.path_params["id"]
    grant = await open_person(found, patient)
    about = about if form.about else ""
    if form.about and about.partition("/")[0] not in form.about:
        raise Absent("this form is about entries of another type")
    store, person = store_of(found), f"Patient/{patient}"
    read = await views.read(store, grant, form, person, about)
    known = await views.known(store, grant, form, person, read)
    return Opened(found, grant, patient, form, about, read, known)


def _form(found: Visit) -> Form:
    """The form in the address, for whose role it is. Raises `SignInFirst`, `Forbidden`, `Absent`."""
    staff_only(found)
    form = FORMS.get(found.request.path_params["hva"])
    if form is None:
        raise Absent("there is no such form")
    if not actions.may_write(found.signed_in, form):
        raise Forbidden("this role does not write this")
    return form


async def send(request: Request) -> Response:
    """`gjor`: lagre (keep a draft), signer, finn (a receiver), forkast, angre, flett (texts that met). 409, 422."""
    found = await visit(request)
    form = await form_of(found)
    what = form.get("gjor", "")
    if what == "lagre" and request.headers.get(PART) == "lagre":
        return await _autosave(found, form)
    opened = await _open(found, form.get("om", ""))
    store, which = store_of(found), form.get("id", "")
    if what in ("forkast", "angre"):
        verb = store.writings.discard if what == "forkast" else store.writings.call_back
        return _became(opened, await verb(opened.grant, which), redirect=True)
    if what not in ("lagre", "signer", "flett", "finn"):
        raise BadQuery("a text is kept, signed, thrown away or called back")
    if not opened.form.fits(opened.known):
        return await _no_more(opened, form)
    if what == "flett":
        return await _settled(opened, form)
    return await _keep(opened, await store.writings.save(opened.grant, _sent(opened, form)), what)


async def _no_more(opened: Opened, form: Mapping[str, str]) -> Response:
    """What is sent though it is over, or another's. Raises `Absent` where nothing was begun while it was not.

    What was signed already has its answer; what was begun is kept, and shown beside what stands.
    """
    writings, which = store_of(opened.found).writings, form.get("id", "")
    draft = next((each for each in await writings.hers(opened.grant) if each.id == which), None)
    writes = form.get("gjor") != "flett"  # all that met is shown beside it anyhow
    shown_before = 0 < _whole(form.get("grunnlag", "")) < opened.known.version
    if draft is None and not (writes and opened.about and shown_before):
        raise Absent(NOT_SO)
    if draft is None or writes:
        draft = await writings.save(opened.grant, _sent(opened, form))
    return _beside(opened, draft, status=409) if draft.open else _became(opened, draft, redirect=True)


async def _keep(opened: Opened, kept: Writing, what: str) -> Response:
    """What follows when a text was kept: texts that met, what was looked for, a signature, or the draft it is."""
    await receivers.load(store_of(opened.found), opened.form, opened.known, kept.fields)
    if kept.met or (kept.others and kept.open):
        return _edit(opened, kept, status=409)
    if what == "finn" and kept.open:
        return _edit(opened, await _carried(opened, kept))
    if what == "signer" and kept.open:
        return await _sign(opened, await _carried(opened, kept))
    return _became(opened, kept, redirect=True)


async def _carried(opened: Opened, draft: Writing) -> Writing:
    return await views.carried(store_of(opened.found), opened.grant, opened.form, opened.known, draft)


async def _sign(opened: Opened, kept: Writing) -> Response:
    found, store = opened.found, store_of(opened.found)
    if kept.anew:
        return _edit(opened, kept, status=409)
    values = rules.cleaned(opened.form, kept.fields)
    wrong = rules.mistakes(found.t, opened.form, values, opened.known)
    if wrong:
        return _edit(opened, kept, wrong, status=422)
    if opened.about and kept.base != opened.known.version:
        return _edit(opened, kept, status=409, moved=True)
    signed = await store.writings.sign(opened.grant, kept.id, signatures.kept(found.signed_in))
    return _became(opened, signed, redirect=True)


async def _autosave(found: Visit, form: Mapping[str, str]) -> Response:
    """A save by the script while one types: decided like all else, and no look at the record, so no line of the log.

    With 409, `vis` is where what it met is shown, or what became of it.
    """
    made = _form(found)
    patient: str = found.request.path_params["id"]
    grant = await open_person(found, patient)
    sent = _save_of(made, patient, grant, form)
    kept = await store_of(found).writings.save(grant, sent)
    said = found.t("Utkast lagret {time}").format(time=found.t.clock(kept.changed))
    said = " ".join(filter(None, (present.back(found.t, kept), said)))
    status = 409 if kept.met or not kept.open else 200
    asked = ({} if kept.open else {"utkast": kept.id}) | ({"om": sent.about} if sent.about else {})
    way = f"{found.request.url.path}?{urlencode(asked)}" if asked else found.request.url.path
    told = {"id": kept.id, "versjon": kept.version, "sagt": said, "vis": way}
    return JSONResponse(told, status, headers=PAGE_HEADERS)


def _save_of(form: Form, patient: str, grant: PersonGrant, sent: Mapping[str, str]) -> Sent:
    return Sent(
        id=own_id(grant.keys[0], sent.get("id", "")),
        patient=f"Patient/{patient}",
        form=form.name,
        about=sent.get("om", "") if form.about else "",
        base=_whole(sent.get("grunnlag", "")),
        version=_whole(sent.get("versjon", "")),
        window=sent.get("vindu", "")[:32],
        step=_whole(sent.get("steg", "")),
        fields=rules.cleaned(form, sent) | ({views.BASE: str(_whole(sent.get("grunnlag", "")))} if form.about else {}),
        loose=frozenset({views.BASE}),
    )


def _sent(opened: Opened, form: Mapping[str, str]) -> Sent:
    return _save_of(opened.form, opened.patient, opened.grant, form)


async def _settled(opened: Opened, form: Mapping[str, str]) -> Response:
    """What becomes of texts that met (`velg`: lagret, begge, or a window). Raises `Absent`, `Conflict`, `Busy`.

    Who was not shown all of them says nothing of the rest: she is shown them.
    """
    writings, made = store_of(opened.found).writings, _sent(opened, form)
    found = await writings.one(opened.grant, made.id)
    if not found.open:
        raise Conflict("this text was signed meanwhile")
    if (made.version, form.get("sett", "")) != (found.version, seen(found)):
        return await _keep(opened, replace(found, met=True), "flett")
    chosen = form.get("velg", "")
    values = found.others.get(chosen, found.fields)
    if chosen == "begge":
        values = _both(opened.form, [found.fields, *found.others.values()])
    one = replace(made, base=found.base, fields=values, sorted_out=True)
    return await _keep(opened, await writings.save(opened.grant, one), "flett")


def _both(form: Form, all_of: list[dict[str, str]]) -> dict[str, str]:
    """Texts one after the other, each once; of a field that is no text the first that is filled in."""
    values = {views.BASE: min((each.get(views.BASE, "0") for each in all_of), key=int)}
    for f in form.fields:
        said = list(dict.fromkeys(each[f.name] for each in all_of if each.get(f.name)))
        values[f.name] = "\n\n".join(said) if f.kind == "text" else next(iter(said), "")
    return values


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 and int(text) < _CLOCKS else 0


# -- answers -----------------------------------------------------------------------------------------------


def _edit(
    opened: Opened, draft: Writing | None, wrong: list[Mistake] | None = None, *, status: int = 200, moved: bool = False
) -> Response:
    """The form, with the draft there is: its mistakes, the texts that met, why it came back."""
    found, form, known = opened.found, opened.form, opened.known
    t = found.t
    values = form.prefilled(known) if draft is None else draft.fields
    others = [] if draft is None else list(draft.others.items())
    moved = moved or (draft is not None and bool(opened.about) and draft.base != known.version)
    panel = {
        "mode": "met" if others else "edit",
        "title": form.title(t),
        "icon": form.icon,
        "back": opened.base,
        "action": opened.action,
        "groups": present.fields(t, form, values, known, wrong or ()),
        "errors": [{"field": each.field, "text": each.text} for each in wrong or ()],
        "returned": present.back(t, draft),
        "moved": moved,
        "about": present.about(t, opened.base, known, moved=moved),
        "saved": t("Utkast lagret {time}").format(time=t.moment(draft.changed)) if draft is not None else "",
        "mine": present.texts(t, form, values),
        "others": [{"window": window, "texts": present.texts(t, form, fields)} for window, fields in others],
        "sign": form.sign(t) if form.sign else t("Signer"),
        "hidden": {
            WRITER: found.mark,
            "om": opened.about,
            "id": draft.id if draft is not None else new_id(opened.grant.keys[0][0]),
            "grunnlag": known.version,
            "versjon": draft.version if draft is not None else 0,
            "vindu": secrets.token_urlsafe(9),
            "steg": 0,
            "sett": seen(draft),
        },
        "drafted": draft is not None,
    }
    return _answer(found, opened.patient, opened.read, panel, status)


def _beside(opened: Opened, draft: Writing, *, status: int = 200) -> Response:
    """A draft of what can be written so no more, all of its words beside the entry as it stands."""
    t, form, known = opened.found.t, opened.form, opened.known
    each_window = (draft.fields, *draft.others.values())
    panel = {
        "mode": "over",
        "title": form.title(t),
        "icon": form.icon,
        "back": opened.base,
        "action": opened.action,
        "about": present.about(t, opened.base, known, moved=True),
        "texts": [text for said in each_window for text in present.texts(t, form, said, known)],
        "hidden": {"om": opened.about, "id": draft.id},
    }
    return _answer(opened.found, opened.patient, opened.read, panel, status)


def _became(opened: Opened, draft: Writing, *, redirect: bool = False) -> Response:
    """What became of a draft that was sent: it waits, it is in the record, it was thrown away, it is a draft again."""
    om = f"&om={opened.about}" if opened.about else ""
    if redirect:
        return go(f"{opened.action}?utkast={draft.id}{om}")
    t, store = opened.found.t, store_of(opened.found)
    left = max(0, draft.due - store.clock.real())
    modes = {State.SIGNED: "signed", State.DONE: "done", State.DISCARDED: "discarded"}
    panel = {
        "mode": modes.get(draft.state, "gone"),
        "title": opened.form.title(t),
        "icon": opened.form.icon,
        "back": opened.base,
        "action": opened.action,
        "again": "" if opened.form.about else opened.action,
        "look": f"{opened.action}?utkast={draft.id}{om}",
        "seconds": -(-left // 1_000_000),
        "entry": f"{opened.base}/e/{draft.entry}" if draft.entry else "",
        "texts": present.texts(t, opened.form, draft.fields, opened.known),
        "hidden": {"om": opened.about, "id": draft.id},
    }
    return _answer(opened.found, opened.patient, opened.read, panel)


def _answer(found: Visit, patient: str, read: PersonPage, panel: dict[str, Any], status: int = 200) -> Response:
    strip = shown(found, patient, read)
    person = strip["person"]
    panel |= {"who": f"{person['name']}, {person['age']}"}
    context = strip | {"title": panel["title"], "panel": panel}
    if PART in found.request.headers:
        answer = part(found, "writing/panel.html", context)
        answer.status_code = status
        return answer
    return page(found, "writing/page.html", context, status)
