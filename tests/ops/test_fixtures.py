"""The fixtures other tests rest on: two PostgreSQL versions, and databases that know nothing of each other."""

import asyncpg
import pytest


async def ask(url, sql):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


@pytest.mark.store
async def test_a_store_test_runs_on_the_version_it_is_named_for(database, pg_server, request):
    version = request.node.callspec.params["pg_server"].removeprefix("pg")
    assert (await ask(database.url, "show server_version")).split(".")[0] == version


@pytest.mark.store
async def test_the_records_schema_is_there_and_open_to_workers(record_database):
    assert await ask(record_database.url, "select count(*) from felles.entry") == 0


async def test_an_empty_database_has_no_schema_of_ours(database):
    assert await ask(database.url, "select to_regnamespace('felles')") is None


async def test_two_copies_share_nothing(pg_server, record_database):
    other = pg_server.fresh("record", lambda _: pytest.fail("prepared twice"))
    try:
        await ask(record_database.owner_url, "create table only_here (n int)")
        assert await ask(record_database.owner_url, "select to_regclass('only_here')::text") == "only_here"
        assert await ask(other.owner_url, "select to_regclass('only_here')") is None
    finally:
        pg_server.drop(other)
