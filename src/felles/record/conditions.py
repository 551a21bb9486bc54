"""Conditional interactions: create if none exists, update and delete by criteria, conditional references.

Two writers with the same criteria take turns: before searching, the transaction takes an advisory lock on
the hash of each normalised criterion, in sorted order, held to its end. The search runs with the writer's
own Grant and sees no further: what she may not see does not exist for her.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

from felles.fhir import encode, references, rewrite
from felles.record.changes import Result
from felles.record.errors import Absent, PreconditionFailed, RecordError, blaming
from felles.record.find import matches, parse

if TYPE_CHECKING:
    from felles.record.changes import Change
    from felles.record.clock import Clock
    from felles.record.find import Query
    from felles.record.grants import Grant
    from felles.record.pool import Conn
    from felles.record.rows import Row

_LOCK = "select pg_advisory_xact_lock($1::bigint)"


class Conditions:
    """The criteria of one commit. True when there are any."""

    def __init__(self, grant: Grant, clock: Clock, changes: list[Change]) -> None:
        self._grant = grant
        self._clock = clock
        self._changes = changes
        self._links: dict[str, Query] = {}
        self._first: dict[str, int] = {}
        """Which change has a conditional reference first, and is named when it leads nowhere."""
        for position, change in enumerate(changes):
            if change.literal or change.resource is None:
                continue
            for reference in references(change.resource):
                text = reference.reference or ""
                if "?" in text and not text.startswith(("urn:", "http:", "https:", "#")) and text not in self._links:
                    type_name, _, criteria = text.partition("?")
                    try:
                        pairs = parse_qsl(criteria, keep_blank_values=True)
                        self._links[text] = parse(type_name, pairs, now=clock.clinical())
                    except RecordError as error:
                        error.position, error.expression = position, _where(change, text)
                        raise
                    self._first[text] = position

    def __bool__(self) -> bool:
        return bool(self._links) or any(c.condition is not None for c in self._changes)

    async def resolve(self, conn: Conn) -> dict[int, Result]:
        """Lock and search; answer, by position, what conditional creates met.

        Sets the ids of conditional updates and deletes, and rewrites conditional references.

        Raises `PreconditionFailed` where criteria match several entries (a reference: not exactly one),
        `Absent` where a delete matches none.
        """
        queries = [c.condition for c in self._changes if c.condition is not None] + list(self._links.values())
        for lock in sorted({_hash(q) for q in queries}):
            await conn.fetch(_LOCK, lock)
        targets: dict[str, str] = {}
        for text, query in self._links.items():
            found = await matches(conn, self._clock, self._grant, query)
            if len(found) != 1:
                said = f"the conditional reference to {query.type} matches {_count(found)} entries"
                with blaming(self._first[text]):
                    raise PreconditionFailed(said, _where(self._changes[self._first[text]], text))
            targets[text] = found[0].reference
        met: dict[int, Result] = {}
        for position, change in enumerate(self._changes):
            if change.resource is not None and targets:
                rewrite(change.resource, targets.get)
            if change.condition is not None:
                with blaming(position):
                    await self._meet(conn, position, change, met)
        return met

    async def _meet(self, conn: Conn, position: int, change: Change, met: dict[int, Result]) -> None:
        found = await matches(conn, self._clock, self._grant, change.condition)
        if len(found) > 1:
            raise PreconditionFailed(f"the criteria match {_count(found)} entries of {change.type}")
        if change.op == "create":
            if found:
                met[position] = _met(change, found[0])
        elif change.op == "delete":
            if not found:
                raise Absent(f"no {change.type} matches the criteria")
            change.id = found[0].id
        elif found:
            if change.id not in (None, found[0].id):
                raise PreconditionFailed(f"the criteria match another {change.type} than the one in the body")
            change.id = found[0].id
        elif change.id is None:
            change.op = "create"


def _met(change: Change, row: Row) -> Result:
    return Result(outcome="found", type=change.type, id=row.id, version=row.version, updated=row.updated, body=row.body)


def _where(change: Change, text: str) -> str | None:
    """The FHIRPath of the first reference of a change that says `text`."""

    def walk(value: Any, path: str) -> str | None:
        if isinstance(value, dict):
            if value.get("reference") == text:
                return path
            inner = ((each, f"{path}.{name}") for name, each in value.items())
        elif isinstance(value, list):
            inner = ((each, f"{path}[{n}]") for n, each in enumerate(value))
        else:
            return None
        return next((found for each, place in inner if (found := walk(each, place))), None)

    return walk(msgspec.json.decode(encode(change.resource)), change.type)


def _count(found: list[Row]) -> str:
    return "no" if not found else "several"


def _hash(query: Query) -> int:
    digest = hashlib.blake2b(query.normalised().encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
