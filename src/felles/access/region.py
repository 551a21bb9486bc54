"""Opening a region: the database found or started, brought up to date, and its store with the doors on it.

What the server, the commands and the demo all begin with:

    async with opened(settings) as store: ...
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg

from felles.access import demo_clock
from felles.access.derive import Durations, register
from felles.access.openings import Hours
from felles.access.release import Waits
from felles.access.representation import Ages
from felles.record.derive import Registry
from felles.record.embedded import Embedded
from felles.record.migrate import check, migrate
from felles.record.store import Store

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.settings import Settings


@dataclass(frozen=True, slots=True)
class Place:
    """Where the database is: the URLs of the workers' role and of the owner's."""

    worker: str
    owner: str


def start(settings: Settings) -> tuple[Embedded | None, Place]:
    """The database of these settings: the embedded one started (or joined), or the server they name.

    Whoever starts it stops it: `embedded.stop()`. Raises `EmbeddedError`.
    """
    if settings.database_url is not None and settings.database_owner_url is not None:
        return None, Place(settings.database_url, settings.database_owner_url)
    embedded = Embedded(settings.home)
    embedded.start()
    return embedded, Place(embedded.url("worker"), embedded.url("owner"))


async def bring_up_to_date(place: Place) -> list[str]:
    """Apply the migrations that wait; their names. Raises `felles.record.migrate.MigrationError`."""
    conn = await asyncpg.connect(place.owner)
    try:
        return await migrate(conn, urlsplit(place.worker).username or "felles_worker")
    finally:
        await conn.close()


async def open_store(settings: Settings, url: str, *, clock: Clock | None = None) -> Store:
    """The store of a database that is up to date, with relations and staffing following its commits.

    Raises `Behind` or `Drift` (felles.record.migrate) where it is not, `Busy` when it is away.
    """
    ages = Ages(own=settings.child_record_age, end=settings.parents_end_age)
    waits = Waits(seen=settings.release_days)
    hours = Hours(opening=settings.opening_hours, need=settings.need_hours)
    days = Durations(message=settings.message_days)
    registry = register(Registry(), days, ages=ages, waits=waits, hours=hours)
    store = await Store.open(settings, url, clock=clock, registry=registry)
    async with store.pool.acquire() as conn:
        await check(conn.raw)
    if settings.demo and clock is None:
        await demo_clock.read(store)
    return store


@asynccontextmanager
async def opened(settings: Settings, *, clock: Clock | None = None) -> AsyncGenerator[Store]:
    """A store over these settings' database, started if need be, migrated, and closed at the end."""
    embedded, place = await asyncio.to_thread(start, settings)
    try:
        await bring_up_to_date(place)
        store = await open_store(settings, place.worker, clock=clock)
        try:
            yield store
        finally:
            await store.close()
    finally:
        if embedded is not None:
            await asyncio.to_thread(embedded.stop)
