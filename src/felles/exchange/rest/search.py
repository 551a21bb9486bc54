"""search: `GET [base]/[type]?…` and `POST [base]/[type]/_search` (http://hl7.org/fhir/R4/search.html).

What a search means is the record's (`record.find`); here it becomes a Bundle joined from rows as they
lie. A page's link is one sealed token that only the same reader can open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from felles.exchange.rest import audit, provenance
from felles.exchange.rest.bundle import bundle, found
from felles.exchange.rest.call import Interaction
from felles.exchange.rest.reply import Reply
from felles.record.find import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from felles.exchange.rest.call import Call
    from felles.record.find import Query
    from felles.record.rows import Row

INTERACTION = Interaction(
    "An unknown parameter is refused unless `Prefer: handling=lenient`.", on_type=("search-type",)
)


async def answer(call: Call) -> Reply:
    """200 with a searchset; 400 for what is not understood, 410 for a link that is over, 422 when too costly."""
    parameters = call.parameters()
    page = next((value for name, value in parameters if name == "_page"), None)
    asked = [(name, value) for name, value in parameters if name != "_page"]
    query = parse(
        call.route.type,
        asked,
        lenient=call.prefer.lenient,
        base_url=call.base,
        now=call.door.store.clock.clinical(),
        limits=call.door.search_limits,
    )
    if call.route.type == "Provenance" and provenance.asks(query):
        return await _with_made(call, query, asked, page)
    if call.route.type == "AuditEvent" and audit.asks(call, query):
        return await _with_log(call, query, asked, page)
    answered = await call.door.store.search(call.grant(), query, page)
    if query.revincludes and provenance.includes(query):
        answered.included += await provenance.of_matches(call, query, answered.rows)
    own = f"{call.base}{call.route.type}"
    used = _used(call, asked, query.used)
    links = [("self", f"{own}?{used}" if used else own)]
    if answered.next is not None:
        links.append(("next", f"{own}?_page={answered.next}"))
    entries = found(call.base, answered.rows, "match") + found(call.base, answered.included, "include")
    return Reply(200, bundle("searchset", ",".join(entries), total=answered.total, links=links))


async def _with_made(call: Call, query: Query, asked: list[tuple[str, str]], page: str | None) -> Reply:
    """The written Provenance entries of a target, then those made from its versions."""
    begin = provenance.beginning(page)
    stored = None if begin is not None else await call.door.store.search(call.grant(), query, page)
    made = [] if stored is not None and stored.next else await provenance.of_targets(call, query)
    shown, following = provenance.placed(made, stored, begin or 0, query.count)
    own = f"{call.base}{call.route.type}"
    used = _used(call, asked, query.used)
    links = [("self", f"{own}?{used}")]
    if stored is not None and stored.next is not None:
        links.append(("next", f"{own}?_page={stored.next}&{used}"))
    elif following is not None:
        links.append(("next", f"{own}?_page={provenance.MARK}{following}&{used}"))
    rows = [*(stored.rows if stored else []), *shown]
    known = stored is not None and stored.next is None and stored.total is not None
    total = len(made) + stored.total if known and stored is not None and stored.total is not None else None
    entries = found(call.base, rows, "match") + found(call.base, stored.included if stored else [], "include")
    return Reply(200, bundle("searchset", ",".join(entries), total=total, links=links))


async def _with_log(call: Call, query: Query, asked: list[tuple[str, str]], page: str | None) -> Reply:
    """Those made from the lines of a log, newest first, then the written AuditEvents on the last page."""
    below = audit.beginning(page)
    logged = await audit.of_log(call, query) if below is None else await audit.of_log(call, query, below)
    shown = logged[: query.count]
    own, used = f"{call.base}AuditEvent", _used(call, asked, query.used)
    links = [("self", f"{own}?{used}" if used else own)]
    written: list[Row] = []
    if len(logged) > len(shown):
        links.append(("next", f"{own}?_page={audit.place_after(shown[-1])}&{used}".rstrip("&")))
    else:
        written = (await call.door.store.search(call.grant(), query, None)).rows
    return Reply(200, bundle("searchset", ",".join(found(call.base, [*shown, *written], "match")), links=links))


def _used(call: Call, asked: list[tuple[str, str]], used: Sequence[tuple[str, str]]) -> str:
    """The query string of the self link: as it was sent, or without what was left out."""
    if len(used) == len(asked) and call.query.isascii() and "_format" not in call.query and "_pretty" not in call.query:
        return call.query if asked else ""
    return urlencode(used, quote_via=quote, safe=":,|/")
