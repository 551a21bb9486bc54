"""What a page weighs, by counting: bytes as sent, elements, statements, rows read. No clock is asked.

Pages are those that are registered: each is asked for at addresses that are made from a record, and at those that other
pages lead to.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Self

import pytest
from filled import Asked, asked

from felles.care.domains import DOMAINS
from felles.record.pool import Conn

EACH = 2
"""Addresses of one page after which links to it are not followed."""
_HREF = re.compile(r'(?:href|action)="((?:/|&#x2f;)[^"]*)"')
_ELEMENT = re.compile(rb"<[a-z]")
_READ = """select (select sum(seq_tup_read) from pg_stat_user_tables where schemaname = 'felles')
     + (select sum(idx_tup_read) from pg_stat_user_indexes where schemaname = 'felles')"""


@dataclass(frozen=True, slots=True)
class Weight:
    """One page: bytes packed, elements of HTML, statements sent, entries of indexes and rows of tables read."""

    sent: int
    elements: int
    statements: int
    rows: int

    def within(self, limit: Weight) -> bool:
        """Whether it is at most `limit` in everything."""
        return limit.most(self) == limit

    def most(self, other: Weight | None) -> Weight:
        """The larger of each."""
        if other is None:
            return self
        return Weight(
            max(self.sent, other.sent),
            max(self.elements, other.elements),
            max(self.statements, other.statements),
            max(self.rows, other.rows),
        )


def patterns() -> dict[str, re.Pattern[str]]:
    """Route → what its addresses look like; every page that is registered, streams left out."""
    routes = [path for domain in DOMAINS for method, path, _ in domain.pages if method == "GET"]
    return {
        route: re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route)))
        for route in routes
        if not route.endswith("/live")
    }


def posted() -> list[str]:
    """The path of every form."""
    return [path for domain in DOMAINS for method, path, _ in domain.pages if method == "POST"]


@dataclass
class Scales:
    """Weighs what visitors ask for. `owner` reads the database's own counts.

    `found`: route → the most it weighed; `fields`: what the forms asked for.
    """

    site: Any
    owner: Any
    found: dict[str, Weight] = field(default_factory=dict)
    fields: set[Asked] = field(default_factory=set)
    _counts: dict[str, int] = field(default_factory=dict)
    _read: int = 0
    _patterns: dict[str, re.Pattern[str]] = field(default_factory=patterns)

    def route_of(self, path: str) -> str:
        """The route that a path belongs to; one without places before one with; "" for none."""
        fits = [route for route, pattern in self._patterns.items() if pattern.fullmatch(path)]
        return min(fits, key=lambda route: route.count("{"), default="")

    def missing(self) -> set[str]:
        """Pages that nobody was shown."""
        return self._patterns.keys() - self.found.keys()

    async def walk(self, browser: Any, paths: list[str]) -> None:
        """Weigh these addresses and those that they lead to; nothing else may ask the database meanwhile."""
        waiting, seen = list(paths), set[str]()
        self._read = await self._rows()
        while waiting:
            address = waiting.pop(0)
            route = self.route_of(address.partition("?")[0])
            if not route or address in seen or (address not in paths and self._counts.get(route, 0) >= EACH):
                continue
            seen.add(address)
            html = await self.weigh(browser, route, address)
            if html is not None:
                self._counts[route] = self._counts.get(route, 0) + 1
                waiting += map(unescape, _HREF.findall(html))

    async def weigh(self, browser: Any, route: str, address: str) -> str | None:
        """One page; None where it is not shown to this visitor."""
        with Counter() as counter:
            answer = await browser.get(address, headers={"accept-encoding": "gzip"})
        rows, self._read = -self._read, await self._rows()
        if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
            return None
        rows += self._read
        sent = int(answer.headers["content-length"])
        weight = Weight(sent, len(_ELEMENT.findall(answer.content)), counter.statements, rows)
        self.found[route] = weight.most(self.found.get(route))
        self.fields |= asked(answer.text, address.partition("?")[0])
        return answer.text

    async def _rows(self) -> int:
        """Rows read so far, by all connections of the pages."""
        for conn in self.site.store.pool._free:
            await conn.raw.fetch("select pg_stat_force_next_flush()")
        return int(await self.owner.fetchval(_READ) or 0)


class Counter:
    """Counts the statements that are sent while it is open."""

    statements: int = 0

    def __enter__(self) -> Self:
        self._patch = pytest.MonkeyPatch()
        for name in ("fetch", "execute"):
            self._patch.setattr(Conn, name, self._counted(getattr(Conn, name)))
        return self

    def _counted(self, sent: Any) -> Any:
        async def counted(*args: Any) -> Any:
            self.statements += 1
            return await sent(*args)

        return counted

    def __exit__(self, *_: object) -> None:
        self._patch.undo()


def packed(body: bytes) -> int:
    """Bytes of a file as it is sent."""
    return len(gzip.compress(body, 9))
