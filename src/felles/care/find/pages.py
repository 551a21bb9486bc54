"""`/finn`: the search for a person. Sent by POST, so that no name or number stands in an address or a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles import access
from felles.care import words
from felles.care.find import views
from felles.care.municipalities import name_of
from felles.care.people import staff_only, store_of
from felles.record.errors import TooCostly
from felles.ui.web import form_of, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.shapes import Patient
    from felles.record.find_person import Hit
    from felles.ui.web import Visit

_FIELDS = ("nummer", "navn", "fodt", "kommune")


async def show(request: Request) -> Response:
    """The empty search."""
    found = await visit(request)
    staff_only(found)
    access.lookup(found.signed_in)  # refuses here whoever may not, before anything is typed
    return page(found, "find/find.html", _context(found, {}))


async def search(request: Request) -> Response:
    """The search carried out. What was typed stands in the fields again, but for the national number."""
    found = await visit(request)
    staff_only(found)
    grant = access.lookup(found.signed_in)
    form = await form_of(found)
    asked = views.read_form(found.t, form)
    if asked.wrong:
        return page(found, "find/find.html", _context(found, form, asked), 422)
    try:
        hits = await views.look_up(store_of(found), grant, asked)
    except TooCostly:
        return page(found, "find/find.html", _context(found, form, asked, many=True))
    form["nummer"] = ""
    return page(found, "find/find.html", _context(found, form, asked, hits))


def _context(
    found: Visit,
    form: dict[str, str],
    asked: views.Asked | None = None,
    hits: list[tuple[Hit, Patient]] | None = None,
    *,
    many: bool = False,
) -> dict[str, Any]:
    t = found.t
    wrong = asked.wrong if asked else {}
    results = [_row(found, hit, patient) for hit, patient in hits or []]
    outcome = {
        "state": "unrecorded",
        "text": t("Ingen treff."),
        "note": t("Se over stavemåten. Søket finner navn som begynner slik du skrev, også uten aksenter."),
    }
    if many:
        outcome["text"] = t("For mange treff.")
        outcome["note"] = t("Skriv mer av navnet, eller legg til fødselsdato.")
    return {
        "title": t("Finn person"),
        "form": {name: form.get(name, "") for name in _FIELDS},
        "wrong": {name: wrong.get(name, "") for name in _FIELDS},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "results": results,
        "count": t.many("%d person funnet", "%d personer funnet", len(results)),
        "some_closed": any(not row["open"] for row in results),
        "asked": asked is not None and not wrong,
        "outcome": outcome,
        "may_need": found.signed_in.may("need"),
    }


def _row(found: Visit, hit: Hit, patient: Patient) -> dict[str, Any]:
    t, now = found.t, store_of(found).clock.clinical()
    place = "" if hit.protected else next((name_of(a.district or a.city or "") for a in patient.address), "")
    about = [words.sex_at(t, patient, now), words.age(t, patient, now)]
    return {
        "href": f"/p/{hit.id}",
        "open": hit.open,
        "name": words.name(t, patient.shown_name),
        "about": ", ".join(filter(None, about)),
        "born": t.fhir(patient.birth_date, brief=True),
        "place": place,
        "dead": words.death(t, patient),
    }
