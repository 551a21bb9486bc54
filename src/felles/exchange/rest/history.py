"""history: of an entry, newest first; of a type or the whole record, as a feed for system clients.

An entry's versions are shown each to whoever may see that version. A feed follows commit order: who asks again
with `_since` set to the `timestamp` of the last first page may be told something twice, and misses nothing.
(http://hl7.org/fhir/R4/http.html#history)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from felles.exchange.rest.bundle import bundle, versions
from felles.exchange.rest.call import Interaction
from felles.exchange.rest.outcomes import refuse
from felles.exchange.rest.reply import Reply
from felles.exchange.rest.times import since_of

if TYPE_CHECKING:
    from felles.exchange.rest.call import Call
    from felles.record.rows import Row

INTERACTION = Interaction(
    "Of an entry for all who see it; of a type or the whole record for system clients, in the order of commits.",
    on_type=("history-instance", "history-type"),
    on_system=("history-system",),
)
_NEWEST = 2**31 - 1


@dataclass(slots=True)
class _Asked:
    """What a history is asked for: `page` continues one, `since` in microseconds (None: not given)."""

    count: int
    since: int | None = None
    page: str | None = None


async def answer(call: Call) -> Reply:
    """200 with a history Bundle; 404 for an entry of which no version is here for this reader."""
    asked = _asked(call)
    return await (_of_entry(call, asked) if call.route.id else _of_all(call, asked))


async def _of_all(call: Call, asked: _Asked) -> Reply:
    name = call.route.type
    feed, following = await call.door.store.feed(
        call.grant(), types=[name] if name else None, since=asked.since, page=asked.page, many=asked.count
    )
    path = f"{name}/_history" if name else "_history"
    return _told(call, path, asked, feed.rows, following, moment=feed.now)


async def _of_entry(call: Call, asked: _Asked) -> Reply:
    below = _NEWEST
    if asked.page is not None:
        if not (asked.page.isascii() and asked.page.isdigit() and 0 < int(asked.page) < _NEWEST):
            raise refuse(400, "value", "_page is none that this server gave")
        below = int(asked.page)
    route = call.route
    rows = await call.door.store.history(
        call.grant(), route.type, route.id, below=below, since=asked.since or 0, many=asked.count + 1
    )
    shown = rows[: asked.count]
    following = str(shown[-1].version) if len(rows) > asked.count else None
    total = len(rows) if following is None and asked.page is None else None
    return _told(call, f"{route.type}/{route.id}/_history", asked, shown, following, total=total)


def _told(call: Call, path: str, asked: _Asked, rows: list[Row], following: str | None, **facts: int | None) -> Reply:
    """The Bundle of one page; `facts` are its total or its moment."""
    own = f"{call.base}{path}"
    links = [("self", own + (f"?{call.query}" if call.query else ""))]
    if following is not None:
        since = "".join(f"&_since={value}" for name, value in call.parameters() if name == "_since")
        links.append(("next", f"{own}?_count={asked.count}{since.replace('+', '%2B')}&_page={following}"))
    return Reply(200, bundle("history", ",".join(versions(call.base, rows)), links=links, **facts))


def _asked(call: Call) -> _Asked:
    limits = call.door.limits
    asked = _Asked(limits.page_default)
    for name, value in call.parameters():
        if name == "_count":
            asked.count = min(_count(value), limits.page)
        elif name == "_since":
            asked.since = since_of(value)
        elif name == "_page":
            asked.page = value
        elif not call.prefer.lenient:
            raise refuse(400, "not-supported", f"history takes _since and _count, not {name[:40]}")
    return asked


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value[:10]) > 0):
        raise refuse(400, "value", "_count is a whole number, at least 1")
    return int(value[:10])
