"""The region in a database: written once, gone on with, never over somebody else's record, begun anew when asked."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from browsing import PEOPLE, write_region

from felles.access.region import Place, open_store
from felles.demo import fill as filling
from felles.demo.cli import _turn_back
from felles.demo.fill import NotEmpty, fill, state_of, today
from felles.demo.people import CAST
from felles.demo.reset import InTheWay, reset
from felles.record.clock import MICROSECONDS
from felles.record.errors import Busy
from felles.record.kinds import Kind
from felles.settings import Settings

pytestmark = pytest.mark.slow

COUNT = 20


@pytest.fixture
def database(pg_server, migrated):
    """An empty record."""
    made = pg_server.fresh("record", migrated)
    yield made
    pg_server.drop(made)


@pytest.fixture
def region(pg_server, tmp_path):
    """A record that a region of `PEOPLE` was written into: a copy of one, the same as the pages' tests have."""

    def write(database):
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, write_region(database, tmp_path)).result()

    made = pg_server.fresh("pages", write)
    yield made
    pg_server.drop(made)


def settings_of(database, tmp_path, **more):
    return Settings(home=tmp_path, database_url=database.url, database_owner_url=database.owner_url, **more)


@pytest.fixture
async def store(database, tmp_path):
    made = await open_store(settings_of(database, tmp_path), database.url)
    yield made
    await made.close()


@pytest.fixture
async def written(region, tmp_path):
    made = await open_store(settings_of(region, tmp_path), region.url)
    yield made
    await made.close()


async def counted(store):
    rows = await store.pool.fetch("select count(*) as n, max(version) as v from entry where form = 0")
    return rows[0]["n"], rows[0]["v"]


async def patients(store):
    rows = await store.pool.fetch("select count(distinct (bucket, person)) as n from entry where type = 103")
    return rows[0]["n"]


async def test_it_is_written_once(store):
    told = []
    filled = await fill(store, count=CAST, tell=lambda *said: told.append(said))
    assert filled.whole
    assert filled.lives == CAST
    assert told[-1] == (CAST, CAST, filled.entries)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    before = await counted(store)
    assert before == (filled.entries - await shared_entries(store), 1)
    again = await fill(store, count=CAST)
    assert (again.lives, again.entries) == (0, 0)
    assert await counted(store) == before


async def test_a_region_that_is_made_at_night_holds_nothing_that_is_noted_later(store):
    night = datetime(2026, 11, 27, 3, 10, tzinfo=store.settings.timezone)
    store.clock.offset = int(night.timestamp()) * MICROSECONDS - store.clock.real()
    await fill(store, count=CAST)
    rows = await store.pool.fetch("select body from entry where form = 0 and state = 0")
    bodies = [json.loads(row["body"]) for row in rows]
    noted = [each.get(name) for each in bodies for name in ("effectiveDateTime", "issued", "date")]
    last = max(datetime.fromisoformat(said) for said in noted if said and "T" in said)
    assert night <= last < night + timedelta(minutes=1), "what the ward wrote this morning"
    starts = [each["start"] for each in bodies if each["resourceType"] == "Appointment" and "start" in each]
    assert max(map(datetime.fromisoformat, starts)) > night + timedelta(days=1), "what is to come stays"


async def shared_entries(store):
    return (await store.pool.fetch("select count(*) as n from shared"))[0]["n"]


async def test_a_run_that_was_cut_off_goes_on(store, monkeypatch):
    monkeypatch.setattr(filling, "TOGETHER", 1)

    def break_off(done, *_):
        if done >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await fill(store, count=COUNT, tell=break_off)
    state = await state_of(store)
    assert state is not None
    assert not state.whole
    assert 3 <= state.done < COUNT - CAST
    assert (await fill(store, count=COUNT)).lives == COUNT - state.done
    assert await patients(store) == COUNT
    ids = {life.person.id for life in filling.region.lives(state.seed, date.fromisoformat(state.day), COUNT)}
    rows = await store.pool.fetch("select id from entry where type = 103 and form = 0 and state = 0")
    assert {row["id"] for row in rows} == ids


async def test_a_busy_database_is_waited_for_and_not_for_ever(monkeypatch):
    waited, tried = [], []

    async def sleep(seconds):
        waited.append(seconds)

    async def work():
        tried.append(1)
        if len(tried) < 4:
            raise Busy("not now")

    async def never():
        raise Busy("never")

    monkeypatch.setattr(filling.asyncio, "sleep", sleep)
    await filling.patiently(work)
    assert (len(tried), waited) == (4, [1, 2, 4])
    with pytest.raises(Busy):
        await filling.patiently(never)


async def test_it_never_writes_into_somebody_elses_record(written):
    assert (await fill(written, count=PEOPLE)).entries == 0
    await written.pool.fetch("delete from run where name = 'demo'")
    with pytest.raises(NotEmpty):
        await fill(written, count=PEOPLE)


async def test_entries_carry_their_organisation_and_for_whom_they_were_written(written):
    of_care = "select distinct org, behalf from entry where person <> 0 and kind <> $1"
    rows = await written.pool.fetch(of_care, Kind.CASE)
    assert len(rows) > 8
    assert all(row["org"] and row["behalf"].startswith("Practitioner/") for row in rows)


async def test_relations_follow_from_what_was_written(written):
    rows = await written.pool.fetch("select count(*) as n, count(distinct basis) as bases from relation")
    assert rows[0]["n"] > 20
    assert rows[0]["bases"] >= 7


async def test_a_reset_empties_a_demo_and_nothing_else(written, region, tmp_path):
    place = Place(region.url, region.owner_url)
    assert await state_of(written) is not None
    with pytest.raises(InTheWay, match="stop the server"):
        await reset(place)
    await written.close()
    await reset(place)
    again = await open_store(settings_of(region, tmp_path), region.url)
    try:
        assert await state_of(again) is None
        assert (await fill(again, count=CAST)).lives == CAST
        await again.pool.fetch("delete from run where name = 'demo'")
    finally:
        await again.close()
    with pytest.raises(InTheWay, match="not the synthetic region"):
        await reset(place)


async def test_a_region_of_an_earlier_day_goes_on_from_that_day_in_demo_mode_alone(written, region, tmp_path):
    state = await state_of(written)
    assert state is not None
    made = date.fromisoformat(state.day)
    state.day = (made - timedelta(days=3)).isoformat()
    await filling.keep(written, state)
    await _turn_back(written)
    for demo, expected in ((True, made - timedelta(days=3)), (False, made)):
        opened = await open_store(settings_of(region, tmp_path, demo=demo), region.url)
        assert today(opened) == expected
        await opened.close()
