"""Log lines about nobody: signing in and out, tokens and clients made. Personal lines are the store's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from felles.record.decide import leaves

if TYPE_CHECKING:
    from felles.record.store import Store

_NOTE: Final = f"""
with said as materialized (select 0::smallint as bucket, 0::bigint as person, $1::bigint as real, $2::text as text)
{leaves("said", "$3")}"""


async def note(store: Store, who: str, act: str, what: str, **more: str) -> None:
    """Write one line, durable when this returns: `who` as a Grant carries it, `act` and `what` without names.

    `more` are further keys, such as the approval of a token. Raises `Busy`.
    """
    line = {"who": msgspec.Raw(who.encode()), "act": act, "what": what, "outcome": "done", **more}
    async with store.pool.acquire() as conn:
        await conn.fetch(_NOTE, store.clock.real(), msgspec.json.encode(line).decode(), conn.era)
