"""Cleaning: what ended before the life of a link loses its index and its finders, and nothing else does."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from felles.record import cleanup
from felles.record.clock import FOREVER
from felles.record.log.keys import SigningKey
from felles.record.log.tick import Sealer
from felles.record.maintenance import connect

pytestmark = pytest.mark.store


@pytest.fixture
async def aged(rows):
    """Patient `a` in three versions with marks and names; a tick after the second; the first has long ended."""
    sealer = Sealer(rows.conn, rows.era, SigningKey.of(Ed25519PrivateKey.generate()))
    await rows.person()
    for version, (mark, name) in enumerate([(1, "Åse"), (2, "Anne"), (3, "Anne")], start=1):
        await rows.entry("a", kind=103, version=version)
        await rows.conn.execute("update entry set marks = $1, refs = '{x}' where version = $2", [mark, 9], version)
        await owner_sets_body(rows, version, f'{{"resourceType":"Patient","id":"a","name":[{{"given":["{name}"]}}]}}')
        for each in (mark, 9):
            await rows.conn.execute("insert into pointer values ($1, 103, 7, 42, 'a') on conflict do nothing", each)
        for word, part in cleanup.words_of(f'{{"resourceType":"Patient","name":[{{"given":["{name}"]}}]}}'):
            await rows.conn.execute(
                "insert into name values (103, $1, $2, 7, 42, 'a') on conflict do nothing", word, part
            )
        if version == 2:
            rows.tick = await sealer.seal()
    await sealer.seal()
    return rows


async def owner_sets_body(rows, version, body):
    owner = await connect(rows.database.owner_url)
    try:
        await owner.execute("update entry set body = $1 where version = $2", body, version)
    finally:
        await owner.close()


async def _states(rows):
    return [tuple(r) for r in await rows.conn.fetch("select version, state, marks from entry order by version")]


async def test_only_what_ended_before_the_moment_is_cleaned(aged):
    assert await cleanup.clean(aged.conn, aged.tick.at - 1) == 0
    assert await cleanup.clean(aged.conn, aged.tick.at) == 1
    assert await _states(aged) == [(1, 2, []), (2, 1, [2, 9]), (3, 0, [3, 9])]
    assert await aged.conn.fetchval("select body from entry where version = 1")
    assert await cleanup.clean(aged.conn, aged.tick.at) == 0
    assert await cleanup.clean(aged.conn, FOREVER) == 1
    assert await _states(aged) == [(1, 2, []), (2, 2, []), (3, 0, [3, 9])]


async def test_pointers_and_names_go_with_the_last_version_that_has_them(aged):
    async def finders():
        pointers = await aged.conn.fetch("select mark from pointer order by mark")
        return [p["mark"] for p in pointers], {n["word"] for n in await aged.conn.fetch("select word from name")}

    before = await finders()
    assert before[0] == [1, 2, 3, 9]
    assert len(before[1]) == 2
    await cleanup.clean(aged.conn, FOREVER)
    after = await finders()
    assert after[0] == [3, 9]
    assert after[1] == {"anne"}


async def test_small_batches_get_everything(aged):
    rounds = 0
    while await cleanup.clean(aged.conn, FOREVER, many=1):
        rounds += 1
    assert rounds == 2


async def test_a_version_somebody_holds_is_left_for_later(aged):
    other = await connect(aged.database.url)
    try:
        async with other.transaction():
            await other.execute("select 1 from entry where version = 1 for update")
            assert await cleanup.clean(aged.conn, aged.tick.at) == 0
        assert await cleanup.clean(aged.conn, aged.tick.at) == 1
    finally:
        await other.close()


async def test_without_a_tick_nothing_is_cleaned(rows):
    await rows.person()
    await rows.entry("a")
    await rows.entry("a", version=2)
    assert await cleanup.clean(rows.conn, FOREVER) == 0


async def test_the_job_cleans_by_itself(aged, clock):
    job = asyncio.create_task(cleanup.run(aged.database.url, clock, life=-1_000_000, every=0.02))
    try:
        async with asyncio.timeout(20):
            while await aged.conn.fetchval("select count(*) from entry where state = 1"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job
    assert [state for _, state, _ in await _states(aged)] == [2, 2, 0]
