"""The region in a database: written once, gone on with, never over somebody else's record."""

import pytest

from felles.access.region import Place, bring_up_to_date, open_store
from felles.demo.fill import NotEmpty, fill, state_of
from felles.settings import Settings

COUNT = 4


@pytest.fixture
async def store(pg_server, tmp_path):
    database = pg_server.fresh()
    await bring_up_to_date(Place(database.url, database.owner_url))
    settings = Settings(home=tmp_path, database_url=database.url, database_owner_url=database.owner_url)
    made = await open_store(settings, database.url)
    yield made
    await made.close()
    pg_server.drop(database)


async def counted(store):
    rows = await store.pool.fetch("select count(*) as n, max(version) as v from entry where form = 0")
    return rows[0]["n"], rows[0]["v"]


async def test_it_is_written_once(store):
    told = []
    filled = await fill(store, count=COUNT, tell=lambda done, of: told.append((done, of)))
    assert filled.whole
    assert filled.lives == COUNT
    assert told[-1] == (COUNT, COUNT)
    before = await counted(store)
    assert before[1] == 1
    again = await fill(store, count=COUNT)
    assert (again.lives, again.entries) == (0, 0)
    assert await counted(store) == before


async def test_a_run_that_was_cut_off_goes_on(store, monkeypatch):
    from felles.demo import fill as filling

    monkeypatch.setattr(filling, "TOGETHER", 1)

    def break_off(done, of):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await fill(store, count=COUNT, tell=break_off)
    state = await state_of(store)
    assert state is not None
    assert (state.done, state.whole) == (2, False)
    assert (await fill(store, count=COUNT)).lives == COUNT - 2
    persons = await store.pool.fetch("select count(distinct (bucket, person)) as n from entry where type = 103")
    assert persons[0]["n"] == COUNT


async def test_it_never_writes_into_somebody_elses_record(store):
    await fill(store, count=COUNT)
    await store.pool.fetch("delete from run where name = 'demo'")
    with pytest.raises(NotEmpty):
        await fill(store, count=COUNT)


async def test_entries_carry_their_organisation_and_for_whom_they_were_written(store):
    await fill(store, count=COUNT)
    rows = await store.pool.fetch("select distinct org, behalf from entry where person <> 0")
    assert len(rows) > 3
    assert all(row["org"] and row["behalf"].startswith("Practitioner/") for row in rows)
