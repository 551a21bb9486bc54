"""A FHIR door over the module's database, with limits low enough to be met in a test."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
from handed import Region, region_of
from worlds import World, opened

from felles.access.handovers.keeper import Keeper
from felles.record.maintenance import connect

SMALL = {"max_body_bytes": 200_000, "max_unpacked_bytes": 400_000, "max_bundle_entries": 50, "max_url_bytes": 4000}


@pytest_asyncio.fixture
async def world(record_database: Any, tmp_path: Any) -> Any:
    """A door over the module's database."""
    async with opened(record_database.url, tmp_path, **SMALL) as made:
        yield made


@pytest_asyncio.fixture
async def region(world: World, request: pytest.FixtureRequest) -> Region:
    """A small region of hand-overs, with names of its own for each test."""
    return await region_of(world, request.node.name)


@pytest_asyncio.fixture
async def keeper(world: World, record_database: Any) -> Any:
    """The keeper of hand-overs, over a connection of its own."""
    conn = await connect(record_database.url)
    yield Keeper(world.store, conn)
    await conn.close()
