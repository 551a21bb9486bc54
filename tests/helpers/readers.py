"""Readers who open a person's pages and ask for everything about her through /fhir: the same person at both doors."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from browsing import ADDRESS, Site
from shown import Page, page_of
from worlds import Client

from felles.access import accounts
from felles.access.accounts import Account
from felles.access.doorkeeper import Doorkeeper
from felles.access.sessions import cookie_name
from felles.exchange.rest.app import FhirApp
from felles.record.clock import FOREVER


@dataclass
class Reader:
    """Somebody of staff, signed in: `pages` of the record, and /fhir."""

    client: httpx.AsyncClient
    fhir: Client
    organization: str = ""

    async def page(self, address: str) -> Page:
        """A page as it is served to her."""
        answer = await self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.text[:400])
        return page_of(address, answer.text)

    async def everything(self, patient: str) -> list[dict[str, Any]]:
        """All entries about a person that she is given (`Patient/x/$everything`)."""
        found: list[dict[str, Any]] = []
        target: str | None = f"{patient}/$everything"
        while target:
            answer = await self.fhir.get(target)
            assert answer.status == 200, answer.json
            found += [entry["resource"] for entry in answer.json.get("entry", [])]
            following = [link["url"] for link in answer.json.get("link", []) if link["relation"] == "next"]
            target = following[0].partition("/fhir/")[2] if following else None
        return found

    async def written_by(self, patient: str, types: tuple[str, ...], organization: str) -> set[str]:
        """`Type/id` of her entries of these types whose last version was written for an organisation."""
        found: dict[str, str] = {}
        for name in types:
            target: str | None = f"{name}?patient={patient}&_revinclude=Provenance:target&_count=200"
            while target:
                answer = await self.fhir.get(target)
                assert answer.status == 200, answer.json
                for entry in answer.json.get("entry", []):
                    made = entry["resource"]
                    if made["resourceType"] == "Provenance":
                        place = made["target"][0]["reference"].partition("/_history/")[0]
                        found[place] = made["agent"][0].get("onBehalfOf", {}).get("reference", "")
                following = [link["url"] for link in answer.json.get("link", []) if link["relation"] == "next"]
                target = following[0].partition("/fhir/")[2] if following else None
        return {place for place, org in found.items() if org == organization}


@dataclass
class Doors:
    """The pages and /fhir of one store, with one doorkeeper."""

    site: Site
    doorkeeper: Doorkeeper

    @asynccontextmanager
    async def reader(self, practitioner: str, role: str, name: str):
        """Somebody (`Practitioner/x`) in one of her roles (`PractitionerRole/x`)."""
        account = Account(f"reader-{role[-12:]}", practitioner, name, role)
        await accounts.put(self.site.store, account, since=0, until=FOREVER)
        session = await self.doorkeeper.sessions.start(account, await self._held(account))
        actor = await self.doorkeeper.sessions.actor(session)
        assert actor is not None
        token = f"token-{account.id}"
        self.doorkeeper._tokens.put(token, actor, FOREVER)
        fhir = Client(FhirApp(self.site.store, self.doorkeeper, self.site.store.settings), token)
        transport = httpx.ASGITransport(self.site.app, raise_app_exceptions=False)
        cookies = {cookie_name(secure=self.doorkeeper.secure): session}
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=cookies) as client:
            yield Reader(client, fhir, actor.organization)

    async def _held(self, account: Account) -> Any:
        held = await accounts.roles_held(self.site.store, account.actor)
        return next(each for each in held if each.source == account.source)
