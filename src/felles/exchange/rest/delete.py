"""delete: `DELETE [base]/[type]/[id]`, or conditional: `DELETE [base]/[type]?criteria` (one entry).

Deleting adds a last version; the ones before stay until lawful erasure.
(http://hl7.org/fhir/R4/http.html#delete)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.exchange.rest.call import Interaction
from felles.exchange.rest.written import commit, criteria
from felles.record.changes import Change

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.exchange.rest.reply import Reply

INTERACTION = Interaction("The versions before stay readable by vread and history.", on_type=("delete",))


def change(call: Call) -> Change:
    """The change that this request asks for."""
    if call.route.id:
        return Change(op="delete", type=call.route.type, id=call.route.id, expected=call.expected)
    condition = criteria(call, call.parameters())
    return Change(op="delete", type=call.route.type, condition=condition, expected=call.expected)


async def answer(call: Call) -> Reply:
    """204; also for an entry that was deleted before, as far as the reader could see it."""
    return await commit(call, change(call))
