"""batch: `POST [base]` with a Bundle of type batch; a transaction goes on to `transaction.py`.

Each entry is a request of its own, decided and answered as if it had come alone; several go at once, so
an entry must not lean on another. (http://hl7.org/fhir/R4/http.html#transaction)
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from felles.exchange.rest import entries as _entries
from felles.exchange.rest import transaction
from felles.exchange.rest.bundle import answered, bundle
from felles.exchange.rest.call import Interaction
from felles.exchange.rest.outcomes import Refusal, refusal_of, reply_of, unforeseen
from felles.exchange.rest.reply import Reply

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.exchange.rest.entries import Entry

INTERACTION = Interaction("Each entry is a request of its own.", on_system=("batch",))
AT_ONCE = 8
"""So many entries of one batch are under way together."""

_log = structlog.get_logger(__name__)


async def answer(call: Call) -> Reply:
    """200 with a batch-response in the order of the entries; what an entry met stands in its response."""
    envelope = _entries.opened(call)
    if envelope.type == "transaction":
        return await transaction.answer(call, envelope)
    call.grant()  # without a sign-in the whole batch is refused, not each entry
    ready = _entries.resources(call)
    decoded: list[Any] = [None] * len(envelope.entry) if isinstance(ready, Refusal) else ready
    places = asyncio.Semaphore(AT_ONCE)

    async def one(position: int, entry: Entry) -> str:
        async with places:
            return await _told(call, position, entry, decoded[position])

    told = await asyncio.gather(*(one(i, entry) for i, entry in enumerate(envelope.entry)))
    return Reply(200, bundle("batch-response", ",".join(told)))


async def _told(call: Call, position: int, entry: Entry, resource: Any) -> str:
    try:
        one = _entries.asked(call, position, entry, resource)
        return answered(call.base, await one.call.answered())
    except Exception as error:  # noqa: BLE001 - one entry's error is its own answer, never the batch's
        refusal = refusal_of(error)
        if refusal is None:
            _log.exception("a batch entry failed", position=position)
            refusal = unforeseen(call.headers.get("x-request-id", ""))
        return answered(call.base, reply_of(refusal), is_outcome=True)
