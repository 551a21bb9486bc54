"""Connections that break at any point of their life are told as `Busy`, never as what the driver said."""

import asyncio
from typing import Any

import asyncpg
import pytest

from felles.record.errors import Busy
from felles.record.pool import Pool


async def _era(conn):
    return 1


async def _fail(conn):
    async with conn.transaction():
        conn.raw.terminate()
        raise KeyError


async def _cut(conn, other, pid):
    async with conn.transaction():
        await other.fetch("select pg_terminate_backend($1)", pid)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("cannot switch to state 12"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        ConnectionResetError(),
        asyncpg.DiskFullError("could not extend file"),
    ],
)
async def test_a_connection_that_breaks_while_its_era_is_asked_for(record_database, error):
    async def broken(conn):
        raise error

    pool = Pool(record_database.url, size=1, statement_timeout_ms=1000, era_of=broken)
    for _ in range(2):  # its place is free again
        with pytest.raises(Busy):
            await pool.take()


async def test_what_broke_first_is_told_when_the_connection_ends_inside_a_transaction(record_database):
    pool = Pool(record_database.url, size=1, statement_timeout_ms=1000, era_of=_era)
    async with pool.acquire() as conn:
        with pytest.raises(KeyError):
            await _fail(conn)
    async with pool.acquire() as conn:
        assert (await conn.fetchrow("select 1 as one"))["one"] == 1


async def test_a_commit_that_broke_off_does_not_say_that_nothing_was_written(record_database):
    pool = Pool(record_database.url, size=2, statement_timeout_ms=1000, era_of=_era)
    async with pool.acquire() as conn, pool.acquire() as other:
        pid = (await conn.fetchrow("select pg_backend_pid() as pid"))["pid"]
        with pytest.raises(Busy, match="look whether it was written"):
            await _cut(conn, other, pid)
    await pool.close()


async def test_whoever_is_cancelled_while_a_statement_is_prepared_spoils_no_other(record_database):
    pool = Pool(record_database.url, size=1, statement_timeout_ms=1000, era_of=_era)
    try:
        async with pool.acquire() as conn:
            whole = conn.raw

            class Cancelled:
                async def prepare(self, sql, *, name):
                    await whole.prepare(sql, name=name)  # the server has it
                    raise asyncio.CancelledError

            broken: Any = Cancelled()
            conn.raw = broken
            with pytest.raises(asyncio.CancelledError):
                await conn.prepare("select 1 as one")
            conn.raw = whole
            assert (await conn.fetch("select 2 as two"))[0]["two"] == 2
            assert (await conn.fetch("select 1 as one"))[0]["one"] == 1
    finally:
        await pool.close()
