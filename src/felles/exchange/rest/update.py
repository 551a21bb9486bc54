"""update: `PUT [base]/[type]/[id]`, or conditional: `PUT [base]/[type]?criteria`.

If-Match makes it version-aware. A PUT to an id that is not here makes the entry, but only for clients
that see everything: for all others such an id is as absent as a hidden one.
(http://hl7.org/fhir/R4/http.html#update)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.exchange.rest.call import Interaction
from felles.exchange.rest.outcomes import refuse
from felles.exchange.rest.written import commit, criteria
from felles.record.changes import NOTHING, Change

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.exchange.rest.reply import Reply

INTERACTION = Interaction("If-Match guards against lost updates.", on_type=("update",))


def change(call: Call) -> Change:
    """The change that this request asks for. Raises a Refusal (400) when body and URL name different ids."""
    resource = call.decoded()
    named = resource.id or None
    if not call.route.id:
        condition = criteria(call, call.parameters())
        return Change(
            op="update",
            type=call.route.type,
            id=named,
            resource=resource,
            condition=condition,
            expected=_expected(call),
        )
    if named != call.route.id:
        said = f"says {named}" if named else "has none"
        raise refuse(400, "value", f"the URL's id is {call.route.id}, the body {said}", f"{call.route.type}.id")
    return Change(op="update", type=call.route.type, id=named, resource=resource, expected=_expected(call))


def _expected(call: Call) -> int | None:
    """The version that must be here: of If-Match, or none at all (RFC 9110, 13.1.2). Raises a Refusal (400)."""
    text = call.headers.get("if-none-match")
    if text is None:
        return call.expected
    if text.strip() != "*" or call.expected is not None:
        raise refuse(400, "invalid", "an update takes If-Match with one ETag, or If-None-Match: *")
    return NOTHING


async def answer(call: Call) -> Reply:
    """200 with the new version (the same version when nothing changed), 201 when it was not here before."""
    return await commit(call, change(call))
