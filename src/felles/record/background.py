"""What runs beside the requests in every worker, and works in one of them at a time: sealing and cleaning.

Each says when it succeeded (`pulse`), so that a silent one is found.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from felles.record import cleanup
from felles.record.clock import MICROSECONDS, Clock
from felles.record.log import keys, tick
from felles.record.pulse import Pulse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from felles.settings import Settings


@asynccontextmanager
async def running(settings: Settings, url: str, pulse: Pulse | None = None) -> AsyncGenerator[None]:
    """Seal the log and clean up for as long as the block runs. `url` is the database, as the workers' role.

    `pulse`: what this process tells of itself besides.

    Raises `felles.record.log.keys.LogKeyError` when the signing key cannot be used.
    """
    key = await asyncio.to_thread(keys.load, settings.home)
    life = int(settings.page_link_lifetime * MICROSECONDS)
    pulse = pulse or Pulse(settings.workers)
    jobs = [
        asyncio.create_task(tick.run(url, key, copy=settings.seal_copy, pulse=pulse), name="sealing"),
        asyncio.create_task(cleanup.run(url, Clock(), life=life, pulse=pulse), name="cleaning"),
        asyncio.create_task(pulse.run(url), name="telling"),
    ]
    try:
        yield
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await pulse.leave(url)
