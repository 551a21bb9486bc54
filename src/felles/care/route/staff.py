"""`/rute`: the visits of a day, in their order, for whoever goes home to people; and that one was done as planned.

"Done as planned" is signed as everything is (`care.writing`): it goes into the record ten seconds later, once, and can
be called back until then. A visit is met through the book of the reader's own unit: nobody else's can be done here.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from felles import access
from felles.access import signatures
from felles.care.people import open_person, store_of
from felles.care.route import live, present, rules, views
from felles.care.route.reader import reader_of
from felles.care.timebook.present import heading
from felles.care.writing import actions
from felles.care.writing.form import Known, Row
from felles.care.writing.forms.visit import VISIT
from felles.record.errors import Absent, BadQuery, Forbidden
from felles.record.ids import drawn_id
from felles.record.writings import Sent, State
from felles.ui.dates import local
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.route.views import Stop
    from felles.record.grants import PersonGrant
    from felles.record.writings import Writing
    from felles.ui.web import Visit

_DIGITS: Final = 18


async def show(request: Request) -> Response:
    """The visits of the day (`dag`, today unless told), the reader's or (`vis=enhet`) her unit's.

    Raises `SignInFirst`, `Forbidden`, `Busy`.
    """
    found = await visit(request)
    reader_of(found)
    asked = request.query_params
    return await _show(found, asked.get("dag", ""), unit=asked.get("vis") == "enhet")


async def done(request: Request) -> Response:
    """`POST /rute/{aid}/utfort`: sign that it was done as planned. 409 where it is not there, or no more to be done."""
    found = await visit(request)
    actor = reader_of(found)
    if not actions.may_write(actor, VISIT):
        raise Forbidden(f"the role {actor.role_code} does not write that a visit was done")
    seen, form = await _seen(found)
    if seen is None:
        return await _refused(found, form, found.t("Besøket står ikke lenger på ruten din. Ingenting er ført."))
    grant = await open_person(found, seen.patient)
    if str(seen.version) != form.get("versjon") or not VISIT.fits(_known(found, grant, seen)):
        return await _refused(found, form, found.t("Besøket er endret, eller ført av en annen. Slik står det nå."))
    await _sign(found, grant, seen)
    return _back(form, seen)


async def undo(request: Request) -> Response:
    """`POST /rute/{aid}/angre`: call back what was said (`id`), or put away what came back. 409 when too late."""
    found = await visit(request)
    reader_of(found)
    seen, form = await _seen(found)
    if seen is None:
        return await _refused(found, form, found.t("Besøket står ikke lenger på ruten din."))
    kept = await _called_back(found, await open_person(found, seen.patient), seen, form.get("id", ""))
    if kept is None or kept.state is not State.DISCARDED:
        return await _refused(found, form, found.t("For sent å angre. Slik står det nå; åpne journalen for å rette."))
    return _back(form, seen)


async def _called_back(found: Visit, grant: PersonGrant, seen: Stop, which: str) -> Writing | None:
    """What became of the reader's own `which` about this visit; None where there is none."""
    writings = store_of(found).writings
    try:
        kept = await writings.one(grant, which)
    except Absent:
        return None
    if (kept.form, kept.about) != (VISIT.name, seen.reference):
        return None
    if kept.state is State.SIGNED:
        kept = await writings.call_back(grant, kept.id)
    return await writings.discard(grant, kept.id) if kept.open else kept


async def _seen(found: Visit) -> tuple[Stop | None, dict[str, str]]:
    """The visit of the address as it stands now, by when it was seen to be (`at`), and the form. Raises `BadQuery`."""
    form = await form_of(found)
    at = form.get("at", "")
    if not (at.isascii() and at.isdigit() and len(at) <= _DIGITS):
        raise BadQuery("at is when the visit was seen to begin")
    return await views.one(store_of(found), found.signed_in, found.request.path_params["aid"], int(at)), form


def _known(found: Visit, grant: PersonGrant, seen: Stop) -> Known:
    """What the form must know to say whether it fits."""
    actor, now = found.signed_in, store_of(found).clock.clinical()
    who = {"reference": actor.reference, "display": actor.name}
    known = Known(f"Patient/{seen.patient}", now, who, {"reference": grant.org}, grant.org_mark)
    known.one = Row(seen.entry, seen.org, "", seen.at)
    return known


async def _sign(found: Visit, grant: PersonGrant, seen: Stop) -> None:
    """Sign it; the same click sent twice meets itself. Raises `Absent`, `Conflict`, `Busy`."""
    writings, actor = store_of(found).writings, found.signed_in
    which = drawn_id(grant.keys[0][0], f"{actor.reference}/{seen.reference}/{seen.version}")
    sent = Sent(id=which, patient=f"Patient/{seen.patient}", form=VISIT.name, about=seen.reference, base=seen.version)
    kept = await writings.save(grant, sent)
    if kept.state is State.DISCARDED:  # she called it back, and says it again
        kept = await writings.call_back(grant, kept.id)
    if kept.open:
        await writings.sign(grant, kept.id, signatures.kept(actor))


def _back(form: dict[str, str], seen: Stop) -> Response:
    unit = "&vis=enhet" if form.get("vis") == "enhet" else ""
    return go(f"/rute?dag={local(seen.at).date().isoformat()}{unit}#b-{seen.entry['id']}")


async def _refused(found: Visit, form: dict[str, str], error: str) -> Response:
    at = int(form["at"])
    shown = local(at).date().isoformat()
    return await _show(found, shown, unit=form.get("vis") == "enhet", error=error)


async def _show(found: Visit, asked: str, *, unit: bool, error: str = "") -> Response:
    store, actor, t = store_of(found), found.signed_in, found.t
    grant = access.everyone(actor)
    await actions.settle(store, writer=grant.actor_mark)
    now = store.clock.clinical()
    today = local(now).date()
    shown = rules.day(asked, today)
    low, high = rules.bounds(shown)
    told = await views.day(store, actor, low, high, unit=unit)
    alone = not unit and not told
    if alone:
        told = await views.day(store, actor, low, high, unit=True)
    mine = rules.own(await store.writings.under_way(grant.actor_mark, VISIT.name))
    whole = unit or (alone and bool(told))
    reader = present.Reader(actor.organization, grant.org_mark, grant.kinds, now, store.clock.real(), whole)
    names = await store.names.of(present.wanted_names(told, reader))
    lines = present.stops(t, told, mine, reader, names)
    context = {
        "title": t("Rute"),
        "heading": heading(t, shown),
        "day": shown.isoformat(),
        "days": present.around(t, shown, today),
        "first": (today - timedelta(days=rules.DAYS)).isoformat(),
        "last": (today + timedelta(days=rules.DAYS)).isoformat(),
        "unit": whole,
        "asked": unit,
        "alone": alone,
        "lines": lines,
        "summary": present.summary(t, lines) if lines else "",
        "full": len(told) >= views.MOST,
        "may": actions.may_write(actor, VISIT),
        "tells": actor.may("write"),
        "error": error,
        "live": "" if error else live.address(actor, shown.isoformat(), told, unit=unit or alone),
    }
    return page(found, "route/route.html", context, 409 if error else 200)
