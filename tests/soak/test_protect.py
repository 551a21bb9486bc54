"""Protecting the address of somebody with thousands of entries: how long it takes, and that it is one change.

    make soak ARGS='-k protect -s'

While it is carried out a reader asks for everything again and again: each answer shows where she is in all entries, or
in none. FELLES_ENTRIES says how many entries she has (5 000).
"""

from __future__ import annotations

import asyncio
import os
import time

import pytest
from worlds import actor, opened

from felles.access.actor import Sort
from felles.access.codes import EPISODE_SYSTEM, MUNICIPAL_SERVICE
from felles.record.codes import PROTECTED_ADDRESS

pytestmark = pytest.mark.soak
ENTRIES = int(os.environ.get("FELLES_ENTRIES", "5000"))
TOGETHER = 500
WORD = "Skjærgårdsveien"
CLINIC = "Organization/clinic"


async def _record(world):
    """A person with so many entries that tell where she lives; a clinic follows her up."""
    patient = await world.patient(address=[{"line": [f"{WORD} 2"], "postalCode": "7629", "city": "Ytterøya"}])
    await world.made({
        "resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{patient['id']}"},
        "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": MUNICIPAL_SERVICE}]}],
        "managingOrganization": {"reference": CLINIC}, "period": {"start": "2020-01-01"},
    })  # fmt: skip
    told = world.observation(patient["id"], note=[{"text": f"Hjemmebesøk i {WORD} 2. Hun er i god form."}])
    entry = {"resource": told, "request": {"method": "POST", "url": "Observation"}}
    for _ in range(ENTRIES // TOGETHER):
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * TOGETHER}
        assert (await world.system.post("", bundle)).status == 200
    return patient


async def _protect(world, patient):
    """Protect her address; how many seconds it took."""
    began = time.perf_counter()
    extension = [{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]
    answer = await world.system.put(f"Patient/{patient['id']}", patient | {"extension": extension})
    assert answer.status == 200, answer.json
    return time.perf_counter() - began


async def test_protecting_thousands_of_entries_is_one_change(record_database, tmp_path):
    async with opened(record_database.url, tmp_path, max_everything=ENTRIES + 10, statement_timeout=120.0) as world:
        alone, watched = await _record(world), await _record(world)
        took = await _protect(world, alone)
        print(f"{ENTRIES} entries protected in {took:.1f} s: {took / ENTRIES * 1e3:.2f} ms each")
        clinic = world.client(actor("system", Sort.SYSTEM, organization=CLINIC))
        over, shown = asyncio.Event(), []

        async def watch():
            while not over.is_set():
                answer = await clinic.get(f"Patient/{watched['id']}/$everything")
                assert answer.status == 200, answer.body[:500]
                shown.append(answer.body.decode().count(WORD))
                await asyncio.sleep(0.5)

        watching = asyncio.create_task(watch())
        await asyncio.sleep(1)
        await _protect(world, watched)
        await asyncio.sleep(1)
        over.set()
        await watching
        whole = ENTRIES + 1  # each note, and her own address
        assert set(shown) == {whole, 0}, set(shown)
        assert shown == sorted(shown, reverse=True)
        rows = await world.store.pool.fetch(
            """select person, count(*) as n, count(distinct xid) as changes from entry
                where form = 2 and state = 0 group by person"""
        )
        assert [(row["n"] >= ENTRIES, row["changes"]) for row in rows] == [(True, 1)] * 2
