"""create: `POST [base]/[type]`, conditional with If-None-Exist (http://hl7.org/fhir/R4/http.html#create)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.exchange.rest.call import Interaction, pairs
from felles.exchange.rest.written import commit, criteria
from felles.record.changes import Change

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.exchange.rest.reply import Reply

INTERACTION = Interaction("The server gives the id; one in the body is ignored.", on_type=("create",))


def change(call: Call) -> Change:
    """The change that this request asks for. An id in the body counts for nothing, as FHIR says."""
    resource = call.decoded()
    condition = None
    wanted = call.headers.get("if-none-exist")
    if wanted is not None:
        condition = criteria(call, pairs(wanted.partition("?")[2] or wanted))
    literal = b"?" not in call.body and b"\\" not in call.body and bool(call.body)
    return Change(op="create", type=call.route.type, resource=resource, condition=condition, literal=literal)


async def answer(call: Call) -> Reply:
    """201 with the new entry; 200 with the one that met If-None-Exist; 412 when several do."""
    return await commit(call, change(call))
