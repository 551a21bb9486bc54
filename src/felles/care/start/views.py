"""The list of persons a member of staff has a relation to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.json import Decoder

from felles.care import shapes
from felles.record.clock import FOREVER

if TYPE_CHECKING:
    from felles.record.grants import SetGrant
    from felles.record.read_people import Mine
    from felles.record.store import Store

PAGE: Final = 25
_patient: Final = Decoder(shapes.Patient).decode


class Place(Struct, array_like=True):
    """Where a page of the list begins, sealed into its link; `made` real microseconds."""

    since: int
    person: int
    made: int


@dataclass(slots=True)
class People:
    """One page of the list; `more` is the place of the next one, or "" at the end."""

    rows: list[tuple[Mine, shapes.Patient]]
    more: str


async def mine(store: Store, grant: SetGrant, place: str) -> People:
    """The page at `place` ("" for the first). Raises `BadQuery` for another reader's place, `Expired`, `Busy`."""
    after = store.unseal(place, grant, Place) if place else Place(FOREVER, FOREVER, 0)
    found = await store.mine(grant, PAGE + 1, (after.since, after.person))
    rows = [(row, _patient(row.body)) for row in found[:PAGE]]
    if len(found) <= PAGE:
        return People(rows, "")
    last = found[PAGE - 1]
    return People(rows, store.seal(Place(last.since, last.person, store.clock.real()), grant))
