"""Killing any process at any moment loses nothing acknowledged and leaves nothing half-written.

Writers post single Observations and transactions of three while, again and again, a worker or a PostgreSQL
process is killed with SIGKILL. At the end every acknowledged write is read back, every commit has its log
line, every transaction is whole or absent, and the log proves whole. FELLES_KILLS says how often (100).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from felles.record.embedded import Embedded

pytestmark = pytest.mark.soak
KILLS = int(os.environ.get("FELLES_KILLS", "100"))
WRITERS = 8
FELLES = str(Path(sys.executable).parent / "felles")


@dataclass
class Acknowledged:
    """What the server said it had written."""

    singles: list[str] = field(default_factory=list)
    wholes: list[list[str]] = field(default_factory=list)
    tried: int = 0


@dataclass
class Region:
    """A served region of its own."""

    base: str
    token: str
    home: Path
    process: subprocess.Popen[bytes]


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {"FELLES_HOME": str(home), "FELLES_DEMO": "true", "FELLES_LOG_LEVEL": "error"}


@pytest.fixture
def region() -> Iterator[Region]:
    home = Path(tempfile.mkdtemp(prefix="felles-kill-"))
    home.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = _environment(home) | {"FELLES_PORT": str(port)}
    process = subprocess.Popen([FELLES, "serve"], env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        asyncio.run(_await_ready(base))
        token = subprocess.check_output([FELLES, "token", "--scope", "system/*.*"], env=environment).decode().strip()
        yield Region(base + "/fhir", token, home, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


async def _await_ready(base: str) -> None:
    async with httpx.AsyncClient(timeout=2) as client:
        for _ in range(600):
            try:
                if (await client.get(f"{base}/health")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    pytest.fail("the server was not ready within a minute")


def _observation(patient: str, mark: str) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": "urn:example:kill", "value": mark}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "valueQuantity": {"value": 72, "unit": "/min"},
    }


async def _write(
    client: httpx.AsyncClient, region: Region, patient: str, over: asyncio.Event, done: Acknowledged
) -> None:
    while not over.is_set():
        done.tried += 1
        mark = f"{done.tried}-{random.getrandbits(64):x}"
        try:
            if random.random() < 0.7:
                answer = await client.post(f"{region.base}/Observation", json=_observation(patient, mark))
                if answer.status_code == 201:
                    done.singles.append(answer.json()["id"])
            else:
                entries = [
                    {"resource": _observation(patient, mark), "request": {"method": "POST", "url": "Observation"}}
                    for _ in range(3)
                ]
                bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
                answer = await client.post(region.base, json=bundle)
                if answer.status_code == 200:
                    locations = [e["response"]["location"] for e in answer.json()["entry"]]
                    done.wholes.append([loc.partition("Observation/")[2].split("/")[0] for loc in locations])
        except httpx.HTTPError:
            await asyncio.sleep(0.05)


def _victims(region: Region) -> list[psutil.Process]:
    """Workers, and PostgreSQL's processes: the one that started it, or any of its own."""
    children = psutil.Process(region.process.pid).children(recursive=True)
    alive = [p for p in children if p.status() != psutil.STATUS_ZOMBIE]
    postgres = [p for p in alive if "postgres" in p.name()]
    workers = [p for p in alive if "postgres" not in p.name() and "resource_tracker" not in " ".join(p.cmdline())]
    return random.choice([group for group in (workers, postgres) if group])


async def _kill(region: Region, over: asyncio.Event) -> int:
    killed = 0
    while killed < KILLS:
        await asyncio.sleep(random.uniform(0.05, 0.6))
        try:
            victims = _victims(region)
            random.choice(victims).kill()
            killed += 1
        except psutil.NoSuchProcess:
            continue
        await _await_ready(region.base.removesuffix("/fhir"))
    over.set()
    return killed


async def _load(region: Region) -> Acknowledged:
    done = Acknowledged()
    headers = {"Authorization": f"Bearer {region.token}"}
    async with httpx.AsyncClient(headers=headers, timeout=20) as client:
        patients = [
            (await client.post(f"{region.base}/Patient", json={"resourceType": "Patient", "active": True})).json()["id"]
            for _ in range(4)
        ]
        over = asyncio.Event()
        writers = [_write(client, region, patients[n % 4], over, done) for n in range(WRITERS)]
        *_, killed = await asyncio.gather(*writers, _kill(region, over))
        assert killed == KILLS
        await _await_ready(region.base.removesuffix("/fhir"))
        for resource_id in [*done.singles, *(i for whole in done.wholes for i in whole)]:
            answer = await client.get(f"{region.base}/Observation/{resource_id}")
            assert answer.status_code == 200, resource_id
    return done


async def _examine(region: Region, done: Acknowledged) -> None:
    with Embedded(region.home) as embedded:
        conn = await asyncpg.connect(embedded.url("owner"))
        rows = await conn.fetch(
            """select e.commit, e.body, array_agg(e.id) over (partition by e.commit) as ids, e.xid::text as xid
                 from felles.entry e where e.type = (select type from felles.type_name where name = 'Observation')"""
        )
        leaves = {row["xid"] for row in await conn.fetch("select xid::text as xid from felles.leaf")}
        await conn.close()
    by_mark: dict[str, int] = {}
    for row in rows:
        assert row["xid"] in leaves, "an entry without its log line"
        mark = json.loads(row["body"])["identifier"][0]["value"]
        by_mark[mark] = by_mark.get(mark, 0) + 1
    assert set(by_mark.values()) <= {1, 3}, "a transaction that is there in part"
    assert len(rows) >= len(done.singles) + 3 * len(done.wholes)


def test_nothing_acknowledged_is_lost_whatever_is_killed(region: Region) -> None:
    done = asyncio.run(_load(region))
    print(f"{KILLS} kills, {done.tried} writes tried, {len(done.singles)} + {len(done.wholes)} acknowledged")
    assert done.singles
    assert done.wholes
    asyncio.run(_examine(region, done))
    verified = subprocess.run(
        [FELLES, "log", "verify"], env=_environment(region.home), capture_output=True, check=False
    )
    assert verified.returncode == 0, verified.stderr.decode()
