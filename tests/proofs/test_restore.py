"""A dump restored into a new cluster: the same history, feeds and searches; old links end; the log proves whole."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from worlds import opened

from felles.record.embedded import Embedded
from felles.record.era import open_era
from felles.record.log import keys
from felles.record.log.tick import Sealer
from felles.record.log.verify import Broken, verify
from felles.record.maintenance import connect

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
TARGETS = [
    "Patient/{patient}/_history",
    "Observation/{changed}/_history",
    "Observation/{changed}/_history/1",
    "Observation/{deleted}/_history",
    "Observation?subject=Patient/{patient}&_sort=date&_count=100",
    "Observation?code=8867-4&status=amended",
    "Patient?identifier=urn:example:mrn|restored",
    "Patient/{patient}/$everything",
]


@pytest.fixture
def new_cluster():
    """An empty cluster of its own, with the roles and nothing else."""
    home = Path(tempfile.mkdtemp(prefix="felles-restored-"))
    home.chmod(0o711)
    with Embedded(home, settings=QUICK) as embedded:
        yield embedded
    shutil.rmtree(home, ignore_errors=True)


async def seal(url, home):
    conn = await connect(url)
    try:
        await Sealer(conn, await open_era(conn), keys.load(home)).seal()
    finally:
        await conn.close()


async def prove(url, home):
    conn = await connect(url)
    try:
        return await verify(conn, keys.known(home / keys.PUBLIC))
    finally:
        await conn.close()


async def live(world):
    """A little life: several versions, a deletion, enough for a page to follow."""
    patient = await world.patient(identifier=[{"system": "urn:example:mrn", "value": "restored"}])
    await world.system.put(f"Patient/{patient['id']}", patient | {"gender": "female"})
    days = [world.observation(patient["id"], effectiveDateTime=f"2026-05-{day:02}") for day in range(1, 7)]
    made = [await world.made(one) for one in days]
    await world.system.put(f"Observation/{made[0]['id']}", made[0] | {"status": "amended"})
    await world.system.delete(f"Observation/{made[1]['id']}")
    return {"patient": patient["id"], "changed": made[0]["id"], "deleted": made[1]["id"]}


def copied(source, database, target):
    """Dump one database and restore it into another cluster, as an operator does."""
    dump = [source.binary("pg_dump"), "--format=custom", "--no-owner", f"--dbname={database.superuser_url}"]
    packed = subprocess.run(dump, capture_output=True, check=True).stdout
    target.create_database("restored")
    restore = [target.binary("pg_restore"), "--no-owner", "--role=felles_owner", "--exit-on-error"]
    subprocess.run([*restore, f"--dbname={target.url('superuser', 'restored')}"], input=packed, check=True)


async def answers(client, ids):
    got = [(target, await client.get(target.format(**ids))) for target in TARGETS]
    return {target: (answer.status, answer.headers.get("etag"), answer.json) for target, answer in got}


def links(bundle):
    return {link["relation"]: link["url"].partition("/fhir/")[2] for link in bundle["link"]}


@pytest.mark.slow
async def test_a_restored_dump_gives_the_same(pg_server, more_records, new_cluster, tmp_path):
    database = more_records()
    async with opened(database.url, tmp_path) as world:
        await world.patient()
        await seal(database.url, tmp_path)
        since = (await world.system.get("_history?_count=1")).json["timestamp"]
        ids = await live(world)
        await seal(database.url, tmp_path)
        client = world.system
        before = await answers(client, ids)
        changed = (await client.get(f"_history?_since={since}&_count=100")).json["entry"]
        search = links((await client.get(f"Observation?subject=Patient/{ids['patient']}&_count=2")).json)["next"]
        feed = links((await client.get("_history?_count=2")).json)["next"]
        assert [(await client.get(link)).status for link in (search, feed)] == [200, 200]
    await asyncio.to_thread(copied, pg_server.embedded, database, new_cluster)
    url = new_cluster.url("worker", "restored")
    async with opened(url, tmp_path) as world:
        client = world.system
        assert await answers(client, ids) == before
        assert (await client.get(f"_history?_since={since}&_count=100")).json["entry"] == changed
        assert [(await client.get(link)).status for link in (search, feed)] == [410, 410]
        new = await world.made(world.observation(ids["patient"], effectiveDateTime="2026-05-20"))
        told = (await client.get(f"_history?_since={since}&_count=100")).json["entry"]
        assert told[0]["resource"] == new
        assert told[1:] == changed
        following = links((await client.get(f"Observation?subject=Patient/{ids['patient']}&_count=2")).json)["next"]
        assert (await client.get(following)).status == 200
    await seal(url, tmp_path)
    report = await prove(url, tmp_path)
    assert (report.ticks, report.unsealed) == (3, 0)
    await altered(
        new_cluster.url("superuser", "restored"), "update felles.leaf set text = text || ' ' where number = 1"
    )
    with pytest.raises(Broken, match="was changed"):
        await prove(url, tmp_path)


async def altered(url, statement):
    conn = await connect(url)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()
