"""`POST /palett`: the ways that answer to what is typed; `POST /p/{id}/palett`, `/meg/palett`: words of the record.

Two parts, so that the slower one holds up none. By POST: what is typed stands in no address and in no log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.access import Sort
from felles.care import words
from felles.care.doors.hubs import ADMINISTER, cards
from felles.care.palette import rules, views
from felles.care.people import open_own, open_person, staff_only, store_of
from felles.care.search.pages import rows_of
from felles.ui.web import form_of, menu, part, tabs, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.ui.web import Visit

Group = dict[str, Any]

MOST = 8
"""At most so many ways of a group once something is typed, and hits in the record."""


async def ways(request: Request) -> Response:
    """Pages of the open record and of the menu, what the role may do, people. `her`: the record that is open."""
    found = await visit(request)
    form = await form_of(found)
    typed = rules.cleaned(form.get("ord", ""))
    groups = _ways(found, typed, rules.record(form.get("her", "")))
    cut = False
    if found.signed_in.sort is Sort.STAFF:
        group, cut = await _people(found, typed)
        groups.append(group)
    return part(found, "palette/ways.html", {"groups": [group for group in groups if group["items"]], "cut": cut})


def _ways(found: Visit, typed: str, record: str) -> list[Group]:
    """The groups of pages and of acts."""
    t, actor = found.t, found.signed_in
    staff = actor.sort is Sort.STAFF
    area = record.split("/")[1] if record else ""
    pages = tabs(found, record) if record and staff == (area == "p") else []
    more: list[dict[str, Any]] = []
    if area == "p" and staff:
        more = cards(found, "p", id=record.removeprefix("/p/"))
    elif not staff:
        more = cards(found, "meg")
    if staff and any(map(actor.may, ADMINISTER)):
        more += cards(found, "admin")
    listed = [{"href": item.href, "icon": item.icon, "text": item.text, "more": ""} for item in pages]
    shown = {item["href"] for item in listed}
    general = [
        {"href": item.href, "icon": item.icon, "text": item.text, "more": ""}
        for item in menu(t, actor, "", record if area == "p" else "")
        if item.href not in shown
    ]
    return [
        _group("sider", t("I denne journalen") if record else t("Sider"), typed, listed),
        _group("meny", t("Gå til"), typed, general),
        _group("valg", t("Det du kan gjøre"), typed, [way for way in more if way["href"] not in shown]),
    ]


def _group(name: str, title: str, typed: str, items: list[dict[str, Any]]) -> Group:
    return {"name": name, "title": title, "items": rules.matching(typed, items, lambda item: item["text"])[:MOST]}


async def _people(found: Visit, typed: str) -> tuple[Group, bool]:
    t, actor, store = found.t, found.signed_in, store_of(found)
    people, cut = await views.people(store, actor, rules.wanted(typed))
    now = store.clock.clinical()
    items: list[dict[str, Any]] = []
    for patient_id, patient, is_open in people:
        if not is_open and not actor.may("need"):
            continue
        about = [words.sex_at(t, patient, now), words.age(t, patient, now), words.death(t, patient)]
        born = t.fhir(patient.birth_date, brief=True)
        more = [*about, f"{t('født')} {born}" if born else "", "" if is_open else t("Oppgi tjenstlig behov")]
        items.append(
            {
                "href": f"/p/{patient_id}" if is_open else f"/p/{patient_id}/apne",
                "icon": "Person" if is_open else "PadlockLocked",
                "text": words.name(t, patient.shown_name),
                "more": ", ".join(filter(None, more)),
            }
        )
    return {"name": "personer", "title": t("Personer"), "items": items}, cut


async def staff_words(request: Request) -> Response:
    """Words of a patient's record. Raises what `open_person` and the search raise."""
    found = await visit(request)
    staff_only(found)
    typed = await _typed(found)
    patient_id: str = request.path_params["id"]
    if not typed:
        return _hits(found, [], "")
    grant = await open_person(found, patient_id)
    base = f"/p/{patient_id}"
    rows, _ = await rows_of(found, grant, patient_id, base, typed)
    return _hits(found, rows, base)


async def citizen_words(request: Request) -> Response:
    """Words of one's own record."""
    found = await visit(request)
    grant, typed = open_own(found), await _typed(found)
    if not typed:
        return _hits(found, [], "")
    rows, _ = await rows_of(found, grant, found.signed_in.reference.removeprefix("Patient/"), "/meg", typed)
    return _hits(found, rows, "/meg")


async def _typed(found: Visit) -> str:
    """What was typed; "" when it is too short to look for. Then no record is asked for, whether it is here or not."""
    typed = rules.cleaned((await form_of(found)).get("ord", ""))
    return typed if len(typed) >= rules.LEAST else ""


def _hits(found: Visit, rows: list[dict[str, Any]], base: str) -> Response:
    return part(found, "palette/words.html", {"rows": rows[:MOST], "more": len(rows) > MOST, "search": f"{base}/sok"})
