"""Killing any process at any moment loses nothing acknowledged and leaves nothing half-written.

Writers post single Observations and transactions of three, raise counters under If-Match and read what they wrote,
while again and again a worker, a backend of PostgreSQL or PostgreSQL itself is killed with SIGKILL, now and then
before the one before was replaced. At the end:

- every acknowledged write is read back as it was sent, and every acknowledged raise stands in its counter's history;
- no counter skipped or repeated a value: one version for each, whatever was acknowledged;
- every transaction is there whole, in one commit, or not at all;
- every version that is there has its line, in its own database transaction; every acknowledged read has one;
- the log proves whole; and no request got another answer than success or 503.

FELLES_KILLS says how often (100).
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
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest

from felles.record.embedded import Embedded

pytestmark = pytest.mark.soak
KILLS = int(os.environ.get("FELLES_KILLS", "100"))
WRITERS = 8
HASTE = 0.2
"""How often the next is killed before the server is ready again."""
FELLES = str(Path(sys.executable).parent / "felles")
SYSTEM = "urn:example:kill"


@dataclass
class Acknowledged:
    """What the server said it had done. `raises` holds (counter, version, value), `reads` how often which was read."""

    singles: dict[str, str] = field(default_factory=dict)
    wholes: dict[str, list[str]] = field(default_factory=dict)
    raises: list[tuple[str, int, int]] = field(default_factory=list)
    reads: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: int = 0
    """Requests whose connection broke: nobody knows what became of them."""
    marks: int = 0

    def mark(self, sort: str) -> str:
        self.marks += 1
        return f"{sort}-{self.marks}-{random.getrandbits(64):x}"


@dataclass
class Region:
    """A served region of its own."""

    base: str
    token: str
    home: Path
    process: subprocess.Popen[bytes]


def _environment(home: Path) -> dict[str, str]:
    own = {"FELLES_HOME": str(home), "FELLES_DEMO": "true", "FELLES_LOG_LEVEL": "error", "FELLES_WORKERS": "2"}
    return os.environ | own


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
        deadline = time.monotonic() + 300  # recovery syncs every file, which a busy disk makes slow
        while time.monotonic() < deadline:
            try:
                if (await client.get(f"{base}/health")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    pytest.fail("the server was not ready within five minutes")


def _observation(patient: str, mark: str, value: int = 72) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": SYSTEM, "value": mark}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "valueQuantity": {"value": value, "unit": "/min"},
    }


@dataclass
class Writer:
    """One client. What breaks off is looked up before it goes on; what is acknowledged is noted."""

    client: httpx.AsyncClient
    base: str
    patient: str
    done: Acknowledged
    counter: dict[str, Any] | None = None

    async def run(self, over: asyncio.Event) -> None:
        while not over.is_set():
            act = random.choices([self.single, self.whole, self.raised, self.read], [4, 3, 3, 2])[0]
            try:
                await act()
            except httpx.HTTPError:
                self.done.broken += 1
                await asyncio.sleep(0.05)

    async def ask(self, method: str, target: str, **more: Any) -> httpx.Response:
        answer = await self.client.request(method, f"{self.base}{target}", **more)
        self.done.statuses[answer.status_code] += 1
        if answer.status_code == 503:
            await asyncio.sleep(0.05)
        return answer

    async def single(self) -> None:
        mark = self.done.mark("single")
        answer = await self.ask("POST", "/Observation", json=_observation(self.patient, mark))
        if answer.status_code == 201:
            self.done.singles[answer.json()["id"]] = mark

    async def whole(self) -> None:
        mark = self.done.mark("whole")
        entry = {"resource": _observation(self.patient, mark), "request": {"method": "POST", "url": "Observation"}}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * 3}
        answer = await self.ask("POST", "", json=bundle)
        if answer.status_code == 200:
            locations = [e["response"]["location"] for e in answer.json()["entry"]]
            self.done.wholes[mark] = [loc.partition("Observation/")[2].split("/")[0] for loc in locations]

    async def raised(self) -> None:
        """Raise the counter by one: the version that is there may be one that was never acknowledged."""
        if self.counter is None:
            mark = self.done.mark("counter")
            answer = await self.ask("POST", "/Observation", json=_observation(self.patient, mark, 1))
            if answer.status_code != 201:
                return
            self.counter = answer.json()
        else:
            target = f"/Observation/{self.counter['id']}"
            answer = await self.ask("GET", target)
            if answer.status_code != 200:
                return
            self.done.reads[self.counter["id"]] += 1
            old = answer.json()
            new = _observation(self.patient, old["identifier"][0]["value"], old["valueQuantity"]["value"] + 1)
            match = {"If-Match": answer.headers["etag"]}
            answer = await self.ask("PUT", target, json=new | {"id": old["id"]}, headers=match)
            if answer.status_code != 200:
                return
        told = answer.json()
        self.done.raises.append((told["id"], int(told["meta"]["versionId"]), told["valueQuantity"]["value"]))

    async def read(self) -> None:
        if not self.done.singles:
            return
        chosen = random.choice(list(self.done.singles))
        answer = await self.ask("GET", f"/Observation/{chosen}")
        if answer.status_code == 200:
            self.done.reads[chosen] += 1


def _victims(region: Region) -> dict[str, list[psutil.Process]]:
    """Who can be killed: workers, PostgreSQL itself, what it started for each connection."""
    children = psutil.Process(region.process.pid).children(recursive=True)
    alive = [p for p in children if p.status() != psutil.STATUS_ZOMBIE]
    postgres = [p for p in alive if "postgres" in p.name()]
    pids = {p.pid for p in postgres}
    main = [p for p in postgres if p.ppid() not in pids]
    workers = [p for p in alive if p.pid not in pids and "resource_tracker" not in " ".join(p.cmdline())]
    groups = {"worker": workers, "postgres": main, "backend": [p for p in postgres if p not in main]}
    return {sort: group for sort, group in groups.items() if group}


async def _kill(region: Region, over: asyncio.Event) -> Counter[str]:
    killed: Counter[str] = Counter()
    while killed.total() < KILLS:
        await asyncio.sleep(random.uniform(0.05, 0.6))
        try:
            groups = _victims(region)
            sort = random.choice(list(groups))
            random.choice(groups[sort]).kill()
            killed[sort] += 1
        except (psutil.NoSuchProcess, IndexError):
            continue
        if random.random() > HASTE:
            await _await_ready(region.base.removesuffix("/fhir"))
    over.set()
    return killed


async def _load(region: Region) -> tuple[Acknowledged, Counter[str]]:
    done = Acknowledged()
    headers = {"Authorization": f"Bearer {region.token}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:
        made = [await client.post(f"{region.base}/Patient", json={"resourceType": "Patient"}) for _ in range(4)]
        patients = [answer.json()["id"] for answer in made]
        over = asyncio.Event()
        writers = [Writer(client, region.base, patients[n % 4], done).run(over) for n in range(WRITERS)]
        busy = [asyncio.create_task(writer) for writer in writers]
        try:
            killed = await _kill(region, over)
        finally:
            over.set()
            await asyncio.gather(*busy)
        await _await_ready(region.base.removesuffix("/fhir"))
        for resource_id, mark in [*done.singles.items(), *((i, m) for m, ids in done.wholes.items() for i in ids)]:
            answer = await client.get(f"{region.base}/Observation/{resource_id}")
            assert answer.status_code == 200, resource_id
            kept = answer.json()
            del kept["meta"], kept["id"]
            subject = kept["subject"]["reference"].removeprefix("Patient/")
            assert subject in patients
            assert kept == _observation(subject, mark)
    return done, killed


_VERSIONS = """
select e.id, e.version, e.commit, e.body, e.xid::text as xid from felles.entry e
 where e.type = (select type from felles.type_name where name = 'Observation') order by e.id, e.version"""


async def _examine(region: Region, done: Acknowledged) -> None:
    with Embedded(region.home) as embedded:
        conn = await asyncpg.connect(embedded.url("owner"))
        rows = await conn.fetch(_VERSIONS)
        leaves = await conn.fetch("select xid::text as xid, text from felles.leaf")
        await conn.close()
    rows = [row for row in rows if SYSTEM in row["body"]]  # the others are the demo region's
    bodies = [json.loads(row["body"]) for row in rows]
    marks = [body["identifier"][0]["value"] for body in bodies]
    _check_whole(rows, marks, done)
    _check_counters(rows, bodies, marks, done)
    _check_lines(rows, marks, leaves, done)


def _check_whole(rows: list[Any], marks: list[str], done: Acknowledged) -> None:
    commits: dict[str, list[int]] = {}
    for row, mark in zip(rows, marks, strict=True):
        commits.setdefault(mark, []).append(row["commit"])
    for mark, found in commits.items():
        if mark.startswith("whole"):
            assert len(found) == 3, f"{mark}: a transaction that is there in part"
            assert len(set(found)) == 1, f"{mark}: a transaction in several commits"
        elif mark.startswith("single"):
            assert len(found) == 1, f"{mark}: written twice"
    here = {row["id"] for row in rows}
    assert set(done.singles) <= here
    assert all(set(ids) <= here for ids in done.wholes.values())


def _check_counters(rows: list[Any], bodies: list[Any], marks: list[str], done: Acknowledged) -> None:
    history: dict[str, dict[int, int]] = {}
    for row, body, mark in zip(rows, bodies, marks, strict=True):
        if mark.startswith("counter"):
            history.setdefault(row["id"], {})[row["version"]] = body["valueQuantity"]["value"]
    for counter, versions in history.items():
        assert versions == {n: n for n in range(1, len(versions) + 1)}, f"{counter} skipped or repeated a value"
    for counter, version, value in done.raises:
        assert history[counter][version] == value


def _check_lines(rows: list[Any], marks: list[str], leaves: list[Any], done: Acknowledged) -> None:
    said: Counter[tuple[str, str]] = Counter()
    read: Counter[str] = Counter()
    for leaf in leaves:
        text = json.loads(leaf["text"])
        if text["outcome"] == "written":
            said[leaf["xid"], text["what"]] += 1
        elif text["act"] == "read":
            read[text["what"]] += 1
    wholes: dict[tuple[str, str], set[str]] = {}
    for row, mark in zip(rows, marks, strict=True):
        if mark.startswith("whole"):
            wholes.setdefault((row["xid"], "3 entries"), set()).add(mark)
        else:
            assert said[row["xid"], f"Observation/{row['id']}"] == 1, f"{mark}: a version without its line"
    for place, those in wholes.items():
        assert said[place] == len(those), "transactions and their lines differ"
    for counted, times in done.reads.items():
        assert read[f"Observation/{counted}"] >= times, "a read without its line"


def test_nothing_acknowledged_is_lost_whatever_is_killed(region: Region) -> None:
    done, killed = asyncio.run(_load(region))
    acknowledged = (len(done.singles), len(done.wholes), len(done.raises), done.reads.total())
    print(f"killed: {dict(killed)}; answers: {dict(done.statuses)}; broken off: {done.broken}")
    print("acknowledged: {} single, {} transactions, {} raises, {} reads".format(*acknowledged))
    assert killed.total() == KILLS
    assert all(acknowledged)
    if KILLS >= 50:
        assert killed.keys() == {"worker", "postgres", "backend"}
    asyncio.run(_examine(region, done))
    verified = subprocess.run(
        [FELLES, "log", "verify"], env=_environment(region.home), capture_output=True, check=False
    )
    assert verified.returncode == 0, verified.stderr.decode()
    assert done.statuses.keys() <= {200, 201, 503}, dict(done.statuses)
