"""npm packages that tests compare with, kept in FELLES_CACHE (default: .cache in the checkout)."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("fhirpath@5.2.2", "hl7.fhir.r4.examples@4.0.1")


def _lacking(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and in CI that is a failure")
    pytest.skip(what)


@pytest.fixture(scope="session")
def npm_modules(node: str) -> Path:
    """The folder node_modules with fhirpath.js and the examples of the specification, fetched once."""
    cache = Path(os.environ.get("FELLES_CACHE") or ROOT / ".cache") / "search"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the tests run in several processes, and one of them fetches
        return _fetched(cache, node)


@pytest.fixture(scope="module")
def uncollected() -> Generator[None]:
    """No garbage collection for the rest of a module that reads the examples, which hold no cycle: they are millions of
    objects, and it would go through them again and again."""
    gc.disable()
    yield
    gc.enable()


def _fetched(cache: Path, node: str) -> Path:
    wanted = "\n".join(PACKAGES)
    done = cache / "packages.txt"
    if done.exists() and done.read_text() == wanted:
        return cache / "node_modules"
    npm = shutil.which("npm") or str(Path(node).with_name("npm"))
    if not Path(npm).exists():
        _lacking("npm is missing: the search parameters are not held against fhirpath.js")
    (cache / "package.json").write_text('{"private": true}\n')
    made = subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES],
        cwd=cache,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        _lacking(f"npm cannot fetch {' and '.join(PACKAGES)}: {made.stderr.strip()[:200]}")
    done.write_text(wanted)
    return cache / "node_modules"
