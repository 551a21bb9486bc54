"""Migrations: forward, resumable, under a lock; drift is refused with one line; workers have no more than they need."""

from __future__ import annotations

import asyncio
import shutil

import asyncpg
import pytest

from felles.record import migrate as m

pytestmark = [pytest.mark.store, pytest.mark.slow]


@pytest.fixture
def empty(pg_server):
    made = pg_server.fresh()
    yield made
    pg_server.drop(made)


@pytest.fixture
async def first(empty):
    """The owner of an empty database."""
    conn = await asyncpg.connect(empty.owner_url)
    yield conn
    await conn.close()


@pytest.fixture
def fresh(pg_server, migrated):
    """A record, to which every migration that there is was applied."""
    made = pg_server.fresh("record", migrated)
    yield made
    pg_server.drop(made)


@pytest.fixture
async def owner(fresh):
    conn = await asyncpg.connect(fresh.owner_url, server_settings={"search_path": "felles, public"})
    yield conn
    await conn.close()


@pytest.fixture
def folder(tmp_path):
    """A copy of the migrations, to be added to or spoilt."""
    copy = tmp_path / "migrations"
    shutil.copytree(m.FOLDER, copy)
    return copy


async def test_an_empty_database_becomes_a_record_and_a_second_run_does_nothing(first):
    assert (await m.migrate(first))[0] == "0001_record"
    assert await m.migrate(first) == []
    assert await m.check(first) == m.migrations()[-1].number


async def test_check_says_what_waits(first, folder):
    with pytest.raises(m.Behind, match="no record yet"):
        await m.check(first)
    await m.migrate(first, folder=folder)
    (folder / "0900_more.sql").write_text("create table more (x integer);")
    with pytest.raises(m.Behind, match="0900_more"):
        await m.check(first, folder=folder)
    assert await m.migrate(first, folder=folder) == ["0900_more"]
    assert await m.check(first, folder=folder) == 900


async def test_two_runs_at_once_apply_each_migration_once(first, empty):
    other = await asyncpg.connect(empty.owner_url)
    try:
        ran = await asyncio.gather(m.migrate(first), m.migrate(other))
    finally:
        await other.close()
    assert sorted(map(len, ran)) == [0, len(m.migrations())]


async def test_a_failing_migration_leaves_nothing_behind(owner, folder):
    bad = folder / "0900_bad.sql"
    bad.write_text("create table half (x integer); select 1/0;")
    with pytest.raises(m.MigrationError, match="0900_bad failed and is not applied"):
        await m.migrate(owner, folder=folder)
    assert await owner.fetchval("select to_regclass('felles.half')") is None
    bad.write_text("create table half (x integer);")
    assert await m.migrate(owner, folder=folder) == ["0900_bad"]


async def test_one_without_a_transaction_goes_on_where_it_stopped(owner, folder):
    path = folder / "0900_steps.sql"
    path.write_text(
        "-- no-transaction\ncreate table steps (x integer);\ninsert into steps values (1);\n"
        "create index concurrently steps_x on steps (x);\ninsert into gate values (1);\n"
    )
    with pytest.raises(m.MigrationError, match="gate"):
        await m.migrate(owner, folder=folder)
    with pytest.raises(m.Behind, match="0900_steps"):
        await m.check(owner, folder=folder)
    await owner.execute("create table gate (x integer)")
    assert await m.migrate(owner, folder=folder) == ["0900_steps"]
    assert await owner.fetchval("select count(*) from steps") == 1
    assert await owner.fetchval("select count(*) from gate") == 1


async def test_a_changed_file_is_drift(owner, folder):
    path = folder / "0001_record.sql"
    path.write_text(path.read_text() + "\n-- changed afterwards\n")
    for act in (m.check, m.migrate):
        with pytest.raises(m.Drift, match="0001_record was changed"):
            await act(owner, folder=folder)


async def test_a_number_that_was_passed_and_one_that_is_unknown_are_drift(owner, folder):
    (folder / "0900_later.sql").write_text("create table later (x integer);")
    await m.migrate(owner, folder=folder)
    (folder / "0800_earlier.sql").write_text("create table earlier (x integer);")
    with pytest.raises(m.Drift, match="0800_earlier has a lower number"):
        await m.migrate(owner, folder=folder)
    (folder / "0800_earlier.sql").unlink()
    (folder / "0900_later.sql").unlink()
    with pytest.raises(m.Drift, match="0900_later is applied here and not known"):
        await m.check(owner, folder=folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("alter table person add column extra integer", "also has: column person.extra integer"),
        ("drop index entry_feed", "lacks: index .*entry_feed"),
        ("alter table outbox alter column tries drop not null", "column outbox.tries"),
        ("alter table leaf drop constraint leaf_pkey", "leaf"),
        ("create table other (x integer)", "also has: column other.x"),
        ("create function f() returns integer language sql as 'select 1'", "also has: function f"),
    ],
)
async def test_a_schema_changed_by_hand_is_drift(owner, change, said):
    await owner.execute(change)
    with pytest.raises(m.Drift, match=said):
        await m.check(owner)
    with pytest.raises(m.Drift, match=said):
        await m.migrate(owner)


@pytest.mark.parametrize("name", ["1_short.sql", "0002_Upper.sql", "0001_twice.sql"])
def test_a_file_without_a_proper_name_is_refused(folder, name):
    (folder / name).write_text("select 1;")
    with pytest.raises(m.MigrationError, match="not a migration's name"):
        m.migrations(folder)


def test_statements_are_parted_outside_quotes_and_comments():
    sql = "select ';'; -- a; comment\nselect \"a;b\", $$;$$, $x$;$$;$x$ /* ; */;\nselect 'it''s;'"
    assert m.statements(sql) == ["select ';'", 'select "a;b", $$;$$, $x$;$$;$x$', "select 'it''s;'"]


async def test_a_role_that_is_not_there_is_named(first):
    with pytest.raises(m.MigrationError, match="felles_nobody does not exist"):
        await m.migrate(first, "felles_nobody")


FORBIDDEN = [
    "update leaf set text = null",
    "delete from leaf",
    "truncate leaf",
    "update tick set digest = ''",
    "delete from tick",
    "delete from entry",
    "update entry set body = ''",
    "update entry set author = 'x', xid = pg_current_xact_id()",
    "delete from shared",
    "update era set timeline = 1",
    "delete from person",
    "update migration set done = true",
    "create table felles.mine (x integer)",
    "drop table felles.leaf",
]
ALLOWED = [
    "select count(*) from leaf",
    "update entry set state = 1 where false",
    "update entry set marks = '{}', terms = null, refs = null, indexer = 2 where false",
    "delete from pointer",
    "delete from relation",
    "select nextval('person_key')",
    "insert into leaf (era, xid, bucket, person, at, digest) values (1, pg_current_xact_id(), 0, 0, 0, '')",
    "select 1 from person for no key update",
    "select system_identifier from pg_control_system()",
    "select pg_walfile_name(pg_current_wal_lsn())",
]


@pytest.fixture
async def worker(fresh):
    conn = await asyncpg.connect(fresh.url, server_settings={"search_path": "felles, public"})
    yield conn
    await conn.close()


async def test_workers_may_do_what_they_need_and_nothing_else(worker):
    for sql in ALLOWED:
        await worker.execute(sql)
    for sql in FORBIDDEN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await worker.execute(sql)


async def test_workers_can_check_but_not_migrate(worker, folder):
    assert await m.check(worker) == m.migrations()[-1].number
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await m.migrate(worker, folder=folder)


async def test_type_names_are_those_of_the_program(worker):
    from felles.record.numbers import TYPE_NAMES

    assert dict(await worker.fetch("select type, name from type_name")) == TYPE_NAMES


async def test_the_search_path_of_who_checks_does_not_matter(owner, fresh):
    plain = await asyncpg.connect(fresh.owner_url)
    try:
        assert await m.fingerprint(plain) == await m.fingerprint(owner)
    finally:
        await plain.close()


async def _fingerprint(server) -> str:
    made = server.fresh()
    conn = await asyncpg.connect(made.owner_url)
    try:
        await m.migrate(conn)
        return await m.fingerprint(conn)
    finally:
        await conn.close()
        server.drop(made)


@pytest.mark.slow
async def test_17_and_18_read_the_same_schema(pg17, pg18):
    """A dump of one restored into the other is no drift."""
    assert await _fingerprint(pg17) == await _fingerprint(pg18)
