"""The audit of the lock: whole now, and it finds what it looks for."""

import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AUDIT = runpy.run_path(str(ROOT / "scripts" / "audit.py"))
LOCK = (ROOT / "uv.lock").read_text()
KNOWN = tomllib.loads((ROOT / "scripts" / "advisories.toml").read_text())["advisory"]


def found(lock):
    return list(AUDIT["wrong"](tomllib.loads(lock), KNOWN))


def test_the_lock_is_whole_and_the_list_follows_it():
    assert found(LOCK) == []
    assert AUDIT["unknown"](tomllib.loads(LOCK), KNOWN) == []
    assert AUDIT["main"]() == 0


@pytest.mark.parametrize("package", sorted({each["package"] for each in KNOWN}))
def test_a_version_with_a_known_weakness_is_found(package):
    locked = next(p["version"] for p in tomllib.loads(LOCK)["package"] if p["name"] == package)
    old = LOCK.replace(f'name = "{package}"\nversion = "{locked}"', f'name = "{package}"\nversion = "0.0.1"')
    assert old != LOCK
    ours = [each["id"] for each in KNOWN if each["package"] == package]
    assert [f"{package} 0.0.1 is below" in line for line in found(old)] == [True] * len(ours)


def test_each_entry_says_where_it_was_read_and_few_are_from_memory():
    assert all(each["read"].startswith("https://") for each in KNOWN if "read" in each)
    memory = sorted(each["id"] for each in KNOWN if "read" not in each)
    assert memory == ["CVE-2024-12797", "CVE-2025-12817", "CVE-2025-12817", "CVE-2025-62518"]


def test_a_file_without_its_hash_and_a_package_from_elsewhere_are_found():
    bare = LOCK.replace('hash = "sha256:', 'hash = "md5:', 1)
    assert any("without a SHA-256" in line for line in found(bare))
    moved = LOCK.replace('source = { registry = "https://pypi.org/simple" }', 'source = { git = "https://x" }', 1)
    assert any("not from the registry" in line for line in found(moved))


@pytest.mark.parametrize(
    ("older", "newer"), [("0.9", "0.10"), ("3.6.9", "3.7"), ("2024.7", "2024.7.4"), ("1.0rc1", "1.1")]
)
def test_versions_are_compared_as_numbers(older, newer):
    assert AUDIT["number"](older) < AUDIT["number"](newer)
