"""The pages over a small synthetic region."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_asyncio
from browsing import opened, write_region


@pytest.fixture(scope="session")
def pages_home(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def region(pg_server, pages_home):
    """A database with the region in it, prepared once for each PostgreSQL."""

    def write(database):
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, write_region(database, pages_home)).result()

    made = pg_server.fresh("pages", write)
    yield made
    pg_server.drop(made)


@pytest_asyncio.fixture(scope="module")
async def site(region, pages_home):
    async with opened(region, pages_home) as made:
        yield made
