"""`/health`: whether we can serve, with a line per part and when it last went well.

Part → `{"ok": …, "said": …}` and, where it has one, `"last"`: real time of its last success. `ready` is
whether requests can be answered; a part that is behind without stopping them is not ok and still ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.record.errors import Busy
from felles.record.health import facts
from felles.record.pool import GONE
from felles.record.stamps import instant

if TYPE_CHECKING:
    from felles.record.store import Store

LONG_TRANSACTION = 30.0
"""Seconds: no transaction of ours that writes takes longer than 10."""
SEAL_BEHIND = 60.0
"""Seconds that the log may wait for its seal before somebody should look."""


async def health(store: Store) -> dict[str, Any]:
    """How the parts are: `{"ready": bool, "parts": {name: {...}}}`."""
    try:
        async with store.pool.acquire() as conn:
            found = await facts(conn.raw)
    except GONE as error:
        return {"ready": False, "parts": {"database": {"ok": False, "said": str(error) or "away"}}}
    except Busy as error:
        return {"ready": False, "parts": {"database": {"ok": False, "said": error.diagnostics}}}
    late = found.unsealed_for > SEAL_BEHIND
    return {
        "ready": True,
        "parts": {
            "database": {"ok": True, "said": "answers", "last": instant(found.now)},
            "schema": {"ok": found.drift is None, "said": found.drift or f"migration {found.migration}"},
            "transactions": {
                "ok": found.oldest_transaction < LONG_TRANSACTION,
                "said": f"the oldest is {found.oldest_transaction:.1f} s old",
            },
            "log": {
                "ok": not late,
                "said": "lines wait for their seal" if late else "sealed as it should be",
                "last": None if found.sealed is None else instant(found.sealed),
            },
        },
    }
