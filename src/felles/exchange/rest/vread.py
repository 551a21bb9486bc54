"""vread: `GET [base]/[type]/[id]/_history/[version]` (http://hl7.org/fhir/R4/http.html#vread)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.exchange.rest.call import Interaction
from felles.exchange.rest.read import only_door_parameters, shown

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.exchange.rest.reply import Reply

INTERACTION = Interaction("Every version is kept until lawful erasure.", on_type=("vread",))


async def answer(call: Call) -> Reply:
    """200 with that version, or 304; 404 when it is not here for this reader, 410 when it says deleted."""
    only_door_parameters(call)
    route = call.route
    row = await call.door.store.vread(call.grant(), route.type, route.id, int(route.version))
    return shown(call, row)
