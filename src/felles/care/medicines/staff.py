"""`/p/{id}/legemidler`: the list of medicines for staff, now, at the beginning of any day, and over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.care.doors.strip import shown
from felles.care.medicines import page as pages
from felles.care.medicines import present, views
from felles.care.medicines.present import Page
from felles.care.overview.present import View
from felles.care.people import open_person, staff_only, store_of
from felles.care.writing.offers import offers
from felles.ui import pieces
from felles.ui.web import page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def show(request: Request) -> Response:
    """The list. Raises what `open_person` and `views.medicines` raise; 422 when the day cannot be shown."""
    found = await visit(request)
    staff_only(found)
    patient_id: str = request.path_params["id"]
    grant = await open_person(found, patient_id)
    store, t, query = store_of(found), found.t, request.query_params
    read = await views.medicines(store, grant, patient_id)
    above = shown(found, patient_id, read)
    record = views.decoded(read)
    names = await store.names.of(present.wanted_names(record))
    base = f"/p/{patient_id}"
    made = Page(View(t, base, store.clock.clinical(), names), record)
    asked, wrong = pages.day_asked(t, query, made.today)
    made = Page(made.view, record, asked)
    timed, drawn = query.get("vis") == "tid", None
    context: dict[str, Any] = pages.listed(made, grant.kinds)
    if timed and "lines" not in context["failed"]:
        drawn = pieces.Parts(t, context["failed"]).made("over", lambda: pages.over_time(made, query), None)
    context |= {
        "title": t("Legemidler"),
        "own": f"{base}/legemidler",
        "lift": f"{base}/apne" if found.signed_in.may("open") else "",
        "wrong": wrong,
        "timed": timed,
        "over_time": drawn,
    }
    if asked is None:
        rows = [row for section in context["sections"] for row in section["rows"]]
        for nth, row in enumerate(rows, start=1):
            row["ways"] = offers(found, base, row["entry"], "", made.view.now)
            row["nth"] = nth if nth < 10 else 0
    return page(found, "medicines/staff.html", above | context, 422 if wrong else 200)
