"""`/meg/prover` and `/meg/prover/{kode}`: one's own results; `/for/{id}/prover…`: those of whom one acts for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.courses import own, rules, views
from felles.care.courses import page as pages
from felles.care.doors.proxies import above
from felles.care.doors.results.present import answers
from felles.care.overview.present import View
from felles.care.people import open_for, open_own, store_of
from felles.record.errors import Absent
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.courses.views import Record
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit


async def show(request: Request) -> Response:
    """All of one's own results as they are released; above them those that wait. Raises `SignInFirst`, `Forbidden`."""
    found = await visit(request)
    grant, store = open_own(found), store_of(found)
    read = await views.table(store, grant, _self(found))
    view, record = await _view(found, "/meg", read)
    held = await store.held(grant, "page:answers") if read.special else []
    names = await store.names.of({each.org for each in held})
    context = {"title": found.t("Prøvesvar"), "waits": answers(found.t, held, names)}
    return page(found, "courses/own.html", context | own.listed(view, record))


async def course(request: Request) -> Response:
    """One test of one's own. Raises `Absent` also where there is no value of it that she sees."""
    found = await visit(request)
    code = _code(request)
    read = await views.one(store_of(found), open_own(found), _self(found), code)
    view, record = await _view(found, "/meg", read)
    made = _one(view, record, code) | {"back": "/meg/prover"}
    return page(found, "courses/own_one.html", {"title": made["name"], "it": made})


async def show_for(request: Request) -> Response:
    """The results of whom she acts for, as far as that reaches. Raises `Absent`, `SignInFirst`, `Forbidden`."""
    found = await visit(request)
    patient_id: str = request.path_params["id"]
    read = await views.table(store_of(found), await open_for(found, patient_id), patient_id)
    view, record = await _view(found, f"/for/{patient_id}", read)
    context = _banner(found, view, record, read)
    made = own.listed(view, record)
    # Single answers may have been released to a parent who reaches no results as a kind.
    context |= {"reaches": pages.reaches(read.reach) or bool(made["groups"])}
    return page(found, "courses/for.html", context | made)


async def course_for(request: Request) -> Response:
    """One test of whom she acts for."""
    found = await visit(request)
    patient_id: str = request.path_params["id"]
    code = _code(request)
    read = await views.one(store_of(found), await open_for(found, patient_id), patient_id, code)
    view, record = await _view(found, f"/for/{patient_id}", read)
    context = _banner(found, view, record, read)
    made = _one(view, record, code) | {"back": f"{view.base}/prover"}
    return page(found, "courses/for_one.html", context | {"it": made})


def _one(view: View, record: Record, code: int) -> dict[str, Any]:
    made = own.one(view, record) if code else None
    if made is None:
        raise Absent("there is no such test here that you may see")
    return made


def _banner(found: Visit, view: View, record: Record, read: PersonPage) -> dict[str, Any]:
    banner = above.banner(found, view, record.patient, read.basis)
    return {"title": banner["title"], "banner": banner}


def _code(request: Request) -> int:
    return rules.code_of(request.path_params["kode"]) or 0


def _self(found: Visit) -> str:
    return found.signed_in.reference.removeprefix("Patient/")


async def _view(found: Visit, base: str, read: PersonPage) -> tuple[View, Record]:
    store = store_of(found)
    record = views.decoded(read, store.clock.clinical(), store.settings.pregnancy_pressure)
    names = await store.names.of(pages.wanted_names(record))
    return View(found.t, base, store.clock.clinical(), names, citizen=True), record
