"""What requests are drawn from: ids that the measured server gave, by following its own links."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from felles.ops.bench import lives


@dataclass(slots=True)
class Sample:
    """Patients (id, family name, identifier), entries (`Observation/id`), and how `$everything` is asked.

    `big` are patients with a long record; `blocked` those among them that have a block.
    """

    patients: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    everything: str = "$everything"
    big: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)


async def sample(base: str, headers: dict[str, str], *, patients: int = 1500, people_read: int = 300) -> Sample:
    """Draw a sample from the server at `base`, of the lives that were loaded (`lives.SEED`).

    Raises `httpx.HTTPError`, `ValueError` when it holds no lives or does not give a whole one in one answer.
    """
    async with httpx.AsyncClient(headers=headers, timeout=120) as client:
        found = Sample()
        url: str | None = f"{base}/Patient?identifier={quote(lives.SYSTEM + '|')}&_count=200"
        while url is not None and len(found.patients) < patients:
            bundle = (await client.get(url)).raise_for_status().json()
            for entry in bundle.get("entry", []):
                _take(found, entry["resource"])
            url = next((link["url"] for link in bundle.get("link", []) if link["relation"] == "next"), None)
            url = url and _here(url, base)
        if not found.patients:
            raise ValueError(f"{base} holds no lives to measure with (identifier system {lives.SYSTEM})")
        for patient in random.sample(found.patients, min(people_read, len(found.patients))):
            bundle = (await client.get(f"{base}/Observation?patient={patient}&_count=200")).raise_for_status().json()
            found.references += [f"Observation/{e['resource']['id']}" for e in bundle.get("entry", [])]
        found.everything = await _everything(client, base, found.patients[0])
        return found


def _take(found: Sample, patient: dict[str, Any]) -> None:
    """Keep a Patient of the lives that were loaded; those that a run wrote have another seed."""
    value = next((i["value"] for i in patient["identifier"] if i.get("system") == lives.SYSTEM), "")
    if value.startswith(f"{lives.SEED}-"):
        found.patients.append(patient["id"])
        found.names.append(patient["name"][0]["family"])
        found.identifiers.append(value)


async def _everything(client: httpx.AsyncClient, base: str, patient: str) -> str:
    """How this server is asked for a whole life in one answer: without a page size where it gives none to choose."""
    for operation in ("$everything", "$everything?_count=1000"):
        answer = await client.get(f"{base}/Patient/{patient}/{operation}")
        if answer.status_code == 200:
            bundle = answer.json()
            paged = any(link["relation"] == "next" for link in bundle.get("link", []))
            if not paged and len(bundle.get("entry", [])) >= lives.PER_PERSON - 1:
                return operation
    raise ValueError(f"Patient/{patient}/$everything gives no whole life of {lives.PER_PERSON} entries in one answer")


def _here(url: str, base: str) -> str:
    """A link the server gave, on the address it is measured at."""
    there, here = urlsplit(url), urlsplit(base)
    return there._replace(scheme=here.scheme, netloc=here.netloc).geturl()
