"""History of a type and of everything, as a feed for system clients."""

import asyncio
from itertools import pairwise


def following(bundle):
    return next((e["url"] for e in bundle["link"] if e["relation"] == "next"), "").removeprefix(
        "http://felles.test/fhir/"
    )


def shown(bundle):
    return [(e["fullUrl"], e["response"]["etag"]) for e in bundle["entry"]]


async def test_a_feed_tells_what_changed_newest_first(world):
    patient = await world.patient()
    made = await world.made(world.observation(patient["id"]))
    await world.system.put(f"Observation/{made['id']}", {**made, "status": "amended"})
    await world.system.delete(f"Observation/{made['id']}")
    bundle = (await world.system.get("Observation/_history?_count=3")).json
    assert [e["request"]["method"] for e in bundle["entry"]] == ["DELETE", "PUT", "POST"]
    assert all(made["id"] in e["fullUrl"] for e in bundle["entry"])
    everything = (await world.system.get("_history?_count=100")).json
    assert {e["fullUrl"].split("/")[-2] for e in everything["entry"]} >= {"Patient", "Observation"}


async def test_the_pages_of_a_feed_show_one_snapshot(world):
    patient = await world.patient()
    for _ in range(5):
        await world.made(world.observation(patient["id"]))
    bundle = (await world.system.get("Observation/_history?_count=2")).json
    await world.made(world.observation(patient["id"]))
    moment, told = bundle["timestamp"], shown(bundle)
    while target := following(bundle):
        bundle = (await world.system.get(target)).json
        assert bundle["timestamp"] == moment
        told += shown(bundle)
    assert len(told) == len(set(told))
    assert len(told) >= 5


async def test_a_feed_is_for_system_clients(world):
    patient = await world.patient()
    citizen = await world.citizen(patient)
    refused = await citizen.get("Patient/_history")
    assert (refused.status, refused.issues) == (403, [("forbidden", None)])
    hidden = (await world.stranger.get("Patient/_history")).json
    assert patient["id"] not in str(hidden)
    assert patient["id"] in str((await world.system.get("Patient/_history?_count=1000")).json)
    assert (await world.nobody.get("_history")).status == 401


async def test_a_feeds_link_is_for_its_reader_and_its_feed(world):
    for _ in range(3):
        await world.patient()
    target = following((await world.system.get("Patient/_history?_count=1")).json)
    assert (await world.system.get(target)).status == 200
    assert (await world.stranger.get(target)).status == 400
    assert (await world.system.get(target.replace("Patient/", "Observation/"))).status == 400
    assert (await world.system.get(target.replace("Patient/", ""))).status == 400


async def test_polling_while_others_write_misses_nothing(world):
    patient = await world.patient()
    moments, seen, written = [], set(), set()
    stop = asyncio.Event()

    async def write():
        for _ in range(25):
            written.add((await world.made(world.observation(patient["id"])))["id"])

    async def poll(since):
        target = "Observation/_history?_count=1000" + (f"&_since={since}" if since else "")
        bundle = (await world.system.get(target)).json
        seen.update(e["resource"]["id"] for e in bundle.get("entry", ()) if "resource" in e)
        moments.append(bundle["timestamp"])
        return bundle["timestamp"]

    async def follow():
        since = ""
        while not stop.is_set():
            since = await poll(since)
        await poll(since)

    follower = asyncio.create_task(follow())
    await asyncio.gather(*(write() for _ in range(4)))
    stop.set()
    await follower
    assert written <= seen
    assert all(earlier <= later for earlier, later in pairwise(moments))
