"""A small region to search in, written row by row, and the Grants to search it with."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import asyncpg
import msgspec
import pytest

from felles import access
from felles.access.actor import Actor, Sort
from felles.fhir import decode
from felles.record.clock import FOREVER, Clock
from felles.record.drafts import add_finders, draft, row
from felles.record.era import open_era
from felles.record.find import Links, parse, search
from felles.record.find.limits import Limits
from felles.record.gather import _day
from felles.record.homes import SHARED_TYPES
from felles.record.ids import mark_of, new_bucket, new_id
from felles.record.lane import Lane
from felles.record.numbers import TYPES
from felles.record.pool import Pool
from felles.record.writes import Writes

HOSPITAL, OTHER = "Organization/hospital", "Organization/other"
DOCTOR = "Practitioner/doctor"
START = 1_600_000_000_000_000


class World:
    """The database of one module, its lanes, and what was written: `live` is reference → (key, row, resource)."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.lane = Lane(pool, width=2)
        self.clock = Clock()
        self.links = Links(bytes(range(32)), Limits(budget=500))
        self.live: dict[str, tuple[tuple[int, int], dict[str, Any], Any]] = {}
        self.relations: set[tuple[tuple[int, int], str]] = set()
        self.blocks: list[dict[str, Any]] = []
        self._persons = count(1)
        self._times = count(START)

    async def write(self, writes: Writes) -> None:
        conn = await self.pool.take()
        try:
            async with conn.transaction():
                await writes.flush(conn)
        finally:
            self.pool.give(conn)

    async def person(self, **patient: Any) -> tuple[str, tuple[int, int]]:
        """A new person with a Patient; gives its reference and key."""
        key = (new_bucket(), next(self._persons))
        writes = Writes()
        writes.add("person_new", (*key, 1, START, False))
        await self.write(writes)
        return await self.put({"resourceType": "Patient", **patient}, key), key

    async def put(self, content: dict[str, Any], key: tuple[int, int], org: str = HOSPITAL) -> str:
        """Create the resource, or a new version when its id is here; gives its reference."""
        kind = content["resourceType"]
        key = (-1, 0) if kind in SHARED_TYPES else key
        resource_id = content.get("id") or new_id(key[0])
        reference = f"{kind}/{resource_id}"
        old = self.live.get(reference)
        own = frozenset(ref for ref, (other, _, _) in self.live.items() if other == key) | {reference}
        resource = decode(msgspec.json.encode({**content, "id": resource_id}))
        made = draft(resource, kind, resource_id, key, own)
        version = old[1]["version"] + 1 if old else 1
        table = "shared" if kind in SHARED_TYPES else "entry"
        updated = next(self._times)
        writes = Writes()
        for form in made.forms:
            if old:
                writes.add(f"{table}_end", (key[0], made.number, resource_id, form.number))
            values = row(
                made, form, version=version, updated=updated, commit=1, org=mark_of(org), author=DOCTOR, behalf=None
            )
            writes.add(table, values)
        add_finders(made, writes)
        if old is None and table == "entry" and content.get("id"):
            writes.add("directory", (made.number, resource_id, *key, None, None, None))
        if kind == "Patient":
            names = [word for word, _ in made.names]
            writes.add("face", (*key, resource_id, _day(made.born), made.municipality, " ".join(names)))
        await self.write(writes)
        low = updated if made.low is None else made.low
        facts = {
            "version": version, "updated": updated, "kind": made.kind, "org": org, "low": low,
            "high": low + 1 if made.high is None else made.high, "id": resource_id, "dated": made.low is not None,
        }  # fmt: skip
        self.live[reference] = (key, facts, resource)
        return reference

    async def delete(self, reference: str) -> None:
        key, _, _ = self.live.pop(reference)
        kind, _, resource_id = reference.partition("/")
        writes = Writes()
        table = "shared" if kind in SHARED_TYPES else "entry"
        for form in (0, 1) if kind == "Patient" else (0,):
            writes.add(f"{table}_end", (key[0], TYPES[kind], resource_id, form))
        await self.write(writes)

    async def relate(self, key: tuple[int, int], org: str = HOSPITAL) -> None:
        writes = Writes()
        asked_by = (0, 0, False, False, 0, None, 0, 0, "")
        writes.add("relation", (*key, mark_of(org), 1, "EpisodeOfCare/e", DOCTOR, 0, FOREVER, *asked_by))
        await self.write(writes)
        self.relations.add((key, org))

    async def staff(self, actor: str = DOCTOR, org: str = HOSPITAL) -> None:
        writes = Writes()
        role = ("doctor", mark_of("doctor"))
        writes.add("staffing", (mark_of(actor), mark_of(org), mark_of(org), *role, "PractitionerRole/r", 0, FOREVER))
        await self.write(writes)

    async def block(self, key: tuple[int, int], *, against: str | None = None, kind: int | None = None) -> None:
        """Close the record of `key`, to all or to one organisation; all of it or one kind."""
        sql = """insert into block (bucket, person, id, against, party, kind, low, high, since, until)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $8)"""
        party = mark_of(against) if against else 0
        name = f"b{len(self.blocks)}"
        await self.pool.fetch(sql, *key, name, 1 if against else 0, party, kind, -(2**62), FOREVER)
        await self.pool.fetch("update person set blocked = true where bucket = $1 and person = $2", *key)
        self.blocks.append({"key": key, "against": against, "kind": kind})

    async def find(self, grant: Any, kind: str, *pairs: tuple[str, str], token: str | None = None, **more: Any) -> Any:
        """A page of the search."""
        query = None if token else parse(kind, list(pairs), limits=self.links.limits, **more)
        return await search(self.lane, self.clock, grant, query, token, self.links)

    async def refs(self, grant: Any, kind: str, *pairs: tuple[str, str]) -> list[str]:
        """The references of all matches, over all pages."""
        page = await self.find(grant, kind, *pairs)
        found = [r.reference for r in page.rows]
        while page.next:
            page = await self.find(grant, kind, token=page.next)
            found += [r.reference for r in page.rows]
        return found

    async def leaves(self) -> list[dict[str, Any]]:
        """The log lines since the last call."""
        rows = await self.pool.fetch(
            "select bucket, person, text from leaf where number > $1 order by number", self._told
        )
        self._told += len(rows)
        return [{"key": (r["bucket"], r["person"]), **msgspec.json.decode(r["text"])} for r in rows]

    _told = 0


_BASE = Actor(
    sort=Sort.STAFF, reference=DOCTOR, name="Lege", role_code="doctor", organization=HOSPITAL,
    organization_name="Sykehuset", purpose="TREAT", until=FOREVER,
)  # fmt: skip


class Grants:
    """Grants made as `felles.access` makes them."""

    def staff(self, org: str = HOSPITAL, actor: str = DOCTOR) -> Any:
        return access.everyone(replace(_BASE, organization=org, reference=actor), "TREAT")

    def person(self, key: tuple[int, int], org: str = HOSPITAL) -> Any:
        return access.person(replace(_BASE, organization=org), (key,))

    def lookup(self, org: str = HOSPITAL) -> Any:
        return access.lookup(replace(_BASE, organization=org))

    def all(self) -> Any:
        return access.maintenance("test", until=FOREVER, organization=HOSPITAL)

    def system(self, org: str = HOSPITAL) -> Any:
        actor = replace(
            _BASE, sort=Sort.SYSTEM, reference="Device/client", role_code="system", client="Klient", organization=org
        )
        return access.system(actor)

    def own(self, reference: str, key: tuple[int, int]) -> Any:
        actor = replace(
            _BASE, sort=Sort.CITIZEN, reference=reference, role_code="citizen", keys=(key,), purpose="PATRQT"
        )
        return access.person(actor, (key,))


@pytest.fixture
def grants() -> Grants:
    return Grants()


_TABLES = """person, entry, shared, directory, national_number, pointer, name, face, staffing, relation, block, leaf,
    outbox"""


@pytest.fixture
async def world(record_database):
    """An empty region."""
    owner = await asyncpg.connect(record_database.owner_url, server_settings={"search_path": "felles, public"})
    await owner.execute(f"truncate {_TABLES} restart identity")
    await owner.close()
    pool = Pool(record_database.url, size=6, statement_timeout_ms=20_000, era_of=open_era)
    made = World(pool)
    await made.staff()
    yield made
    await pool.close()
