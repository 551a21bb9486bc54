"""`felles serve` as processes: it starts, survives what is killed under it, and leaves nothing behind."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from felles.access.signing import Claims, Signer

pytestmark = pytest.mark.slow
BODY = 1_000_000  # the limit on bodies that the servers here have
PATIENCE = 60  # seconds until something that must happen counts as not happening


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(happens: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if happens():
            return
        time.sleep(0.05)
    pytest.fail(f"did not happen: {what}")


class Served:
    """One `felles serve` on a home and a port of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FELLES_")}
        environment |= {"FELLES_HOME": str(self.home), "FELLES_WORKERS": "1", "FELLES_PORT": str(self.port)}
        environment |= {"FELLES_MAX_BODY_BYTES": str(BODY), "FELLES_MAX_UNPACKED_BYTES": str(BODY)}
        with (self.home / "out").open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from felles.cli import main; main()", "serve"],
                env=environment,
                stdout=out,
                stderr=out,
            )
        until(self.ready, f"ready: {(self.home / 'out').read_text()[-2000:]}")

    def token(self) -> str:
        """An access token, by the home's own key, of a system client that sees everything."""
        now = int(time.time())
        names: dict[str, Any] = {"sub": "Device/test", "jti": "test", "name": "test", "purpose": "maintenance"}
        return Signer.of(self.home).sign(Claims(iat=now, exp=now + 300, scope="system/*.*", **names))

    def felles(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command on this home."""
        return subprocess.run(
            [sys.executable, "-c", "from felles.cli import main; main()", *arguments],
            env={k: v for k, v in os.environ.items() if not k.startswith("FELLES_")} | {"FELLES_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    @property
    def main(self) -> psutil.Process:
        assert self.process is not None
        return psutil.Process(self.process.pid)

    @property
    def worker(self) -> psutil.Process:
        """The process that answers requests: the child that is no PostgreSQL."""
        (worker,) = [p for p in self.main.children() if "postgres" not in p.name()]
        return worker

    @property
    def postmaster(self) -> psutil.Process:
        return next(p for p in psutil.process_iter() if self._is_postmaster(p))

    def _is_postmaster(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            line = process.cmdline()
            return any(str(self.home) in part for part in line) and "-D" in line
        return False

    def ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=5).status_code == 200
        return False

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@pytest.fixture
def served() -> Generator[Served]:
    home = Path(tempfile.mkdtemp(prefix="felles-serve-"))
    home.chmod(0o711)
    made = Served(home)
    made.start()
    family = [made.main, *made.main.children(recursive=True)]
    yield made
    assert made.process is not None
    if made.process.poll() is None:
        made.process.terminate()
        made.process.wait(PATIENCE)
    for process in family:
        with suppress(psutil.Error):
            process.kill()
    shutil.rmtree(home, ignore_errors=True)


def _gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_an_interrupt_leaves_no_process_behind(served):
    family = [served.main, *served.main.children(recursive=True)]
    assert any("postgres" in p.name() for p in family)
    told = served.felles("doctor")  # it knows the home alone
    assert f"answers 200 at http://127.0.0.1:{served.port}/health" in told.stdout
    assert served.end(signal.SIGINT) == 0
    until(lambda: all(_gone(p) for p in family), "everything has ended")


def test_what_is_killed_comes_back(served):
    worker, postmaster = served.worker, served.postmaster
    worker.kill()
    until(lambda: _gone(worker) and served.ready(), "another worker answers")
    assert served.worker.pid != worker.pid
    # Again at once: a supervisor that takes two in a row for a crash loop would give up here.
    again = served.worker
    again.kill()
    until(lambda: _gone(again) and served.ready(), "a third worker answers")
    postmaster.kill()
    until(lambda: _gone(postmaster) and served.ready(), "the database is back")
    assert served.postmaster.pid != postmaster.pid


def test_workers_end_when_the_main_process_is_killed(served):
    worker = served.worker
    served.end(signal.SIGKILL)
    until(lambda: _gone(worker), "the worker has ended by itself")
    served.start()  # finds the database alive on its data, and takes it over
    assert served.end(signal.SIGTERM) == 0


def test_one_door_for_everything(served):
    base = f"http://127.0.0.1:{served.port}"
    statement = httpx.get(f"{base}/fhir/metadata")
    assert statement.json()["rest"][0]["mode"] == "server"
    assert httpx.get(f"{base}/fhir/Patient/x").status_code == 401
    page = httpx.get(f"{base}/")
    assert page.headers["content-type"].startswith("text/html")
    metrics = httpx.get(f"{base}/metrics")
    assert 'felles_http_requests_total{door="fhir",method="GET",status="401"} 1.0' in metrics.text
    parts = httpx.get(f"{base}/health").json()["parts"]
    assert parts["database"]["ok"]
    assert parts["schema"]["ok"]


def test_a_port_that_is_taken_is_said_in_one_line(served):
    done = served.felles("serve", "--port", str(served.port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"felles: cannot listen on 127.0.0.1:{served.port}")
    assert served.ready()


def test_limits_hold_over_a_socket(served):
    """What a client sends over the wire in ways that no scope made by a test can show."""
    token = served.token()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/fhir+json"}
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}/fhir", headers=headers, timeout=PATIENCE) as client:
        body = b'{"resourceType":"Patient","name":[{"text":"%s"}]}'
        made = client.post("/Patient", content=body % b"x")
        assert made.status_code == 201
        assert client.post("/Patient", content=body % (b"x" * BODY)).status_code == 413
        chunks = (b"x" * 65536 for _ in range(BODY // 65536 + 1))
        assert client.post("/Patient", content=chunks).status_code == 413
        bomb = gzip.compress(bytes(100 * BODY))
        assert client.post("/Patient", content=bomb, headers={"content-encoding": "gzip"}).status_code == 413
        assert client.get("/Patient/x", headers={"x-long": "a" * 40_000}).status_code == 431
        assert client.get("/Patient/%FF").status_code == 404
        assert client.get("/Patient?name=%FF").status_code == 400
        assert client.get("/Patient?name=" + "a" * 20_000).status_code == 414
        assert client.head("/Patient/x").status_code == 404
        packed = client.get("/metadata")
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.json()["resourceType"] == "CapabilityStatement"
        assert client.get(made.headers["location"]).json() == made.json()
    assert served.ready()


def test_what_is_no_http_is_refused_and_harms_nobody(served):
    for sent in (b"hello\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + bytes(100), b"GET " + b"a" * 1_000_000):
        with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as raw:
            with suppress(OSError):
                raw.sendall(sent)
                raw.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                raw.recv(1000)
    assert served.ready()
