"""`POST /meg/last-ned` and `POST /for/{id}/last-ned`: the record as a file, decided and logged portion by portion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import StreamingResponse

from felles.care.download.fhir import bundle
from felles.care.people import citizens_only, open_for, open_own, store_of
from felles.record.errors import BadQuery
from felles.ui.dates import local
from felles.ui.security import PAGE_HEADERS
from felles.ui.web import form_of, visit

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.record.read_download import Kept
    from felles.ui.web import Visit

FORMS: Final = ("fhir",)


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
    store = store_of(found)
    portions = store.download(grant, f"download-{form}", what)
    first = await anext(portions)  # refused before anything is said of a file
    parts = bundle(_whole(first, portions), _base(found), store.clock.real())
    return StreamingResponse(parts, headers=_headers(found, "json"), media_type="application/fhir+json")


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
