"""The pages over a small region on a port of their own, for a browser to visit: tests, and `scripts/pictures.py`."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from browsing import opened, write_region
from desks import something_waits
from granian.constants import Interfaces
from granian.server.embed import Server

from felles.access import demo_clock
from felles.record import cleanup
from felles.record.log import keys, tick


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def lifeless(app: Any) -> Any:
    """`app` behind a server that also announces start and end, which pages have no use for."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    return asgi


def answering(url: str) -> None:
    """Waits until somebody answers there. Raises `httpx.TransportError` after a minute."""
    for left in range(600, -1, -1):
        try:
            httpx.get(url)
            break
        except httpx.TransportError:
            if not left:
                raise
            time.sleep(0.1)


_OFFSET = "update run set state = jsonb_set(state, '{offset}', to_jsonb($1::bigint)) where name = 'demo'"


@asynccontextmanager
async def jobs(site: Any, url: str, home: Path) -> AsyncGenerator[None]:
    """What runs beside the requests of a server (`record.background`), and tells of itself more often."""
    pulse = site.app.state.pulse
    offset = site.store.clock.offset
    await site.store.pool.fetch(_OFFSET, offset)
    running = [
        asyncio.create_task(tick.run(url, await asyncio.to_thread(keys.load, home), every=0.5, pulse=pulse)),
        asyncio.create_task(cleanup.run(url, site.store.clock, every=0.5, pulse=pulse)),
        asyncio.create_task(pulse.run(url, every=0.5)),
    ]
    try:
        async with demo_clock.followed(site.store, pulse):
            yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@contextmanager
def served(database: Any, home: Path, *, offset: int = 0, seconds: float = 60) -> Generator[str]:
    """The address of the pages over `database`, written first; `offset` is of the clinical clock from the real one."""
    port, ready, over = free_port(), threading.Event(), threading.Event()

    async def serve() -> None:
        await write_region(database, home, offset=offset)
        async with opened(database, home, offset=offset) as site, jobs(site, database.url, home):
            await something_waits(site)
            server = Server(lifeless(site.app), address="127.0.0.1", port=port, interface=Interfaces.ASGI)
            running = asyncio.create_task(server.serve())
            ready.set()
            await asyncio.to_thread(over.wait)
            server.stop()
            await running

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(seconds), "the pages did not come up"
    url = f"http://127.0.0.1:{port}"
    answering(url)
    try:
        yield url
    finally:
        over.set()
        thread.join(20)


@contextmanager
def alone(database: Any, home: Path, port: int) -> Generator[None]:
    """The pages over a database that is written, served by a process of its own; at the end it is killed (SIGKILL)."""
    said = f"import served; served.serve_alone({database.url!r}, {database.owner_url!r}, {str(home)!r}, {port})"
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    process = subprocess.Popen([sys.executable, "-c", said], env=environment)
    try:
        answering(f"http://127.0.0.1:{port}/")
        yield
    finally:
        process.kill()
        process.wait(20)


def serve_alone(url: str, owner_url: str, home: str, port: int) -> None:
    """What the process of `alone` runs: nothing beside the requests."""

    async def serve() -> None:
        async with opened(SimpleNamespace(url=url, owner_url=owner_url), Path(home)) as site:
            await Server(lifeless(site.app), address="127.0.0.1", port=port, interface=Interfaces.ASGI).serve()

    asyncio.run(serve())
