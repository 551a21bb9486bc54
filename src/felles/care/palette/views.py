"""The people somebody means: among her own by name, else looked up by number, or by name with birth date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.json import Decoder

from felles import access
from felles.care import shapes
from felles.record.errors import TooCostly
from felles.record.find import parse

if TYPE_CHECKING:
    from felles.access.actor import Actor
    from felles.care.palette.rules import Wanted
    from felles.record.store import Store

MOST: Final = 8
"""At most so many people."""
_patient: Final = Decoder(shapes.Patient).decode

Someone = tuple[str, shapes.Patient, bool]
"""(the Patient's id, what the reader may see of it, whether the record is open to her)."""


async def people(store: Store, actor: Actor, asked: Wanted) -> tuple[list[Someone], bool]:
    """Those found, and whether there are more than are shown; each of them has a line in her log. Raises `Busy`."""
    if (asked.number or asked.born) and actor.may("lookup"):
        grant = access.lookup(actor)
        try:
            hits = (
                await store.look_up_number(grant, asked.number)
                if asked.number
                else await store.look_up_name(grant, asked.name, born=asked.born, municipality=None)
            )
        except TooCostly:
            return [], True
        return [(hit.id, _patient(hit.body), hit.open) for hit in hits], False
    if not asked.name or asked.born or not actor.may("find"):
        return [], False
    return await _mine(store, actor, asked.name)


async def _mine(store: Store, actor: Actor, name: str) -> tuple[list[Someone], bool]:
    """Of those the actor has a relation to."""
    pairs = [("name", word.replace("\\", "").replace(",", "")) for word in name.split()]
    pairs = [pair for pair in pairs if pair[1]]
    query = parse("Patient", [*pairs, ("_count", str(MOST))], now=store.clock.clinical(), limits=store.search_limits)
    try:
        found = await store.search(access.everyone(actor), query)
    except TooCostly:
        return [], True
    return [(row.id, _patient(row.body), True) for row in found.rows], found.next is not None
