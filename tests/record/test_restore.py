"""A dump restored into another cluster: the log proves whole, feeds go on, links from before have expired."""

from __future__ import annotations

import asyncio
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from record_rows import Rows

from felles.record.era import open_era
from felles.record.errors import Expired
from felles.record.feeds import changed
from felles.record.lane import Lane
from felles.record.log.keys import SigningKey
from felles.record.log.tick import Sealer
from felles.record.log.verify import verify
from felles.record.maintenance import connect
from felles.record.migrate import check, grant_worker, migrate, migrations
from felles.record.pool import Pool

pytestmark = pytest.mark.slow

LEAF = """insert into leaf (era, xid, bucket, person, at, salt, text, digest)
          select $1, pg_current_xact_id(), 0, 0, 1, 'salt', t, sha256('salt' || convert_to(t, 'UTF8'))
            from unnest($2::text[]) t"""


def _copy(old, new):
    """pg_dump of one database into another, over a file, as the superuser."""

    def run(embedded, program, url, *arguments, **more):
        parts = urlsplit(url)
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        environment = os.environ | {
            "PGPASSWORD": unquote(parts.password or ""), "PGUSER": parts.username or "", "PGHOST": query["host"],
            "PGPORT": query["port"], "PGDATABASE": parts.path.strip("/"),
        }  # fmt: skip
        return subprocess.run(
            [embedded.binary(program), *arguments], env=environment, check=True, capture_output=True, **more
        ).stdout

    dumped = run(old.server, "pg_dump", old.superuser_url, "--schema=felles")
    run(new.server, "psql", new.superuser_url, "-q", "-v", "ON_ERROR_STOP=1", input=dumped)


def _migrated(database):
    async def session():
        owner = await connect(database.owner_url)
        try:
            await migrate(owner)
        finally:
            await owner.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, session()).result()


@pytest.fixture
def old(pg17):
    database = pg17.fresh("record", _migrated)
    yield database
    pg17.drop(database)


@pytest.fixture
def new(pg18):
    database = pg18.fresh()
    yield database
    pg18.drop(database)


async def _names(lane, clock, grant, since):
    return [f"{row.id}/{row.version}" for row in (await changed(lane, clock, grant, since=since, many=50)).rows]


def _lane(url):
    pool = Pool(url, size=1, statement_timeout_ms=10_000, era_of=open_era)
    return pool, Lane(pool, width=1)


async def _lived(old, key, clock, grant):
    """A life before the dump; the feed since its first seal, and a place in it."""
    conn = await connect(old.url)
    rows = Rows(old, conn, await open_era(conn))
    sealer = Sealer(conn, rows.era, key)
    # Transaction ids of the new cluster begin lower: nothing may hang on their going on from here.
    for _ in range(3000):
        await conn.execute("select pg_current_xact_id()")
    await rows.entry("a")
    await conn.execute(LEAF, rows.era, ["one", "two"])
    tick = await sealer.seal()
    assert tick is not None
    await rows.entry("b")
    await rows.entry("a", version=2)
    await conn.execute(LEAF, rows.era, ["three"])  # not sealed before the dump
    pool, lane = _lane(old.url)
    seen = await _names(lane, clock, grant, tick.at)
    page = await changed(lane, clock, grant, since=tick.at, many=1)
    await pool.close()
    await conn.close()
    return tick, seen, page.next


async def test_a_dump_restored_elsewhere_goes_on(old, new, clock, maintenance):
    key = SigningKey.of(Ed25519PrivateKey.generate())
    tick, seen, place = await _lived(old, key, clock, maintenance)
    _copy(old, new)
    owner = await connect(new.superuser_url)
    await grant_worker(owner, "felles_worker")
    await owner.close()

    conn = await connect(new.url)
    pool, lane = _lane(new.url)
    try:
        assert await check(conn) == migrations()[-1].number
        assert await _names(lane, clock, maintenance, tick.at) == seen == ["a/2", "b/1"]
        with pytest.raises(Expired):
            await changed(lane, clock, maintenance, since=tick.at, many=1, place=place)
        rows = Rows(new, conn, await open_era(conn))
        assert rows.era == 2
        await rows.entry("c")
        await conn.execute(LEAF, rows.era, ["four"])
        sealed = await Sealer(conn, rows.era, key).seal()
        assert sealed is not None
        report = await verify(conn, {key.id: key.private.public_key()})
        assert (report.ticks, report.unsealed) == (2, 0)
        assert report.sealed == await conn.fetchval("select count(*) from leaf")
        assert await _names(lane, clock, maintenance, tick.at) == ["c/1", "a/2", "b/1"]
        assert await _names(lane, clock, maintenance, sealed.at) == []
    finally:
        await conn.close()
        await pool.close()
