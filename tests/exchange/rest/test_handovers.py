"""Hand-overs by FHIR: whoever writes the Task, it is with exactly one until a person ends it, and never with nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from doors import block
from worlds import Client, World, actor

from felles import access
from felles.access.actor import Sort
from felles.access.codes import ROLE_SYSTEM, UNIT
from felles.access.handovers.keeper import Keeper
from felles.access.handovers.states import State
from felles.record.clock import MICROSECONDS
from felles.record.errors import Absent
from felles.record.maintenance import connect

pytestmark = pytest.mark.slow

DAY = 86_400 * MICROSECONDS
ENDED = {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover-state", "code": "ended"}]}


@dataclass
class Region:
    """A GP in her office, and a ward of a hospital with two nurses; everything of its own for each test."""

    world: World
    key: str
    patient: str = ""
    orgs: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)

    def who(self, name: str) -> Any:
        role, org = {"gp": ("gp", "office"), "clerk": ("secretary", "office")}.get(name, ("nurse", "hospital"))
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


@pytest.fixture
async def region(world: World, request: pytest.FixtureRequest) -> Region:
    made = Region(world, str(abs(hash(request.node.name)) % 10**8))
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
                      "managingOrganization": {"reference": made.orgs["office"]}})  # fmt: skip
    return made


@pytest.fixture
async def keeper(world: World, record_database: Any) -> Any:
    conn = await connect(record_database.url)
    yield Keeper(world.store, conn)
    await conn.close()


async def test_it_is_with_whom_it_was_sent_to_and_comes_back(region: Region):
    task = await region.sent()
    source = f"Task/{task['id']}"
    for name in ("one", "two"):
        assert [(row.source, row.state) for row in await region.work(name)] == [(source, State.SENT)]
    assert [row.source for row in await region.work("gp", "sent")] == [source]
    assert not await region.work("gp")
    assert not await region.work("head")  # of the hospital, not of the ward
    assert not await region.work("clerk")
    with pytest.raises(Absent):
        await region.world.store.handover(access.everyone(region.who("head")), source)

    taken = task | {"status": "accepted", "owner": {"reference": region.person("one")}}
    assert (await region.client("one").put(source, taken, if_match='W/"1"')).status == 200
    late = task | {"status": "accepted", "owner": {"reference": region.person("two")}}
    assert (await region.client("two").put(source, late, if_match='W/"1"')).status in (404, 412)
    assert not await region.work("two")
    assert [row.owner for row in await region.work("one")] == [region.person("one")]

    refused = await region.client("one").put(source, taken | {"status": "rejected"})
    assert (refused.status, refused.issues) == (422, [("business-rule", "Task.statusReason")])
    declined = taken | {"status": "rejected", "statusReason": {"text": "Hører til poliklinikken"}}
    assert (await region.client("one").put(source, declined)).status == 200
    assert not await region.work("one")
    assert [(row.source, row.state) for row in await region.work("gp")] == [(source, State.DECLINED)]

    over = declined | {"businessStatus": ENDED, "statusReason": {"text": "Sendt til poliklinikken"}}
    assert (await region.client("gp").put(source, over)).status == 200
    assert not await region.work("gp")
    again = await region.client("gp").put(source, task)
    assert (again.status, again.issues) == (409, [("conflict", None)])
    assert (await region.row(source))["next"] is None
    whole = await region.world.store.handover(access.everyone(region.who("gp")), source)
    assert whole.versions.count('"author"') == 4


async def test_nobody_takes_another_ones_place_or_deletes(region: Region):
    task = await region.sent()
    source = f"Task/{task['id']}"
    other = task | {"requester": {"reference": region.person("one")}}
    answer = await region.client("one").put(source, other)
    assert (answer.status, answer.issues) == (422, [("business-rule", "Task.requester")])
    assert (await region.client("gp").delete(source)).status == 409
    ended = task | {"status": "cancelled", "statusReason": {"text": "Feil"}}
    machine = region.world.client(actor("system", Sort.SYSTEM, organization=region.orgs["office"]))
    assert (await machine.put(source, ended)).status == 403
    assert (await region.row(source))["state"] == State.SENT


async def test_a_block_gives_it_back_at_once_and_tells_nobody_else(region: Region, keeper: Keeper):
    task = await region.sent()
    source = f"Task/{task['id']}"
    citizen = await region.world.citizen({"id": region.patient})
    closed = await citizen.post("Consent", block(region.patient, against=region.orgs["hospital"]))
    assert closed.status == 201, closed.json
    assert not await region.work("one")
    assert [(row.source, row.state) for row in await region.work("gp")] == [(source, State.UNTAKEN)]
    await keeper.round()
    stored = (await region.client("gp").get(source)).json
    assert stored["owner"]["reference"] == region.person("gp")
    assert stored["businessStatus"]["coding"][0]["code"] == "stopped"
    assert not (await region.row(source))["stopped"]


async def test_a_block_against_somebody_else_leaves_it(region: Region):
    await region.sent()
    citizen = await region.world.citizen({"id": region.patient})
    await citizen.post("Consent", block(region.patient, against=region.person("two")))
    assert len(await region.work("one")) == 1
    assert not await region.work("two")


async def test_what_nobody_receives_goes_up_and_then_back(region: Region, keeper: Keeper):
    task = await region.sent()
    source = f"Task/{task['id']}"
    await keeper.round()
    assert (await region.row(source))["rung"] == 0
    offset = region.world.store.clock.offset
    try:
        region.world.store.clock.offset = offset + 6 * DAY
        await keeper.round()
        assert [row.source for row in await region.work("head")] == [source]
        assert not await region.work("one")
        region.world.store.clock.offset = offset + 12 * DAY
        await keeper.round()
        assert [(row.source, row.state) for row in await region.work("gp")] == [(source, State.UNTAKEN)]
        region.world.store.clock.offset = offset + 60 * DAY
        await keeper.round()
        assert (await region.row(source))["owner"] == region.person("gp")
    finally:
        region.world.store.clock.offset = offset


async def test_what_is_urgent_goes_from_one_on_duty_to_the_next(region: Region, keeper: Keeper):
    task = await region.sent(priority="stat")
    source = f"Task/{task['id']}"
    offset, owners = region.world.store.clock.offset, []
    try:
        for _ in range(3):
            region.world.store.clock.offset += 3 * DAY
            await keeper.round()
            owners.append((await region.row(source))["owner"])
    finally:
        region.world.store.clock.offset = offset
    assert sorted(owners[:2]) == sorted(map(region.person, ("one", "two")))
    assert owners[2] == region.person("gp")


async def test_who_leaves_leaves_nothing_with_nobody(region: Region, keeper: Keeper):
    task = await region.sent(owner={"reference": region.person("one")}, status="accepted")
    source = f"Task/{task['id']}"
    await region.leave("one")
    await keeper.round()
    assert [row.source for row in await region.work("two")] == [source]
    for name in ("two", "head"):
        await region.leave(name)
    await keeper.round()
    row = await region.row(source)
    assert row["owner"] == region.person("gp")
    await region.leave("gp")
    await keeper.round()
    assert [found.source for found in await region.work("clerk")] == [source]


async def test_a_referral_alone_is_a_hand_over_until_a_task_carries_it(region: Region, keeper: Keeper):
    referral = {"resourceType": "ServiceRequest", "status": "active", "intent": "order",
                "subject": {"reference": f"Patient/{region.patient}"},
                "requester": {"reference": region.person("gp")},
                "performer": [{"reference": region.orgs["ward"]}]}  # fmt: skip
    made = (await region.client("gp").post("ServiceRequest", referral)).json
    source = f"ServiceRequest/{made['id']}"
    assert [row.source for row in await region.work("one")] == [source]
    offset = region.world.store.clock.offset
    try:
        region.world.store.clock.offset = offset + 6 * DAY
        await keeper.round()
    finally:
        region.world.store.clock.offset = offset
    (row,) = await region.work("head")
    assert (row.source.partition("/")[0], row.focus) == ("Task", source)
    revised = made | {"note": [{"text": "Haster ikke"}]}
    assert (await region.client("gp").put(source, revised)).status == 200
    assert [each.source for each in await region.work("head")] == [row.source]


async def test_the_region_is_counted_without_anybody_being_named(region: Region, world: World):
    from felles.record.read_board import count_handovers

    before = sum(each.many for each in await count_handovers(world.store.pool, world.store.clock))
    await region.sent()
    counted = await count_handovers(world.store.pool, world.store.clock)
    assert sum(each.many for each in counted) == before + 1
    assert not any("patient" in name or "person" in name for name in counted[0].__slots__)
