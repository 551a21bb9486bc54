"""Bundles joined from pieces that are ready: no entry is parsed or encoded again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from felles.record.stamps import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from felles.exchange.rest.reply import Reply
    from felles.record.rows import Row


def quoted(text: str) -> str:
    """`text` as a JSON string."""
    return msgspec.json.encode(text).decode()


def bundle(
    kind: str,
    entries: str,
    *,
    total: int | None = None,
    links: Iterable[tuple[str, str]] = (),
    moment: int | None = None,
) -> bytes:
    """A Bundle of type `kind`. `entries` is the inside of `entry` (joined by commas), `links` (relation, URL).

    `moment` (microseconds) becomes `timestamp`: as of when it tells.
    """
    pieces = ['{"resourceType":"Bundle","type":"', kind, '"']
    if moment is not None:
        pieces.append(f',"timestamp":"{instant(moment)}"')
    if total is not None:
        pieces.append(f',"total":{total}')
    shown = [f'{{"relation":"{relation}","url":{quoted(url)}}}' for relation, url in links]
    if shown:
        pieces += [',"link":[', ",".join(shown), "]"]
    if entries:
        pieces += [',"entry":[', entries, "]"]
    pieces.append("}")
    return "".join(pieces).encode()


def found(base: str, rows: Sequence[Row], mode: str) -> list[str]:
    """Entries of a searchset; `mode` is match or include."""
    tail = f',"search":{{"mode":"{mode}"}}}}'
    return [f'{{"fullUrl":"{base}{row.type_name}/{row.id}","resource":{row.body}{tail}' for row in rows]


def versions(base: str, rows: Iterable[Row]) -> list[str]:
    """Entries of a history: what was done to each, when, and what came of it (nothing, when deleted)."""
    return [_version(base, row) for row in rows]


def _version(base: str, row: Row) -> str:
    if row.deleted:
        method, status, resource = "DELETE", "204 No Content", ""
    else:
        method, status = ("POST", "201 Created") if row.version == 1 else ("PUT", "200 OK")
        resource = f',"resource":{row.body}'
    url = row.type_name if method == "POST" else row.reference
    return (
        f'{{"fullUrl":"{base}{row.reference}"{resource},"request":{{"method":"{method}","url":"{url}"}},'
        f'"response":{{"status":"{status}","etag":"W/\\"{row.version}\\"","lastModified":"{instant(row.updated)}"}}}}'
    )


def answered(base: str, reply: Reply, *, is_outcome: bool = False) -> str:
    """The entry of a batch-response or transaction-response that tells `reply`."""
    response = [f'"status":"{reply.status} {HTTPStatus(reply.status).phrase}"']
    if reply.location is not None:
        response.append(f'"location":{quoted(base + reply.location)}')
    if reply.version is not None:
        response.append(f'"etag":"W/\\"{reply.version}\\""')
    if reply.updated is not None:
        response.append(f'"lastModified":"{instant(reply.updated)}"')
    body = reply.body.decode()
    if body and is_outcome:
        response.append(f'"outcome":{body}')
    resource = f'"resource":{body},' if body and not is_outcome else ""
    return f'{{{resource}"response":{{{",".join(response)}}}}}'
