"""`/health`: whether we can serve, with a line per part and when it last went well.

Part → `{"ok": …, "said": …}` and, where it has one, `"last"`: real time of its last success. `ready` is
whether requests can be answered; a part that is behind without stopping them is not ok and still ready.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg

from felles.record.errors import Busy
from felles.record.health import facts
from felles.record.migrate import Behind
from felles.record.parts import LONG_TRANSACTION, job, proved, serving, workers
from felles.record.pulse import CLEANING
from felles.record.stamps import instant

if TYPE_CHECKING:
    from felles.record.health import Facts
    from felles.record.store import Store

SEAL_BEHIND = 60.0
"""Seconds that the log may wait for its seal before somebody should look."""


async def health(store: Store) -> dict[str, Any]:
    """How the parts are: `{"ready": bool, "parts": {name: {...}}}`."""
    try:
        async with store.pool.acquire() as conn:
            told = await facts(conn.raw)
    except (Busy, Behind, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        return {"ready": False, "parts": {"database": _part(False, " ".join(str(error).split()))}}
    return {"ready": told.drift is None, "parts": parts(told)}


def parts(told: Facts) -> dict[str, dict[str, Any]]:
    """The parts of a database that answers, judged and worded. Pure."""
    schema = told.drift or f"at migration {told.migration}"
    behind = told.unsealed_for > SEAL_BEHIND
    log = f"{told.unsealed} lines wait for their seal, the oldest for {told.unsealed_for:.0f} s"
    return {
        "database": _part(True, f"PostgreSQL {told.version}, {told.bytes // 2**20} MiB", told.now),
        "schema": _part(told.drift is None, schema),
        "transactions": _part(
            told.oldest_transaction < LONG_TRANSACTION, f"the oldest is {told.oldest_transaction:.1f} s old"
        ),
        "log": _part(not behind, log, told.sealed),
        **_jobs(told),
        "proof": _proof(told),
        "entries": _part(True, f"{told.nobodys} have no person yet"),
        "cases": _part(not told.deskless, _cases(told.deskless)),
        "outbox": _part(True, f"{told.outbox} wait to be sent"),
    }


def _jobs(told: Facts) -> dict[str, dict[str, Any]]:
    """Processes and jobs; of a database beside which nothing runs none is missed."""
    if not serving(told):
        return {"workers": _part(True, "none runs")}
    staffed, cleaning = workers(told), job(told, CLEANING)
    said = "cleans what has ended" if cleaning.ok else "has been silent for longer than it may"
    return {
        "workers": _part(
            staffed.ok, f"{staffed.told['alive']} of {staffed.told['wanted']} tell of themselves", staffed.last
        ),
        "cleaning": _part(
            cleaning.ok, f"{said}{f'; last failed with {cleaning.error}' * bool(cleaning.error)}", cleaning.last
        ),
    }


def _proof(told: Facts) -> dict[str, Any]:
    found = proved(told)
    if told.broken is not None:
        return _part(False, f"the log was found broken {instant(told.broken)}", found.last)
    return _part(
        found.ok, "the whole log is proved in time" if found.ok else "nobody proved the whole log in time", found.last
    )


def _cases(deskless: int) -> str:
    return f"{deskless} have nobody to answer them: they are the operator's" if deskless else "each has a desk"


def _part(ok: bool, said: str, last: int | None = None) -> dict[str, Any]:
    return {"ok": ok, "said": said} | ({} if last is None else {"last": instant(last)})
