"""Connections of jobs beside the requests: sealing, cleaning, reindexing, verifying, health.

They have the planner's ordinary settings, with plans made for the values at hand: these statements reach
over tables whose newest end alone matters, and a plan for any value would read them whole.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from felles.record.embedded import Embedded

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from felles.settings import Settings

SESSION = {
    "application_name": "felles job",
    "search_path": "felles, public",
    "jit": "off",
    "timezone": "UTC",
    "plan_cache_mode": "force_custom_plan",
}

AWAY = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # What the driver raises when the server ended a connection that was idle.
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What a job that outlives the database's restarts waits out."""


async def connect(url: str) -> asyncpg.Connection:
    """A connection for a job. Raises what the driver raises when the database is away."""
    return await asyncpg.connect(url, server_settings=SESSION, timeout=10)


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncGenerator[str]:
    """The workers' URL of the database of these settings; the embedded one is started, or joined, meanwhile.

    Raises `EmbeddedError`.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    embedded = Embedded(settings.home)
    await asyncio.to_thread(embedded.start)
    try:
        yield embedded.url("worker")
    finally:
        await asyncio.to_thread(embedded.stop)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[asyncpg.Connection]:
    """A job's connection to the database of these settings."""
    async with database_url(settings) as url:
        conn = await connect(url)
        try:
            yield conn
        finally:
            await conn.close()
