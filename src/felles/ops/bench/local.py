"""Measuring ourselves: a region of known size, its server, and PostgreSQL's own limit in the same run."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx

from felles.ops.bench import lives
from felles.ops.bench.figures import Figure, sample, sources
from felles.ops.bench.limit import Limits
from felles.ops.bench.load import Target, closed_loop
from felles.ops.bench.report import Report, Run, machine
from felles.record.embedded import DATABASE, Embedded

Tell = Callable[[str], None]

# One person in ten has a block; it closes something from somebody else, so that it must be weighed each time.
_BLOCKS = """
insert into felles.block (bucket, person, id, against, party, kind, org, item, low, high, since, until)
select bucket, person, 'bench', 1, 0, 1, null, null, $1, $2, 0, $2 from felles.person where person % 10 = 0
on conflict do nothing"""
_BLOCKED = "update felles.person set blocked = true where person % 10 = 0"
_EARLY, _LATE = -(2**62), 2**62
_PER_FILE = 25


async def bench_ourselves(
    figures: tuple[Figure, ...], *, people: int, runs: int, seconds: int, home: Path | None, tell: Tell
) -> Report:
    """Set up, load, serve and measure. Raises `RuntimeError` with one line when a part does not start."""
    place = (home or Path(tempfile.mkdtemp(prefix="felles-bench-"))).absolute()
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o711)
    environment = os.environ | {"FELLES_HOME": str(place), "FELLES_DEMO": "true", "FELLES_LOG_LEVEL": "warning"}
    report = Report("Felles bench", machine() | {"people": people, "entries a person": lives.PER_PERSON, "runs": runs})
    try:
        with Embedded(place) as embedded:
            if not (place / "loaded").exists():
                report.setting["import"] = await _load(place, environment, people, tell)
                (place / "loaded").write_text(str(people))
            await _measure(embedded, environment, figures, report, runs, seconds, tell)
    finally:
        if home is None:
            shutil.rmtree(place, ignore_errors=True)
    return report


async def _felles(environment: dict[str, str], *arguments: str) -> str:
    command = [str(Path(sys.executable).parent / "felles"), *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"felles {arguments[0]} failed: {err.decode()[-500:]}")
    return (out + err).decode()


async def _load(place: Path, environment: dict[str, str], people: int, tell: Tell) -> str:
    """The demo's staff, then the lives by `felles import`; its own rate is the import figure."""
    await _felles(environment, "demo", "--if-empty")
    folder = place / "lives"
    folder.mkdir(exist_ok=True)
    for start in range(0, people, _PER_FILE):
        entries = [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for number in range(start, min(people, start + _PER_FILE))
            for resource in lives.person(number)
        ]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        (folder / f"{start:06}.json").write_text(json.dumps(bundle, ensure_ascii=False))
    tell(f"{people} lives written, importing")
    began = time.perf_counter()
    told = await _felles(environment, "import", str(folder))
    shutil.rmtree(folder)
    match = re.search(r"(\d+) written.* in ([0-9.]+) s", told)
    rate = int(match[1]) / float(match[2]) if match else people * lives.PER_PERSON / (time.perf_counter() - began)
    tell(f"felles import: {rate:.0f} resources/s")
    return f"{rate:.0f} resources/s"


async def _measure(
    embedded: Embedded,
    environment: dict[str, str],
    figures: tuple[Figure, ...],
    report: Report,
    runs: int,
    seconds: int,
    tell: Tell,
) -> None:
    owner = await asyncpg.connect(embedded.url("owner"))
    await owner.execute("analyze")
    await owner.execute(_BLOCKS, _EARLY, _LATE)
    await owner.execute(_BLOCKED)
    limits = Limits(embedded, DATABASE, lives.PER_PERSON)
    await limits.prepare(owner)
    port = _free_port()
    base = f"http://127.0.0.1:{port}/fhir"
    server = await _serve(environment | {"FELLES_PORT": str(port)}, port)
    try:
        asked_by = {
            "staff": (await _felles(environment, "token", "--as", "fastlege")).split()[0],
            "system": (await _felles(environment, "token", "--scope", "system/*.*")).split()[0],
        }
        for who, token in asked_by.items():
            headers = {"Authorization": f"Bearer {token}"}
            make = sources(Target.of(base, headers), await sample(base, headers))
            for figure in figures:
                if figure.name == "bundles" and who == "staff":
                    continue  # a GP does not create persons; whole lives come from systems
                for _ in range(runs):
                    limit = await limits.measure(figure.limit, max(2, seconds // 2)) if figure.limit else None
                    measured = await closed_loop(
                        Target.of(base), make[figure.name](), connections=figure.connections, seconds=seconds
                    )
                    run = Run.of(figure, measured, limit)
                    report.add(who, figure, run)
                    share = f", {run.rate / limit:.1%} of {limit:.0f}" if limit else ""
                    tell(f"{who}: {figure.title}: {run.rate:.0f}{figure.unit}, p95 {run.p95:.1f} ms{share}")
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()
        await owner.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _serve(environment: dict[str, str], port: int) -> asyncio.subprocess.Process:
    server = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "felles"),
        "serve",
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
    )
    async with httpx.AsyncClient(timeout=2) as client:
        for _ in range(300):
            await asyncio.sleep(0.1)
            if server.returncode is not None:
                break
            try:
                if (await client.get(f"http://127.0.0.1:{port}/health")).status_code == 200:
                    return server
            except httpx.HTTPError:
                continue
    if server.returncode is None:
        server.terminate()
    raise RuntimeError("felles serve did not get ready within 30 s")
