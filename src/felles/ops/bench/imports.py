"""`felles import` as a figure: lives not imported before, validated, at the command's own rate."""

from __future__ import annotations

import random
import resource
import shutil

from felles.demo.places import ORGANISATIONS, OTHER_OFFICE, STAFF
from felles.ops.bench import lives
from felles.ops.bench.cpu import Meter
from felles.ops.bench.files import by_person
from felles.ops.bench.region import Region, written_of
from felles.ops.bench.report import Run, cores

PEOPLE = 334
"""Lives of one run: 100 200 entries."""
_FOR = ("--organization", ORGANISATIONS[OTHER_OFFICE].reference, "--gp", STAFF["ola"].practitioner)


async def run(on: Region, postmaster: int, limit: float | None) -> Run:
    """Import so many new lives on behalf of another office, so that the list that is measured stays as it is.

    The rate is entries by the seconds that the command tells: files read twice, decoded, validated, written. The
    worker's CPU is the importing process's, from its start. Raises `RuntimeError` when it failed or wrote less.
    """
    folder = on.home / "lives"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    by_person(folder, lives.people(PEOPLE, random.randrange(10**6, 10**9)))
    before = _of_children()
    meter = Meter({"database": postmaster})
    told = await on.felles("import", str(folder), *_FOR)
    used = meter.used()
    importing = _of_children() - before
    shutil.rmtree(folder)
    written, seconds = written_of(told)
    if written != PEOPLE * lives.PER_PERSON:
        raise RuntimeError(f"felles import wrote {written} of {PEOPLE * lives.PER_PERSON} entries: {told[-300:]}")
    nan = float("nan")
    cpu = {"worker": importing / written * 1e6, "database": used.parts["database"] / written * 1e6}
    return Run(
        written / seconds, nan, nan, nan, written, 0, nan, limit, cpu, used.busy, used.stolen, cores(), used.stood
    )


def _of_children() -> float:
    """Seconds of CPU that commands of ours used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
