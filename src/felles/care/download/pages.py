"""`POST /meg/last-ned` and `POST /for/{id}/last-ned`: the record as a file, decided and logged portion by portion.

Whatever the form, the file is whole before its first byte goes out; what goes wrong before that is a page that says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from felles.access import Sort
from felles.care.download.fhir import bundle
from felles.care.download.printer import NotPrinted
from felles.care.download.sheet import LOOKS, Asked
from felles.care.download.spool import TooLarge, sent, spooled
from felles.care.people import citizens_only, open_for, open_own, store_of
from felles.record.errors import BadQuery
from felles.ui.dates import DAY, local
from felles.ui.security import PAGE_HEADERS
from felles.ui.web import form_of, page, visit

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

    from felles.care.download.printer import Press
    from felles.record.grants import PersonGrant
    from felles.record.read_download import Kept
    from felles.record.read_log import Leaf
    from felles.ui.web import Visit

FORMS: Final = ("fhir", "pdf")
YEAR: Final = 366 * DAY
"""How far back it is printed who has looked."""


async def own(request: Request) -> Response:
    """One's own record. Raises `SignInFirst`, `Forbidden`, `BadQuery`, `Absent`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    return await _file(found, grant, await _form(found), grant.actor)


async def acting(request: Request) -> Response:
    """That of whom one acts for, as far as it reaches. Raises the same."""
    found = await visit(request)
    citizens_only(found)
    form = await _form(found)
    patient_id: str = request.path_params["id"]
    return await _file(found, await open_for(found, patient_id), form, f"Patient/{patient_id}")


async def _form(found: Visit) -> str:
    """What sort of file. Raises `BadQuery` for any other, before anybody looks whether there is such a person."""
    form = (await form_of(found)).get("form", "")
    if form not in FORMS:
        raise BadQuery("there is no such file")
    return form


async def _file(found: Visit, grant: PersonGrant, form: str, what: str) -> Response:
    portions = store_of(found).download(grant, f"download-{form}", what)
    first = await anext(portions)  # refused before anything is made
    try:
        if form == "pdf":
            return await _paper(found, grant, what, _whole(first, portions))
        parts = bundle(_whole(first, portions), _base(found), store_of(found).clock.real())
        file, size = await spooled(parts)
    except (NotPrinted, TooLarge):
        back = found.request.url.path.removesuffix("/last-ned")
        return page(found, "download/failed.html", {"title": found.t("Filen ble ikke laget"), "back": back}, 503)
    return sent(file, size, _headers(found, "json"), "application/fhir+json")


async def _paper(found: Visit, grant: PersonGrant, what: str, portions: AsyncGenerator[list[Kept]]) -> Response:
    """The record as PDF. Raises `NotPrinted`, `Absent`, `Busy`."""
    store, t, me = store_of(found), found.t, found.signed_in
    press: Press = found.request.app.state.press
    own = grant.actor if what == grant.actor and me.sort is Sort.CITIZEN else ""
    acts = {act: words(t) for act, words in found.request.app.state.acts.items()}
    asked = Asked(t.code, me.name, own, store.clock.real(), store.clock.clinical(), acts)
    log = await _looked(found, grant) if own else []
    body = await press.printed(asked, portions, store.names, log)
    return Response(body, headers=_headers(found, "pdf"), media_type="application/pdf")


async def _looked(found: Visit, grant: PersonGrant) -> list[Leaf]:
    """Who has looked this last year, the newest lines."""
    store = store_of(found)
    since = store.clock.real() - YEAR
    return [leaf for leaf in await store.own_log(grant, LOOKS) if leaf.at >= since]


async def _whole(first: list[Kept], rest: AsyncGenerator[list[Kept]]) -> AsyncGenerator[list[Kept]]:
    yield first
    async for portion in rest:
        yield portion


def _headers(found: Visit, ending: str) -> dict[str, str]:
    """No name and no number stands in the file's name: only the day."""
    day = local(store_of(found).clock.real()).date().isoformat()
    more: dict[str, Any] = {"content-disposition": f'attachment; filename="journal-{day}.{ending}"'}
    return PAGE_HEADERS | more


def _base(found: Visit) -> str:
    """Where the entries are found by FHIR."""
    public = store_of(found).settings.public_url
    return f"{public or found.request.url.replace(path='', query='')}/fhir/"
