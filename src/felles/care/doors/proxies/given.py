"""`/meg/fullmakter`: the proxies that a citizen has given; giving one, ending one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from felles.care.doors.proxies import actions, present, rules, views
from felles.care.people import open_own, store_of
from felles.ui.dates import local
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.doors.proxies.rules import Wished
    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit

HOME: Final = "/meg/fullmakter"
FIELDS: Final = ("nummer", "etternavn", "til", "read", "book", "write", "renew", "speak")


async def show(request: Request) -> Response:
    """What she has given, and to whom. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    read = await _read(found)
    context = present.given(found.t, read) | {"title": found.t("Fullmakter")}
    context["may"] = rules.may_give(read.patient, store_of(found).clock.clinical())
    return page(found, "proxies/given.html", context)


async def new(request: Request) -> Response:
    """The empty form; it lasts a year unless she says otherwise."""
    found = await visit(request)
    open_own(found)
    until = local(store_of(found).clock.clinical()).date() + timedelta(days=365)
    return page(found, "proxies/new.html", _form(found, {"read": "1", "til": until.strftime("%d.%m.%Y")}, {}))


async def give(request: Request) -> Response:
    """Give it, or say what is wrong with the form (422)."""
    found = await visit(request)
    read = await _read(found)
    form = await form_of(found)
    store, t = store_of(found), found.t
    now = store.clock.clinical()
    wished = rules.read_form(t, form, local(now).date())
    grant = open_own(found)
    if not rules.may_give(read.patient, now):
        wished.wrong["nummer"] = t("Du må være fylt 16 år for å gi en fullmakt.")
    receiver = None if wished.wrong else await _receiver(found, grant, wished, now)
    if receiver is None:
        return page(found, "proxies/new.html", _form(found, form, wished.wrong), 422)
    await actions.give(store, grant, *receiver, wished)
    return go(HOME)


async def _receiver(found: Visit, grant: PersonGrant, wished: Wished, now: int) -> tuple[str, str] | None:
    """(Patient/y, name) of who is meant; None with the reason in `wished.wrong`, every miss in the same words."""
    t = found.t
    met = await views.receiver(store_of(found), found.signed_in, wished.number)
    if met is None or not rules.same_family(met[1], wished.family) or met[0] == grant.actor:
        wished.wrong["nummer"] = t("Vi finner ingen du kan gi fullmakt til med dette nummeret og etternavnet.")
        return None
    if not rules.may_receive(met[1], now):
        wished.wrong["nummer"] = t("Den som skal få fullmakten, må være fylt 18 år.")
        return None
    return met[0], met[1].shown_name.full


async def end(request: Request) -> Response:
    """End one, at once; whoever had it is not told."""
    found = await visit(request)
    grant = open_own(found)
    await form_of(found)
    await actions.end(store_of(found), grant, request.path_params["cid"])
    return go(HOME)


async def _read(found: Visit) -> views.Given:
    return await views.given(store_of(found), open_own(found), found.signed_in.reference)


def _form(found: Visit, form: dict[str, str], wrong: dict[str, str]) -> dict[str, Any]:
    chosen = [{"name": name, "text": text, "on": bool(form.get(name))} for name, text in present.verbs(found.t).items()]
    return {
        "title": found.t("Gi en fullmakt"),
        "form": {name: form.get(name, "") for name in ("etternavn", "til")},
        "verbs": chosen,
        "wrong": {name: wrong.get(name, "") for name in FIELDS},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
    }
