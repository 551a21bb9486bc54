"""A real browser in front of the pages: Chromium, driven by Playwright, with axe-core beside it."""

import asyncio
import threading
import time
from pathlib import Path

import httpx
import pytest
from browsing import opened, write_region
from desks import something_waits
from granian.constants import Interfaces
from granian.server.embed import Server

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port():
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def lifeless(app):
    """`app` behind a server that also announces start and end, which pages have no use for."""

    async def asgi(scope, receive, send):
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})

    return asgi


@pytest.fixture(scope="session")
def address(pg18, tmp_path_factory):
    """The pages over a small region, served on a port of their own."""
    home = tmp_path_factory.mktemp("browser")
    database = pg18.fresh()
    port, ready, over = free_port(), threading.Event(), threading.Event()

    async def serve():
        await write_region(database, home)
        async with opened(database, home) as site:
            await something_waits(site)
            server = Server(lifeless(site.app), address="127.0.0.1", port=port, interface=Interfaces.ASGI)
            running = asyncio.create_task(server.serve())
            ready.set()
            await asyncio.to_thread(over.wait)
            server.stop()
            await running

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(60)
    url = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            httpx.get(url)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    over.set()
    thread.join(20)


@pytest.fixture(scope="session")
def chrome(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def window(chrome, address):
    """Gives a window: `window(390, dark=True, persona="gravid")`; each has cookies of its own."""
    contexts = []

    def open_window(width=1440, *, dark=False, persona=None, language="nb-NO", script=True):
        phone = width < 600
        context = chrome.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            locale=language,
            base_url=address,
            is_mobile=phone,
            has_touch=phone,
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda said: page.troubles.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        if persona:
            page.goto("/")
            page.click(f"button[value={persona}]")
        return page

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture
def faults():
    """What axe finds on a page, and whether it has to be scrolled sideways."""

    def look(page):
        # By the protocol, not as a script tag: the page's own policy forbids those, and it stays in force.
        page.evaluate(AXE.read_text())
        found = page.evaluate("(rules) => axe.run({runOnly: rules})", RULES)
        told = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return told + ([f"{too_wide} px too wide"] if too_wide > 0 else [])

    return look
