"""`/p/{id}/tilgang` and `/p/{id}/e/{type}/{eid}/hvorfor`: why staff see a record or an entry, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles import access
from felles.access.bases import PART
from felles.access.derive import Durations
from felles.care import grounds
from felles.care.doors.explain import present
from felles.care.doors.hubs import cards
from felles.care.doors.strip import strip
from felles.care.entries import labels
from felles.care.people import open_person, staff_only, store_of
from felles.record.errors import Absent
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.explain import Explained
    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit


async def record(request: Request) -> Response:
    """Why this record is open, what is not seen of it and what to do; or why it is not open. Raises `Forbidden`."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    try:
        grant = await open_person(found, patient_id)
        context, read = await strip(found, grant, patient_id, "access", single=True)
        why = await store_of(found).why(grant, f"Patient/{patient_id}")
    except Absent:
        return await _refused(found, patient_id)
    actor, base = found.signed_in, f"/p/{patient_id}"
    single = grounds.opens_single(read.basis)
    verbs = frozenset[str]() if single else grant.verbs
    context |= await _grounds(found, grant, base, why)
    context |= {
        "single": single,
        "ordered": grounds.of_order(read.basis),
        "closed": why.closed,
        "lift": f"{base}/apne" if actor.may("open") else "",
        "protected": why.protected,
        "address": f"{base}/adresse" if actor.may("place") else "",
        "role": present.role(found.t, actor.role, verbs, (ground.basis for ground in why.grounds)),
        "cards": cards(found, "p", id=patient_id),
    }
    return page(found, "explain/record.html", context)


async def entry(request: Request) -> Response:
    """Why this entry is seen. Raises `Absent` where it is not, `Forbidden`."""
    found = await visit(request)
    staff_only(found)
    params = request.path_params
    grant = await open_person(found, params["id"])
    item = f"{params['type']}/{params['eid']}"
    store = store_of(found)
    why = await store.why(grant, item, item)
    if why.entry is None:
        raise Absent("there is no such entry here that you may see")
    context, read = await strip(found, grant, params["id"], "access", item, single=True)
    base = f"/p/{params['id']}"
    context |= await _grounds(found, grant, base, why)
    reasons = grant.may("hold") or grant.may("release")
    context |= {
        "single": grounds.opens_single(read.basis),
        "ordered": grounds.of_order(read.basis),
        "what": labels.types(found.t).get(params["type"]) or labels.plain(params["type"]).capitalize(),
        "href": f"{base}/e/{item}",
        "fact": present.entry(found.t, why.entry, found.signed_in, reasons=reasons),
        "address": f"{base}/adresse" if found.signed_in.may("place") else "",
    }
    return page(found, "explain/entry.html", context)


async def _grounds(found: Visit, grant: PersonGrant, base: str, why: Explained) -> dict[str, Any]:
    names = await store_of(found).names.of(present.wanted_names(why))
    told = [
        present.ground(found.t, base, each, names, found.signed_in, grant.actor_mark, why.basis) for each in why.grounds
    ]
    single = grounds.opens_single(why.basis)
    # What opens single entries alone would keep no record open.
    others = [said for said, each in zip(told[1:], why.grounds[1:], strict=True) if single or each.basis < PART]
    return {"deciding": told[0] if told else None, "others": others}


async def _refused(found: Visit, patient_id: str) -> Response:
    """The same for a record that is closed to the reader and one that is not here: what she is, and what opens one."""
    actor, t, store = found.signed_in, found.t, store_of(found)
    parties = await store.parties(access.everyone(actor))
    names = await store.names.of(set(parties))
    base = f"/p/{patient_id}"
    ways = [
        ("behov", "need", t("Oppgi tjenstlig behov")),
        ("samtykke", "open", t("Pasienten samtykker")),
        ("nodrett", "open", t("Nødrett")),
    ]
    context = {
        "title": t("Hvorfor ser jeg den ikke?"),
        "role": present.role_name(t, actor.role_code),
        "place": actor.organization_name,
        "units": sorted(name for name in names.values() if name and name != actor.organization_name),
        "openers": present.openers(t, Durations()),
        "ways": [{"href": f"{base}/apne?vei={way}", "text": text} for way, verb, text in ways if actor.may(verb)],
    }
    return page(found, "explain/refused.html", context, 404)
