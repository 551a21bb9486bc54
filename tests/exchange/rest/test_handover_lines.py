"""Readers who ask at one moment travel in one statement: each leaves a line of her own for the person she is shown."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from doors import case
from handed import Region
from worlds import actor

from felles import access
from felles.access.actor import Sort
from felles.record.read_cases import read_case
from felles.record.read_handovers import read_handover

pytestmark = pytest.mark.slow


async def _lines(region: Region, act: str, patient: str = "") -> list[tuple[str, Any]]:
    """(who, the transaction) of the lines about the patient that say `act`, in order."""
    key = await region.world.store.place(f"Patient/{patient or region.patient}")
    assert key is not None
    rows = await region.world.store.pool.fetch(
        "select text, xid from leaf where bucket = $1 and person = $2 order by number", *key
    )
    told = [(json.loads(row["text"]), row["xid"]) for row in rows]
    return [(line["who"]["actor"], xid) for line, xid in told if line["act"] == act]


def _together(lines: list[tuple[str, Any]], *readers: str) -> None:
    """Assert that these have a line each and nobody more, and that one statement wrote them."""
    assert Counter(who for who, _ in lines) == Counter(readers)
    assert len({xid for _, xid in lines}) == 1, "they did not travel together: this proves nothing"


async def test_two_who_list_a_persons_hand_over_at_once_have_a_line_each(region: Region):
    other = (await region.world.patient())["id"]
    await region.sent()
    await region.sent()  # two of one person are one line
    await region.world.made(region.task(**{"for": {"reference": f"Patient/{other}"}}))
    both = await asyncio.gather(region.work("one"), region.work("two"), region.work("head"))
    assert [len(rows) for rows in both] == [3, 3, 0]
    for patient in (region.patient, other):
        _together(await _lines(region, "page:work", patient), region.person("one"), region.person("two"))


async def test_two_who_open_it_at_once_have_a_line_each(region: Region):
    source = f"Task/{(await region.sent())['id']}"
    store, key = region.world.store, await region.world.store.place(source)
    rows = await asyncio.gather(
        *(
            read_handover(store._pages, store.clock, access.everyone(region.who(name)), source, key)
            for name in ("one", "two")
        )
    )
    assert [row.source for row in rows] == [source, source]
    _together(await _lines(region, "page:handover"), region.person("one"), region.person("two"))


async def test_one_who_asks_twice_at_once_has_two_lines(region: Region):
    await region.sent()
    await asyncio.gather(region.work("one"), region.work("one"))
    _together(await _lines(region, "page:work"), region.person("one"), region.person("one"))


async def test_cases_that_two_see_at_once_have_a_line_each(region: Region):
    who = []
    for name in ("eva", "nils"):
        await region.employ(name, "reviewer", "office")
        office = {"organization": region.orgs["office"]}
        who.append(actor("reviewer", Sort.STAFF, reference=region.person(name), **office))
    asked = {"owner": {"reference": region.orgs["office"]}, "requester": {"reference": f"Patient/{region.patient}"}}
    made = await region.world.made(case(region.patient, "log-question", **asked))
    store, key = region.world.store, await region.world.store.place(f"Task/{made['id']}")
    await asyncio.gather(*(read_case(store._pages, store.clock, access.handle(each), made["id"], key) for each in who))
    _together(await _lines(region, "page:cases"), *(each.reference for each in who))
