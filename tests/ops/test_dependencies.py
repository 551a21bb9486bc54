"""Dependencies: each one explained, each one locked, and no host named but the public registry's."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "uv.lock").read_text()


def direct():
    """Names of all packages that pyproject.toml asks for."""
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    asked += [each for group in PROJECT["dependency-groups"].values() for each in group if isinstance(each, str)]
    return {re.split(r"[^A-Za-z0-9._-]", each, maxsplit=1)[0] for each in asked}


def test_each_dependency_is_explained_and_nothing_else():
    explained = re.findall(
        r"^\| `([\w.-]+)` \| (.+) \| (.+) \|$", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE
    )
    assert {name for name, _, _ in explained} == direct()


def test_the_lock_names_every_dependency():
    locked = {package["name"] for package in tomllib.loads(LOCK)["package"]}
    assert direct() <= locked


def test_the_lock_names_no_host_but_the_public_registry():
    assert set(re.findall(r"https?://([^/\"]+)", LOCK)) == {"pypi.org", "files.pythonhosted.org"}


def test_the_installer_and_the_builder_are_fetched_with_the_locks_hashes():
    setup = (ROOT / "scripts/setup.txt").read_text()
    pinned = dict(re.findall(r"^([\w-]+)==(\S+)", setup, re.MULTILINE))
    assert {"uv", "hatchling"} <= set(pinned)
    locked = {package["name"]: package["version"] for package in tomllib.loads(LOCK)["package"]}
    assert pinned == {name: locked[name] for name in pinned}
    assert all(each in LOCK for each in re.findall(r"sha256:[0-9a-f]{64}", setup))
    assert "://" not in setup
