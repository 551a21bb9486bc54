"""Whatever one entry says, the keeper goes on with the others; what would be on nobody's list is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from doors import block
from handed import Region

from felles.access.handovers import keeper as keeping
from felles.access.handovers.keeper import Keeper, running
from felles.access.handovers.states import State
from felles.record.clock import MICROSECONDS

pytestmark = pytest.mark.slow
DAY = 86_400 * MICROSECONDS


def asking(region: Region, **more: Any) -> dict[str, Any]:
    """A message of the patient to the ward, which names no subject: it lies with who sent it."""
    return {"resourceType": "Communication", "status": "in-progress",
            "sender": {"reference": f"Patient/{region.patient}"}, "recipient": [{"reference": region.orgs["ward"]}],
            "payload": [{"contentString": "Når kan jeg komme?"}]} | more  # fmt: skip


@pytest.fixture
async def later(region: Region):
    """The clinical clock, moved on by days; back in the end."""
    clock = region.world.store.clock
    before = clock.offset

    def move(days: int) -> None:
        clock.offset = before + days * DAY

    yield move
    clock.offset = before


async def test_a_message_without_a_subject_goes_on_and_is_for_who_sent_it(region: Region, keeper: Keeper, later: Any):
    made = await region.world.made(asking(region))
    source = f"Communication/{made['id']}"
    assert (await region.row(source))["state"] == State.SENT
    later(8)
    assert await keeper.round()
    rows = await region.world.store.pool.fetch("select source, owner from handover where focus = $1", source)
    assert [row["source"].partition("/")[0] for row in rows] == ["Task"]
    assert rows[0]["owner"] != region.orgs["ward"], "it has climbed"
    task = (await region.world.system.get(rows[0]["source"])).json
    assert task["for"] == {"reference": f"Patient/{region.patient}"}


async def test_a_message_that_a_service_sent_goes_on_and_comes_back_to_it(region: Region, keeper: Keeper, later: Any):
    made = {"resourceType": "HealthcareService", "name": "Sårpleie", "providedBy": {"reference": region.orgs["office"]}}
    service = f"HealthcareService/{(await region.world.made(made))['id']}"
    role = (await region.world.system.get(f"PractitionerRole/{region.roles['clerk']}")).json
    there = role | {"healthcareService": [{"reference": service}]}
    assert (await region.world.system.put(f"PractitionerRole/{role['id']}", there)).status == 200
    about = {"subject": {"reference": f"Patient/{region.patient}"}}
    told = await region.world.made(asking(region, sender={"reference": service}, **about))
    source = f"Communication/{told['id']}"
    for days in (8, 16, 24):
        later(days)
        await keeper.round()
    (row,) = await region.world.store.pool.fetch("select * from handover where focus = $1", source)
    assert (row["state"], row["owner"], row["sender"]) == (State.UNTAKEN, service, service)
    assert row["source"] in {each.source for each in await region.work("clerk")}
    task = (await region.world.system.get(row["source"])).json
    assert "reference" not in task.get("requester", {})


async def test_it_is_taken_by_a_page_as_any_message_is(region: Region):
    from felles.care.handovers import actions
    from felles.care.handovers.rules import Verb

    made = await region.world.made(asking(region, recipient=[{"reference": region.orgs["office"]}]))
    (row,) = [each for each in await region.work("gp") if each.source == f"Communication/{made['id']}"]
    task = (await region.world.system.get(await actions.do(region.world.store, region.who("gp"), row, Verb.TAKE))).json
    assert task["owner"] == {"reference": region.person("gp")}
    assert task["for"] == {"reference": f"Patient/{region.patient}"}


async def test_a_citizens_message_that_a_block_ends_is_said_to_be_over_once(region: Region, keeper: Keeper):
    to = {"reference": region.orgs["office"]}
    made = await region.world.made(asking(region, recipient=[to], subject={"reference": f"Patient/{region.patient}"}))
    source = f"Communication/{made['id']}"
    await region.world.made(block(region.patient, against=region.orgs["office"]))
    row = await region.row(source)
    assert (row["state"], row["owner"], row["stopped"]) == (State.ENDED, "", True)
    for _ in range(3):
        await keeper.round()
    rows = await region.world.store.pool.fetch(
        "select source, state, owner, stopped from handover where source = $1 or focus = $1", source
    )
    assert [(row["state"], row["owner"], row["stopped"]) for row in rows] == [(State.ENDED, "", False)]
    (row,) = rows
    assert row["source"].startswith("Task/")
    tasks = await region.world.system.get(f"Task?focus={source}")
    assert [each["resource"]["status"] for each in tasks.json["entry"]] == ["cancelled"]
    assert await region.work("gp") == []


async def test_a_task_that_names_nobody_it_is_for_is_offered(region: Region, keeper: Keeper):
    note = await region.world.made({"resourceType": "Observation", "status": "final", "code": {"text": "Vekt"},
                                    "subject": {"reference": f"Patient/{region.patient}"}})  # fmt: skip
    task = region.task(focus={"reference": f"Observation/{note['id']}"})
    del task["for"]
    made = await region.client("gp").post("Task", task)
    assert made.status == 201, made.json
    mark = "update handover set offer = $2 where source = $1"
    source = f"Task/{made.json['id']}"
    await region.world.store.pool.fetch(mark, source, f"owner {region.orgs['clinic']}")
    assert await keeper.round()
    rows = await region.world.store.pool.fetch("select owner from handover where focus = $1", source)
    assert [row["owner"] for row in rows] == [region.orgs["clinic"]]


async def test_what_cannot_be_kept_stops_nothing_else(region: Region, keeper: Keeper, later: Any, monkeypatch: Any):
    bad, good = await region.sent(), await region.sent()
    see_to, tried = Keeper._see_to, list[str]()

    async def fails(self: Keeper, row: Any) -> int:
        tried.append(row["source"])
        if row["source"] == f"Task/{bad['id']}":
            raise KeyError("subject")
        return await see_to(self, row)

    monkeypatch.setattr(Keeper, "_see_to", fails)
    later(8)
    assert await keeper.round()
    assert (await region.row(f"Task/{good['id']}"))["owner"] != region.orgs["ward"]
    assert (await region.row(f"Task/{bad['id']}"))["owner"] == region.orgs["ward"]
    await keeper.round()
    assert tried.count(f"Task/{bad['id']}") == 1, "it is let be for a while"
    monkeypatch.undo()
    keeper.failed.clear()
    await keeper.round()
    assert (await region.row(f"Task/{bad['id']}"))["owner"] != region.orgs["ward"]


async def test_what_is_about_no_person_stops_nothing_either(
    region: Region, keeper: Keeper, later: Any, monkeypatch: Any
):
    sent, tried = await region.sent(), [0]

    async def fails(_: Any) -> int:
        tried[0] += 1
        raise KeyError("x")

    monkeypatch.setattr(keeping.nobodys, "tell", fails)
    later(8)
    for _ in range(3):
        await keeper.round()
    assert (await region.row(f"Task/{sent['id']}"))["owner"] != region.orgs["ward"]
    assert tried == [1], "it is let be for a while"


async def test_a_round_that_fails_is_not_the_last(region: Region, record_database: Any, monkeypatch: Any):
    rounds, on = [0], asyncio.Event()

    async def fails(_: Keeper) -> int:
        rounds[0] += 1
        if rounds[0] > 2:
            on.set()
            return 0
        raise KeyError("x")

    monkeypatch.setattr(keeping.Keeper, "round", fails)
    async with running(region.world.store, record_database.url, every=0.01):
        await asyncio.wait_for(on.wait(), 20)


@pytest.mark.parametrize("type_name", ["Task", "ServiceRequest", "Communication"])
async def test_what_is_handed_over_about_nobody_known_here_is_refused(region: Region, type_name: str):
    number = {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13116900216"}}
    whom = {"Task": "for"}.get(type_name, "subject")
    entry: dict[str, Any] = {"resourceType": type_name, "status": "active", "intent": "order"}
    if type_name == "Task":
        entry = region.task()
    elif type_name == "ServiceRequest":
        entry |= {"performer": [{"reference": region.orgs["ward"]}], "requester": {"reference": region.person("gp")}}
    else:
        entry = asking(region, sender={"reference": region.person("gp")})
    for about in ({whom: number}, *(() if type_name == "ServiceRequest" else ({},))):
        said = {name: value for name, value in entry.items() if name != whom} | about
        answer = await region.client("gp").post(type_name, said)
        assert answer.status == 422, answer.json
        assert answer.issues == [("business-rule", f"{type_name}.{whom}")]
    rows = await region.world.store.pool.fetch("select count(*) as n from entry where person = 0 and state = 0")
    before = rows[0]["n"]
    hers = {name: value for name, value in entry.items() if name != whom}
    made = await region.client("gp").post(type_name, hers | {whom: {"reference": f"Patient/{region.patient}"}})
    assert made.status == 201, made.json
    rows = await region.world.store.pool.fetch("select count(*) as n from entry where person = 0 and state = 0")
    assert rows[0]["n"] == before
