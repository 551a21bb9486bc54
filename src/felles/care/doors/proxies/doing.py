"""`/for/{id}/gjor` and `/for/{id}/e/{type}/{eid}/feil`: what somebody does for another, as far as she was given it.

    book    a wish for an appointment        write   a question
    renew   a prescription to be renewed     speak   what matters; a remark beside an entry, a demand to correct it

Each is written by who acts, on behalf of the person, and is a hand-over to the GP's office or, of an entry, a demand to
who answers for it; `/for/{id}/meldinger` shows where it is.
Whether she may is decided under the lock of the commit; the page shows what she was given.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import access
from felles.access.handovers import inboxes
from felles.access.handovers.hours import OFFICE, after
from felles.access.handovers.kinds import PROMISED, Kind
from felles.access.representation import Verb
from felles.care.doors.cases import actions as cases
from felles.care.doors.cases import present as demands
from felles.care.doors.proxies import present, views
from felles.care.entries import labels
from felles.care.entries import views as entries
from felles.care.messages import actions as messages
from felles.care.messages import begun, promise
from felles.care.messages import page as pages
from felles.care.messages.actions import Letter
from felles.care.messages.shapes import Message
from felles.care.overview import present as overview
from felles.care.overview import views as overview_views
from felles.care.people import open_for, store_of
from felles.care.writing import kept
from felles.record.errors import Absent, Forbidden
from felles.record.ids import form_id, named_id
from felles.record.read_person import Want
from felles.ui.dates import local_day
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

WAYS: Final = {
    "time": ("booking", Verb.BOOK),
    "sporsmal": ("question", Verb.WRITE),
    "fornye": ("renewal", Verb.RENEW),
    "viktig": ("matters", Verb.SPEAK),
}
"""Word in the form → (category of the Communication, what she must have been given)."""
DEMANDS: Final = {"retting": Kind.DEMAND, "merknad": None}
FIELDS: Final = ("hva", "tekst")
_WANTS: Final = (*overview_views.WANTS[:1], Want("Communication", 100))


async def show(request: Request) -> Response:
    """What she can do for this person. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    return await _show(found, {"svar": request.query_params.get("svar", "")}, {})


async def do(request: Request) -> Response:
    """Do it. Raises `Forbidden` where she was not given that, 422 with the form when it is not whole."""
    found = await visit(request)
    form = await form_of(found)
    t, patient_id = found.t, str(request.path_params["id"])
    if kept.saves(form):
        return await _save(found, begun.DOING, form, begun.answered(form))
    way, words = WAYS.get(form.get("hva", "")), form.get("tekst", "").strip()
    wrong: dict[str, str] = {}
    held, drawn = await _hold(found, begun.DOING, form, begun.answered(form), "Communication")
    if way is None:
        wrong["hva"] = t("Velg hva du vil gjøre.")
    if cases.too_short(words):
        wrong["tekst"] = t("Skriv minst ti tegn.")
    if wrong or way is None:
        return await _show(found, form, wrong)
    read, reading = await _read(found, patient_id)
    actor, patient = found.signed_in, f"Patient/{patient_id}"
    grant = access.act(actor, patient, reading.keys, way[1])
    if way[1] not in Verb(await store_of(found).acts(reading)):
        raise Forbidden("nobody has let her do this for the person")
    answered, house = await _answered(found, read, form.get("svar", ""))
    places = await inboxes.staffed(store_of(found), _asked(house, read))
    if not places:
        return await _show(found, form, {"hva": t("Ingen tar imot meldinger for personen nå. Ring fastlegekontoret.")})
    to = places[0].reference
    letter = Letter(patient, actor.reference, actor.name, to, words, way[0], answers=answered, id=drawn)
    await messages.send(store_of(found), grant, letter)
    await held.sent()
    return go(f"/for/{patient_id}/meldinger?sendt=1")


async def _show(found: Visit, form: dict[str, str], wrong: dict[str, str]) -> Response:
    patient_id = str(found.request.path_params["id"])
    read, reading = await _read(found, patient_id)
    given = Verb(await store_of(found).acts(reading))
    answered, house = await _answered(found, read, form.get("svar", ""))
    place, base = kept.of(reading, f"Patient/{patient_id}"), f"/for/{patient_id}"
    at = kept.At(f"{base}/gjor", begun.address(base, begun.DOING.name, answered), {"svar": answered})
    drafted = await kept.begun(found, place, begun.DOING, about=answered, at=at, said=form if wrong else None)
    said = {name: drafted.over(form).get(name, "") for name in FIELDS}
    context = _banner(found, patient_id, read) | {
        "ways": [each for each in present.ways(found.t) if WAYS[each["code"]][1] in given],
        "form": said | {"hva": said["hva"] or ("sporsmal" if answered else "")},
        "wrong": {name: wrong.get(name, "") for name in FIELDS},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "kept": drafted.shown,
    }
    context["svar"], context["before"] = answered, _words(read, answered)
    context["drawn"] = form_id(reading.keys[0][0], form.get("id", ""))
    context |= await _answering(found, _asked(house, read))
    return page(found, "proxies/do.html", context, 422 if wrong else 200)


async def wrong(request: Request) -> Response:
    """What can be demanded about an entry for another: that it is corrected, or a remark beside it."""
    found = await visit(request)
    return await _wrong(found, {}, {})


async def send_wrong(request: Request) -> Response:
    """`hva` is retting or merknad, `tekst` why. Raises `Forbidden` where she does not speak for the person."""
    found = await visit(request)
    form = await form_of(found)
    t, params = found.t, found.request.path_params
    what, words = form.get("hva", ""), form.get("tekst", "").strip()
    named = f"{params['type']}/{params['eid']}"
    if kept.saves(form):
        return await _save(found, begun.WRONG, form, named)
    sort = DEMANDS.get(what)
    held, drawn = await _hold(found, begun.WRONG, form, named, "Task" if sort else "Communication")
    said: dict[str, str] = {}
    if what not in DEMANDS:
        said["hva"] = t("Velg hva du vil.")
    if cases.too_short(words):
        said["tekst"] = t("Skriv minst ti tegn om hva som er feil.")
    if said:
        return await _wrong(found, form, said)
    about, reading = await _entry(found)
    patient = f"Patient/{params['id']}"
    grant = access.act(found.signed_in, patient, reading.keys, Verb.SPEAK)
    if sort is None:
        await cases.remark(store_of(found), grant, patient, about, words, drawn)
        await held.sent()
    else:
        await cases.demand(store_of(found), grant, patient, about, sort, words, found.signed_in.name, drawn)
        await held.sent()
        return go(f"/for/{params['id']}/meldinger?sendt=1")
    return go(f"/for/{params['id']}/e/{about.reference}")


async def _wrong(found: Visit, form: dict[str, str], said: dict[str, str]) -> Response:
    t, params = found.t, found.request.path_params
    read, reading = await _read(found, params["id"])
    if Verb.SPEAK not in Verb(await store_of(found).acts(reading)):
        raise Forbidden("nobody has let her speak for this person")
    about, _ = await _entry(found)
    type_name = about.reference.partition("/")[0]
    place = kept.of(reading, f"Patient/{params['id']}")
    drafted = await kept.begun(found, place, begun.WRONG, about=about.reference, said=form if said else None)
    drawn = form_id(reading.keys[0][0], form.get("id", ""))
    form = drafted.over(form or {"hva": "retting"})
    context: dict[str, Any] = _banner(found, params["id"], read) | {
        "kind": labels.types(t).get(type_name, type_name),
        "back": f"/for/{params['id']}/e/{about.reference}",
        "choices": [each for each in demands.demands(t) if each["code"] in DEMANDS],
        "form": {"hva": form.get("hva", ""), "tekst": form.get("tekst", "")},
        "drawn": drawn,
        "kept": drafted.shown,
        "wrong": {name: said.get(name, "") for name in FIELDS},
        "errors": [{"field": name, "text": text} for name, text in said.items()],
        "by": await promise.of_case(found, await cases.desk_of(store_of(found), about.org)),
        "ring": promise.numbers(found),
    }
    return page(found, "proxies/wrong.html", context, 422 if said else 200)


async def _save(found: Visit, text: kept.Text, form: dict[str, str], about: str) -> Response:
    patient_id = str(found.request.path_params["id"])
    grant, base = await open_for(found, patient_id), f"/for/{patient_id}"
    look = begun.address(base, text.name, about)
    return await kept.saved_by(
        found, grant, text, form, about=about, patient=f"Patient/{patient_id}", look=look, listing=f"{base}/meldinger"
    )


async def _hold(
    found: Visit, text: kept.Text, form: dict[str, str], about: str, type_name: str
) -> tuple[kept.Held, str]:
    """Keep what she is about to send, where the record is open to her; the id of what it is made into, a `type_name`.

    Raises `Absent`, `Busy`.
    """
    patient_id = str(found.request.path_params["id"])
    grant = await open_for(found, patient_id)
    place = kept.of(grant, f"Patient/{patient_id}")
    drawn = named_id(grant.keys[0][0], form.get("id", ""), about, *(form.get(name, "") for name in FIELDS))
    try:
        await store_of(found).writings.must_be_open(grant)
    except Absent:  # what is done next is refused, and leaves its line
        return kept.Held(found, place, None), drawn
    return await kept.hold(found, place, text, form, about=about, entry=f"{type_name}/{drawn}"), drawn


async def _entry(found: Visit) -> tuple[cases.Entry, PersonGrant]:
    """The entry, as she who acts sees it. Raises `Absent` where she does not."""
    params = found.request.path_params
    if params["type"] in ("Task", "Consent", "Patient"):
        raise Absent("a case or a consent is ended, not corrected")
    grant = await open_for(found, params["id"])
    read = await entries.entry(store_of(found), grant, params["type"], params["eid"])
    return cases.Entry(f"{params['type']}/{params['eid']}", read.org), grant


async def _read(found: Visit, patient_id: str) -> tuple[PersonPage, PersonGrant]:
    grant = await open_for(found, patient_id)
    return await store_of(found).page(grant, _WANTS, "doing", f"Patient/{patient_id}"), grant


def _banner(found: Visit, patient_id: str, read: PersonPage) -> dict[str, Any]:
    view = overview.View(found.t, f"/for/{patient_id}", store_of(found).clock.clinical(), {}, citizen=True)
    banner = present.banner(view, views.patient_of(read.rows[0]), read.basis)
    return {"title": banner["title"], "banner": banner}


async def _answered(found: Visit, read: PersonPage, reference: str) -> tuple[str, str]:
    """The message that is answered, where she sees it (""), and the organisation whose staff wrote it ("")."""
    if not any(reference == f"Communication/{each.id}" for each in read.rows[1]):
        return "", ""
    return reference, await pages.house_of(store_of(found), read.rows[1], reference)


def _asked(house: str, read: PersonPage) -> list[str]:
    return list(filter(None, (house, read.answers)))


def _words(read: PersonPage, reference: str) -> str:
    found = (each for each in read.rows[1] if reference == f"Communication/{each.id}")
    return next((msgspec.json.decode(each.body, type=Message).words for each in found), "")


async def _answering(found: Visit, asked: list[str]) -> dict[str, Any]:
    """Who answers, by when, and whom to ring with what cannot wait."""
    store, t = store_of(found), found.t
    places = await inboxes.staffed(store, asked)
    day = date.fromordinal(local_day(after(OFFICE, store.clock.clinical(), PROMISED)))
    if places:
        by = t("{name} svarer innen {day}.").format(name=places[0].name, day=t.fhir(day.isoformat()))
    else:
        by = t("Ingen tar imot meldinger for personen nå. Ring fastlegekontoret.")
    return {"by": by, "ring": promise.numbers(found)}
