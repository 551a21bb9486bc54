"""`/meg/avdod`: asking to see a part of the record of one who died; `/meg/etter-meg`: what one wishes for oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from felles import access, fhir
from felles.care.doors.proxies import views as proxies
from felles.care.doors.proxies.actions import instant
from felles.care.doors.requests import actions, present, rules
from felles.care.messages import begun, promise
from felles.care.people import citizens_only, open_own, store_of
from felles.care.writing import kept
from felles.record.read_person import Want
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.record.read_person import Seen
    from felles.ui.web import Visit

WISHES: Final = (Want("Consent", 20, having=(("category", rules.WISH),)),)
ASKED: Final = ("nummer", "etternavn", "forhold", "hva")
WISHED: Final = ("valg", "ord")


async def asking(request: Request) -> Response:
    """The form, and what she has asked before with its answers. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    citizens_only(found)
    return await _asking(found, {}, {})


async def ask(request: Request) -> Response:
    """Ask. Whoever is meant or not, dead or not, the answer is the same: it is no way to find out who is here."""
    found = await visit(request)
    citizens_only(found)
    form = await form_of(found)
    if kept.saves(form):
        return await kept.saved_by(found, open_own(found), begun.DECEASED, form)
    held = await kept.hold(found, kept.of(open_own(found)), begun.DECEASED, form)
    filled = rules.asked(found.t, form)
    if filled.wrong:
        return await _asking(found, form, filled.wrong)
    store, actor = store_of(found), found.signed_in
    met = await proxies.receiver(store, actor, "".join(form["nummer"].split()))
    if met is not None and rules.is_meant(met[1], form["etternavn"].strip()) and met[0] != actor.reference:
        key = await store.place(met[0])
        if key is not None:
            words = f"{form['forhold'].strip()[:200]}: {form['hva'].strip()[:2000]}"
            await actions.ask(store, actor, key, (met[0], met[1].shown_name.full), words)
    await held.sent()
    return go("/meg/avdod?sendt=1")


async def _asking(found: Visit, form: dict[str, str], wrong: dict[str, str]) -> Response:
    rows = await store_of(found).asked(access.represent(found.signed_in, "", ()))
    drafted = await kept.begun(found, kept.of(open_own(found)), begun.DECEASED, said=form if wrong else None)
    form = drafted.over(form)
    who = found.t("Fastlegekontoret til den som døde, ellers kommunens helsetjeneste,")
    context = {
        "title": found.t("Innsyn i journalen til en som er død"),
        "asked": present.asked(found.t, rows),
        "sent": "sendt" in found.request.query_params,
        "form": {name: form.get(name, "") for name in ASKED if name != "nummer"},
        "wrong": {name: wrong.get(name, "") for name in ASKED},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "kept": drafted.shown,
        "by": await promise.of_case(found, "", otherwise=who),
        "ring": promise.numbers(found),
    }
    return page(found, "requests/deceased.html", context, 422 if wrong else 200)


async def wishing(request: Request) -> Response:
    """What she wishes that her nearest kin may see when she is dead. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    return await _wishing(found, await _wishes(found, grant), grant, {}, "")


async def wish(request: Request) -> Response:
    """Say it, say it anew, or (`valg` intet) take it back."""
    found = await visit(request)
    grant = open_own(found)
    form = await form_of(found)
    if kept.saves(form):
        return await kept.saved_by(found, grant, begun.WISH, form)
    held = await kept.hold(found, kept.of(grant), begun.WISH, form)
    read = await _wishes(found, grant)
    choice = form.get("valg", "")
    if choice not in ("ja", "nei", "intet"):
        return await _wishing(found, read, grant, form, found.t("Velg hva du ønsker."))
    store, before = store_of(found), list[tuple[str, Any, int]]()
    for each in read:
        if present.wish_of(each).active:
            row = await store.read(grant, "Consent", each.id)
            before.append((each.id, fhir.decode(row.body.encode()), row.version))
    now = instant(store.clock.clinical())
    made = None if choice == "intet" else rules.wish(grant.actor, choice, form.get("ord", "").strip()[:2000], now)
    await actions.wish(store, grant, before, made)
    await held.sent()
    return go("/meg/etter-meg?lagret=1")


async def _wishes(found: Visit, grant: PersonGrant) -> list[Seen]:
    read = await store_of(found).page(grant, WISHES, "wish", grant.actor)
    return read.rows[0]


async def _wishing(found: Visit, read: list[Seen], grant: PersonGrant, form: dict[str, str], wrong: str) -> Response:
    drafted = await kept.begun(found, kept.of(grant), begun.WISH, said=form if wrong else None)
    form = drafted.over(form)
    now = next((each for each in map(present.wish_of, read) if each.active), None)
    said = {"valg": ("ja" if now.permits else "nei") if now else "intet", "ord": now.words if now else ""}
    context = {
        "title": found.t("Når jeg er død"),
        "saved": "lagret" in found.request.query_params,
        "form": {name: form.get(name, said[name]) for name in WISHED},
        "choices": present.choices(found.t),
        "wrong": wrong,
        "kept": drafted.shown,
        "ring": promise.numbers(found),
    }
    return page(found, "requests/wish.html", context, 422 if wrong else 200)
