"""Another visitor beside a browser's page: who reads and sends forms without a window of her own."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from html import unescape
from typing import Any

_OURS = {"sec-fetch-site": "same-origin"}


@contextmanager
def beside(page: Any, persona: str) -> Generator[tuple[Callable[[str], str], Callable[..., str]]]:
    """`persona`, signed in at the pages that `page` shows: she reads an address, and sends a form to one.

    Both give what came, its characters unescaped.
    """
    context = page.context.browser.new_context(base_url="/".join(page.url.split("/")[:3]))

    def read(path: str) -> str:
        return unescape(context.request.get(path).text())

    def send(path: str, **form: str) -> str:
        answer = context.request.post(path, form=form, headers=_OURS)
        assert answer.ok, (path, answer.status)
        return unescape(answer.text())

    send("/logg-inn", persona=persona)
    yield read, send
    context.close()


def number_of(page: Any, persona: str) -> str:
    """The national number of a citizen, from the record that she takes home."""
    with beside(page, persona) as (_, send):
        found = re.search(r'"value":"(\d{11})"', send("/meg/last-ned", form="fhir"))
    assert found
    return found[1]


def asks_back(page: Any, persona: str, words: str) -> None:
    """She to whom a message with these words came takes it, and asks something back."""
    listed = re.compile(rf'href="(/arbeid/\w+/[^"?#]+)[^"]*"[^>]*>(?:\s|<[^>]+>)*[^<]*{re.escape(words)}')
    with beside(page, persona) as (read, send):
        for verb, said in (("ta", ""), ("spor", "Hvor mange tabletter tar du om dagen?")):
            found = listed.search(read("/"))  # what carries it is another entry once it is taken
            assert found, "it is not on her list"
            version = re.search(r'name="versjon" value="(\d+)"', read(found[1]))
            assert version
            send(f"{found[1]}/{verb}", versjon=version[1], tekst=said)


def is_gone(page: Any, persona: str) -> None:
    """Waits until what `persona` said can be called back no more, and has gone."""
    with beside(page, persona) as (read, _):
        for _ in range(60):
            if "data-goes" not in read("/arbeid"):
                return
            page.wait_for_timeout(250)
    raise AssertionError("it does not go")
