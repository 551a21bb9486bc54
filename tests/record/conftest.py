"""What the record's tests share: Grants as the doors make them, and rows written without the doors."""

from __future__ import annotations

import pytest
from record_rows import ORGANIZATION, Rows

from felles.access import open as doors
from felles.access.actor import Actor, Sort
from felles.record.clock import FOREVER, Clock
from felles.record.era import open_era
from felles.record.lane import Lane
from felles.record.maintenance import connect
from felles.record.pool import Pool


@pytest.fixture
async def rows(record_database):
    """Rows over a record that is empty at the start of each test."""
    owner = await connect(record_database.owner_url)
    await owner.execute(
        """truncate entry, shared, directory, person, relation, staffing, block, leaf, tick, era, pointer, name, face,
           outbox, run, pulse, proof"""
    )
    conn = await connect(record_database.url)
    yield Rows(record_database, conn, await open_era(conn))
    await conn.close()
    await owner.close()


@pytest.fixture
async def owner(record_database):
    conn = await connect(record_database.owner_url)
    yield conn
    await conn.close()


@pytest.fixture
async def lane(record_database):
    pool = Pool(record_database.url, size=4, statement_timeout_ms=10_000, era_of=open_era)
    yield Lane(pool, width=2)
    await pool.close()


@pytest.fixture
def maintenance():
    return doors.maintenance("a test", until=FOREVER, organization=ORGANIZATION)


@pytest.fixture
def client():
    """The Grant of a system client of ORGANIZATION."""
    actor = Actor(
        sort=Sort.SYSTEM, reference="Device/c1", name="Laboratory", role_code="system", organization=ORGANIZATION,
        organization_name="Sykehuset", purpose="TREAT", client="Laboratory", until=FOREVER,
    )  # fmt: skip
    return doors.system(actor)


@pytest.fixture
def clock():
    return Clock()
