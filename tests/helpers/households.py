"""A GP's office, a home-care service, families, and the pages over them; whoever visits is said by a cookie."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from browsing import ADDRESS
from doors import coded
from worlds import NUMBER, World, actor
from worlds import opened as opened_world

from felles.access.actor import Actor, Sort
from felles.access.codes import EPISODE_SYSTEM, RELATED_PATIENT, ROLE_SYSTEM
from felles.access.representation import FAMILY_SYSTEM
from felles.care.domains import pages
from felles.record.codes import PARENTAL_RESPONSIBILITY

OFFICE, ELSEWHERE = "Organization/office", "Organization/elsewhere"
GP, STRANGER = "Practitioner/gp", "Practitioner/stranger"
MOTHER_NUMBER = "13116900216"
DAY = 86_400_000_000


@dataclass
class Doorman:
    """Knows whoever is let in by name; stands where a doorkeeper does."""

    known: dict[str, Actor] = field(default_factory=dict)
    secure = False

    async def cookie(self, cookies: Mapping[str, str]) -> Actor | None:
        return self.known.get(cookies.get("who", ""))

    peek = cookie


@dataclass
class Town:
    """The world below, the pages above, and who lives there."""

    world: World
    doorman: Doorman
    app: Any

    @asynccontextmanager
    async def visit(self, who: Actor) -> AsyncGenerator[httpx.AsyncClient]:
        """A browser in which `who` has signed in."""
        self.doorman.known[who.reference] = who
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        cookies = {"who": who.reference}
        headers = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=cookies, headers=headers) as client:
            yield client

    async def person(self, family: str, born: str, **elements: Any) -> dict[str, Any]:
        """A Patient on the GP's list."""
        patient = await self.world.made(
            {
                "resourceType": "Patient",
                "name": [{"family": family, "given": ["Kari"]}],
                "birthDate": born,
                **elements,
            }
        )
        await self.world.made(
            {
                "resourceType": "EpisodeOfCare",
                "status": "active",
                "patient": {"reference": f"Patient/{patient['id']}"},
                "managingOrganization": {"reference": OFFICE},
                "type": [coded(EPISODE_SYSTEM, "gp-list")],
                "period": {"start": "2020-01-01"},
            }
        )
        return patient

    async def citizen(self, patient: dict[str, Any]) -> Actor:
        """That person herself, signed in."""
        reference = f"Patient/{patient['id']}"
        key = await self.world.store.place(reference)
        assert key is not None
        return actor("citizen", Sort.CITIZEN, reference=reference, keys=(key,), purpose="PATRQT")

    @property
    def gp(self) -> Actor:
        return actor("gp", Sort.STAFF, reference=GP, organization=OFFICE, organization_name="Kontoret")

    @property
    def stranger(self) -> Actor:
        return actor("gp", Sort.STAFF, reference=STRANGER, organization=ELSEWHERE, organization_name="Andre")

    def at(self, text: str) -> None:
        """Move the clinical clock to a moment (ISO, with its zone)."""
        from datetime import datetime

        clock = self.world.store.clock
        clock.offset = int(datetime.fromisoformat(text).timestamp()) * 1_000_000 - clock.real()


def parent_of(child: dict[str, Any], parent: dict[str, Any], code: str = "mor") -> dict[str, Any]:
    """The register's word that `parent` has the responsibility for `child`."""
    return {
        "resourceType": "RelatedPerson",
        "active": True,
        "patient": {"reference": f"Patient/{child['id']}"},
        "relationship": [coded(PARENTAL_RESPONSIBILITY, code), coded(FAMILY_SYSTEM, code)],
        "name": parent["name"],
        "extension": [{"url": RELATED_PATIENT, "valueReference": {"reference": f"Patient/{parent['id']}"}}],
    }


def numbered(number: str) -> dict[str, Any]:
    return {"identifier": [{"system": NUMBER, "value": number}]}


async def _settle(world: World) -> None:
    shared = [
        {"resourceType": "Organization", "id": "office", "name": "Kontoret"},
        {"resourceType": "Organization", "id": "elsewhere", "name": "Andre"},
        {"resourceType": "Practitioner", "id": "gp", "name": [{"family": "Lege"}]},
        {"resourceType": "Practitioner", "id": "stranger", "name": [{"family": "Annen"}]},
        *(
            {
                "resourceType": "PractitionerRole",
                "id": f"{who}-role",
                "active": True,
                "practitioner": {"reference": f"Practitioner/{who}"},
                "organization": {"reference": place},
                "code": [coded(ROLE_SYSTEM, "gp")],
            }
            for who, place in (("gp", OFFICE), ("stranger", ELSEWHERE))
        ),
    ]
    for resource in shared:
        answer = await world.system.put(f"{resource['resourceType']}/{resource['id']}", resource)
        assert answer.status in (200, 201), answer.json


@asynccontextmanager
async def settled(url: str, home: Path) -> AsyncGenerator[Town]:
    """A town over the database at `url`."""
    async with opened_world(url, home) as world:
        await _settle(world)
        doorman = Doorman()
        yield Town(world, doorman, pages(world.store, doorman))  # pyright: ignore[reportArgumentType] - a stand-in
