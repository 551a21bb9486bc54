"""The embedded PostgreSQL: set up, taken over, recovered, and left without a trace."""

import asyncio
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from felles.record import embedded_home
from felles.record.embedded import Embedded, EmbeddedError, ensure
from felles.record.embedded_home import read_state
from felles.record.embedded_tuning import MEGABYTE, server_settings

SMALL = {"shared_buffers": "32MB", "max_wal_size": "128MB", "min_wal_size": "32MB"}
AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root runs PostgreSQL as somebody else")
HOLD = """
import sys, time
from pathlib import Path
from felles.record.embedded import Embedded
Embedded(Path(sys.argv[1])).start()
print("up", flush=True)
time.sleep(600)
"""

FORK = """
import os, sys, time
from pathlib import Path
from felles.record.embedded import _exclusive
with _exclusive(Path(sys.argv[1])):
    child = os.fork()
    if child == 0:
        time.sleep(600)
with _exclusive(Path(sys.argv[1])):
    print("again", flush=True)
os.kill(child, 9)
"""


@pytest.fixture
def folder():
    """A folder that the system user can walk through; pytest's own are closed to it."""
    made = Path(tempfile.mkdtemp(prefix="felles-pg-"))
    made.chmod(0o711)
    yield made
    with suppress(ProcessLookupError, FileNotFoundError, ValueError):
        _kill_leftover(made)
    shutil.rmtree(made, ignore_errors=True)


def _kill_leftover(folder):
    """End what a failed test left running."""
    for state in folder.rglob("postgres.json"):
        server = Embedded(state.parent)
        if server._living() is not None:
            server._shut_down()


@pytest.fixture
def own(folder):
    with Embedded(folder / "home", settings=SMALL) as started:
        yield started


@pytest.fixture(scope="module")
def standing():
    """One server for the tests that only look."""
    made = Path(tempfile.mkdtemp(prefix="felles-pg-"))
    made.chmod(0o711)
    with Embedded(made / "home") as started:
        yield started
    shutil.rmtree(made)


def pid_of(server):
    return read_state(server.home)["pid"]


def run(url, *statements):
    async def session():
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(session())


def wait_until(true):
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def alive(pid):
    """Whether a process runs (one that is dead and not yet buried does not)."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def write_durably(server):
    run(server.url("owner"), "create table kept (n int)", "insert into kept values (42) returning n")


@pytest.mark.slow
def test_it_is_durable_and_checked(standing):
    for name, value in {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "jit": "off",
        "password_encryption": "scram-sha-256",
        "server_encoding": "UTF8",
        "listen_addresses": "127.0.0.1",
    }.items():
        assert (name, run(standing.url(), f"show {name}")) == (name, value)
    provider = run(standing.url(), "select datlocprovider::text||datlocale from pg_database where datname='felles'")
    assert provider == "bC.UTF-8"


def test_the_owner_makes_tables_and_the_worker_does_not(standing):
    assert run(standing.url("owner"), "create table t (n int)", "select current_user") == "felles_owner"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        run(standing.url("worker"), "create table u (n int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        run(standing.url("worker"), "select n from t")


def test_neither_role_is_more_than_it_must_be(standing):
    rights = "rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
    assert not run(standing.url("superuser"), f"select bool_or({rights}) from pg_roles where rolname ~ '^felles'")
    assert run(standing.url("superuser"), "select count(*) from pg_roles where rolname ~ '^felles'") == 2


@pytest.mark.parametrize("role", ["felles_worker", "postgres"])
def test_a_wrong_password_is_refused_on_the_socket_and_on_tcp(standing, role):
    for host in ("127.0.0.1", str(standing.place.socket_directory)):
        with pytest.raises(asyncpg.InvalidPasswordError):
            run(f"postgresql://{role}:guess@/felles?host={host}&port={standing.port}", "select 1")


def test_passwords_are_for_their_owner_alone(standing):
    path = standing.place.root / "passwords.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.stat().st_uid == os.getuid()
    assert stat.S_IMODE(standing.place.data.stat().st_mode) == 0o700


def test_the_log_tells_nothing_of_what_was_asked(standing):
    with pytest.raises(asyncpg.UniqueViolationError):
        run(
            standing.url("owner"),
            "create temp table numbers (n text unique)",
            "insert into numbers values ('13116900216')",
            "insert into numbers values ('13116900216')",
        )
    log = standing.place.log.read_text()
    assert "duplicate key" in log
    assert "13116900216" not in log


def test_its_programs_are_named(standing):
    said = subprocess.run([standing.binary("pgbench"), "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("pgbench (PostgreSQL) 18")
    with pytest.raises(EmbeddedError, match="no program named pgtime"):
        standing.binary("pgtime")


def test_a_ctrl_c_of_the_terminal_does_not_reach_it(standing):
    assert os.getsid(pid_of(standing)) != os.getsid(0)


async def test_it_can_be_joined_inside_an_event_loop(standing):
    with ensure(standing.home) as joined:
        connection = await asyncpg.connect(joined.url())
        assert await connection.fetchval("select 1") == 1
        await connection.close()
    assert standing.running()


@pytest.mark.slow
def test_databases_are_made_from_a_template_and_dropped(standing):
    standing.create_database("pattern")
    run(standing.url("owner", "pattern"), "create table here (n int)", "select 1")
    standing.create_database("copy", "pattern")
    assert run(standing.url("owner", "copy"), "select count(*) from here") == 0
    standing.drop_database("copy")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        run(standing.url("owner", "copy"), "select 1")


@pytest.mark.slow
def test_stop_leaves_no_process_and_start_finds_the_data(folder):
    server = Embedded(folder / "home", settings=SMALL)
    server.start()
    pid = pid_of(server)
    write_durably(server)
    server.stop()
    assert not alive(pid)
    assert not server.running()
    with pytest.raises(EmbeddedError, match="no embedded PostgreSQL is running"):
        server.url()
    with Embedded(folder / "home") as again:
        assert run(again.url("owner"), "select n from kept") == 42


@pytest.mark.slow
def test_the_last_one_out_stops_it(own):
    other = Embedded(own.home)
    other.start()
    own.stop()
    assert other.running()
    assert run(other.url(), "select 1") == 1
    pid = pid_of(other)
    other.stop()
    assert not alive(pid)


@pytest.mark.slow
def test_starting_and_stopping_twice_is_harmless(own):
    pid = pid_of(own)
    own.start()
    assert pid_of(own) == pid
    own.stop()
    own.stop()
    assert not alive(pid)


@pytest.mark.slow
@pytest.mark.parametrize("same", [True, False], ids=["same supervisor", "new supervisor"])
def test_after_kill_9_of_postgresql_a_start_recovers(own, same):
    write_durably(own)
    killed = pid_of(own)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not own.running())
    after = own if same else Embedded(own.home)
    after.start()
    assert pid_of(after) != killed
    assert run(after.url("owner"), "select n from kept") == 42
    after.stop()


@pytest.mark.slow
def test_a_computation_that_outlives_the_killed_postmaster_does_not_stop_the_start(own):
    def compute():
        with suppress(asyncpg.PostgresError, OSError):
            run(own.url("owner"), "select count(*) from generate_series(1, 1e12)")

    computing = threading.Thread(target=compute)
    computing.start()
    busy = "select count(*) from pg_stat_activity where query ~ '1e12' and pid <> pg_backend_pid()"
    wait_until(lambda: run(own.url("superuser"), busy) == 1)
    os.kill(pid_of(own), signal.SIGKILL)
    wait_until(lambda: not own.running())
    own.start()
    computing.join(30)
    assert not computing.is_alive()
    assert run(own.url(), "select 1") == 1


@pytest.mark.slow
def test_a_killed_supervisor_leaves_a_server_that_the_next_takes_over(folder):
    home = folder / "home"
    supervisor = subprocess.Popen([sys.executable, "-c", HOLD, home], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == "up\n"
    pid = read_state(home)["pid"]
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    assert alive(pid)
    with Embedded(home) as server:
        assert pid_of(server) == pid
        assert run(server.url(), "select 1") == 1
    assert not alive(pid)


@pytest.mark.slow
def test_a_worker_forked_during_a_start_does_not_keep_the_next_from_starting(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FORK, tmp_path / "lock"], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout == "again\n", done.stderr


@pytest.mark.slow
def test_a_pid_file_that_names_a_strangers_process_does_not_stop_the_start(folder):
    with Embedded(folder / "home", settings=SMALL) as server:
        stale = (server.place.data / "postmaster.pid").read_text()
    stranger = [str(os.getpid()), *stale.splitlines()[1:]]
    (server.place.data / "postmaster.pid").write_text("\n".join(stranger) + "\n")
    with Embedded(folder / "home") as again:
        assert run(again.url(), "select 1") == 1


@pytest.mark.slow
def test_a_killed_set_up_is_begun_anew(folder):
    half = folder / "home" / "postgres" / "data.0a1b2c3d"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with Embedded(folder / "home", settings=SMALL) as server:
        assert run(server.url(), "select 1") == 1
    assert not half.exists()


@pytest.mark.slow
def test_a_port_taken_meanwhile_is_given_up(folder):
    with Embedded(folder / "home", settings=SMALL) as server:
        port = server.port
    with socket.create_server(("127.0.0.1", port)), Embedded(folder / "home", settings=SMALL) as again:
        assert again.port != port
        assert run(again.url(), "select 1") == 1
    with Embedded(folder / "home", settings=SMALL) as once_more:
        assert once_more.port == read_state(folder / "home")["port"]


@pytest.mark.slow
def test_a_start_that_fails_says_why_and_leaves_nothing(folder):
    with Embedded(folder / "home", settings=SMALL) as server:
        pass
    (server.place.data / "local.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match=r"did not start: .*FATAL"):
        server.start()
    assert not server.running()


@pytest.mark.slow
def test_what_the_operator_sets_goes_before_ours(folder):
    with Embedded(folder / "home", settings=SMALL) as server:
        (server.place.data / "local.conf").write_text("work_mem = '7MB'\n")
    with Embedded(folder / "home", settings=SMALL) as again:
        assert run(again.url(), "show work_mem") == "7MB"


@pytest.mark.slow
def test_data_of_another_version_is_refused_clearly(folder):
    with Embedded(folder / "home", settings=SMALL) as server:
        pass
    (server.place.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 16 and the binaries are 18"):
        server.start()


@pytest.mark.slow
def test_a_path_too_long_for_a_socket_is_served_by_tcp(folder):
    deep = folder / ("long" * 20) / "home"
    with Embedded(deep, settings=SMALL) as server:
        assert "host=127.0.0.1" in server.url()
        assert run(server.url(), "select 1") == 1


@pytest.mark.slow
@AS_ROOT
def test_as_root_it_runs_as_nobody_and_only_home_is_made_passable(folder):
    home = folder / "home"
    home.mkdir(mode=0o700)
    with Embedded(home, settings=SMALL) as server:
        assert Path(f"/proc/{pid_of(server)}").owner() == "nobody"
        assert server.place.root == home / "postgres"
    assert stat.S_IMODE(home.stat().st_mode) == 0o711


@pytest.mark.slow
@AS_ROOT
def test_as_root_below_a_closed_folder_the_data_lies_elsewhere(folder, monkeypatch):
    elsewhere = folder / "elsewhere"
    monkeypatch.setattr(embedded_home, "ELSEWHERE", elsewhere)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with Embedded(closed / "home", settings=SMALL) as server:
        write_durably(server)
        assert server.place.root.is_relative_to(elsewhere)
        assert read_state(closed / "home")["root"] == str(server.place.root)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    with Embedded(closed / "home") as again:
        assert run(again.url("owner"), "select n from kept") == 42
    closed.chmod(0o711)  # could be reached now, but the data is where it is, even with the pointer lost
    (closed / "home" / "postgres.json").unlink()
    with Embedded(closed / "home") as again:
        assert run(again.url("owner"), "select n from kept") == 42


@pytest.mark.slow
@AS_ROOT
def test_without_root_it_runs_as_whoever_runs_us(folder):
    folder.chmod(0o777)

    def as_nobody():
        with Embedded(folder / "home", settings=SMALL) as server:
            assert server.place.user is None
            assert run(server.url(), "select 1") == 1

    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            as_nobody()
        except BaseException as error:  # noqa: BLE001  # a forked child must end here, whatever happens
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(("memory", "buffers"), [(128, "64MB"), (2048, "512MB"), (16384, "4096MB"), (262144, "4096MB")])
def test_shared_buffers_follow_memory_within_bounds(memory, buffers):
    assert server_settings(memory * MEGABYTE)["shared_buffers"] == buffers
