"""`/p/{id}/onsker`: requests of parents and kin, decided part by part; `/p/{id}/parorende`: kin of who cannot consent.

Sources: pasient- og brukerrettighetsloven §§ 3-3, 3-4; helsepersonelloven § 24 (after death, and her own wish).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder, decode

from felles import access
from felles.care import shapes
from felles.care.doors.proxies import rules as proxies
from felles.care.doors.proxies import views as proxy_views
from felles.care.doors.proxies.actions import instant
from felles.care.doors.requests import actions, present, rules
from felles.care.doors.strip import WANTS as STRIP
from felles.care.doors.strip import shown
from felles.care.overview import present as overview
from felles.care.people import open_person, staff_only, store_of
from felles.record.errors import Absent, Forbidden
from felles.record.read_person import Want
from felles.ui.dates import local
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.record.read_requests import Request as Asked
    from felles.ui.web import Visit

_OFFERED: Final = (
    Want("Composition", 30), Want("DocumentReference", 30), Want("ClinicalImpression", 20), Want("Condition", 40),
    Want("MedicationRequest", 40), Want("DiagnosticReport", 30), Want("Observation", 60), Want("Procedure", 30),
    Want("Encounter", 30), Want("Appointment", 30), Want("Immunization", 30), Want("CarePlan", 20),
)  # fmt: skip
WANTS: Final = (*STRIP, Want("Consent", 20, having=(("category", rules.WISH),)), Want("RelatedPerson", 20))
FIELDS: Final = ("svar", "grunn", "dag", "hort", "onske")
KIN: Final = ("nummer", "etternavn", "grunn", "dag", "kan")
_patient: Final = Decoder(shapes.Patient).decode


async def show(request: Request) -> Response:
    """The requests that wait about this person. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found, grant = await _open(request)
    read = await _read(found, grant, STRIP)
    rows = await store_of(found).requests(grant)
    patient_id = request.path_params["id"]
    context = shown(found, patient_id, read) | {
        "title": found.t("Ønsker om innsyn"),
        "rows": present.waiting(found.t, f"/p/{patient_id}", rows, store_of(found).clock.clinical()),
    }
    return page(found, "requests/waiting.html", context)


async def one(request: Request) -> Response:
    """One request, with the entries that can be released. Raises `Absent` where it does not wait here."""
    found, grant = await _open(request)
    return await _one(found, grant, {}, {})


async def decide(request: Request) -> Response:
    """Release what is ticked until a day, or refuse, with the reason. 422 with the form when it is not whole."""
    found, grant = await _open(request)
    form = await form_of(found)
    store, patient = store_of(found), f"Patient/{request.path_params['id']}"
    asked = await _asked(found, grant)
    read = await _read(found, grant, WANTS)
    dead = present.dead(_patient(read.rows[0][0].body))
    asker = decode(asked.body).get("requester", {})
    receiver = (str(asker.get("reference", "")), str(asker.get("display", "")))
    filled = rules.decided(found.t, form, local(store.clock.clinical()).date(), dead=dead)
    parents = {each.patient for each in proxy_views.parents_of(read.rows[-1])}
    if form.get("svar") == "vis" and not dead and receiver[0] not in parents:
        filled.wrong["svar"] = found.t("Den som ber, har ikke foreldreansvar. Slike ønsker avslås.")
    if filled.wrong:
        return await _one(found, grant, form, filled.wrong)
    for item in filled.items:  # each must be one that she who decides may see herself
        kind, _, name = item.partition("/")
        await store.read(grant, kind, name)
    now = instant(store.clock.clinical())
    code = "estate" if dead else "part"
    who = (grant.actor, grant.org)
    released = rules.release(code, patient, receiver, filled, who, now) if form["svar"] == "vis" else None
    await actions.decide(store, found.signed_in, grant, asked, released, form["grunn"].strip()[:2000])
    return go(f"/p/{request.path_params['id']}/onsker")


async def _one(found: Visit, grant: PersonGrant, form: dict[str, str], wrong: dict[str, str]) -> Response:
    t, patient_id = found.t, found.request.path_params["id"]
    asked = await _asked(found, grant)
    read = await _read(found, grant, (*WANTS, *_OFFERED))
    now = store_of(found).clock.clinical()
    view = overview.View(t, f"/p/{patient_id}", now, {})
    patient = _patient(read.rows[0][0].body)
    wish = next((each for each in map(present.wish_of, read.rows[len(STRIP)]) if each.active), None)
    context: dict[str, Any] = shown(found, patient_id, read) | {
        "title": t("Ønske om innsyn"),
        "request": present.waiting(t, view.base, [asked], now)[0],
        "dead": present.dead(patient),
        "wish": present.wished(t, wish),
        "offered": present.offered(view, read.rows[len(WANTS) :], rules.chosen(form)),
        "form": {name: form.get(name, "") for name in FIELDS},
        "wrong": {name: wrong.get(name, "") for name in (*FIELDS, "deler")},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "back": f"/p/{patient_id}/onsker",
    }
    return page(found, "requests/decide.html", context, 422 if wrong else 200)


async def _asked(found: Visit, grant: PersonGrant) -> Asked:
    for each in await store_of(found).requests(grant):
        if each.id == found.request.path_params["cid"]:
            return each
    raise Absent("no such request waits here")


# -- next of kin of one who cannot consent -----------------------------------------------------------------


async def kin(request: Request) -> Response:
    """The form to let next of kin of one who cannot consent see what is needed."""
    found, grant = await _open(request)
    return await _kin(found, grant, {}, {})


async def give_kin(request: Request) -> Response:
    """Decide it, with the reason, until a day. 422 with the form when it is not whole."""
    found, grant = await _open(request)
    form = await form_of(found)
    store, t = store_of(found), found.t
    filled = rules.for_kin(t, form, local(store.clock.clinical()).date())
    await _read(found, grant, STRIP)  # whose record is not open to her is nobody she decides for
    met = None
    if not filled.wrong:
        hits = await store.look_up_number(access.lookup(found.signed_in), "".join(form["nummer"].split()))
        met = (f"Patient/{hits[0].id}", _patient(hits[0].body)) if hits else None
        patient = f"Patient/{request.path_params['id']}"
        if met is None or met[0] == patient or not proxies.same_family(met[1], form["etternavn"].strip()):
            filled.wrong["nummer"] = t("Vi finner ingen med dette nummeret og etternavnet.")
    if filled.wrong or met is None:
        return await _kin(found, grant, form, filled.wrong)
    who, now = (grant.actor, grant.org), instant(store.clock.clinical())
    receiver = (met[0], met[1].shown_name.full)
    await actions.give(store, grant, rules.kin(f"Patient/{request.path_params['id']}", receiver, filled, who, now))
    return go(f"/p/{request.path_params['id']}/fullmakter")


async def _kin(found: Visit, grant: PersonGrant, form: dict[str, str], wrong: dict[str, str]) -> Response:
    patient_id = found.request.path_params["id"]
    read = await _read(found, grant, STRIP)
    ticked = rules.chosen(form)
    parts = [
        {"name": f"del-{code}", "text": text, "on": f"del-{code}" in ticked}
        for code, text in present.parts(found.t).items()
    ]
    context = shown(found, patient_id, read) | {
        "title": found.t("Nærmeste pårørende til en som ikke kan samtykke"),
        "parts": parts,
        "form": {name: form.get(name, "") for name in KIN if name != "nummer"},
        "wrong": {name: wrong.get(name, "") for name in (*KIN, "deler")},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "back": f"/p/{patient_id}/fullmakter",
    }
    return page(found, "requests/kin.html", context, 422 if wrong else 200)


async def _open(request: Request) -> tuple[Visit, PersonGrant]:
    found = await visit(request)
    staff_only(found)
    if not (found.signed_in.may("decide") and found.signed_in.may("hold")):
        raise Forbidden("this role decides nothing of the kind")
    return found, await open_person(found, request.path_params["id"])


async def _read(found: Visit, grant: PersonGrant, wants: tuple[Any, ...]) -> PersonPage:
    return await store_of(found).page(grant, wants, "request-about", f"Patient/{found.request.path_params['id']}")
