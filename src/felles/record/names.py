"""What organisations, staff and places are called, and whom to ring.

They belong to nobody (`shared`), so their names need no decision and leave no line; pages show dozens of
them. They are kept in the process for some minutes: a new name is seen a little later, never a wrong one.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import msgspec

from felles.record.homes import SHARED_TYPES
from felles.record.ids import mark_of
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.pool import Pool

KEPT: Final = 300.0
"""Seconds a name is kept."""
_MOST: Final = 50_000

_BY_ID: Final = """select s.type, s.id, s.body
    from unnest($1::smallint[], $2::text[]) w(type, id)
    join shared s on s.bucket = -1 and s.type = w.type and s.id = w.id and s.form = 0
   where s.state = 0 and not s.deleted"""
_MARKED: Final = "s.state < 2 and s.state = 0 and not s.deleted and s.self = any($1)"
_BY_MARK: Final = f"""select s.self, s.body, s.id from shared s
   where s.type = {TYPES["Organization"]} and {_MARKED}"""
_ROLES: Final = "select s.actor, s.party, s.role from staffing s where s.actor = any($1)"
_PLACE_BY_MARK: Final = f"""select s.self, s.body from shared s
   where s.type in ({TYPES["Organization"]}, {TYPES["HealthcareService"]}) and {_MARKED}"""


class _Point(msgspec.Struct):
    system: str | None = None
    value: str | None = None
    use: str | None = None


class _Practitioner(msgspec.Struct):
    display: str = ""


class _Named(msgspec.Struct):
    name: Any = None
    practitioner: _Practitioner | None = None
    telecom: list[_Point] = []


_decode: Final = msgspec.json.Decoder(_Named).decode


def _said(body: str) -> tuple[str, str]:
    """(name, telephone) of one of them, of a role that of who has it; "" for what it lacks."""
    found = _decode(body)
    phones = (point.value or "" for point in found.telecom if point.system == "phone" and point.use != "old")
    name = _words(found.name) or (found.practitioner.display if found.practitioner else "")
    return name, next(phones, "")


def _words(name: Any) -> str:
    if isinstance(name, str):
        return name
    for one in name or []:
        if one.get("use") != "old":
            return " ".join([*one.get("given", ()), one.get("family", "")]).strip() or one.get("text", "")
    return ""


class Names:
    """Names by reference (`Organization/x`) and, for organisations and services, by the hash that rows carry."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._kept: dict[str | int, tuple[float, str]] = {}
        self._phones: dict[str | int, str] = {}
        self._references: dict[int, str] = {}
        self._roles: dict[str, tuple[float, dict[int, str]]] = {}

    def _fresh(self, keys: Iterable[str | int], now: float) -> tuple[dict[str | int, str], list[str | int]]:
        found: dict[str | int, str] = {}
        missing: list[str | int] = []
        for key in keys:
            held = self._kept.get(key)
            if held is not None and held[0] > now:
                found[key] = held[1]
            else:
                missing.append(key)
        return found, missing

    async def of(self, keys: set[str | int]) -> dict[str | int, str]:
        """The name of each `Type/id` and each organisation's or service's hash; "" for what is not here.

        Raises `Busy` when a name is not kept and the database is away.
        """
        now = time.monotonic()
        found, missing = self._fresh(keys, now)
        if missing:
            fetched: dict[str | int, tuple[str, str]] = dict.fromkeys(missing, ("", ""))
            fetched.update(await self._by_mark([key for key in missing if isinstance(key, int)]))
            fetched.update(await self._by_id([key for key in missing if isinstance(key, str)]))
            if len(self._kept) > _MOST:
                self._kept.clear()
                self._phones.clear()
            self._kept.update((key, (now + KEPT, name)) for key, (name, _) in fetched.items())
            self._phones.update((key, phone) for key, (_, phone) in fetched.items())
            found.update((key, name) for key, (name, _) in fetched.items())
        return found

    async def phones(self, keys: set[str | int]) -> dict[str | int, str]:
        """The telephone of each of them that has one. Raises `Busy` as `of` does."""
        await self.of(keys)
        return {key: phone for key in keys if (phone := self._phones.get(key))}

    async def organizations(self, marks: set[int]) -> dict[int, str]:
        """`Organization/id` of each hash that is here. A hash means one reference for ever. Raises `Busy`."""
        missing = [mark for mark in marks if mark not in self._references]
        if missing:
            found = await self._pool.fetch(_BY_MARK, missing)
            self._references.update((record[0], f"Organization/{record[2]}") for record in found)
        return {mark: self._references[mark] for mark in marks if mark in self._references}

    async def roles(self, authors: set[str]) -> dict[str, dict[int, str]]:
        """Reference of staff → the role she holds or held at each organisation or unit (its hash). Raises `Busy`."""
        now = time.monotonic()
        missing = [a for a in authors if a not in self._roles or self._roles[a][0] <= now]
        found = {author: self._roles[author][1] for author in authors if author not in missing}
        if missing:
            fetched: dict[str, dict[int, str]] = {author: {} for author in missing}
            marks = {mark_of(author): author for author in missing}
            for actor, party, role in await self._pool.fetch(_ROLES, list(marks)):
                fetched[marks[actor]][party] = role
            if len(self._roles) > _MOST:
                self._roles.clear()
            self._roles.update((author, (now + KEPT, held)) for author, held in fetched.items())
            found |= fetched
        return found

    async def _by_mark(self, marks: list[int]) -> dict[str | int, tuple[str, str]]:
        if not marks:
            return {}
        return {record[0]: _said(record[1]) for record in await self._pool.fetch(_PLACE_BY_MARK, marks)}

    async def _by_id(self, references: list[str]) -> dict[str | int, tuple[str, str]]:
        parts = [reference.split("/") for reference in references]
        shared = [(p[0], p[1]) for p in parts if len(p) == 2 and p[0] in SHARED_TYPES]
        if not shared:
            return {}
        by_number = {TYPES[name]: name for name, _ in shared}
        numbers, ids = [TYPES[name] for name, _ in shared], [resource_id for _, resource_id in shared]
        records = await self._pool.fetch(_BY_ID, numbers, ids)
        return {f"{by_number[record[0]]}/{record[1]}": _said(record[2]) for record in records}
