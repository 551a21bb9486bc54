"""A month of hand-overs: each is ended by a person or on exactly one list; none is silent, none done twice.

Everybody sends, takes, asks back, answers, declines, forwards, puts off and ends, by pages and by FHIR clients alike;
desks answer cases; drafts are signed and become hand-overs; tests are ordered and answered. It happens in processes of
their own (`month.processes`), while owners leave and come, are away and come back, persons get other GPs and move to
other municipalities, units close, blocks are set and lifted, the clock is moved through a month that holds both nights
on which it changes, processes that write and the keeper are killed, connections are cut in the middle of whatever they
do, PostgreSQL is killed, stopped and started (`month.trouble`), and the same answer is sent twice. In the end
(`month.judging`):

- each hand-over that was acknowledged is there, with one row, and the row says what its entries say;
- each is ended, by a person who said why, or on exactly one list, that of those who staff its owner;
- no verb was acknowledged twice over one version, none over an order without its answer once that was there, and each
  signed text is in the record once;
- the board's counts equal the truth, which is told from the entries alone (`month.truth`).

FELLES_HANDOVERS says how many are sent and acknowledged (2 000), FELLES_SEED where the dice begin, FELLES_MINUTES after
how many minutes the month is over, however many there were by then (0: when all are sent).
"""

from __future__ import annotations

import asyncio
import os
import random
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from month import journal, sending
from month.clocks import HALVES, Shared, clinical
from month.judging import Judge
from month.processes import Plan, Processes
from month.scene import Scene, prepare
from month.trouble import Trouble
from worlds import World, opened

from felles.access.handovers.keeper import Keeper
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.care.writing.actions import settle
from felles.fhir.search.dates import OSLO
from felles.record.clock import MICROSECONDS
from felles.record.maintenance import connect

pytestmark = pytest.mark.soak
MANY = int(os.environ.get("FELLES_HANDOVERS", "2000"))
MINUTES = float(os.environ.get("FELLES_MINUTES", "0"))
SEED = int(os.environ.get("FELLES_SEED", "20261005"))
TICK = 0.02
ROUNDS = 400 + MANY // 20
"""In which the keeper ends. It sees to 200 of a reason in each, and each hand-over is due some times: up its ladder."""


def test_the_month_holds_every_kind_and_both_nights() -> None:
    assert set(Kind) == sending.WAYS.keys() | sending.FOLLOWS
    changes = {_hours(clinical(part / 1000)) for part in range(1001)}
    assert changes == {1, 2}, "summer time and the other"
    (begun, long), (again, _) = HALVES
    assert (_hours(begun), _hours(begun + long), _hours(again)) == (2, 1, 1)


def _hours(moment: int) -> float:
    from datetime import datetime

    offset = datetime.fromtimestamp(moment / MICROSECONDS, OSLO).utcoffset()
    assert offset is not None
    return offset.total_seconds() / 3600


async def test_nothing_is_lost_in_a_month(record_database: Any, tmp_path: Path) -> None:
    dice = random.Random(SEED)
    await _safely(record_database)
    async with opened(record_database.url, tmp_path / "home") as world:
        shared = Shared(tmp_path / "shared")
        shared.offset = world.store.clock.offset = clinical(0) - world.store.clock.real()
        scene = await prepare(world, dice, MANY)
        processes = Processes(Plan(record_database.url, tmp_path, scene, SEED, MANY))
        trouble = Trouble(world, scene, shared, processes, record_database, dice, MANY, MINUTES)
        try:
            processes.start()
            await live(trouble)
            await asyncio.to_thread(processes.finish)
        finally:
            processes.stop()
        await trouble.over()
        await finish(world, record_database.url)
        told = journal.read(tmp_path)
        try:
            found = await judged(world, scene, told)
        except AssertionError as error:
            await explain(world, str(error))
            raise
        print(f"\n{len(told.sources)} hand-overs; in the end {found}")
        print({kind: len(sources) for kind, sources in told.sent.items()})
        print(dict(told.said), dict(trouble.said), processes.started, dict(processes.died))
        assert not processes.died, "a process ended by itself"


async def _safely(database: Any) -> None:
    """What is acknowledged outlives a process of PostgreSQL's, though here not a power cut.

    Its tables are counted as they grow, as anywhere but in short tests: a plan for few rows is slow over many.
    """
    conn = await asyncpg.connect(database.superuser_url)
    await conn.execute(f'alter database "{database.name}" set synchronous_commit = on')
    await conn.execute("alter system set autovacuum = on")
    await conn.execute("select pg_reload_conf()")
    await conn.close()


async def live(trouble: Trouble) -> None:
    """The month, until all are sent."""
    pause = min(2.0, MANY / 1000)

    async def troubles() -> None:
        while True:
            await asyncio.sleep(trouble.dice.uniform(pause / 4, pause))
            await trouble.one()

    going = asyncio.create_task(troubles())
    while trouble.done < 1:
        trouble.clock()
        await asyncio.sleep(TICK)
        assert not going.done(), going.exception()
    going.cancel()
    with suppress(asyncio.CancelledError):
        await going
    await asyncio.to_thread(trouble.database.server.start)
    trouble.shared.over = True


async def finish(world: World, url: str) -> None:
    """Nobody does anything more: what was signed goes into the record, and the keeper comes to its end."""
    await world.store.pool.fetch("update writing set due = 0, lease = null where state = 1")
    while await settle(world.store):
        pass
    conn = await connect(url)
    keeper, written = Keeper(world.store, conn), list[int]()
    while done := await keeper.round():
        written.append(done)
        if len(written) > ROUNDS:
            print(f"\n{len(written)} rounds wrote {sum(written)}, the last of them {written[-20:]}")
            await never_ends(world)
    print(f"\nthe keeper came to its end after {len(written)} rounds that wrote {sum(written)}")
    await conn.close()


async def never_ends(world: World) -> None:
    """The keeper writes on though nobody does anything: of what, and what stands in it."""
    fetch = world.store.pool.fetch
    last = "select distinct id from (select id from entry where author = $1 order by updated desc limit 10) e"
    written = [f"Task/{row['id']}" for row in await fetch(last, "Device/hand-over-keeper")]
    late = f"""select source from handover where state < {State.DONE:d}
                  and (next <= $1 or stopped or offer <> '' or instead <> 0) order by next limit 20"""
    due = [row["source"] for row in await fetch(late, world.store.clock.clinical())]
    wrong = f"the keeper does not come to an end: it writes {written}, due are {due}"
    await explain(world, wrong)
    raise AssertionError(wrong)


async def explain(world: World, error: str) -> None:
    """What was written of the hand-overs that an error names, for whoever must find out why."""
    for name in dict.fromkeys(re.findall(r"[A-Z][A-Za-z]+[/.](f[0-9a-z]{24})", error)):
        for row in await world.store.pool.fetch("select version, author, body from entry where id = $1", name):
            print(row["version"], row["author"], row["body"])
        rows = "select * from handover where position($1 in source) > 0 or position($1 in focus) > 0"
        for row in await world.store.pool.fetch(rows, name):
            print(dict(row))


async def judged(world: World, scene: Scene, told: journal.Told) -> dict[str, int]:
    """What was found, counted. Raises `AssertionError` with whatever does not hold."""
    judge, wrong = Judge(world, scene, told), list[str]()
    await judge.read()
    for check in (
        judge.nothing_is_lost, judge.nothing_is_done_twice, judge.no_answer_is_ended_unseen, judge.each_has_its_row,
        judge.each_is_ended_by_a_person, judge.each_is_on_one_list, judge.the_board_counts_it,
        judge.each_application_is_decided_or_waits, judge.each_draft_went_once,
    ):  # fmt: skip
        try:
            if (waits := check()) is not None:
                await waits
        except AssertionError as error:
            wrong.append(f"{check.__name__}: {error}")
    assert not wrong, "\n".join(wrong)
    return dict(judge.counts)
