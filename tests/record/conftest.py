"""What the record's tests share: Grants as the doors make them, and rows written without the doors."""

from __future__ import annotations

import pytest

from felles.access import open as doors
from felles.access.actor import Actor, Sort
from felles.record.clock import FOREVER, Clock
from felles.record.era import open_era
from felles.record.ids import mark_of
from felles.record.lane import Lane
from felles.record.maintenance import connect
from felles.record.pool import Pool

ENTRY = """insert into {table} (bucket, person, type, id, version, state, deleted, kind, org, author, self, low, high,
    updated, commit, era, xid, indexer, marks, body)
  values ($1, $2, $3, $4, $5, 0, $6, 3, $7, 'Practitioner/x', 0, 0, 1, 0, 1, $8, pg_current_xact_id(), 1, '{{}}', $9)"""
END = """update entry set state = 1, end_era = $1, end_xid = pg_current_xact_id()
          where bucket = $2 and type = $3 and id = $4 and state = 0"""
ORGANIZATION = "Organization/o1"


class Rows:
    """Writes rows of `entry` and `shared` over one connection of the workers' role."""

    def __init__(self, database, conn, era):
        self.database = database
        self.conn = conn
        self.era = era

    async def entry(self, name, *, key=(7, 42), version=1, kind=96, deleted=False, conn=None):
        if version > 1:
            await (conn or self.conn).execute(END, self.era, key[0], kind, name)
        body = "" if deleted else f'{{"id":"{name}"}}'
        await (conn or self.conn).execute(
            ENTRY.format(table="shared" if key[0] < 0 else "entry"),
            *key, kind, name, version, deleted, mark_of(ORGANIZATION), self.era, body,
        )  # fmt: skip

    async def person(self, key=(7, 42)):
        await self.conn.execute("insert into person (bucket, person) values ($1, $2)", *key)

    async def relation(self, key=(7, 42), party=ORGANIZATION):
        await self.conn.execute(
            """insert into relation (bucket, person, party, basis, source, writer, since, until)
               values ($1, $2, $3, 1, 'EpisodeOfCare/e', 'Practitioner/x', 0, $4)""",
            *key,
            mark_of(party),
            FOREVER,
        )


@pytest.fixture
async def rows(record_database):
    """Rows over a record that is empty at the start of each test."""
    owner = await connect(record_database.owner_url)
    await owner.execute(
        """truncate entry, shared, directory, person, relation, staffing, block, leaf, tick, era, pointer, name, face,
           outbox, run"""
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
