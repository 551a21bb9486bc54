"""Doors over databases of their own, for the proofs (docs/proofs.md)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from hidings import HIDINGS, Hiding
from npm_packages import npm_modules
from routes import Pages
from twins import Region, SameIds
from worlds import opened

from felles.exchange.rest import batch
from felles.record import ids
from felles.ui import trace

__all__ = ["npm_modules", "world"]

TIGHT = {"search_budget": 2}
"""So few that hidden entries beside the others would be too many to look at."""


@pytest_asyncio.fixture(scope="module")
async def world(record_database: Any, tmp_path_factory: Any) -> Any:
    """A door over the module's database, with the settings as they are by default."""
    async with opened(record_database.url, tmp_path_factory.mktemp("home")) as made:
        yield made


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask of every kind of hiding what is asked with `twins`; the kinds but the first are slow."""
    if "twins" in metafunc.fixturenames:
        kinds = [pytest.param(name, marks=pytest.mark.slow if place else ()) for place, name in enumerate(HIDINGS)]
        metafunc.parametrize("twins", kinds, indirect=True, scope="module")


@pytest_asyncio.fixture(scope="module")
async def twins(request: Any, pg_server: Any, migrated: Any, tmp_path_factory: Any) -> AsyncGenerator[list[Region]]:
    """The region without what is hidden, and the one with it; `region.hiding` says what that is."""
    hiding = HIDINGS[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids, "secrets", SameIds)
        patch.setattr(trace, "secrets", SameIds)  # a page shows the id of its request
        patch.setattr(batch, "AT_ONCE", 1)  # several at once would draw their ids in any order
        kind = f"twins_{hiding.name}".replace("-", "_")
        record = pg_server.template("record", migrated)
        databases = [pg_server.fresh(kind, lambda made: _common(made, hiding), record) for _ in range(2)]
        _in_a_thread(_hide(databases[1], hiding))
        home = tmp_path_factory.mktemp("home")
        async with (
            opened(databases[0].url, home, **TIGHT) as without,
            opened(databases[1].url, home, **TIGHT) as having,
        ):
            regions = [Region(world, Pages.of(world), hiding) for world in (without, having)]
            for region in regions:
                await region.learn()
            yield regions
        for database in databases:
            pg_server.drop(database)


def _common(database: Any, hiding: Hiding) -> None:
    async def filled() -> None:
        with TemporaryDirectory() as home:
            async with opened(database.url, Path(home)) as world:
                await hiding.both(world)

    _in_a_thread(filled())


async def _hide(database: Any, hiding: Hiding) -> None:
    """Write what only one region has, and take the log lines of writing it away again: those one may read."""
    conn = await asyncpg.connect(database.superuser_url)
    try:
        last = await conn.fetchval("select coalesce(max(number), 0) from felles.leaf")
        with TemporaryDirectory() as home:
            async with opened(database.url, Path(home)) as world:
                await hiding.having(world)
        await conn.execute("delete from felles.leaf where number > $1", last)
    finally:
        await conn.close()


def _in_a_thread(work: Any) -> None:
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
