"""`POST …/utskrift`: a print is decided and logged like a look; then comes the page again, ready for the printer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.care.people import citizens_only, open_for, open_own, open_person, staff_only, store_of
from felles.record.errors import BadQuery
from felles.record.read_person import Want
from felles.ui.printing import ENTRY, act_of, base_of
from felles.ui.web import form_of, go, visit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from felles.record.grants import PersonGrant
    from felles.ui.web import Visit

_WANTS: Final = (Want("Patient", 1),)


async def staff(request: Request) -> Response:
    """A page of a patient's record. Raises `SignInFirst`, `Forbidden`, `Absent`, `BadQuery`, `Busy`."""
    found = await visit(request)
    staff_only(found)
    side = await _side(found)
    patient_id: str = request.path_params["id"]
    return await _printed(found, await open_person(found, patient_id), patient_id, side)


async def citizen(request: Request) -> Response:
    """A page of one's own record. Raises `SignInFirst`, `Forbidden`, `BadQuery`, `Busy`."""
    found = await visit(request)
    grant = open_own(found)
    return await _printed(found, grant, found.signed_in.reference.removeprefix("Patient/"), await _side(found))


async def acting(request: Request) -> Response:
    """A page of the record of whom one acts for. Raises `SignInFirst`, `Forbidden`, `Absent`, `BadQuery`, `Busy`."""
    found = await visit(request)
    citizens_only(found)
    side = await _side(found)
    patient_id: str = request.path_params["id"]
    return await _printed(found, await open_for(found, patient_id), patient_id, side)


async def _side(found: Visit) -> str:
    """The page to be printed. Raises `BadQuery` for any other, before anybody looks whether there is such a person."""
    side = (await form_of(found)).get("side", "")
    path = side.partition("?")[0]
    if not act_of(found.request.app.state.tabs, path) or base_of(path) != _base(found):
        raise BadQuery("only a page of this record is printed from here")
    return side


async def _printed(found: Visit, grant: PersonGrant, patient_id: str, side: str) -> Response:
    path, _, query = side.partition("?")
    entry = ENTRY.fullmatch(path[len(_base(found)) :])
    what = f"{entry[1]}/{entry[2]}" if entry else f"Patient/{patient_id}"
    await store_of(found).page(grant, _WANTS, act_of(found.request.app.state.tabs, path), what)
    return go(f"{path}?{query}&utskrift=1" if query else f"{path}?utskrift=1")


def _base(found: Visit) -> str:
    return found.request.url.path.removesuffix("/utskrift")
