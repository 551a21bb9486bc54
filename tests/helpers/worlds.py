"""A FHIR door over a real store, and clients that speak raw ASGI to it: no socket, no client library between.

A raw scope lets a test send what no well-behaved client would: broken UTF-8, wrong Hosts, half a body.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

from felles.access.actor import Actor, Sort
from felles.access.derive import register
from felles.access.doorkeeper import Doorkeeper
from felles.exchange.rest.app import FhirApp
from felles.record.clock import FOREVER
from felles.record.derive import Registry
from felles.record.store import Store
from felles.settings import Settings

NUMBER = "urn:oid:2.16.578.1.12.4.1.4.1"
_serial = itertools.count(1)


@dataclass
class Answer:
    """What came back: `headers` by lower-case name, `body` as it went over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def issues(self) -> list[tuple[str, str | None]]:
        """(code, expression) of each issue of an OperationOutcome."""
        assert self.json["resourceType"] == "OperationOutcome", self.json
        return [(i["code"], (i.get("expression") or [None])[0]) for i in self.json["issue"]]


@dataclass
class Client:
    """Speaks to the door as one actor. `token` is what it sends; None sends none."""

    app: FhirApp
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(
        self, method: str, target: str, body: Any = None, *, raw_path: str | None = None, **headers: str | None
    ) -> Answer:
        """Send one request; `target` is below /fhir, with its query. Keyword headers have _ for -."""
        path, _, query = target.partition("?")
        sent: dict[str, str | None] = {"host": "felles.test", **self.headers}
        if self.token is not None:
            sent["authorization"] = f"Bearer {self.token}"
        if body is not None and not isinstance(body, bytes):
            body = msgspec.json.encode(body)
        if body is not None:
            sent["content-type"] = "application/fhir+json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": raw_path if raw_path is not None else unquote(f"/fhir/{path}" if path else "/fhir"),
            "query_string": query.encode("latin-1"),
            "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in sent.items() if v is not None],
        }
        return await self._send(scope, body or b"")

    async def _send(self, scope: dict[str, Any], body: bytes) -> Answer:
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        start, *rest = messages
        assert [m["type"] for m in rest] == ["http.response.body"]
        found = {n.decode("latin-1"): v.decode("latin-1") for n, v in start["headers"]}
        return Answer(start["status"], found, rest[0]["body"])

    async def get(self, target: str, **headers: str | None) -> Answer:
        return await self("GET", target, **headers)

    async def post(self, target: str, body: Any, **headers: str | None) -> Answer:
        return await self("POST", target, body, **headers)

    async def put(self, target: str, body: Any, **headers: str | None) -> Answer:
        return await self("PUT", target, body, **headers)

    async def delete(self, target: str, **headers: str | None) -> Answer:
        return await self("DELETE", target, **headers)


@dataclass
class World:
    """One region with one door: `system` sees everything, `stranger` is a system without any relation."""

    store: Store
    doorkeeper: Doorkeeper
    app: FhirApp

    @property
    def system(self) -> Client:
        return self.client(actor("maintenance", Sort.MAINTENANCE, purpose="maintenance"))

    @property
    def stranger(self) -> Client:
        return self.client(actor("system", Sort.SYSTEM, organization="Organization/elsewhere"))

    @property
    def nobody(self) -> Client:
        return Client(self.app, None)

    def client(self, who: Actor) -> Client:
        """A client whose token the doorkeeper has just looked up as `who`."""
        token = f"token-{who.reference}"
        self.doorkeeper._tokens.put(token, who, FOREVER)
        return Client(self.app, token)

    async def citizen(self, patient: dict[str, Any]) -> Client:
        key = await self.store.place(f"Patient/{patient['id']}")
        assert key is not None
        reference = f"Patient/{patient['id']}"
        return self.client(actor("citizen", Sort.CITIZEN, reference=reference, keys=(key,), purpose="PATRQT"))

    @staticmethod
    def observation(patient: str, **elements: Any) -> dict[str, Any]:
        """A valid Observation of `patient` (an id)."""
        return {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
            "subject": {"reference": f"Patient/{patient}"},
            "effectiveDateTime": "2026-05-03T10:00:00+02:00",
            "valueQuantity": {"value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
            **elements,
        }

    async def patient(self, **elements: Any) -> dict[str, Any]:
        """A new Patient, as it was stored."""
        return await self.made({"resourceType": "Patient", "name": [{"family": f"Prøve{next(_serial)}"}], **elements})

    async def made(self, resource: dict[str, Any]) -> dict[str, Any]:
        answer = await self.system.post(resource["resourceType"], resource)
        assert answer.status == 201, answer.json
        return answer.json


def actor(role: str, sort: Sort, *, reference: str | None = None, **more: Any) -> Actor:
    """Somebody with `role`, signed in for ever."""
    return Actor(
        sort=sort, reference=reference or f"Device/{role}", name=f"The {role}", role_code=role, until=FOREVER, **more
    )


@asynccontextmanager
async def opened(url: str, home: Path, **settings: Any) -> AsyncGenerator[World]:
    """A door over the database at `url` (the workers' role), as a worker process has it."""
    made = Settings(home=home, **settings)
    store = await Store.open(made, url, registry=register(Registry()))
    doorkeeper = Doorkeeper(store)
    try:
        yield World(store, doorkeeper, FhirApp(store, doorkeeper, made))
    finally:
        await store.close()
