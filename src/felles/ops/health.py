"""`/health`: whether we can serve, with a line per part and when it last went well.

Part → `{"ok": …, "said": …}` and, where it has one, `"last"`: real time of its last success. `ready` is
whether requests can be answered; a part that is behind without stopping them is not ok and still ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from felles.record.errors import Busy
from felles.record.stamps import instant

if TYPE_CHECKING:
    from felles.record.store import Store

LONG_TRANSACTION = 30.0
"""Seconds: no transaction of ours that writes takes longer than 10."""
SEAL_BEHIND = 60.0
"""Seconds that the log may wait for its seal before somebody should look."""

_FACTS = """
select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now,
       coalesce((select max(extract(epoch from clock_timestamp() - a.xact_start))::float8 from pg_stat_activity a
                  where a.datname = current_database() and a.backend_type = 'client backend'), 0) as oldest,
       (select max(t.at) from tick t) as sealed,
       exists (select 1 from leaf l
                where l.at < (extract(epoch from clock_timestamp()) * 1000000)::bigint - $1
                  and l.at > coalesce((select max(t.at) from tick t), 0)) as waiting
"""


async def health(store: Store) -> dict[str, Any]:
    """How the parts are: `{"ready": bool, "parts": {name: {...}}}`."""
    try:
        (facts,) = await store.pool.fetch(_FACTS, int(SEAL_BEHIND * 1_000_000))
    except Busy as error:
        return {"ready": False, "parts": {"database": {"ok": False, "said": error.diagnostics}}}
    oldest: float = facts["oldest"]
    return {
        "ready": True,
        "parts": {
            "database": {"ok": True, "said": "answers", "last": instant(facts["now"])},
            "transactions": {"ok": oldest < LONG_TRANSACTION, "said": f"the oldest is {oldest:.1f} s old"},
            "log": {
                "ok": not facts["waiting"],
                "said": "lines wait for their seal" if facts["waiting"] else "sealed as it should be",
                "last": None if facts["sealed"] is None else instant(facts["sealed"]),
            },
        },
    }
