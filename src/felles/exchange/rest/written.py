"""What the writing interactions share: committing one change, and telling what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.care.messages.measured import beside
from felles.exchange.rest.outcomes import done, refuse
from felles.exchange.rest.reply import Reply
from felles.record.find import parse

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.exchange.rest.headers import Prefer
    from felles.record.changes import Change, Result
    from felles.record.find import Query

STATUS = {"created": 201, "updated": 200, "unchanged": 200, "found": 200, "deleted": 204}


def criteria(call: Call, parameters: list[tuple[str, str]]) -> Query:
    """The criteria of a conditional interaction, parsed strictly.

    Raises a Refusal (412) without any, as FHIR wants of criteria that are not selective enough, and
    `BadQuery` (400) for what is not understood.
    """
    if not any(value for _, value in parameters):
        raise refuse(412, "incomplete", f"criteria are missing: which {call.route.type}?")
    return parse(call.route.type, parameters, base_url=call.base, now=call.door.store.clock.clinical())


async def commit(call: Call, change: Change) -> Reply:
    """Carry out one change and tell what became of it."""
    grant = call.grant()
    also = await beside(call.door.store, grant, call.actor, [change])
    result, *_ = await call.door.store.commit(grant, [change, *also], act=change.op)
    return told(result, call.prefer, inside=call.inside)


def told(result: Result, wish: Prefer, *, inside: bool) -> Reply:
    """The Reply of a change: its status, version and place, and the body that was preferred.

    Without a preference the entry comes back whole, but `inside` a Bundle it does not.
    """
    reply = Reply(STATUS[result.outcome], version=result.version, updated=result.updated)
    if result.outcome != "deleted":
        reply.location = f"{result.reference}/_history/{result.version}"
    wanted = wish.returns or ("minimal" if inside else "representation")
    if wanted == "OperationOutcome":
        reply.body = done(f"{result.reference} {result.outcome}")
        reply.status = 200 if reply.status == 204 else reply.status
    elif wanted == "representation" and result.outcome != "deleted":
        reply.body = result.body.encode()
    return reply
