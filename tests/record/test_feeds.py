"""Feeds: what was not visible in the last tick before a moment; repeats perhaps, never misses; decided and logged."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from felles.record.errors import Expired
from felles.record.feeds import changed
from felles.record.log.keys import SigningKey
from felles.record.log.tick import Sealer
from felles.record.maintenance import connect

pytestmark = pytest.mark.store


@pytest.fixture
def sealer(rows):
    return Sealer(rows.conn, rows.era, SigningKey.of(Ed25519PrivateKey.generate()))


async def _all(lane, clock, grant, *, since=None, many=3, **asked):
    """Every page of a feed, and its `now`."""
    seen, place, now = [], None, None
    while True:
        page = await changed(lane, clock, grant, since=since, many=many, place=place, **asked)
        assert len(page.rows) <= many
        seen += page.rows
        now = page.now if now is None else now
        assert page.now == now
        if (place := page.next) is None:
            return seen, now


async def _names(lane, clock, grant, **asked):
    return [f"{row.id}/{row.version}" for row in (await _all(lane, clock, grant, **asked))[0]]


async def test_newest_first_every_version_page_by_page(rows, lane, clock, maintenance):
    await rows.person()
    for name in "abcd":
        await rows.entry(name)
    await rows.entry("a", version=2)
    await rows.entry("b", version=2, deleted=True)
    await rows.entry("o", key=(-1, 0), kind=100)
    assert await _names(lane, clock, maintenance) == ["o/1", "b/2", "a/2", "d/1", "c/1", "b/1", "a/1"]
    assert await _names(lane, clock, maintenance, many=1, types=[100]) == ["o/1"]
    assert await _names(lane, clock, maintenance, many=2, alive=True) == ["o/1", "a/2", "d/1", "c/1"]


async def test_pages_show_one_snapshot_while_others_write(rows, lane, clock, maintenance):
    for name in "abcd":
        await rows.entry(name)
    first = await changed(lane, clock, maintenance, since=None, many=2, alive=True)
    await rows.entry("a", version=2)
    await rows.entry("e")
    rest = await changed(lane, clock, maintenance, since=None, many=9, alive=True, place=first.next)
    assert [row.id for row in (*first.rows, *rest.rows)] == ["d", "c", "b", "a"]
    assert rest.rows[-1].version == 1


async def test_since_gives_what_the_last_tick_before_lacked(rows, lane, clock, maintenance, sealer):
    await rows.entry("a")
    await sealer.seal()
    await rows.entry("b")
    tick = await sealer.seal()
    await rows.entry("c")
    assert await _names(lane, clock, maintenance, since=tick.at) == ["c/1"]
    assert await _names(lane, clock, maintenance, since=tick.at - 1) == ["c/1", "b/1"]
    assert await _names(lane, clock, maintenance, since=0) == ["c/1", "b/1", "a/1"]


async def test_what_commits_late_is_in_the_feed_since_a_moment_after_it_was_written(
    rows, lane, clock, maintenance, sealer
):
    late = await connect(rows.database.url)
    try:
        transaction = late.transaction()
        await transaction.start()
        await rows.entry("late", conn=late)
        await rows.entry("b")
        tick = await sealer.seal()
        _, now = await _all(lane, clock, maintenance, since=tick.at)
        await transaction.commit()
    finally:
        await late.close()
    await rows.entry("c")
    assert await _names(lane, clock, maintenance, since=now) == ["c/1", "late/1"]


async def test_a_system_client_gets_its_own_persons_and_shared_entries_alone(rows, lane, clock, client, maintenance):
    await rows.person((7, 42))
    await rows.person((8, 43))
    await rows.relation((7, 42))
    await rows.entry("mine")
    await rows.entry("others", key=(8, 43))
    await rows.entry("o", key=(-1, 0), kind=100)
    assert await _names(lane, clock, client) == ["o/1", "mine/1"]
    assert await _names(lane, clock, maintenance) == ["o/1", "others/1", "mine/1"]


async def test_hidden_entries_take_no_place_on_a_page(rows, lane, clock, client):
    await rows.person((7, 42))
    await rows.person((8, 43))
    await rows.relation((7, 42))
    for i in range(6):
        await rows.entry(f"h{i}", key=(8, 43))
        await rows.entry(f"m{i}")
    assert await _names(lane, clock, client, many=2) == [f"m{i}/1" for i in reversed(range(6))]


async def test_each_person_whose_entries_go_out_gets_a_line_and_nobody_else(rows, lane, clock, client):
    for key in ((7, 42), (8, 43), (9, 44)):
        await rows.person(key)
    await rows.relation((7, 42))
    await rows.relation((8, 43))
    await rows.entry("a")
    await rows.entry("b")
    await rows.entry("c", key=(8, 43))
    await rows.entry("hidden", key=(9, 44))
    await _names(lane, clock, client, many=10)
    lines = await rows.conn.fetch("select person, text from leaf order by person")
    said = [(line["person"], json.loads(line["text"])) for line in lines]
    assert [(person, text["n"], text["outcome"]) for person, text in said] == [(42, 2, "released"), (43, 1, "released")]


async def test_an_expired_grant_opens_nothing(rows, lane, clock, maintenance):
    await rows.entry("a")
    await rows.entry("o", key=(-1, 0), kind=100)
    assert await _names(lane, clock, maintenance) == ["o/1", "a/1"]
    assert await _names(lane, clock, dataclasses.replace(maintenance, until=0)) == []


async def test_a_place_of_another_era_has_expired(rows, lane, clock, maintenance):
    for name in "abc":
        await rows.entry(name)
    page = await changed(lane, clock, maintenance, since=None, many=1)
    assert page.next is not None
    with pytest.raises(Expired):
        await changed(
            lane, clock, maintenance, since=None, many=1, place=dataclasses.replace(page.next, era=rows.era + 1)
        )


async def _writer(rows, seed, done):
    dice = random.Random(seed)
    conn = await connect(rows.database.url)
    try:
        for i in range(12):
            async with conn.transaction():
                await rows.entry(f"w{seed}-{i}", conn=conn)
                await asyncio.sleep(dice.random() / 30)
            done.add(f"w{seed}-{i}")
    finally:
        await conn.close()


async def test_polling_while_many_write_misses_nothing(rows, lane, clock, maintenance, sealer):
    done, seen, since = set(), set(), 0
    writers = asyncio.gather(*(_writer(rows, seed, done) for seed in range(12)))
    while True:
        finished = writers.done()
        await sealer.seal()
        found, since = await _all(lane, clock, maintenance, since=since, many=40)
        seen |= {row.id for row in found}
        if finished:
            break
    await writers
    assert seen == done
    assert len(done) == 12 * 12
