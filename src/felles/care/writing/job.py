"""What puts signed texts into the record when their ten seconds are over: in every worker, each text by one of them.

The texts lie in the database, so a process that is killed leaves them to the next that looks; so does the writer's own
next look (`staff.py`). See docs/decisions/0010-ten-seconds.md.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import structlog

from felles.care.writing.actions import settle
from felles.record.errors import Busy

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from felles.record.store import Store

EVERY: Final = 1.0
"""Seconds between two looks: one step into an index that holds what waits and nothing else."""
_log = structlog.get_logger("felles.writing")


@asynccontextmanager
async def running(store: Store) -> AsyncGenerator[None]:
    """Put signed texts into the record for as long as the block runs."""
    job = asyncio.create_task(_run(store), name="signing")
    try:
        yield
    finally:
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job


async def _run(store: Store) -> None:
    while True:
        try:
            while await settle(store):
                pass
        except Busy:
            pass
        except Exception:  # noqa: BLE001 - what waits must not wait for a restart
            _log.exception("signed texts could not be looked for")
        await asyncio.sleep(EVERY)
