"""The list of persons a member of staff has a relation to."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles.care import shapes
from felles.record.clock import FOREVER
from felles.record.errors import BadQuery

if TYPE_CHECKING:
    from felles.record.grants import SetGrant
    from felles.record.read_people import Mine
    from felles.record.store import Store

PAGE: Final = 25
_patient: Final = Decoder(shapes.Patient).decode
_PLACE: Final = struct.Struct(">qq")


@dataclass(slots=True)
class People:
    """One page of the list; `more` is the place of the next one, or "" at the end."""

    rows: list[tuple[Mine, shapes.Patient]]
    more: str


async def mine(store: Store, grant: SetGrant, place: str) -> People:
    """The page at `place` ("" for the first). Raises `BadQuery` for a place that is none, `Busy`."""
    found = await store.mine(grant, PAGE + 1, _after(place))
    rows = [(row, _patient(row.body)) for row in found[:PAGE]]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return People(rows, "" if last is None else _place(last))


def _place(row: Mine) -> str:
    # Whose record changed when is nobody's business in an address: only the order's two numbers, packed.
    return base64.urlsafe_b64encode(_PLACE.pack(row.touched, row.person)).rstrip(b"=").decode()


def _after(place: str) -> tuple[int, int]:
    if not place:
        return FOREVER, FOREVER
    try:
        touched, person = _PLACE.unpack(base64.urlsafe_b64decode(place + "=="))
    except (ValueError, struct.error) as error:
        raise BadQuery("the address names no place in the list") from error
    return touched, person
