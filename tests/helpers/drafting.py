"""A form whose words are kept, as its script sees it: what was begun, and saves of it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from browsing import own, words

PART = {"x-felles-part": "lagre"}


def marks(html: str, name: str) -> dict[str, str]:
    """The hidden fields by which the draft of the form `name` (`Text.name`) is known on a page."""
    part = html.partition(f'id="utkast-{name}"')[2].partition("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="(utkast-\w+)" value="([^"]*)">', unescape(part)))
    assert found, f"no such form: {name}"
    return found


def unmarked(form: dict[str, str]) -> dict[str, str]:
    """The marks of another's draft as one sends them who hides that it is another's."""
    return {name: value for name, value in form.items() if name != "utkast-hvem"}


async def opened(visitor: Any, page: str, name: str) -> dict[str, str]:
    """The marks of the form on a page that is read now."""
    answer = await visitor.get(page)
    assert answer.status_code == 200, words(answer.text)
    return marks(answer.text, name)


async def save(visitor: Any, action: str, form: dict[str, str], step: int = 1, **said: str) -> Any:
    """What the script sends while one types; its window's clock stands at `step`."""
    data = form | {"utkast-steg": str(step)} | said | {"gjor": "lagre"}
    return await visitor.post(action, data=data, headers=own() | PART)


async def saved(visitor: Any, action: str, form: dict[str, str], step: int = 1, **said: str) -> dict[str, str]:
    """The same where it is taken: the marks of the form from then on."""
    answer = await save(visitor, action, form, step, **said)
    assert answer.status_code == 200, words(answer.text)
    told = answer.json()
    return form | {"utkast-id": told["id"], "utkast-versjon": str(told["versjon"])}


async def post(visitor: Any, action: str, form: dict[str, str], **said: str) -> Any:
    """The form itself, sent."""
    return await visitor.post(action, data=form | {"utkast-steg": "99"} | said, headers=own())
