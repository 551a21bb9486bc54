"""Killing the worker between reading and answering: every acknowledged look has its line all the same.

A GP reads by every page of a record and by FHIR, in closed loops, while the worker is killed with
SIGKILL at random moments. At the end there are, for each reader and person, at least as many lines as whole answers.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from html import unescape
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest
from routes import routes

from felles.record.embedded import Embedded

pytestmark = pytest.mark.slow
KILLS = 8
FELLES = str(Path(sys.executable).parent / "felles")


def _environment(home, port):
    own = {"FELLES_HOME": str(home), "FELLES_DEMO": "true", "FELLES_LOG_LEVEL": "error", "FELLES_WORKERS": "1"}
    return os.environ | own | {"FELLES_PORT": str(port)}


async def _ready(base):
    async with httpx.AsyncClient(timeout=2) as client:
        for _ in range(600):
            try:
                if (await client.get(f"{base}/health")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    pytest.fail("the server was not ready within a minute")


async def _signed_in(base, persona):
    client = httpx.AsyncClient(base_url=base, headers={"Origin": base}, timeout=10)
    assert (await client.post("/logg-inn", data={"persona": persona})).status_code == 303
    return client


async def _people(client):
    """The ids of those on the first page of her people."""
    text = unescape((await client.get("/")).text)
    return list(dict.fromkeys(re.findall(r'href="/p/([a-z0-9]+)[/"]', text)))


async def _looks(client, paths, over, acknowledged, who):
    """Ask again and again; count what came whole. A broken connection tells nothing of what became of the request."""
    while not over.is_set():
        person, path = random.choice(paths)
        try:
            answer = await client.get(path)
        except httpx.HTTPError:
            await asyncio.sleep(0.05)
            continue
        if answer.status_code == 200:
            acknowledged[who, person] += 1
        else:
            assert answer.status_code in (303, 503), (path, answer.status_code)


async def _kills(main, over):
    killed = 0
    while killed < KILLS:
        await asyncio.sleep(random.uniform(0.2, 0.7))
        workers = [p for p in psutil.Process(main).children() if "postgres" not in p.name()]
        if workers:
            random.choice(workers).send_signal(signal.SIGKILL)
            killed += 1
    await asyncio.sleep(0.5)
    over.set()


async def _counted(home):
    """(reader's reference, person's Patient) → lines that say released."""
    conn = await asyncpg.connect(Embedded(home).url("owner"))
    try:
        rows = await conn.fetch(
            """select e.id, l.text from felles.leaf l
                 join felles.entry e on e.bucket = l.bucket and e.person = l.person and e.form = 0 and e.state = 0
                 join felles.type_name n on n.type = e.type and n.name = 'Patient'"""
        )
    finally:
        await conn.close()
    lines = Counter()
    for row in rows:
        said = json.loads(row["text"])
        if said["outcome"] == "released":
            lines[said["who"]["name"], row["id"]] += 1
    return lines


def _of_a_person():
    """Every page of one record that staff open by GET, and needs nothing but her id."""
    return [route for method, route in routes() if method == "GET" and route.startswith("/p/{id}")
            and route.count("{") == 1]  # fmt: skip


def test_killed_at_any_moment_every_answer_has_its_line():
    home = Path(tempfile.mkdtemp(prefix="felles-lines-"))
    home.chmod(0o711)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment, base = _environment(home, port), f"http://127.0.0.1:{port}"
    subprocess.check_call([FELLES, "demo", "--people", "15"], env=environment, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([FELLES, "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        asyncio.run(_ready(base))
        token = subprocess.check_output([FELLES, "token", "--as", "fastlege"], env=environment).decode().split()[0]
        asyncio.run(_all_of_it(base, home, process.pid, token))
        told = subprocess.run([FELLES, "log", "verify"], env=environment, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stdout + told.stderr
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


async def _all_of_it(base, home, main, token):
    gp = await _signed_in(base, "fastlege")
    fhir = httpx.AsyncClient(base_url=f"{base}/fhir", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    people = await _people(gp)
    assert len(people) > 3
    pages = [(p, route.replace("{id}", p)) for p in people for route in _of_a_person()]
    by_fhir = [(p, path.format(p)) for p in people for path in ("/Patient/{}", "/Patient/{}/$everything",
               "/Observation?patient={}&_count=5", "/Patient/{}/_history")]  # fmt: skip
    # Only what leaves a line about her when all is well counts: a form that shows nothing of hers has none to leave.
    leaving = await _leaving(home, gp, fhir, [*pages, *by_fhir])
    assert len(leaving) > 3 * len(people)
    before, acknowledged, over = await _counted(home), Counter(), asyncio.Event()
    loops = []
    for number in range(6):
        mine = [each for each in leaving if (each in by_fhir) == bool(number % 2)]
        loops.append(_looks(fhir if number % 2 else gp, mine, over, acknowledged, "gp"))
    began = time.monotonic()
    await asyncio.gather(_kills(main, over), *loops)
    await _ready(base)
    after = await _counted(home)
    name = next(iter({who for who, _ in after if "Haugan" in who}))
    missing = {p: (acknowledged["gp", p], after[name, p] - before[name, p]) for p in people
               if after[name, p] - before[name, p] < acknowledged["gp", p]}  # fmt: skip
    print(f"{sum(acknowledged.values())} answers, {KILLS} kills, {time.monotonic() - began:.0f} s")
    assert not missing
    assert sum(acknowledged.values()) > 10
    await gp.aclose()
    await fhir.aclose()


async def _leaving(home, gp, fhir, asked):
    """Those of (person, path) that are answered and leave a line about her that says released."""
    conn = await asyncpg.connect(Embedded(home).url("owner"))
    try:
        keys = {
            row["id"]: (row["bucket"], row["person"])
            for row in await conn.fetch(
                """select e.id, e.bucket, e.person from felles.entry e join felles.type_name n on n.type = e.type
                    where n.name = 'Patient' and e.form = 0 and e.state = 0"""
            )
        }
        lines, leaving = dict.fromkeys(keys, -1), []
        for person, path in asked:
            if lines[person] < 0:
                lines[person] = await conn.fetchval(_RELEASED, *keys[person])
            answer = await (fhir if not path.startswith("/p/") else gp).get(path)
            before, lines[person] = lines[person], await conn.fetchval(_RELEASED, *keys[person])
            if answer.status_code == 200 and lines[person] > before:
                leaving.append((person, path))
    finally:
        await conn.close()
    return leaving


_RELEASED = """select count(*) from felles.leaf
    where bucket = $1 and person = $2 and text::jsonb ->> 'outcome' = 'released'"""
