"""Sealing: each leaf in exactly one tick, also those that commit late, and across eras and restarts."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import pytest

from felles.record.era import open_era
from felles.record.log import tick as ticks
from felles.record.log.seal import CHUNK
from felles.record.log.verify import verify
from felles.record.maintenance import connect

pytestmark = pytest.mark.store


async def test_nothing_committed_gives_no_tick(log):
    assert await log.sealer.seal() is None
    await log.write()
    assert (await log.sealer.seal()).tick == 1
    assert await log.sealer.seal() is None


async def test_a_leaf_that_commits_late_stands_in_the_tick_after(log):
    late = await connect(log.database.url)
    try:
        transaction = late.transaction()
        await transaction.start()
        await log.write(conn=late)
        await log.write(2)
        assert (await log.sealer.seal()).leaves == 2
        await log.write(3)
        await transaction.commit()
        assert (await log.sealer.seal()).leaves == 4
    finally:
        await late.close()
    assert (await verify(log.conn, log.public)).sealed == 6


async def test_a_transaction_rolled_back_leaves_no_line(log):
    transaction = log.conn.transaction()
    await transaction.start()
    await log.write(5)
    await transaction.rollback()
    assert await log.sealer.seal() is None


async def test_an_entry_written_without_a_line_makes_a_tick_too(log):
    """An import logs once for a run; feeds still need its ticks."""
    await log.write()
    await log.sealer.seal()
    await log.owner.execute(
        """insert into entry (bucket, person, type, id, version, kind, org, author, self, low, high, updated, commit,
                              era, xid, indexer, marks, body)
           values (1, 1, 96, 'a', 1, 3, 0, 'x', 0, 0, 1, 0, 1, $1, pg_current_xact_id(), 1, '{}', '{}')""",
        log.era,
    )
    assert (await log.sealer.seal()).leaves == 0
    assert await log.sealer.seal() is None
    assert (await verify(log.conn, log.public)).ticks == 2


async def test_a_tick_after_a_restore_takes_what_the_last_one_of_the_old_era_lacked(log):
    await log.write(2)
    await log.sealer.seal()
    await log.write(3)  # not sealed before the dump
    await log.owner.execute("update era set system = 'the old cluster'")
    log.era = log.sealer.era = await open_era(log.conn)
    assert log.era == 2
    await log.write(4)
    assert (await log.sealer.seal()).leaves == 7
    report = await verify(log.conn, log.public)
    assert (report.ticks, report.sealed) == (2, 9)


async def test_more_leaves_than_one_chunk_are_sealed_and_proved(log):
    await log.write(CHUNK + 10)
    assert (await log.sealer.seal()).leaves == CHUNK + 10
    assert (await verify(log.conn, log.public)).sealed == CHUNK + 10


async def _writer(log, seed):
    dice = random.Random(seed)
    conn = await connect(log.database.url)
    try:
        for _ in range(25):
            async with conn.transaction():
                await log.write(dice.randint(1, 4), conn)
                await asyncio.sleep(dice.random() / 50)
    finally:
        await conn.close()


async def test_sixteen_writers_with_late_commits_are_sealed_each_line_once(log):
    writers = asyncio.gather(*(_writer(log, seed) for seed in range(16)))
    sealed = 0
    while not writers.done():
        if made := await log.sealer.seal():
            sealed += made.leaves
        await asyncio.sleep(0.005)
    await writers
    if made := await log.sealer.seal():
        sealed += made.leaves
    report = await verify(log.conn, log.public)
    assert (sealed, report.sealed, report.unsealed) == (log.written, log.written, 0)
    assert report.ticks > 3


async def _until(log, condition):
    async with asyncio.timeout(20):
        while not await log.owner.fetchval(f"select {condition}"):  # noqa: ASYNC110 - it waits for another
            await asyncio.sleep(0.02)


async def _end(task):
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_one_process_seals_and_another_takes_over(log):
    runs = [asyncio.create_task(ticks.run(log.database.url, log.key, every=0.02)) for _ in range(2)]
    try:
        await log.write(2)
        await _until(log, "sum(leaves) = 2 from tick")
        holder = await log.owner.fetchval(
            """select pid from pg_locks where locktype = 'advisory' and granted and mode = 'ExclusiveLock'
                and database = (select oid from pg_database where datname = current_database())"""
        )
        log.database.server.execute(f"select pg_terminate_backend({holder})")
        await log.write(3)
        await _until(log, "sum(leaves) = 5 from tick")
    finally:
        for each in runs:
            await _end(each)
    assert (await verify(log.conn, log.public)).sealed == 5


async def test_two_sealers_by_mistake_cannot_seal_twice(log):
    other = await connect(log.database.url)
    try:
        second = ticks.Sealer(other, log.era, log.key)
        await log.write(3)
        done = await asyncio.gather(log.sealer.seal(), second.seal(), return_exceptions=True)
        assert any(isinstance(d, ticks.Tick) for d in done)
        await log.write(1)
        await second.seal()
    finally:
        await other.close()
    report = await verify(log.conn, log.public)
    assert (report.sealed, report.unsealed) == (4, 0)
