"""`/for` and below: acting for another, always under a banner that says for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.access.representation import Verb
from felles.care.doors.proxies import actions, present, views
from felles.care.entries import present as entries
from felles.care.entries import views as entry_views
from felles.care.messages import promise
from felles.care.overview import present as overview
from felles.care.overview import views as overview_views
from felles.care.people import citizens_only, open_for, store_of
from felles.record.errors import Absent
from felles.ui.web import form_of, go, page, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.ui.web import Visit

SHORTEST = 10
"""Letters of a request at least."""


async def people(request: Request) -> Response:
    """All for whom the citizen may act now. Raises `SignInFirst`, `Forbidden`, `Busy`."""
    found = await visit(request)
    citizens_only(found)
    listed = await views.represented(store_of(found), found.signed_in)
    now = store_of(found).clock.clinical()
    context = {"title": found.t("Du kan handle for"), "people": present.people(found.t, listed, now)}
    return page(found, "proxies/people.html", context)


async def entry(request: Request) -> Response:
    """One entry of it."""
    found = await visit(request)
    patient_id, grant = await _open(found)
    store, params = store_of(found), found.request.path_params
    version = entry_views.version_of(found.request.query_params.get("versjon", ""))
    read = await entry_views.entry(store, grant, params["type"], params["eid"], version)
    names = await store.names.of(entries.wanted_names(read))
    view = overview.View(found.t, f"/for/{patient_id}", store.clock.clinical(), names, citizen=True)
    banner = present.banner(view, read.patient, read.basis)
    speaks = Verb.SPEAK in Verb(await store.acts(grant))
    context = {
        "entry": entries.entry_page(found.t, view.base, read, names),
        "banner": banner,
        "title": banner["title"],
        "back": view.base,
        "wrong": f"{view.base}/e/{params['type']}/{params['eid']}/feil" if speaks else "",
    }
    return page(found, "proxies/entry.html", context)


async def asking(request: Request) -> Response:
    """The form to ask staff for a part of what the parent does not see."""
    found = await visit(request)
    _, grant = await _open(found)
    return await _asking(found, grant, {}, "")


async def ask(request: Request) -> Response:
    """Ask; staff answer within a month, part by part, with the child heard."""
    found = await visit(request)
    patient_id, grant = await _open(found)
    form = await form_of(found)
    said = form.get("hva", "").strip()
    if len(said) < SHORTEST:
        return await _asking(found, grant, form, found.t("Skriv hva du trenger å vite, og hvorfor."))
    read = await _asked(found, grant, patient_id)
    await actions.ask(
        store_of(found), found.signed_in, grant.keys[0], f"Patient/{patient_id}", read.answers, said[:2000]
    )
    return go(f"/for/{patient_id}")


async def _asking(found: Visit, grant: PersonGrant, form: dict[str, str], wrong: str) -> Response:
    patient_id = found.request.path_params["id"]
    read = await _asked(found, grant, patient_id)
    view = overview.View(found.t, f"/for/{patient_id}", store_of(found).clock.clinical(), {}, citizen=True)
    banner = present.banner(view, views.patient_of(read.rows[0]), read.basis)
    context = {"title": banner["title"], "banner": banner, "said": form.get("hva", ""), "wrong": wrong}
    context |= {"by": await promise.of_case(found, read.answers), "ring": promise.numbers(found)}
    return page(found, "proxies/ask.html", context, 422 if wrong else 200)


async def _asked(found: Visit, grant: PersonGrant, patient_id: str) -> PersonPage:
    """What is known of whom is asked about. Raises `Absent` where there is nothing to ask, or nobody to answer."""
    read = await store_of(found).page(grant, overview_views.WANTS[:1], "request", f"Patient/{patient_id}")
    if not (read.listed and read.answers):
        raise Absent("there is nothing here to ask for")
    return read


async def _open(found: Visit) -> tuple[str, PersonGrant]:
    patient_id: str = found.request.path_params["id"]
    return patient_id, await open_for(found, patient_id)
