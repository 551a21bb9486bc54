"""docs/asvs.md names tests that exist, and says of every point what holds it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "asvs.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)


def test_every_test_that_is_named_is_there():
    assert len(NAMED) > 20
    missing = [
        f"{path}::{name}"
        for path, name in NAMED
        if not (ROOT / path).is_file() or (name and f"def {name}(" not in (ROOT / path).read_text("utf-8"))
    ]
    assert missing == []


def test_every_point_has_its_test_its_reason_or_is_told_as_a_gap():
    rows = [line for line in PAGE.splitlines() if re.match(r"\| \d+\.\d", line)]
    assert len(rows) > 35
    for row in rows:
        how = row.rstrip("|").rsplit("|", 1)[1]
        assert "`tests/" in how or "reason" in how or "gap" in how, row
