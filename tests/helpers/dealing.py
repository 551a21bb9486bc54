"""How a run is shared out to its processes: file by file, and what is long in parts of a file.

What several files share, and is long to make, goes together: a demo region as data, and PostgreSQL 17.
"""

from __future__ import annotations

import re
from typing import Any

from xdist.scheduler import LoadFileScheduling

_KIND = re.compile(r"^(tests/proofs/test_(?:pages_)?non_interference\.py)::\w+\[([a-z-]+)-pg1[78]\b")


_MADE = re.compile(r"^tests/demo/[^:]+::\w+\[(seed \d+)\b")
_ON_17 = re.compile(r"::\w+\[(?:.*-)?pg17\b")


class ByFileAndKind(LoadFileScheduling):
    """As `--dist loadfile`, but a kind of hiding (`hidings`) goes by itself: it has regions of its own, and what is
    asked of it alters no other's."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid) or super()._split_scope(nodeid)


def part_of(nodeid: str) -> str:
    """The part of its file that a test belongs to, which need not run where the rest of the file does; or ""."""
    if found := _KIND.match(nodeid):
        return f"{found[1]}[{found[2]}]"
    if found := _MADE.match(nodeid):
        return f"tests/demo[{found[1]}]"
    return "pg17" if _ON_17.search(nodeid) else ""


def scheduler(config: Any, log: Any) -> Any:
    """The one for `--dist loadfile`; None: pytest-xdist's own."""
    return ByFileAndKind(config, log) if config.getvalue("dist") == "loadfile" else None
