"""The pages over a small synthetic region, and visitors who walk through them without a browser."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from felles.access.doorkeeper import Doorkeeper
from felles.access.region import Place, bring_up_to_date, open_store
from felles.access.signing import Signer
from felles.care.domains import pages
from felles.care.writing.actions import settle
from felles.demo.fill import fill
from felles.record.maintenance import connect
from felles.record.store import Store
from felles.settings import Settings

ADDRESS = "http://felles.test"
PEOPLE = 20


async def write_region(database: Any, home: Path, *, offset: int = 0) -> None:
    """The schema and a small region into an empty database; `offset`: of the clinical clock from the real one.

    What is in it is counted for the planner, which else happens within a minute where a server runs in earnest.
    """
    await bring_up_to_date(Place(database.url, database.owner_url))
    store = await open_store(settings_of(database, home), database.url)
    store.clock.offset = offset
    try:
        await fill(store, count=PEOPLE)
    finally:
        await store.close()
    owner = await connect(database.owner_url)
    await owner.execute("analyze")
    await owner.close()


def settings_of(database: Any, home: Path, *, demo: bool = True) -> Settings:
    return Settings(home=home, database_url=database.url, database_owner_url=database.owner_url, demo=demo)


def words(html: str) -> str:
    """What a reader of the page reads."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def found_in(pattern: str, text: str) -> str:
    """What the one group of `pattern` stands for in a page, as it is read."""
    found = re.search(pattern, unescape(text))
    assert found, pattern
    return found[1]


def same(html: str) -> str:
    """A page but for the id of its request, and when it was asked for."""
    return re.sub(r"\b(ref=[a-z]{10}|lest=[0-9]+)\b", "", html)


@dataclass
class Site:
    """The pages, their store, and visitors."""

    store: Store
    app: Any

    @asynccontextmanager
    async def visitor(self, persona: str | None = None, **headers: str):
        """A browser without script; signed in as `persona`."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
            if persona is not None:
                answer = await client.post("/logg-inn", data={"persona": persona}, headers=own())
                assert answer.status_code == 303, answer.text
            yield client


async def gone(visitor: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    """The answer to something said in a hand-over, when that has gone: its ten seconds are made to be over."""
    if "sendes=" in answer.headers.get("location", ""):
        store: Store = visitor._transport.app.state.store  # type: ignore[attr-defined]
        await store.pool.fetch("update writing set due = 0 where state = 1 and form = 'arbeid'")
        assert await settle(store) == 1
    return answer


def own() -> dict[str, str]:
    """What a browser says of a form sent from our own page."""
    return {"origin": ADDRESS, "sec-fetch-site": "same-origin"}


@asynccontextmanager
async def opened(database: Any, home: Path, *, demo: bool = True, offset: int = 0):
    """The pages over `database`."""
    store = await open_store(settings_of(database, home, demo=demo), database.url)
    store.clock.offset = offset
    try:
        yield Site(store, pages(store, Doorkeeper(store, Signer.of(home))))
    finally:
        await store.close()


async def patient_named(site: Site, family: str) -> tuple[str, tuple[int, int]]:
    """The id and the key of the first person of that family name (folded)."""
    rows = await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %")
    return rows[0]["id"], (rows[0]["bucket"], rows[0]["person"])


async def lines_about(site: Site, key: tuple[int, int]) -> list[str]:
    """The lines of the log about a person, oldest first."""
    rows = await site.store.pool.fetch("select text from leaf where bucket = $1 and person = $2 order by number", *key)
    return [row["text"] for row in rows]


async def opened_at(browser: Any, path: str) -> str:
    """Where a page that was just read follows what it shows: the page is read, and says when it was asked for."""
    return re.findall(r'data-live="([^"]+)"', unescape((await browser.get(path)).text))[0]


async def told(browser: Any, address: str) -> str:
    """What a page that follows there hears first: `her` for nothing, `ny` for something."""
    return re.findall(r"^event: (\w+)", (await browser.get(address)).text)[0]
