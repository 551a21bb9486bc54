"""`/p/{id}/sok`, `/meg/sok`, `/for/{id}/sok`: words inside the open record. By POST: no word stands in an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from felles.care import words
from felles.care.corrections import is_wrong
from felles.care.doors.proxies.present import banner
from felles.care.doors.proxies.views import patient_of
from felles.care.doors.strip import strip
from felles.care.entries.present import heading
from felles.care.overview.present import View
from felles.care.people import open_for, open_own, open_person, staff_only, store_of
from felles.care.search import views
from felles.record.wants import Want
from felles.ui.web import form_of, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit

_WHO: Final = (Want("Patient", 1),)
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


async def acting(request: Request) -> Response:
    """The search in the record of whom she acts for, empty. Raises `SignInFirst`, `Forbidden`, `Absent`, `Busy`."""
    found = await visit(request)
    _, head = await _acting(found)
    return page(found, "search/citizen.html", _empty(found, head["back"]) | head)


async def acting_search(request: Request) -> Response:
    """The same, carried out, as far as she sees. 422 when nothing was typed."""
    found = await visit(request)
    grant, head = await _acting(found)
    patient_id: str = request.path_params["id"]
    typed = (await form_of(found)).get("ord", "")
    context, status = await _carried_out(found, grant, patient_id, head["back"], typed)
    return page(found, "search/citizen.html", context | head, status)


async def _acting(found: Visit) -> tuple[PersonGrant, dict[str, Any]]:
    """The Grant, and what stands above the page: for whom she acts."""
    patient_id: str = found.request.path_params["id"]
    grant, base = await open_for(found, patient_id), f"/for/{patient_id}"
    read = await store_of(found).page(grant, _WHO, "search", f"Patient/{patient_id}")
    view = View(found.t, base, store_of(found).clock.clinical(), {}, citizen=True)
    return grant, {"banner": banner(view, patient_of(read.rows[0]), read.basis), "back": base}


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
            "forms": "", "action": f"{base}/sok", "back": base, "count": "", "banner": None}  # fmt: skip


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
        unsigned = words.unsigned(t, entry.type, resource.get("status"))
        wrong = t("ført ved en feil") if is_wrong(resource) else ""
        rows.append(
            {
                "href": f"{base}/e/{entry.type}/{entry.id}#:~:text={_fragment(where.word)}",
                "kind": ", ".join(filter(None, (kind, unsigned, wrong))),
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
