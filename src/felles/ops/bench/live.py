"""What pages that are held open live cost, and how soon they hear: streams of staff, while others write.

Each page is a session of its own with the stream that the browser holds (`/p/{id}/live`); two of them look at each
chart. Each writer writes into one chart, waits until its pages have heard, and writes again: so each change that is
heard is known. The same writes are made once before, with no page open: what is left is what the pages cost.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from felles.ops.bench import requests
from felles.ops.bench.cpu import Meter, tree_of
from felles.ops.bench.figures import SYSTEM
from felles.ops.bench.live_report import LiveReport, Phase
from felles.ops.bench.pages import signed_in
from felles.ops.bench.region import PERSONA, Shape, region, served
from felles.ops.bench.report import machine
from felles.ops.bench.sample import Sample, sample

if TYPE_CHECKING:
    from collections.abc import Callable

LOST: Final = 15.0
"""Seconds after which a page that has not heard of a change counts as one that never will."""
PAUSE: Final = 6.0
"""Seconds that a writer waits at most between two entries, so that they fall anywhere in the beat."""
_WAIT: Final = httpx.Timeout(30, read=None)


@dataclass(slots=True)
class Page:
    """One page that is open: its chart, and when it last heard (monotonic seconds)."""

    patient: str
    heard: float = 0.0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False


@dataclass(slots=True)
class Orders:
    """How many pages are open and how many write, for how many seconds, over what, where it is kept."""

    pages: int
    writers: int
    seconds: int
    shape: Shape
    home: Path
    tell: Callable[[str], None]


async def bench_live(orders: Orders) -> LiveReport:
    """Serve the region under `home`, made when it is not there, and measure. Raises `RuntimeError` as `region`."""
    home = orders.home.absolute() / orders.shape.order
    async with region(home, orders.shape) as on, served(on) as (address, server):
        await on.warm()
        token = (await on.tokens())[SYSTEM]
        found = await sample(f"{address}/fhir", {"Authorization": f"Bearer {token}"}, people_read=1)
        charts = random.sample(found.patients, min(orders.writers, len(found.patients)))
        parts = {"server": server, "database": await on.postmaster()}
        measuring = _Measuring(orders, address, token, charts, parts)
        setting = machine() | {
            "people": f"{orders.shape.people} of 300 entries, {orders.shape.big} of 5000",
            "pages": f"{orders.pages} held open, of {len(charts)} charts, each a session of its own",
            "writers": f"{len(charts)}, each into one of these charts, up to {PAUSE:.0f} s between two entries",
        }
        return await measuring.all(setting)


class _Measuring:
    """One measurement under way."""

    def __init__(self, orders: Orders, address: str, token: str, charts: list[str], parts: dict[str, int]) -> None:
        self._orders = orders
        self._address = address
        self._token = token
        self._charts = charts
        self._parts = parts
        self._pages: list[Page] = []
        self._delays: list[float] = []
        self._missed = 0
        self._writes = 0

    async def all(self, setting: dict[str, Any]) -> LiveReport:
        """The phases, one after the other."""
        phases = [await self._phase("nothing open, nobody writes", write=False)]
        phases.append(await self._phase("nothing open, they write", write=True))
        before = memory_of(self._parts["server"])
        async with self._open():
            grown = memory_of(self._parts["server"]) - before
            phases.append(await self._phase("held open, nobody writes", write=False))
            phases.append(await self._phase("held open, they write", write=True))
            ended = sum(page.ended for page in self._pages)
        return LiveReport(setting, phases, self._orders.pages, grown, self._delays, self._missed, ended)

    async def _phase(self, name: str, *, write: bool) -> Phase:
        meter, began, writes = Meter(self._parts), time.monotonic(), self._writes
        until = began + self._orders.seconds
        if write:
            async with httpx.AsyncClient(headers={"Authorization": f"Bearer {self._token}"}, timeout=_WAIT) as client:
                await asyncio.gather(*(self._write(client, chart, until) for chart in self._charts))
        else:
            await asyncio.sleep(self._orders.seconds)
        elapsed = time.monotonic() - began
        used = meter.used()
        phase = Phase(name, elapsed, self._writes - writes, used.parts["server"], used.parts["database"], used.stood)
        self._orders.tell(" · ".join(phase.cells()))
        return phase

    async def _write(self, client: httpx.AsyncClient, chart: str, until: float) -> None:
        """One writer: an entry, until all who have the chart open have heard, a pause, and again."""
        watching = [page for page in self._pages if page.patient == chart]
        only = Sample(patients=[chart])
        headers = {"content-type": "application/fhir+json"}
        while True:
            await asyncio.sleep(random.uniform(0, PAUSE))
            if time.monotonic() >= until:
                return
            for page in watching:
                page.news.clear()
            answer = await client.post(f"{self._address}/fhir/Observation", content=requests.observation(only),
                                       headers=headers)  # fmt: skip
            answer.raise_for_status()
            written = time.monotonic()
            self._writes += 1
            await asyncio.gather(*(self._hear(page, written) for page in watching))

    async def _hear(self, page: Page, written: float) -> None:
        try:
            await asyncio.wait_for(page.news.wait(), LOST)
        except TimeoutError:
            self._missed += 1
        else:
            self._delays.append(max(0.0, page.heard - written))

    def _open(self) -> _Streams:
        return _Streams(self._orders, self._address, self._charts, self._pages)


class _Streams:
    """The pages, open for as long as the block runs."""

    def __init__(self, orders: Orders, address: str, charts: list[str], pages: list[Page]) -> None:
        self._orders = orders
        self._address = address
        self._pages = pages
        self._charts = charts
        self._stack = AsyncExitStack()
        self._following: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        client = await self._stack.enter_async_context(httpx.AsyncClient(timeout=_WAIT, limits=limits))
        for number in range(self._orders.pages):
            page = Page(self._charts[number % len(self._charts)])
            cookie = await signed_in(self._address, PERSONA)
            lines = await self._stack.enter_async_context(_stream(client, f"{self._address}/p/{page.patient}", cookie))
            self._pages.append(page)
            self._following.append(asyncio.create_task(_follow(page, lines)))
        await asyncio.wait_for(asyncio.gather(*(page.news.wait() for page in self._pages)), 60)
        self._orders.tell(f"{len(self._pages)} pages are open")

    async def __aexit__(self, *_: object) -> None:
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        await self._stack.aclose()
        self._pages.clear()


def _stream(client: httpx.AsyncClient, page: str, cookie: str) -> AbstractAsyncContextManager[httpx.Response]:
    return client.stream("GET", f"{page}/live", headers={"Accept": "text/event-stream", "Cookie": cookie})


async def _follow(page: Page, answer: httpx.Response) -> None:
    """Note each time that a page hears something: first that it is followed, then that something is new."""
    answer.raise_for_status()
    async for line in answer.aiter_lines():
        if line in ("event: her", "event: ny"):
            page.heard = time.monotonic()
            page.news.set()
        elif line == "event: slutt":
            break
    page.ended = True


def memory_of(root: int) -> int:
    """Bytes that a process and those below it hold for themselves (private and their share of what is shared)."""
    total = 0
    for pid in tree_of(root):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:"))
    return total
