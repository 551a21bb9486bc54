"""`/p/{id}/sok` and `/meg/sok`: words inside the open record. By POST, so that no word stands in an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from felles.care.doors.strip import strip
from felles.care.entries.present import heading
from felles.care.people import open_own, open_person, staff_only, store_of
from felles.care.search import views
from felles.ui.web import form_of, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit

LONGEST: Final = 100
"""Letters of a search."""


async def staff(request: Request) -> Response:
    """The search in a patient's record, empty."""
    found = await visit(request)
    return await _staff(found, "")


async def staff_search(request: Request) -> Response:
    """The search carried out. 422 when nothing was typed."""
    found = await visit(request)
    form = await form_of(found)
    return await _staff(found, form.get("ord", ""), sent=True)


async def citizen(request: Request) -> Response:
    """The search in one's own record, empty."""
    found = await visit(request)
    open_own(found)
    return page(found, "search/citizen.html", _empty(found, "/meg"))


async def citizen_search(request: Request) -> Response:
    """The same, carried out. 422 when nothing was typed."""
    found = await visit(request)
    grant = open_own(found)
    form = await form_of(found)
    own = found.signed_in.reference.removeprefix("Patient/")
    context, status = await _carried_out(found, grant, own, "/meg", form.get("ord", ""))
    return page(found, "search/citizen.html", context, status)


async def _staff(found: Visit, typed: str, *, sent: bool = False) -> Response:
    staff_only(found)
    patient_id: str = found.request.path_params["id"]
    grant = await open_person(found, patient_id)
    head, _ = await strip(found, grant, patient_id, "search")
    base = f"/p/{patient_id}"
    context, status = _empty(found, base), 200
    if sent:
        context, status = await _carried_out(found, grant, patient_id, base, typed)
    return page(found, "search/staff.html", head | context, status)


def _empty(found: Visit, base: str) -> dict[str, Any]:
    return {"title": found.t("Søk i journalen"), "typed": "", "wrong": "", "rows": [], "cut": False, "asked": False,
            "forms": "", "action": f"{base}/sok", "back": base, "count": ""}  # fmt: skip


async def _carried_out(
    found: Visit, grant: PersonGrant, patient_id: str, base: str, typed: str
) -> tuple[dict[str, Any], int]:
    t = found.t
    typed = " ".join("".join(letter for letter in typed[:LONGEST] if letter.isprintable()).split())
    context = _empty(found, base) | {"typed": typed}
    if len(typed) < 2:
        return context | {"wrong": t("Skriv minst to bokstaver.")}, 422
    rows, result = await rows_of(found, grant, patient_id, base, typed)
    others = [form for term in result.terms for form in term.forms[1:] if form.lower() not in typed.lower()]
    return context | {
        "rows": rows,
        "cut": result.cut,
        "asked": True,
        "forms": ", ".join(dict.fromkeys(others)),
        "count": t.many("%d treff", "%d treff", len(rows)),
    }, 200


async def rows_of(
    found: Visit, grant: PersonGrant, patient_id: str, base: str, typed: str
) -> tuple[list[dict[str, Any]], views.Found]:
    """The hits of a record as they are shown, each with its place, and what was looked for. Raises `Absent`, `Busy`."""
    t, store = found.t, store_of(found)
    result = await views.search(store, grant, patient_id, typed)
    names = await store.names.of({entry.org for entry, _, _ in result.hits if entry.org})
    rows: list[dict[str, Any]] = []
    for entry, resource, where in result.hits:
        kind, lead = heading(t, base, resource)
        rows.append(
            {
                "href": f"{base}/e/{entry.type}/{entry.id}#:~:text={_fragment(where.word)}",
                "kind": kind,
                "lead": lead or kind,
                "when": t.brief(entry.low) if entry.low > 0 else "",
                "place": names.get(entry.org) or "",
                "before": where.before,
                "word": where.word,
                "after": where.after,
            }
        )
    return rows, result


def _fragment(word: str) -> str:
    """The word as a text directive (WICG, Scroll to Text Fragment): the browser shows where it stands.

    It stays in the browser: what follows `#` is never sent.
    """
    return quote(word, safe="").replace("-", "%2D")
