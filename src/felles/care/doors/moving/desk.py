"""`/admin/saker/{cid}/flytt`: who answers a demand for correction moves what it is about to the right person.

She opens no record: she sees the case, and by name the one whom the entry goes to, when her organisation has a
relation to that person. The commit decides again (`access.move_by_case`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles import access
from felles.access.handovers.kinds import Kind
from felles.care import shapes, words
from felles.care.doors.cases import present as cases
from felles.care.doors.cases import rules as facts
from felles.care.doors.moving import rules
from felles.care.doors.moving.present import refused
from felles.care.people import store_of
from felles.record.errors import Absent, Busy, RecordError
from felles.record.move import move
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.doors.cases.rules import Case
    from felles.record.read_cases import CaseRow
    from felles.ui.web import Visit

_patient: Final = msgspec.json.Decoder(shapes.Patient).decode


async def show(request: Request) -> Response:
    """What moving does, and the form. Raises `SignInFirst`, `Forbidden`, `Absent` (no such open demand), `Busy`."""
    found, row, case = await _open(request)
    return _show(found, row, case, {}, {})


async def act(request: Request) -> Response:
    """`slag` is se (show both) or flytt (`til` the right Patient); to the case when it is moved. Raises as `show`."""
    found, row, case = await _open(request)
    form = await form_of(found)
    confirmed = form.get("slag") == "flytt"
    wrong = rules.wrong_with(found.t, form, named=not confirmed)
    if wrong:
        return _show(found, row, case, form, wrong)
    return await (_carry_out if confirmed else _ask)(found, row, case, form)


async def _ask(found: Visit, row: CaseRow, case: Case, form: dict[str, str]) -> Response:
    """Both persons, to be confirmed. Whom her organisation has no relation to answers as who is not here."""
    t = found.t
    hits = await store_of(found).look_up_number(access.mover(found.signed_in), rules.number_of(form))
    if not hits or not hits[0].open:
        missing = t("Vi finner ingen med dette nummeret som virksomheten din har et forhold til.")
        return _show(found, row, case, form, {"nummer": missing})
    right = _patient(hits[0].body)
    asked = {"to": hits[0].id, "version": "", "name": words.name(t, right.shown_name), "born": t.fhir(right.birth_date)}
    return _show(found, row, case, form, {}, asked=asked)


async def _carry_out(found: Visit, row: CaseRow, case: Case, form: dict[str, str]) -> Response:
    there, here = access.move_by_case(found.signed_in)
    to = f"Patient/{form.get('til', '')}"
    try:
        await move(store_of(found), there, case.focus, to, rules.reason_of(form), case=here)
    except Busy:
        raise
    except RecordError as error:
        return _show(found, row, case, form, {}, refused=refused(found.t, error), status=error.status)
    return go(f"/admin/saker/{found.request.path_params['cid']}?flyttet=1")


async def _open(request: Request) -> tuple[Visit, CaseRow, Case]:
    found = await visit(request)
    grant = access.handle(found.signed_in)
    access.move_by_case(found.signed_in)  # refuses here whoever may not, before anything is read
    row = await store_of(found).case(grant, request.path_params["cid"])
    case = facts.case_of(row.hand.kind, msgspec.json.decode(row.hand.body))
    if not row.open or case.sort is not Kind.DEMAND or not case.focus:
        raise Absent("there is no open demand here that an entry is corrected")
    return found, row, case


def _show(
    found: Visit,
    row: CaseRow,
    case: Case,
    form: dict[str, str],
    wrong: dict[str, str],
    *,
    asked: dict[str, Any] | None = None,
    refused: str = "",
    status: int = 200,
) -> Response:
    context = {
        "title": found.t("Flytt til rett person"),
        "case": cases.one(found.t, row, case, {}, store_of(found).clock.clinical()),
        "back": f"/admin/saker/{found.request.path_params['cid']}",
        "form": {name: form.get(name, "") for name in rules.FIELDS},
        "wrong": {name: wrong.get(name, "") for name in rules.FIELDS},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "asked": asked,
        "refused": refused,
    }
    return page(found, "moving/case.html", context, 422 if wrong else status)
