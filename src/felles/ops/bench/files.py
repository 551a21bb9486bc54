"""Lives as files for `felles import`: person by person, or all persons mixed in the order things happened.

Written person by person, one person's rows lie together in the database. After years of use they do not: the second
order puts them as far apart as they can be.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

_PER_FILE = 7500
"""Entries of one file, about: a file is taken apart at once."""
_WHEN = ("effectiveDateTime", "onsetDateTime", "authoredOn", "date")

Resource = dict[str, Any]


def by_person(folder: Path, everyone: Iterable[list[Resource]]) -> None:
    """Write whole lives, one after another."""
    held: list[bytes] = []
    number = 0
    for life in everyone:
        held += map(_entry, life)
        if len(held) >= _PER_FILE:
            number = _write(folder, number, held)
            held = []
    _write(folder, number, held)


def by_time(folder: Path, everyone: Iterable[list[Resource]]) -> None:
    """Write all entries by their clinical time; what has none (the Patients) first.

    Goes through a file for each month, so that no more than a month's entries are held at once.
    """
    months: set[Path] = set()
    for life in everyone:
        by_month: dict[Path, list[bytes]] = {}
        for resource in life:
            when = _when(resource)
            by_month.setdefault(folder / f"{when[:7] or '0000-00'}.month", []).append(
                when.encode() + b"\t" + _entry(resource) + b"\n"
            )
        for path, lines in by_month.items():
            with path.open("ab") as stream:
                stream.writelines(lines)
        months |= by_month.keys()
    number = 0
    for path in sorted(months):
        entries = [line.partition(b"\t")[2] for line in sorted(path.read_bytes().splitlines())]
        path.unlink()
        for start in range(0, len(entries), _PER_FILE):
            number = _write(folder, number, entries[start : start + _PER_FILE])


def _when(resource: Resource) -> str:
    """The moment a resource is about, as text that sorts by time; "" for a Patient."""
    period = resource.get("period", {})
    return next((str(resource[name]) for name in _WHEN if name in resource), str(period.get("start", "")))


def _entry(resource: Resource) -> bytes:
    return msgspec.json.encode({"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource})


def _write(folder: Path, number: int, entries: list[bytes]) -> int:
    """Write one file; the number of the next."""
    if entries:
        bundle = b'{"resourceType":"Bundle","type":"collection","entry":[' + b",".join(entries) + b"]}"
        (folder / f"{number:06}.json").write_bytes(bundle)
    return number + 1
