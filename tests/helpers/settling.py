"""What was signed on a page goes into the record before its ten seconds are over."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from felles.access.bases import Basis
from felles.record.maintenance import connect


def settle(page: Any, url: str) -> None:
    """Ends the seconds in which anything could be called back, of all that is signed in the database at `url`.

    The page is where something was just signed, or said in a hand-over; afterwards it says that this stands in the
    record, or was sent.
    """
    waits = page.locator("[data-waits], [data-goes]").first
    waits.wait_for()
    _done(url, "update writing set due = 0 where state = 1")
    page.goto(waits.get_attribute("data-look"))
    page.get_by_text(re.compile(r"Ført inn i journalen\.|^Sendt\.$")).first.wait_for()


def closed_again(url: str) -> None:
    """Ends the hours of each emergency in the database at `url`: what was opened so is closed."""
    _done(url, f"update opening set until = since + 1 where basis = {Basis.EMERGENCY.value}")


def _done(url: str, statement: str) -> None:
    with ThreadPoolExecutor(1) as thread:  # Playwright's own loop runs in this one
        thread.submit(asyncio.run, _executed(url, statement)).result(20)


async def _executed(url: str, statement: str) -> None:
    conn = await connect(url)
    await conn.execute(statement)
    await conn.close()
