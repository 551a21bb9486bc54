"""Health: plain facts, each of which moves when what it tells of does."""

from __future__ import annotations

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from felles.record import breakage
from felles.record.background import running
from felles.record.health import facts
from felles.record.log.keys import SigningKey, known
from felles.record.log.tick import Sealer
from felles.record.log.verify import verify
from felles.record.maintenance import AWAY, connect
from felles.record.migrate import Behind, migrations
from felles.record.pulse import CLEANING, COPYING, SEALING, SWEEP, WORKER, Pulse
from felles.settings import load

pytestmark = pytest.mark.store

LEAF = """insert into leaf (era, xid, bucket, person, at, digest)
          values ($1, pg_current_xact_id(), 0, 0, (extract(epoch from clock_timestamp()) * 1000000)::bigint, '')"""


async def test_an_empty_record_has_nothing_to_tell(rows):
    found = await facts(rows.conn)
    assert (found.migration, found.drift, found.era) == (migrations()[-1].number, None, 1)
    assert (found.ticks, found.sealed, found.unsealed, found.oldest_unsealed) == (0, None, 0, None)
    assert (found.nobodys, found.outbox, found.unsealed_for) == (0, 0, 0.0)
    assert found.bytes > 0
    assert found.version.split(".")[0] in {"17", "18"}


async def test_lines_wait_until_they_are_sealed(rows):
    for _ in range(3):
        await rows.conn.execute(LEAF, rows.era)
    before = await facts(rows.conn)
    assert before.unsealed == 3
    assert (before.oldest_unsealed or 0) <= before.now
    assert before.unsealed_for > 0
    await Sealer(rows.conn, rows.era, SigningKey.of(Ed25519PrivateKey.generate())).seal()
    await rows.conn.execute(LEAF, rows.era)
    after = await facts(rows.conn)
    assert (after.ticks, after.unsealed) == (1, 1)
    assert 0 < (after.sealed or 0) <= after.now


async def test_entries_of_nobody_and_what_is_to_be_sent_are_counted(rows):
    await rows.entry("a", key=(5, 0))
    await rows.entry("b", key=(5, 0), deleted=True)
    await rows.entry("c")
    await rows.conn.execute(
        "insert into outbox (bucket, person, version, receiver, event, about, made) values (1, 1, 1, 'r', 'e', 'a', 1)"
    )
    found = await facts(rows.conn)
    assert (found.nobodys, found.outbox) == (1, 1)


async def test_the_oldest_transaction_is_somebody_elses(rows):
    other = await connect(rows.database.url)
    try:
        async with other.transaction():
            await other.fetchval("select 1")
            assert (await facts(rows.conn)).oldest_transaction > 0
    finally:
        await other.close()
    assert (await facts(rows.conn)).oldest_transaction >= 0


async def test_drift_is_told_and_not_raised(rows, owner):
    await owner.execute("alter table felles.run add column extra integer")
    try:
        assert "column run.extra" in ((await facts(rows.conn)).drift or "")
    finally:
        await owner.execute("alter table felles.run drop column extra")
    assert (await facts(rows.conn)).drift is None


async def test_without_a_record_there_is_nothing_to_tell(database):
    conn = await connect(database.url)
    try:
        with pytest.raises(Behind):
            await facts(conn)
    finally:
        await conn.close()


async def test_the_jobs_of_a_worker_seal_what_is_written(rows, owner, tmp_path):
    settings = load({}, home=tmp_path, seal_copy=tmp_path / "seals")
    pulse = Pulse(settings.workers)
    async with running(settings, rows.database.url, pulse), asyncio.timeout(30):
        await rows.conn.execute("insert into leaf (era, xid, bucket, person, at, digest) values ($1, "
                                "pg_current_xact_id(), 0, 0, 1, sha256('x'))", rows.era)  # fmt: skip
        while not await owner.fetchval("select count(*) from tick"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        told = {}
        while COPYING not in told:  # once the seal is written out too
            await pulse.tell(owner)
            told = {beat.part: beat for beat in (await facts(rows.conn)).beats}
    assert {SEALING, COPYING, WORKER} <= told.keys()
    assert all(beat.at is not None and beat.host == pulse.host for beat in told.values())
    left = {beat.part for beat in (await facts(rows.conn)).beats}
    assert WORKER not in left, "it ended in order, and is not missed"
    assert SEALING in left, "what is known of a part stays"
    report = await verify(rows.conn, known(tmp_path / "log.keys"))
    assert (report.sealed, report.unsealed) == (1, 0)
    assert (tmp_path / "seals").read_bytes().count(b"\n") == 1


async def test_parts_that_broke_are_counted_by_page_and_day_and_kept_until_they_are_told(rows):
    await rows.conn.execute("delete from broken_part")
    pulse = Pulse(1)
    for part, request in (("list", "one"), ("list", "two"), ("", "three")):
        pulse.breakage.add("/p/{id}", part, KeyError("of somebody"), request)
    gone = await connect(rows.database.url)
    await gone.close()
    with pytest.raises(AWAY):
        await pulse.breakage.tell(gone)
    await pulse.tell(rows.conn)
    pulse.breakage.add("/p/{id}", "list", ValueError("of somebody"), "four")
    await pulse.tell(rows.conn)
    await pulse.tell(rows.conn)
    told = {row["part"]: tuple(row)[2:] for row in await rows.conn.fetch(breakage.LISTED)}
    assert {part: (row[0], *row[2:]) for part, row in told.items()} == {
        "list": (3, "ValueError", "four"), "": (1, "KeyError", "three")
    }  # fmt: skip
    assert told["list"][1] >= told[""][1] > 0
    await rows.conn.execute("update broken_part set day = day - $1", breakage.LATELY)
    assert await rows.conn.fetch(breakage.LISTED) == []
    await rows.conn.execute(breakage.SWEEP)
    assert await rows.conn.fetchval("select count(*) from broken_part") == 2
    await rows.conn.execute("update broken_part set day = day - $1", breakage.KEPT)
    await rows.conn.execute(breakage.SWEEP)
    assert await rows.conn.fetchval("select count(*) from broken_part") == 0


async def test_a_failure_is_told_beside_the_last_success_and_what_was_not_told_is_kept(rows, owner):
    pulse = Pulse(2, host="here")
    pulse.done(CLEANING)
    await pulse.tell(rows.conn)
    pulse.failed(CLEANING, TimeoutError("of somebody"))
    gone = await connect(rows.database.url)
    await gone.close()
    with pytest.raises(AWAY):
        await pulse.tell(gone)
    await pulse.tell(rows.conn)
    told = {beat.part: beat for beat in (await facts(rows.conn)).beats}
    cleaned = told[CLEANING]
    assert (cleaned.host, cleaned.many, cleaned.error) == ("here", 2, "TimeoutError")
    assert (cleaned.at or 0) <= (cleaned.failed or 0) <= (told[WORKER].at or 0)
    await owner.execute("update pulse set at = at - 2 * 86400000000::bigint")
    other = Pulse(2, host="here")
    await other.tell(rows.conn)
    await rows.conn.execute(SWEEP)
    told = [(beat.part, beat.failed is None) for beat in (await facts(rows.conn)).beats]
    assert sorted(told) == [(CLEANING, False), (WORKER, True)]
