"""`/p/{id}/prover`: results and measurements for staff; `/p/{id}/prover/{kode}`: one course whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from felles import access
from felles.care.courses import answers, rules, views
from felles.care.courses import page as pages
from felles.care.courses.present import LISTED
from felles.care.doors.strip import shown
from felles.care.overview.present import View
from felles.care.people import open_person, staff_only, store_of
from felles.care.writing.offers import offers
from felles.record.errors import Absent
from felles.ui.dates import born_on, local, whole_months
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.courses.views import Record
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit


async def show(request: Request) -> Response:
    """The table of tests over time, or chosen courses beside each other. Raises what `open_person` and the read do."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    grant = await open_person(found, patient_id)
    read = await views.table(store_of(found), grant, patient_id)
    above = _common(found, patient_id, read)
    view, record = await _view(found, f"/p/{patient_id}", read)
    query = request.query_params
    wish = pages.asked(query, query.getlist("kode"))
    context = above | {
        "title": found.t("Prøver og målinger"),
        "own": f"{view.base}/prover",
        "reaches": pages.reaches(grant.kinds),
        "wish": {"beside": wish.beside},
    }
    if wish.beside:
        context["course"] = pages.beside(view, record, wish, child=_child(view, record))
        return page(found, "courses/beside.html", context)
    context["table"] = pages.table(view, record, wish, await _mine(found, grant, record))
    return page(found, "courses/staff.html", context)


async def course(request: Request) -> Response:
    """One course whole. Raises `Absent` also when there is no value of it here."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    grant = await open_person(found, patient_id)
    code = rules.code_of(request.path_params["kode"])
    read = await views.one(store_of(found), grant, patient_id, code or 0)
    above = _common(found, patient_id, read)
    view, record = await _view(found, f"/p/{patient_id}", read)
    side = side_of(request)
    made = pages.one(view, record, side) if code else None
    if made is None:
        raise Absent("there is no such course here that you may see")
    for line, reading in zip(made["lines"], made["reading"].readings[side * LISTED :], strict=False):
        entry = {"resourceType": "Observation"} | to_builtins(reading.entry)
        line["ways"] = offers(found, view.base, entry, "", view.now)
    context = above | {"title": made["test"]["name"], "own": f"{view.base}/prover"} | made
    return page(found, "courses/one.html", context)


async def _mine(found: Visit, grant: PersonGrant, record: Record) -> dict[str, str]:
    """Where the reader says what she did with an answer, by order: of those that she answers for."""
    found_ = answers.answered(record.asked, record.reports, record.values, record.tasks)
    if not found_ or not found.signed_in.may("find"):
        return {}
    mine = await store_of(found).owed(access.everyone(found.signed_in), grant.keys)
    return {order: f"/arbeid/{source}" for order, source in mine.items()}


def side_of(request: Request) -> int:
    """Which page of the table of values is asked for, from 0."""
    asked = request.query_params.get("side", "")
    return int(asked) if asked.isdecimal() and len(asked) < 4 else 0


async def _view(found: Visit, base: str, read: PersonPage) -> tuple[View, Record]:
    store = store_of(found)
    record = views.decoded(read, store.clock.clinical(), store.settings.pregnancy_pressure)
    names = await store.names.of(pages.wanted_names(record))
    return View(found.t, base, store.clock.clinical(), names), record


def _common(found: Visit, patient_id: str, read: PersonPage) -> dict[str, Any]:
    lift = f"/p/{patient_id}/apne" if found.signed_in.may("open") else ""
    return shown(found, patient_id, read) | {"lift": lift}


def _child(view: View, record: Record) -> bool:
    born = born_on(record.patient.birth_date)
    return born is not None and whole_months(born, local(view.now).date()) < 18 * 12
