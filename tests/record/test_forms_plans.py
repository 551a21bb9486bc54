"""Protecting an address costs each entry of the person once: no statement compares them with each other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from felles.record import forms
from felles.record.numbers import TYPES

pytestmark = pytest.mark.store
MANY = 300
KEY = (7, 42)


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for inner in plan.get("Plans", []) for node in _nodes(inner))]


@pytest.mark.parametrize("statement", ["_VERSIONS", "_PUT", "_END", "_WITHDRAW"])
async def test_each_entry_is_met_by_its_key(rows, owner, statement):
    kind = TYPES["Observation"]
    await owner.execute("insert into person (bucket, person) values ($1, $2)", *KEY)
    await rows.entry("o1", key=KEY, kind=kind, conn=owner)
    columns = await owner.fetch("select column_name as name from information_schema.columns where table_name = 'entry'")
    names: list[str] = [row["name"] for row in columns]
    # Statistics as a region has them: next to nothing in each bucket. What hers holds nobody has counted.
    elsewhere = ", ".join({"bucket": "i", "person": "i", "id": "'x' || i"}.get(name, name) for name in names)
    copied = ", ".join("'o' || i" if name == "id" else name for name in names)
    into = f"insert into entry ({', '.join(names)}) select"
    await owner.execute(f"{into} {elsewhere} from entry cross join generate_series(100, 1000) i; analyze entry")
    await owner.execute(f"{into} {copied} from entry cross join generate_series(2, {MANY}) i where bucket = {KEY[0]}")
    formed = ", ".join("2" if name == "form" else name for name in names)
    types, ids, ones = [kind] * MANY, [f"o{n}" for n in range(1, MANY + 1)], [1] * MANY
    if statement in ("_END", "_WITHDRAW"):
        await owner.execute(f"{into} {formed} from entry where bucket = {KEY[0]}")
    texts = (["{}"] * MANY, [None] * MANY, [None] * MANY)
    args = {
        "_VERSIONS": (KEY[0], types, ids),
        "_PUT": (KEY[0], types, ids, ones, ones, [True] * MANY, ones, ones, [False] * MANY, *texts, 1, ["{}"] * MANY),
        "_END": (KEY[0], types, ids, ones, 1),
        "_WITHDRAW": (KEY[0], types, ids, ones),
    }[statement]
    sql = f"explain (analyze, format json) {getattr(forms, statement)}"
    # The worst that the planner may choose where it thinks that there is next to nothing.
    await owner.execute("set enable_hashjoin = off; set enable_mergejoin = off")
    plan = json.loads(await owner.fetchval(sql, *args))[0]["Plan"]
    nodes = _nodes(plan)
    scans = [node for node in nodes if node.get("Relation Name") == "entry" and "Scan" in node["Node Type"]]
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in scans) in (
        MANY,
        2 * MANY,
    )  # found, and changed in place
    thrown = sum(
        node.get(kind, 0) * node["Actual Loops"]
        for node in nodes for kind in ("Rows Removed by Join Filter", "Rows Removed by Filter")
    )  # fmt: skip
    assert thrown == 0, [node["Node Type"] for node in nodes]
