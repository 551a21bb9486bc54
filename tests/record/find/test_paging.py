"""Pages of one search neither repeat nor skip, whatever is written between them."""

from __future__ import annotations

import asyncio
import random

import pytest

from felles.record.errors import BadQuery, Expired

pytestmark = pytest.mark.store


def observation(patient, number, code="A"):
    return {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": patient},
        "code": {"coding": [{"code": code}]},
        "effectiveDateTime": f"2024-01-{1 + number % 28:02}",
    }


async def _filled(world, many):
    patient, key = await world.person(name=[{"family": "Nordmann"}])
    await world.relate(key)
    refs = [await world.put(observation(patient, n, "AB"[n % 2]), key) for n in range(many)]
    return patient, key, refs


@pytest.mark.parametrize(
    "pairs",
    [
        [("code", "A"), ("_sort", "-date")],
        [("code", "A"), ("_sort", "date")],
        [("_sort", "-_lastUpdated")],
        [("_sort", "value-quantity,-date")],
        [("status", "final")],
    ],
)
async def test_pages_show_what_was_there_when_the_first_was_asked_for(world, grants, pairs):
    patient, key, refs = await _filled(world, 30)
    asked = [("patient", patient), *pairs, ("_count", "4"), ("_total", "accurate")]
    expected = await world.refs(grants.staff(), "Observation", *asked)
    dice = random.Random(1)
    page = await world.find(grants.staff(), "Observation", *asked)
    found = [r.reference for r in page.rows]
    while page.next:
        assert page.total == len(expected)
        gone, changed = dice.sample([r for r in refs if r in world.live], 2)
        await world.delete(gone)
        await world.put(observation(patient, dice.randint(0, 27)) | {"id": changed.partition("/")[2]}, key)
        await world.put(observation(patient, dice.randint(0, 27)), key)
        page = await world.find(grants.staff(), "Observation", token=page.next)
        found += [r.reference for r in page.rows]
    assert found == expected
    now = await world.refs(grants.staff(), "Observation", *asked)
    assert now != expected


async def test_pages_while_many_write_at_once(world, grants):
    patient, key, refs = await _filled(world, 40)
    stop = asyncio.Event()

    async def writer():
        while not stop.is_set():
            await world.put(observation(patient, 3), key)

    asked = (("code", "A,B"), ("_count", "3"))
    first = await world.find(grants.staff(), "Observation", *asked)
    writers = [asyncio.create_task(writer()) for _ in range(2)]
    try:
        found, page = [r.reference for r in first.rows], first
        while page.next:
            page = await world.find(grants.staff(), "Observation", token=page.next)
            found += [r.reference for r in page.rows]
    finally:
        stop.set()
        await asyncio.gather(*writers)
    assert len(found) == len(set(found))
    assert set(found) == set(refs)


async def test_people_by_name_page_by_page_while_names_change(world, grants):
    refs = []
    for number in range(9):
        patient, key = await world.person(name=[{"family": "Nordmann", "given": [f"Nr {number}"]}])
        await world.relate(key)
        refs.append((patient, key))
    page = await world.find(grants.staff(), "Patient", ("name", "nord"), ("_count", "2"))
    found = [r.reference for r in page.rows]
    for patient, key in refs[:5]:
        await world.put({"resourceType": "Patient", "id": patient[8:], "name": [{"family": "Hansen"}]}, key)
    while page.next:
        page = await world.find(grants.staff(), "Patient", token=page.next)
        found += [r.reference for r in page.rows]
    assert sorted(found) == sorted(patient for patient, _ in refs)
    assert len(await world.refs(grants.staff(), "Patient", ("name", "nord"))) == 4


async def test_an_old_link_or_one_of_another_era_is_expired(world, grants):
    patient, _, _ = await _filled(world, 4)
    page = await world.find(grants.staff(), "Observation", ("patient", patient), ("_count", "2"))
    place = world.links.open(page.next, grants.staff(), world.clock)
    place.era += 1
    with pytest.raises(Expired):
        await world.find(grants.staff(), "Observation", token=world.links.seal(place, grants.staff()))
    place.era -= 1
    place.made -= 3_601 * 1_000_000
    with pytest.raises(Expired):
        await world.find(grants.staff(), "Observation", token=world.links.seal(place, grants.staff()))


async def test_nothing_can_be_read_in_a_link(world, grants):
    patient, _, _ = await _filled(world, 4)
    page = await world.find(grants.staff(), "Patient", ("name", "nordmann"), ("_count", "1"))
    assert page.next is None
    page = await world.find(grants.staff(), "Observation", ("patient", patient), ("_count", "1"))
    again = await world.find(grants.staff(), "Observation", ("patient", patient), ("_count", "1"))
    assert page.next != again.next
    assert patient[8:] not in page.next
    with pytest.raises(BadQuery):
        await world.find(grants.staff(), "Observation", token="AAAA")
