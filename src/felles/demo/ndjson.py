"""The region as NDJSON, one file for each type, for any FHIR server; no database is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from felles.demo.region import Region
    from felles.demo.world import Resource


def write(region: Region, folder: Path, tell: Callable[[int, int], object]) -> Counter[str]:
    """Write `folder`/Type.ndjson; how many of each type. `tell(people done, people in all)` follows it.

    What is referred to comes before what refers to it when the files are taken in this order: Organization,
    Practitioner, PractitionerRole, Patient, RelatedPerson, Encounter, and the others. Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    files: dict[str, BinaryIO] = {}
    done = 0
    with ExitStack() as stack:

        def put(resources: Iterable[Resource]) -> None:
            for resource in resources:
                name = resource["resourceType"]
                if name not in files:
                    files[name] = stack.enter_context((folder / f"{name}.ndjson").open("wb"))
                files[name].write(msgspec.json.encode(resource) + b"\n")
                counts[name] += 1

        for shared, home in region.homes():
            put(shared)
            for life in region.lives_of(home):
                put(resource for _, resource in life.entries)
                done += 1
            tell(done, region.count)
    return counts
