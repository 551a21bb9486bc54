"""A GP in her office and a ward with two nurses, over a real store: whom hand-overs go between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from worlds import Client, World, actor

from felles import access
from felles.access.actor import Sort
from felles.access.codes import ROLE_SYSTEM, UNIT


@dataclass
class Region:
    """A GP in her office, and a ward of a hospital with two nurses; everything of its own for each test."""

    world: World
    key: str
    patient: str = ""
    orgs: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)

    def who(self, name: str) -> Any:
        offices = {"gp": ("gp", "office"), "other": ("gp", "office"), "clerk": ("secretary", "office")}
        role, org = offices.get(name, ("nurse", "hospital"))
        return actor(role, Sort.STAFF, reference=self.person(name), organization=self.orgs[org])

    def person(self, name: str) -> str:
        return f"Practitioner/{name}-{self.key}"

    def client(self, name: str) -> Client:
        return self.world.client(self.who(name))

    async def employ(self, name: str, role: str, org: str, unit: str | None = None) -> None:
        made: dict[str, Any] = {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": self.person(name)},
            "organization": {"reference": self.orgs[org]},
            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}],
        }
        if unit:
            made["extension"] = [{"url": UNIT, "valueReference": {"reference": self.orgs[unit]}}]
        self.roles[name] = (await self.world.made(made))["id"]

    async def leave(self, name: str) -> None:
        role = (await self.world.system.get(f"PractitionerRole/{self.roles[name]}")).json
        answer = await self.world.system.put(f"PractitionerRole/{self.roles[name]}", role | {"active": False})
        assert answer.status == 200

    def task(self, **more: Any) -> dict[str, Any]:
        return {"resourceType": "Task", "status": "requested", "intent": "order", "description": "Vurder",
                "code": {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover", "code": "referral"}]},
                "for": {"reference": f"Patient/{self.patient}"}, "requester": {"reference": self.person("gp")},
                "owner": {"reference": self.orgs["ward"]}} | more  # fmt: skip

    async def sent(self, **more: Any) -> dict[str, Any]:
        answer = await self.client("gp").post("Task", self.task(**more))
        assert answer.status == 201, answer.json
        return answer.json

    async def work(self, name: str, side: Any = "mine") -> list[Any]:
        return await self.world.store.work(access.everyone(self.who(name)), side)

    async def row(self, source: str) -> Any:
        sql = "select * from handover where source = $1"
        rows = await self.world.store.pool.fetch(sql, source)
        assert len(rows) == 1
        return rows[0]


async def region_of(world: World, test: str) -> Region:
    """A region of its own for the test of this name."""
    made = Region(world, str(abs(hash(test)) % 10**8))
    for name, above in (("office", None), ("hospital", None), ("clinic", "hospital"), ("ward", "clinic")):
        org: dict[str, Any] = {"resourceType": "Organization", "name": name}
        if above:
            org["partOf"] = {"reference": made.orgs[above]}
        made.orgs[name] = f"Organization/{(await world.made(org))['id']}"
    await made.employ("gp", "gp", "office")
    await made.employ("clerk", "secretary", "office")
    await made.employ("one", "nurse", "hospital", "ward")
    await made.employ("two", "nurse", "hospital", "ward")
    await made.employ("head", "nurse", "hospital", "clinic")
    made.patient = (await world.patient())["id"]
    await world.made({"resourceType": "EpisodeOfCare", "status": "active",
                      "patient": {"reference": f"Patient/{made.patient}"},
                      "managingOrganization": {"reference": made.orgs["office"]},
                      "period": {"start": "2020-01-01"}})  # fmt: skip
    return made
