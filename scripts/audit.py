"""Look through uv.lock, without asking any service, and fail at the first thing that is wrong.

.venv/bin/python scripts/audit.py

It holds that every package comes from the public registry and not from a path, a URL or a repository; that every file
of it has a SHA-256; and that none has a version with a weakness that scripts/advisories.toml names. It knows only what
stands there: a weakness published since is found by `make audit`, which needs the registry's list of advisories.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REGISTRY = "https://pypi.org/simple"
OLD = 90
"""Days after which the list of advisories is said to be old; it fails nothing."""

Lock = dict[str, Any]


def number(version: str) -> tuple[int, ...]:
    """The release of a version: `3.7.post1` is (3, 7). A pre-release counts as its release."""
    found: list[int] = []
    for part in version.partition("+")[0].split("."):
        if not part.isdigit():
            break
        found.append(int(part))
    return tuple(found)


def wrong(lock: Lock, advisories: list[dict[str, str]]) -> Iterator[str]:
    """What is wrong with the lock, a sentence each."""
    for package in lock["package"]:
        name, version = package["name"], package.get("version", "")
        source = package["source"]
        if source == {"editable": "."}:
            continue
        if source != {"registry": REGISTRY}:
            yield f"{name} comes from {source}, not from the registry"
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        if not files or any(not file.get("hash", "").startswith("sha256:") for file in files):
            yield f"{name} {version} has a file without a SHA-256"
        for each in advisories:
            if each["package"] == name and number(version) < number(each["below"]):
                yield f"{name} {version} is below {each['below']}: {each['id']}, {each['what']}"


def unknown(lock: Lock, advisories: list[dict[str, str]]) -> list[str]:
    """Packages of the list that are not locked any more: the list should follow the lock."""
    locked = {package["name"] for package in lock["package"]}
    return sorted({each["package"] for each in advisories} - locked)


def main() -> int:
    """Print what is wrong; 1 when something is."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    known = tomllib.loads((ROOT / "scripts" / "advisories.toml").read_text())
    found = [*wrong(lock, known["advisory"]), *(f"{n} is not locked" for n in unknown(lock, known["advisory"]))]
    for each in found:
        print(f"audit: {each}", file=sys.stderr)
    age = (date.today() - known["seen"]).days  # noqa: DTZ011 - a day more or less is nothing here
    if age > OLD:
        print(f"audit: scripts/advisories.toml was looked through {age} days ago (make audit)", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
