"""`/meg/sperringer`: what the person has closed; closing more, and opening again."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.access.blocks import CLOSABLE
from felles.care import shapes
from felles.care.doors.blocks import actions, present, rules, views
from felles.care.entries.present import entry_page
from felles.care.entries.views import Entry
from felles.care.people import open_own, store_of
from felles.record.errors import Absent
from felles.ui.dates import local
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.doors.blocks.views import Foreseen
    from felles.record.grants import PersonGrant
    from felles.record.read_items import Item
    from felles.ui.web import Visit

HOME: Final = "/meg/sperringer"
_any: Final = Decoder(Any, float_hook=Decimal).decode


async def show(request: Request) -> Response:
    """The person's blocks. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    grant, t = open_own(found), found.t
    blocks = await views.listed(store_of(found), grant)
    provisions = [consent["provision"] for consent in blocks]
    names = await store_of(found).names.of(present.wanted_names(provisions))
    rows = [
        {
            "what": present.what(t, consent["provision"], names),
            "against": present.against(t, consent["provision"], names),
            "since": t.fhir(consent.get("dateTime", "")),
            "end": f"{HOME}/{consent['id']}",
        }
        for consent in blocks
    ]
    return page(found, "blocks/list.html", {"title": t("Sperringer"), "blocks": rows, "many": len(rows) >= views.MANY})


async def new(request: Request) -> Response:
    """The form of a block; `?oppforing=Type/id` has chosen one entry already.

    `?mot=Organization/id` asks for everything to be closed to one organisation: what that would do is shown at once.
    """
    found = await visit(request)
    grant = open_own(found)
    if place := request.query_params.get("mot", ""):
        form = {"hva": "alt", "mot": "virksomhet", "motsted": place}
        asked = rules.read(form)
        return await (_choose(found, grant, form, asked.wrong) if asked.wrong else _show(found, grant, form, asked))
    entry = request.query_params.get("oppforing", "")
    return await _choose(found, grant, {"oppforing": entry, "hva": "oppforing" if entry else ""})


async def close(request: Request) -> Response:
    """First what the block would also hide is shown; confirmed (`ja`), it is made."""
    found = await visit(request)
    grant, store, form = open_own(found), store_of(found), await form_of(found)
    asked = rules.read(form)
    if asked.wrong:
        return await _choose(found, grant, form, asked.wrong)
    if "ja" not in form:
        return await _show(found, grant, form, asked)
    await actions.make(store, grant, _consent(found, grant, asked))
    return go(HOME)


async def end(request: Request) -> Response:
    """Open again what one block closed."""
    found = await visit(request)
    grant = open_own(found)
    await form_of(found)
    consent = await views.one(store_of(found), grant, request.path_params["cid"])
    if consent is None:
        raise Absent("there is no such block")
    await actions.end(store_of(found), grant, consent)
    return go(HOME)


async def _choose(
    found: Visit, grant: PersonGrant, form: dict[str, str], wrong: dict[str, str] | None = None
) -> Response:
    """The form, with what is chosen and what is wrong."""
    return page(found, "blocks/new.html", await _form(found, grant, form, wrong), 422 if wrong else 200)


async def _show(found: Visit, grant: PersonGrant, form: dict[str, str], asked: rules.Asked) -> Response:
    """What the block would do, to be confirmed."""
    would = await views.foreseen(store_of(found), grant, actions.struct(_consent(found, grant, asked)))
    return page(found, "blocks/preview.html", await _preview(found, form, asked.provision, would))


def _consent(found: Visit, grant: PersonGrant, asked: rules.Asked) -> dict[str, Any]:
    today = local(store_of(found).clock.real()).date().isoformat()
    return rules.consent(grant.actor, asked.provision, today)


async def _form(
    found: Visit, grant: PersonGrant, form: dict[str, str], wrong: dict[str, str] | None = None
) -> dict[str, Any]:
    t = found.t
    seen = await views.seen(store_of(found), grant)
    kinds = present.kinds(t)
    return {
        "title": t("Ny sperring"),
        "form": {name: form.get(name, "") for name in rules.FIELDS},
        "kinds": [
            {"name": f"slag-{code}", "text": kinds[code], "chosen": f"slag-{code}" in form}
            for code in sorted((kind.name.lower() for kind in CLOSABLE), key=lambda code: kinds[code])
        ],
        "places": _choices(seen.places),
        "people": _choices(seen.people),
        "roles": [{"code": role.code, "text": present.roles(t)[role.code]} for role in rules.CLOSING_ROLES],
        "errors": [{"field": name, "text": present.wrong(t, code)} for name, code in (wrong or {}).items()],
    }


def _choices(named: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "text": text} for code, text in sorted(named.items(), key=lambda item: item[1])]


async def _preview(found: Visit, form: dict[str, str], provision: dict[str, Any], would: Foreseen) -> dict[str, Any]:
    t, items, total = found.t, would.items, would.total
    wanted = present.wanted_names([provision]) | {item.org for item in (*items, *would.stops)}
    names = await store_of(found).names.of(wanted)
    return {
        "title": t("Se over sperringen"),
        "what": present.what(t, provision, names),
        "against": present.against(t, provision, names),
        "named": any(
            a["reference"].get("reference", "").startswith("Practitioner/") for a in provision.get("actor", [])
        ),
        "hidden": [(name, form[name]) for name in rules.FIELDS if name in form],
        "stops": [_line(t, item, names) | _said(item) for item in would.stops],
        "items": [_line(t, item, names) for item in items],
        "total": t.many("Én oppføring til blir skjult", "%d oppføringer til blir skjult", total),
        "more": t.many("og én til", "og %d til", total - len(items)) if total > len(items) else "",
    }


def _said(item: Item) -> dict[str, str]:
    """What a hand-over says it is about, where it says so."""
    said = _any(item.body).get("description", "")
    return {"text": said} if said else {}


def _line(t: Any, item: Item, names: dict[str | int, str]) -> dict[str, str]:
    entry = Entry(_any(item.body), item.org, item.author, "", shapes.Patient(), [], [])
    said = entry_page(t, "/meg", entry, names)
    return {
        "name": f"ut-{item.reference}",
        "text": said["lead"] or said["kind"],
        "kind": said["kind"],
        "at": said["at"],
        "href": f"/meg/e/{item.type}/{item.id}",
    }
