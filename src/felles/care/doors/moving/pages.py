"""`/p/{id}/e/{type}/{eid}/flytt`: an entry that was written on the wrong person is moved to the right one.

Two steps: who it is about and why; then both persons and what is parted, to be confirmed. The commit decides
(`record.move`, docs/moving.md): nothing that the form says opens anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles import access
from felles.care import shapes, words
from felles.care.doors.moving import rules
from felles.care.doors.moving.present import refused as told
from felles.care.entries import present as entries
from felles.care.entries import views
from felles.care.overview import present as overview
from felles.care.people import open_person, staff_only, store_of
from felles.record.errors import Absent, Busy, Gone, RecordError
from felles.record.move import left_behind, move
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.care.entries.views import Entry
    from felles.record.grants import PersonGrant
    from felles.record.read_items import Item
    from felles.ui.i18n import Language
    from felles.ui.web import Visit

_patient: Final = Decoder(shapes.Patient).decode
_any: Final = Decoder(Any).decode


async def show(request: Request) -> Response:
    """What moving does, and the form. Raises `SignInFirst`, `Forbidden`, `Absent`, `Gone`, `Busy`."""
    found, grant = await _open(request)
    return await _show(found, await _entry(found, grant), {}, {})


async def act(request: Request) -> Response:
    """`slag` is se (show both and what is parted) or flytt (`til` the right Patient, `versjon` what was shown).

    To the new entry when it is moved; else the page, 422 with what is wrong at its field, or 403, 409, 412 in words.
    Raises as `show`.
    """
    found, grant = await _open(request)
    entry = await _entry(found, grant)
    form = await form_of(found)
    confirmed = form.get("slag") == "flytt"
    wrong = rules.wrong_with(found.t, form, named=not confirmed)
    if wrong:
        return await _show(found, entry, form, wrong)
    return await (_carry_out(found, entry, form) if confirmed else _ask(found, grant, entry, form))


async def _ask(found: Visit, grant: PersonGrant, entry: Entry, form: dict[str, str]) -> Response:
    """Both persons, and what would be parted: to be confirmed."""
    t, store, params = found.t, store_of(found), found.request.path_params
    hits = await store.look_up_number(access.lookup(found.signed_in), rules.number_of(form))
    if not hits or not hits[0].open:
        missing = t("Vi finner ingen med dette nummeret.")
        closed = t("Journalen til denne personen er ikke åpen for deg. Åpne den først, eller be en som har den åpen.")
        return await _show(found, entry, form, {"nummer": closed if hits else missing})
    if hits[0].id == params["id"]:
        return await _show(found, entry, form, {"nummer": t("Dette er den samme personen.")})
    referring, theirs = await left_behind(store, grant, f"{params['type']}/{params['eid']}")
    right = _patient(hits[0].body)
    asked = {
        "to": hits[0].id,
        "name": words.name(t, right.shown_name),
        "born": t.fhir(right.birth_date),
        "version": entry.versions[0].number if entry.versions else "",
        "referring": _lines(t, f"/p/{params['id']}", referring),
        "theirs": _lines(t, f"/p/{params['id']}", theirs),
    }
    return await _show(found, entry, form, {}, asked=asked)


async def _carry_out(found: Visit, entry: Entry, form: dict[str, str]) -> Response:
    params, to = found.request.path_params, form.get("til", "")
    try:
        made = await move(
            store_of(found),
            access.move(found.signed_in),
            f"{params['type']}/{params['eid']}",
            f"Patient/{to}",
            rules.reason_of(form),
            expected=rules.version_of(form),
        )
    except (Absent, Gone, Busy):
        raise
    except RecordError as error:
        return await _show(found, entry, form, {}, refused=told(found.t, error), status=error.status)
    return go(f"/p/{to}/e/{params['type']}/{made.id}")


async def _open(request: Request) -> tuple[Visit, PersonGrant]:
    found = await visit(request)
    staff_only(found)
    access.move(found.signed_in)  # refuses here whoever may not, before anything is read
    return found, await open_person(found, request.path_params["id"])


async def _entry(found: Visit, grant: PersonGrant) -> Entry:
    params = found.request.path_params
    return await views.entry(store_of(found), grant, params["type"], params["eid"])


async def _show(
    found: Visit,
    entry: Entry,
    form: dict[str, str],
    wrong: dict[str, str],
    *,
    asked: dict[str, Any] | None = None,
    refused: str = "",
    status: int = 200,
) -> Response:
    t, params = found.t, found.request.path_params
    base = f"/p/{params['id']}"
    view = overview.View(t, base, store_of(found).clock.clinical(), {})
    kind, lead = entries.heading(t, base, entry.resource)
    context = {
        "title": t("Flytt til rett person"),
        "person": overview.person(view, entry.patient),
        "critical": overview.critical(view, entry.allergies, entry.flags),
        "strip": True,
        "entry": {"kind": kind, "lead": lead, "href": f"{base}/e/{params['type']}/{params['eid']}"},
        "form": {name: form.get(name, "") for name in rules.FIELDS},
        "wrong": {name: wrong.get(name, "") for name in rules.FIELDS},
        "errors": [{"field": name, "text": text} for name, text in wrong.items()],
        "asked": asked,
        "refused": refused,
    }
    return page(found, "moving/move.html", context, 422 if wrong else status)


def _lines(t: Language, base: str, items: list[Item]) -> list[dict[str, str]]:
    """Entries as lines of a list: what sort, what about, and the way to each."""
    named = [(item, entries.heading(t, base, _any(item.body))) for item in items]
    return [{"kind": kind, "lead": lead, "href": f"{base}/e/{item.reference}"} for item, (kind, lead) in named]
