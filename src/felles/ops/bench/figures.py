"""The figures of the design: which requests each of them is made of.

Every source gives the bytes of one request after another, drawn at random from what the server holds, so
that any FHIR R4 server with lives of `lives.py` in it can be measured the same way.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import httpx

from felles.ops.bench import lives
from felles.ops.bench.load import Target


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its connections, and the share of PostgreSQL's limit it must reach (None: no limit of its own).

    `counts` is how many of the unit one answer stands for (a bundle holds a whole life).
    """

    name: str
    title: str
    unit: str
    must: float
    share: float | None
    limit: str | None
    connections: int = 32
    counts: int = 1


FIGURES = (
    Figure("read", "read one resource by id", "/s", 8000, 0.17, "read"),
    Figure("create", "create an Observation", "/s", 4000, 0.25, "create"),
    Figure("search", "search 20 newest by person and code", "/s", 5000, 0.18, "search"),
    Figure("name", "person by name", "/s", 4000, None, None),
    Figure("identifier", "person by identifier", "/s", 4000, None, None),
    Figure("everything", "everything about a person", "/s", 800, 0.28, "everything"),
    Figure(
        "bundles", "whole lives by transaction, 4 at once", " resources/s", 6000, 0.09, "bundles", 4, lives.PER_PERSON
    ),
)
"""In the order they are measured; writes last, so that all reads meet the same data."""


@dataclass(slots=True)
class Sample:
    """What requests are drawn from: ids that the server gave, by following its own links."""

    patients: list[str]
    references: list[str]
    names: list[str]
    identifiers: list[str]


async def sample(base: str, headers: dict[str, str], *, patients: int = 1500, people_read: int = 60) -> Sample:
    """Draw a sample from the server at `base`. Raises `httpx.HTTPError`, `ValueError` when it holds no lives."""
    async with httpx.AsyncClient(headers=headers, timeout=120) as client:
        found = Sample([], [], [], [])
        url: str | None = f"{base}/Patient?identifier={quote('urn:example:bench|')}&_count=200"
        while url is not None and len(found.patients) < patients:
            bundle = (await client.get(url)).raise_for_status().json()
            for entry in bundle.get("entry", []):
                resource = entry["resource"]
                found.patients.append(resource["id"])
                found.names.append(resource["name"][0]["family"])
                found.identifiers.append(resource["identifier"][0]["value"])
            url = next((link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), None)
            url = url and _here(url, base)
        if not found.patients:
            raise ValueError(f"{base} holds no lives to measure with (identifier system urn:example:bench)")
        for patient in random.sample(found.patients, min(people_read, len(found.patients))):
            bundle = (await client.get(f"{base}/Observation?patient={patient}&_count=200")).raise_for_status().json()
            found.references += [f"Observation/{e['resource']['id']}" for e in bundle.get("entry", [])]
        return found


def _here(url: str, base: str) -> str:
    """A link the server gave, on the address it is measured at."""
    there, here = urlsplit(url), urlsplit(base)
    return there._replace(scheme=here.scheme, netloc=here.netloc).geturl()


def sources(target: Target, found: Sample) -> dict[str, Callable[[], Iterator[bytes]]]:
    """Figure name → a maker of its endless requests."""
    return {
        "read": lambda: _forever(lambda: target.request("GET", "/" + random.choice(found.references))),
        "search": lambda: _forever(lambda: target.request("GET", _search(found))),
        "name": lambda: _forever(
            lambda: target.request("GET", f"/Patient?name={random.choice(found.names)}&_count=10")
        ),
        "identifier": lambda: _forever(lambda: target.request("GET", _identifier(found))),
        "everything": lambda: _forever(lambda: target.request("GET", _everything(found))),
        "create": lambda: _forever(lambda: target.request("POST", "/Observation", _observation(found))),
        "bundles": lambda: _bundles(target),
    }


def _forever(make: Callable[[], bytes]) -> Iterator[bytes]:
    while True:
        yield make()


def _search(found: Sample) -> str:
    code = random.choice(lives.CODES)[0]
    return f"/Observation?patient={random.choice(found.patients)}&code=http://loinc.org%7C{code}&_sort=-date&_count=20"


def _identifier(found: Sample) -> str:
    return f"/Patient?identifier=urn:example:bench%7C{random.choice(found.identifiers)}"


def _everything(found: Sample) -> str:
    return f"/Patient/{random.choice(found.patients)}/$everything?_count=1000"


def _observation(found: Sample) -> bytes:
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


def _bundles(target: Target) -> Iterator[bytes]:
    """Lives nobody has sent before, made ahead so that making them costs the measured time nothing."""
    seed = random.randrange(10**9)
    ready = [json.dumps(lives.bundle(lives.person(n, seed)), ensure_ascii=False).encode() for n in range(120)]
    return iter([target.request("POST", "", body) for body in ready])
