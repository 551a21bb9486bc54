"""A small synthetic region in a database of its own, and clocks that can be set."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from felles.access.doorkeeper import Doorkeeper
from felles.access.region import Place, bring_up_to_date, open_store
from felles.access.signing import Signer
from felles.demo.fill import fill
from felles.record.clock import Clock
from felles.settings import Settings

PEOPLE = 17


class SetClock(Clock):
    """Both clocks, moved by hand: `ahead` microseconds before real time, `clinically` more for the clinical one."""

    def __init__(self):
        super().__init__()
        self.ahead = 0
        self.clinically = 0

    def real(self):
        return super().real() + self.ahead

    def clinical(self):
        return self.real() + self.clinically

    def move(self, seconds):
        self.ahead += int(seconds * 1_000_000)


def in_a_thread(work):
    """Run a coroutine to its end, whether or not the caller has an event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def settings_for(home, database, **more):
    return Settings(home=home, database_url=database.url, database_owner_url=database.owner_url, **more)


@pytest.fixture(scope="session")
def region_home(tmp_path_factory):
    return tmp_path_factory.mktemp("region")


@pytest.fixture(scope="module")
def region_database(pg_server, region_home):
    """A copy of a database that holds the region, prepared once for each PostgreSQL."""

    async def write(database):
        await bring_up_to_date(Place(database.url, database.owner_url))
        store = await open_store(settings_for(region_home, database), database.url)
        try:
            await fill(store, count=PEOPLE)
        finally:
            await store.close()

    made = pg_server.fresh("region", lambda database: in_a_thread(write(database)))
    yield made
    pg_server.drop(made)


@pytest.fixture
async def store(region_database, region_home):
    """The region's store in demo mode, on clocks of its own (`store.clock.move`)."""
    settings = settings_for(region_home, region_database, demo=True)
    made = await open_store(settings, region_database.url, clock=SetClock())
    yield made
    await made.close()


@pytest.fixture
def door(store, region_home):
    return Doorkeeper(store, Signer.of(region_home))


@pytest.fixture
def act_as(store, door):
    """Sign in as a persona, and give who that is."""

    async def sign_in(persona):
        from felles.access import personas

        value = await personas.sign_in(store, door.sessions, persona)
        return await door.sessions.actor(value)

    return sign_in


@pytest.fixture
def outside(store):
    """The same store outside demo mode."""
    store.settings = replace(store.settings, demo=False)
    return store
