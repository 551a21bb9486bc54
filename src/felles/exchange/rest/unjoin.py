"""$unjoin of a Patient: `POST [base]/Patient/[id]/$unjoin`.

A Patient that follows another is parted from it; one that leads is parted from all. Each has again what was written
with it. For administrators (`record.join`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from felles.exchange.rest.call import Interaction, Operation
from felles.exchange.rest.join import grant_of
from felles.exchange.rest.reply import Reply
from felles.record.join import unjoin

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call

INTERACTION = Interaction(
    "Parts joined Patients; the answer names the entries that were written meanwhile, for somebody to sort.",
    operation=Operation("unjoin", "Patient", "http://felles.example/fhir/OperationDefinition/Patient-unjoin"),
)


async def answer(call: Call) -> Reply:
    """200 with Parameters: `written`, a reference to each entry written meanwhile; 403, 404, 409."""
    written = await unjoin(call.door.store, grant_of(call), call.route.id)
    named = [{"name": "written", "valueReference": {"reference": each.reference}} for each in written]
    return Reply(200, msgspec.json.encode({"resourceType": "Parameters", **({"parameter": named} if named else {})}))
