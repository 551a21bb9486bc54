"""read: `GET [base]/[type]/[id]`; conditional with If-None-Match and If-Modified-Since.

The row goes out as it lies in the store. (http://hl7.org/fhir/R4/http.html#read)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.exchange.rest import audit, provenance
from felles.exchange.rest.call import Interaction
from felles.exchange.rest.headers import none_match, unmodified_since
from felles.exchange.rest.outcomes import refuse
from felles.exchange.rest.reply import Reply

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.record.rows import Row

INTERACTION = Interaction("Hidden and absent answer alike: 404.", on_type=("read",))


async def answer(call: Call) -> Reply:
    """200 with the entry, or 304; 404 when it is not here for this reader, 410 when it was deleted."""
    only_door_parameters(call)
    route = call.route
    if route.type == "Provenance" and (made := await provenance.read(call)) is not None:
        return shown(call, made)
    if route.type == "AuditEvent" and (made := await audit.read(call)) is not None:
        return shown(call, made)
    return shown(call, await call.door.store.read(call.grant(), route.type, route.id))


def only_door_parameters(call: Call) -> None:
    """Raise a Refusal (400) for parameters that a read does not know, unless the client is lenient."""
    if call.query and not call.prefer.lenient:
        for name, _ in call.parameters():
            raise refuse(400, "not-supported", f"a read takes no parameter {name[:40]}")


def shown(call: Call, row: Row) -> Reply:
    """The Reply that shows one version, or 304 when the client says it has it."""
    reply = Reply(200, row.body.encode(), row.version, row.updated)
    headers = call.headers
    if "if-none-match" in headers:
        same = none_match(headers["if-none-match"], f'W/"{row.version}"')
    else:
        same = "if-modified-since" in headers and unmodified_since(headers["if-modified-since"], row.updated)
    if same:
        reply.status, reply.body = 304, b""
    return reply
