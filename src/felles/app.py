"""The whole program behind one server: FHIR, pages, health and metrics; and `felles serve`, which runs it.

    serve -> database (embedded: started; migrated) -> granian: workers, each one App over one Store

The main process touches no request: it keeps the workers and the embedded database alive, and stops both.
FHIR speaks the server's own interface and passes no framework; pages are ASGI behind an adapter.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import threading
import time
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import asyncpg
import msgspec
import structlog
import typer
from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from felles.access import demo_clock
from felles.access.doorkeeper import Doorkeeper
from felles.access.handovers import keeper
from felles.access.region import open_store
from felles.care.domains import pages
from felles.care.writing import job
from felles.demo import region
from felles.demo.cli import demo as fill_demo
from felles.exchange.rest.app import MOUNT, FhirApp, Head
from felles.ops import metrics as _metrics
from felles.ops import rsgi
from felles.ops.health import health
from felles.ops.serving import announced
from felles.record import background
from felles.record.embedded import Embedded
from felles.record.errors import Busy
from felles.record.migrate import migrate
from felles.record.pulse import Pulse
from felles.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, MutableMapping
    from multiprocessing.synchronize import Event

    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope as RsgiScope

    from felles.record.store import Store

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = structlog.get_logger(__name__)

STOP_SECONDS = 20
"""How long a worker may take to finish what it has begun before it is ended."""
START_SECONDS = 60
"""How long a worker waits for the database before it gives up and is started again."""


class App:
    """What a worker serves, by RSGI and by ASGI: what is below /fhir, /health and /metrics; pages for all else."""

    def __init__(self, settings: Settings, url: str, ending: Callable[[], bool] = lambda: False) -> None:
        """`url` is the database, as the workers' role; `ending` whether the server stops: then what streams ends."""
        self._ending = ending
        self._settings = settings
        self._url = url
        self._stack = AsyncExitStack()
        self._metrics = _metrics.Metrics()
        self._fhir: Asgi = _not_ready
        self._pages: Asgi = _not_ready
        self._store: Store | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or the server's start and end."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        status = 500
        path: str = scope["path"]

        async def sent(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        door, answer = self._door(path)
        try:
            await answer(scope, receive, sent)
        finally:
            self._metrics.count(door, scope["method"], status, time.perf_counter() - began)

    # -- granian's own interface: what `felles serve` speaks -------------------------------------------------

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.run_until_complete(self._open())
        except Exception:
            _log.exception("a worker could not start")
            raise

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self._stack.aclose())

    async def __rsgi__(self, scope: RsgiScope, protocol: HTTPProtocol) -> None:
        """Answer one request: FHIR straight away, everything else as ASGI."""
        if scope.proto != "http":
            return
        began = time.perf_counter()
        path, status = scope.path, 500
        fhir = self._fhir
        if isinstance(fhir, FhirApp) and _below(path):
            headers = dict(scope.headers.items())
            body = rsgi.Body(protocol, headers.get("content-length"))
            try:
                status, answered, sent = await fhir.answer(
                    Head(scope.method, scope.scheme, path, scope.query_string, headers, body)
                )
                protocol.response_bytes(status, answered, sent)
            finally:
                self._metrics.count("fhir", scope.method, status, time.perf_counter() - began)
            return
        door, answer = self._door(path)
        try:
            status = await rsgi.serve(answer, scope, protocol)
        finally:
            self._metrics.count(door, scope.method, status, time.perf_counter() - began)

    def _door(self, path: str) -> tuple[str, Asgi]:
        if _below(path):
            return "fhir", self._fhir
        if path in _OWN:
            return "own", getattr(self, _OWN[path])
        # A stream lasts as long as its page: counted apart, or it would count as a slow one.
        return ("live" if path.endswith("/live") else "pages"), self._pages

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._open()
        except Exception as error:  # noqa: BLE001 - whatever it was, the server must be told
            _log.exception("a worker could not start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stack.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self) -> None:
        """Open the store and put the doors in front of it."""
        store = self._store = await _store(self._settings, self._url)
        self._stack.push_async_callback(store.close)
        pulse = Pulse(self._settings.workers)
        await self._stack.enter_async_context(demo_clock.followed(store, pulse))
        await self._stack.enter_async_context(background.running(self._settings, self._url, pulse))
        await self._stack.enter_async_context(keeper.running(store, self._url))
        await self._stack.enter_async_context(job.running(store))
        doorkeeper = Doorkeeper(store)
        self._fhir = FhirApp(store, doorkeeper, self._settings)
        shown = self._pages = pages(store, doorkeeper)
        shown.state.ending = self._ending
        shown.state.pulse = pulse
        # What is there now stays: the collector need not walk it again at each full collection.
        gc.collect()
        gc.freeze()

    async def _health(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        told = await health(self._store) if self._store else {"ready": False}
        await _answer(send, 200 if told["ready"] else 503, "application/json", msgspec.json.encode(told))

    async def _show_metrics(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        headers = dict(scope["headers"])
        client = scope["client"][0] if scope.get("client") else None
        sent = headers.get(b"authorization", b"").decode("latin-1")
        if _metrics.may_see(client, sent, self._settings.metrics_token):
            await _answer(send, 200, _metrics.CONTENT_TYPE, self._metrics.text())
        else:
            await _answer(send, 403, "text/plain; charset=utf-8", b"metrics are for this machine, or by token\n")


def _below(path: str) -> bool:
    """Whether a path lies at or below the FHIR base."""
    return path.startswith(MOUNT) and (len(path) == len(MOUNT) or path[len(MOUNT)] == "/")


_OWN = {"/health": "_health", "/metrics": "_show_metrics"}


async def _answer(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [(b"content-type", content_type.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _not_ready(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's signature
    await _answer(send, 503, "text/plain; charset=utf-8", b"starting\n")


async def _store(settings: Settings, url: str) -> Store:
    """The store, waited for: at a start or after a crash the database may need a while to recover."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return await open_store(settings, url)
        except Busy:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)


def load_app(settings: Settings, url: str, ending: Event) -> App:
    """What each worker runs; called in the worker. It ends when the main process is gone, however that went."""
    _end_with_parent()
    configure_log(settings.log_level)
    return App(settings, url, ending.is_set)


def configure_log(level: str) -> None:
    """What the program says of itself: one JSON line for each event on stderr.

    Tracebacks go without the values of variables: those may hold what only the record's log may tell.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def _end_with_parent() -> None:
    """Ask Linux for SIGTERM when our parent dies (prctl(2), PR_SET_PDEATHSIG): a kill -9 leaves no orphan."""
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM, 0, 0, 0)


# -- the main process ------------------------------------------------------------------------------------


class _Server(MPServer):
    """Granian's supervisor, more patient: a worker that was killed is started again, as often as it takes.

    Its own rule gives up when a worker ends twice within 5.5 s; ours, when workers ended MOST times in a minute.
    """

    MOST = 60

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ending = multiprocessing.Event()
        self.respawned_wrks = _Patience(self.MOST)

    def _stop_workers(self) -> None:
        # A worker waits for the answers that it has begun, and a stream would go on for an hour.
        self.ending.set()
        super()._stop_workers()


class _Patience(dict[int, float]):
    """The times of the last restarts. `get` tells a crash loop only when there were too many in a minute."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._times: list[float] = []

    def __setitem__(self, worker: int, at: float) -> None:
        self._times = [t for t in self._times if at - t < 60] + [at]
        super().__setitem__(worker, at)

    def get(self, worker: int, default: Any = None) -> Any:
        """The time of the worker's last restart when there were too many, else long ago."""
        return super().get(worker, default) if len(self._times) > self._most else 0


def server(settings: Settings) -> _Server:
    """The supervisor of the workers, ready for `run`."""
    return _Server(
        "felles.app:load_app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        workers=settings.workers,
        websockets=False,
        # One thread for the sockets beside Python's: a tenth less CPU for each request than granian's own choice.
        runtime_mode=RuntimeModes.st,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        backpressure=1024,
        http1_settings=HTTP1Settings(
            max_buffer_size=max(settings.max_header_bytes * 2 + settings.max_url_bytes, 64 * 1024)
        ),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )


def run(settings: Settings, url: str) -> None:
    """Serve until SIGINT or SIGTERM; what was begun is finished, then every worker is gone."""
    folder = settings.home / "metrics"
    if settings.workers > 1:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.environ[_metrics.FOLDER] = str(folder)
    served = server(settings)
    served.serve(target_loader=partial(load_app, settings, url, served.ending), wrap_loader=False)


class _Keeper:
    """Keeps the embedded database alive while we serve: one that died is started again, on the same data."""

    EVERY = 0.5

    def __init__(self, embedded: Embedded) -> None:
        self._embedded = embedded
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="felles-database", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self.EVERY):
            try:
                if not self._embedded.running():
                    _log.warning("the database is gone; starting it again")
                    self._embedded.start()
            except Exception:  # noqa: BLE001 - killed again while it starts, a full disk: to give up here is for good
                _log.exception("the database does not start; trying again")


@contextmanager
def database(settings: Settings) -> Generator[tuple[str, str]]:
    """The URLs (workers, owner) of the database, for as long as the block runs; the embedded one is kept alive."""
    if settings.database_url is not None and settings.database_owner_url is not None:
        yield settings.database_url, settings.database_owner_url
        return
    with Embedded(settings.home) as embedded, _Keeper(embedded):
        yield embedded.url("worker"), embedded.url("owner")


async def prepare(url: str, owner_url: str) -> None:
    """Bring the schema to the newest migration, as its owner."""
    owner = await asyncpg.connect(owner_url)
    try:
        await migrate(owner, urlsplit(url).username)
    finally:
        await owner.close()


def check_port(settings: Settings) -> None:
    """Raise SettingsError when somebody listens where we are to: workers share the port and would not notice."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {settings.host}:{settings.port} ({error.strerror}): FELLES_PORT sets another"
            ) from None


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (FELLES_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (FELLES_PORT).")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes (FELLES_WORKERS).")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Demo mode: a synthetic region, sign in as anybody.")] = False,
) -> None:
    """Serve pages and FHIR; sets the database up first. Ctrl+C stops all of it."""
    options: dict[str, Any] = {"host": host, "port": port, "workers": workers, "demo": demo or None}
    settings = load(None, **{name: value for name, value in options.items() if value is not None})
    configure_log(settings.log_level)
    check_port(settings)
    with database(settings) as (url, owner_url):
        asyncio.run(prepare(url, owner_url))
        if settings.demo:
            fill_demo(if_empty=True, people=region.PEOPLE, seed=region.SEED)
        print(f"Felles is at {settings.base_url} (FHIR: {settings.base_url}{MOUNT}); Ctrl+C stops it.", flush=True)  # noqa: T201
        with announced(settings.home, f"http://{settings.host}:{settings.port}"):
            run(settings, url)
