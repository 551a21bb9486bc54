"""Eras: opened once for each stretch of transaction ids, and visibility across them."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from felles.record.era import alive_at, open_era, visible

pytestmark = pytest.mark.store


@pytest.fixture
async def conn(record_database):
    made = await asyncpg.connect(record_database.owner_url, server_settings={"search_path": "felles, public"})
    await made.execute("truncate era")
    yield made
    await made.close()


async def test_many_connections_at_once_open_one_era(conn, record_database):
    others = [await asyncpg.connect(record_database.url) for _ in range(8)]
    try:
        assert set(await asyncio.gather(*map(open_era, others))) == {1}
    finally:
        for other in others:
            await other.close()
    assert await conn.fetchval("select count(*) from era") == 1


@pytest.mark.parametrize("change", ["system = '7'", "timeline = 99"])
async def test_another_cluster_or_timeline_opens_a_new_era(conn, change):
    assert await open_era(conn) == 1
    assert await open_era(conn) == 1
    await conn.execute(f"update era set {change}")
    assert await open_era(conn) == 2
    assert await open_era(conn) == 2


async def _seen(conn, era, xid, in_era, snapshot):
    sql = f"select {visible('$1::smallint', '$2::text::xid8', '$3::smallint', '$4::text::pg_snapshot')}"
    return await conn.fetchval(sql, era, xid, in_era, snapshot)


@pytest.mark.parametrize(
    ("era", "xid", "seen"),
    [(1, "99", True), (2, "9", True), (2, "10", True), (2, "12", False), (2, "20", False), (3, "1", False)],
)
async def test_older_eras_are_seen_newer_ones_not_and_the_same_by_its_snapshot(conn, era, xid, seen):
    assert await _seen(conn, era, xid, 2, "10:20:12,13") is seen


@pytest.mark.parametrize(
    ("begun", "ended", "alive"),
    [
        ((1, 5), None, True),
        ((2, 5), (2, 30), True),
        ((2, 5), (3, 1), True),
        ((2, 5), (2, 6), False),
        ((1, 5), (1, 50), False),
        ((2, 30), None, False),
        ((3, 1), None, False),
    ],
)
async def test_a_version_is_alive_when_begun_and_not_ended_in_sight(conn, begun, ended, alive):
    end_era, end_xid = ended or (None, None)
    sql = f"""select {alive_at("r", "2::smallint", "'10:20:'::pg_snapshot")}
                from (select $1::smallint as era, $2::text::xid8 as xid,
                             $3::smallint as end_era, $4::text::xid8 as end_xid) r"""
    assert await conn.fetchval(sql, begun[0], str(begun[1]), end_era, end_xid and str(end_xid)) is alive
