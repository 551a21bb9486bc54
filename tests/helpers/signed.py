"""A form opened as it arrives, signed with something changed, and put into the record."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import httpx
from browsing import Site, own, words
from filled import asked

from felles.care.writing import actions


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the form on a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', unescape(html)))


def shown(html: str, path: str) -> dict[str, str]:
    """What the fields of the form at `path` show."""
    return {each.name: each.value for each in asked(html, path) if each.action == path}


async def opened(browser: httpx.AsyncClient, patient: str, what: str, about: str = "") -> dict[str, str]:
    """All that the form sends when nothing is changed."""
    path = f"/p/{patient}/skriv/{what}"
    answer = await browser.get(path, params={"om": about} if about else None)
    assert answer.status_code == 200, words(answer.text)
    return shown(answer.text, path) | hidden(answer.text) | {"om": about}


async def sent(
    browser: httpx.AsyncClient, patient: str, what: str, form: dict[str, str], **said: str
) -> httpx.Response:
    """The answer to the form, signed with what is said."""
    data = form | said | {"gjor": "signer"}
    return await browser.post(f"/p/{patient}/skriv/{what}", data=data, headers=own(), follow_redirects=True)


async def signed(browser: httpx.AsyncClient, patient: str, what: str, about: str = "", **said: str) -> dict[str, str]:
    """Open the form and sign it; it waits its ten seconds. What was sent."""
    form = await opened(browser, patient, what, about)
    answer = await sent(browser, patient, what, form, **said)
    assert "Signert." in words(answer.text), words(answer.text)
    return form | said


async def over(site: Site) -> int:
    """Let the ten seconds of all that waits be over; how many went into the record."""
    await site.store.pool.fetch("update writing set due = 0 where state = 1")
    return await actions.settle(site.store)


async def versions(site: Site, entry: str) -> list[dict[str, Any]]:
    """All versions of `Type/id`, the oldest first."""
    type_name, _, which = entry.partition("/")
    found = await site.store.pool.fetch(
        """select e.body from entry e join type_name t on t.type = e.type
            where t.name = $1 and e.id = $2 and e.form = 0 order by e.version""", type_name, which
    )  # fmt: skip
    return [json.loads(row["body"]) for row in found]
