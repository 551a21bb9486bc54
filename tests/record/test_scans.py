"""No statement that answers a request reads a table of the region whole: each meets it by an index and a condition."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

import felles.record
from felles.access.handovers.due import SHUT
from felles.record.lane import Shape
from felles.record.pool import SESSION

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.store, pytest.mark.slow]
# As it is after some years: most have ended, one in forty is a case, and each person and each house has some.
_FILL = """
insert into handover (bucket, person, source, self, kind, state, owner, holder, sender, origin, receiver, org, made,
                      since, next, focus)
select n % 4096, n % 3000, 'Task/' || n, n, case when n % 40 = 0 then 27 else 1 + n % 12 end,
       case when n % 30 = 0 then 0 else 8 end, 'Practitioner/' || n % 500, n % 500, 'Practitioner/' || n % 501, n % 501,
       'Practitioner/' || n % 500, n % 40, n, n, case when n % 30 = 0 then n end, ''
  from generate_series(1, 20000) n;
insert into entry (bucket, person, type, id, version, kind, org, author, self, code, many, low, high, updated,
                   commit, era, xid, indexer, marks, body)
select n % 4096, n % 3000, case when n % 7 = 0 then 140 else 127 end, 'o' || n, 1, 1, 1, 'Practitioner/x', n, n % 10,
       false, n, n + 1, n, 1, 1, '3', 1, array[n % 10, n], '{}'
  from generate_series(1, 20000) n;
analyze handover, entry;
"""
_PERSONS = """
insert into person (bucket, person, blocked) select n % 4096, n % 3000, n % 100 = 0 from generate_series(1, 20000) n
    on conflict do nothing;
insert into staffing (source, party, actor, org, role, role_mark, since, until)
select 'PractitionerRole/' || n, n % 500, n % 500, n % 40, 'nurse', 1, 0, 1000 from generate_series(1, 20000) n;
analyze person, staffing;
"""
GROWING = {"entry", "handover", "leaf", "person", "relation", "representation", "staffing", "writing", "opening"}
"""Tables that grow with the region, or with what was ever done in it."""


def _shapes() -> Iterator[tuple[str, Shape]]:
    for module in pkgutil.iter_modules(felles.record.__path__):
        found = vars(importlib.import_module(f"felles.record.{module.name}"))
        for name, value in found.items():
            each = value.items() if isinstance(value, dict) else [("", value)]
            yield from ((f"{module.name}.{name}[{key}]", one) for key, one in each if isinstance(one, Shape))


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for inner in plan.get("Plans", []) for node in _nodes(inner))]


def _whole(node: dict[str, Any]) -> bool:
    """Whether a node reads a growing table from one end to the other."""
    kind = node["Node Type"]
    return node.get("Relation Name") in GROWING and (
        kind == "Seq Scan" or (kind.startswith("Index") and "Index Cond" not in node)
    )


async def test_every_statement_meets_growing_tables_by_a_condition(record_database: Any) -> None:
    shapes = dict(_shapes())
    assert len(shapes) > 40
    whole: dict[str, Any] = {}
    conn = await asyncpg.connect(record_database.owner_url, server_settings=SESSION, statement_cache_size=0)
    try:
        await conn.execute("begin")
        await conn.execute(_FILL)
        for number, (name, shape) in enumerate(shapes.items()):
            many = max((int(found) for found in re.findall(r"\$(\d+)", shape.sql)), default=0)
            given = f"({', '.join(['null'] * many)})" if many else ""
            await conn.execute(f"prepare shape_{number} as {shape.sql}")
            rows = await conn.fetch(f"explain (format json) execute shape_{number}{given}")
            nodes = _nodes(json.loads(rows[0][0])[0]["Plan"])
            if found := [(node.get("Index Name"), node.get("Filter")) for node in nodes if _whole(node)]:
                whole[name] = found
        await conn.execute("rollback")  # the rows, and what was counted of them
    finally:
        await conn.close()
    assert not whole


async def test_the_look_each_minute_begins_with_those_who_have_closed_something(record_database: Any) -> None:
    conn = await asyncpg.connect(record_database.owner_url, server_settings=SESSION, statement_cache_size=0)
    try:
        await conn.execute("begin")
        await conn.execute(_FILL)
        await conn.execute(_PERSONS)
        await conn.execute(f"prepare shut as {SHUT}")
        rows = await conn.fetch("explain (format json) execute shut(1, 200)")
        await conn.execute("rollback")
    finally:
        await conn.close()
    nodes = _nodes(json.loads(rows[0][0])[0]["Plan"])
    whole = {node.get("Index Name") or node["Relation Name"] for node in nodes if _whole(node)}
    assert whole == {"person_blocked"}
