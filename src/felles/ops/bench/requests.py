"""The requests of each figure, made before the clock starts: some thousands, drawn at random, sent in a cycle."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from itertools import cycle

from felles.ops.bench import lives
from felles.ops.bench.connection import Target
from felles.ops.bench.sample import Sample

READS = 8_000
CREATES = 5_000
BUNDLES_A_SECOND = 40
"""Lives made ready for each second of a run: twice what the fastest machine took so far."""


def ready(name: str, target: Target, found: Sample, seconds: int) -> Iterator[bytes]:
    """The requests of the figure `name`: endless, but for `bundles`, of which there are enough for `seconds`."""
    if name == "bundles":
        return iter(_bundles(target, seconds * BUNDLES_A_SECOND))
    if name == "create":
        return cycle([target.request("POST", "/Observation", observation(found)) for _ in range(CREATES)])
    path = _PATHS[name]
    return cycle([target.request("GET", path(found)) for _ in range(READS)])


def _read(found: Sample) -> str:
    return "/" + random.choice(found.references)


def _search(found: Sample) -> str:
    code = random.choice(lives.CODES[: lives.COMMON])[0]
    return f"/Observation?patient={random.choice(found.patients)}&code={lives.LOINC}%7C{code}&_sort=-date&_count=20"


def _name(found: Sample) -> str:
    return f"/Patient?name={random.choice(found.names)}&_count=10"


def _identifier(found: Sample) -> str:
    return f"/Patient?identifier={lives.SYSTEM}%7C{random.choice(found.identifiers)}"


def _overview(found: Sample) -> str:
    return f"/p/{random.choice(found.big)}"


def _overview_anew(found: Sample) -> str:
    return f"/p/{random.choice(found.blocked)}"


def _everything(found: Sample) -> str:
    return f"/Patient/{random.choice(found.patients)}/{found.everything}"


_PATHS: dict[str, Callable[[Sample], str]] = {
    "read": _read,
    "search": _search,
    "name": _name,
    "identifier": _identifier,
    "everything": _everything,
    "overview": _overview,
    "overview-rate": _overview,
    "overview-anew": _overview_anew,
    "overview-anew-rate": _overview_anew,
}


def observation(found: Sample) -> bytes:
    """The JSON of a measurement of one of the sample's patients, of some 1.1 kB."""
    code, text, unit, mean, spread = random.choice(lives.CODES)
    body = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": lives.LOINC, "code": code, "display": text}], "text": text},
        "subject": {"reference": f"Patient/{random.choice(found.patients)}"},
        "effectiveDateTime": f"2026-0{random.randrange(1, 10)}-1{random.randrange(10)}T08:30:00+01:00",
        "valueQuantity": {
            "value": round(random.gauss(mean, spread), 1),
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        },
        "note": [{"text": lives.NOTE * 3}],
    }
    return json.dumps(body, ensure_ascii=False).encode()


def _bundles(target: Target, count: int) -> list[bytes]:
    """Lives nobody has sent before."""
    seed = random.randrange(10**6, 10**9)
    made = (json.dumps(lives.bundle(lives.person(n, seed)), ensure_ascii=False).encode() for n in range(count))
    return [target.request("POST", "", body) for body in made]
