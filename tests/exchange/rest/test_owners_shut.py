"""What is with its sender and cannot stay there: she may not see it any more, she has left, or she does not look."""

from __future__ import annotations

import pytest
from doors import block
from handed import Region

from felles.access.handovers.keeper import Keeper
from felles.access.handovers.states import State
from felles.record.clock import MICROSECONDS
from felles.record.ids import mark_of
from felles.record.read_board import list_named

pytestmark = pytest.mark.slow

MINUTE = 60 * MICROSECONDS


async def closed(region: Region, against: str) -> None:
    citizen = await region.world.citizen({"id": region.patient})
    answer = await citizen.post("Consent", block(region.patient, against=against))
    assert answer.status == 201, answer.json


async def with_operator(region: Region) -> set[str]:
    """What fell by name to who runs the record."""
    store = region.world.store
    rows = await list_named(store.pool, store.clock, mark_of(region.person("runs")))
    assert all("patient" not in name and name != "body" for name in rows[0].__slots__) if rows else True
    return {row.source for row in rows}


async def test_what_is_closed_to_who_sent_it_too_goes_to_who_may_see_it_or_runs_the_record(
    region: Region, keeper: Keeper
):
    reason = {"status": "rejected", "statusReason": {"text": "Hører ikke til her"}}
    one, two = {"reference": region.person("one")}, {"reference": region.person("two")}
    # What one nurse sent came back, what she gave herself she has, and what she sent is with the other.
    sent = await region.world.made(region.task(requester=one, owner=two))
    back = f"Task/{sent['id']}"
    assert (await region.client("two").put(back, sent | reason)).status == 200
    own = await region.world.made(region.task(requester=one, owner=one, status="accepted"))
    away = await region.world.made(region.task(requester=one, owner=two))
    sources = {back, f"Task/{own['id']}", f"Task/{away['id']}"}
    await closed(region, region.person("two"))
    assert {each.source for each in await region.work("one")} == sources
    assert (await region.row(f"Task/{away['id']}"))["state"] == State.UNTAKEN
    await closed(region, region.person("one"))
    assert not await region.work("one")  # at once, and she is told nothing
    for _ in range(2):
        await keeper.round()
    assert {each.source for each in await region.work("head")} == sources  # the nearest above who may see it
    rows = [await region.row(each) for each in sorted(sources)]
    assert {row["sender"] for row in rows} == {row["owner"] for row in rows} == {region.orgs["clinic"]}
    assert (await region.row(back))["state"] == State.DECLINED
    assert not any(row["stopped"] for row in rows)
    assert not await region.work("one", "sent")

    await region.employ("runs", "administrator", "office")
    await closed(region, region.orgs["hospital"])
    for _ in range(2):
        await keeper.round()
    assert not await region.work("head")
    assert await with_operator(region) == sources
    stored = (await region.world.system.get(back)).json
    assert stored["requester"]["reference"] == region.person("runs")
    assert await keeper.round() == 0  # it stays there
    await region.leave("runs")


async def test_what_is_urgent_and_came_back_climbs_to_a_person_whether_its_sender_looks_or_leaves(
    region: Region, keeper: Keeper
):
    reason = {"statusReason": {"text": "Ring en annen"}}
    declined, calm = await region.sent(priority="stat"), await region.sent()
    returned, answered = await region.sent(priority="stat"), await region.sent(priority="stat")
    sources = [f"Task/{each['id']}" for each in (declined, returned, calm, answered)]
    nurse = region.client("one")
    state = "http://felles.example/fhir/CodeSystem/handover-state"
    question = {"status": "on-hold", "businessStatus": {"coding": [{"system": state, "code": "returned"}]}}
    for source, task, said in (
        (sources[0], declined, {"status": "rejected"} | reason),
        (sources[1], returned, question | {"note": [{"text": "Hvilken side?"}]}),
        (sources[2], calm, {"status": "rejected"} | reason),
        (sources[3], answered, {"status": "completed"}),
    ):
        assert (await nurse.put(source, task | said)).status == 200
    await region.employ("runs", "administrator", "hospital")
    clock = region.world.store.clock
    offset = clock.offset

    async def owners() -> list[str]:
        return [(await region.row(each))["owner"] for each in sources]

    try:
        clock.offset = offset + 30 * MINUTE
        await keeper.round()
        assert await owners() == [region.person("gp")] * 4
        clock.offset = offset + 61 * MINUTE
        await keeper.round()  # nobody looked: the secretary of her office is there
        assert await owners() == [*[region.person("clerk")] * 2, *[region.person("gp")] * 2]
        row = await region.row(sources[0])
        assert (row["state"], row["sender"]) == (State.SENT, region.person("gp"))
        assert row["next"] <= clock.clinical() + 10 * MINUTE
        mine = (await region.client("clerk").get(sources[1])).json | {"status": "accepted"}
        assert (await region.client("clerk").put(sources[1], mine)).status == 200
        await region.leave("gp")
        await keeper.round()
        assert (await owners())[1:] == [region.person("clerk"), region.orgs["office"], region.orgs["office"]]
        for minutes in (80, 90, 100, 170, 180, 250):
            clock.offset = offset + minutes * MINUTE
            await keeper.round()
        # Nobody of the office took it: who runs the record has it by name, and it stays there.
        assert sources[0] in await with_operator(region)
        row = await region.row(sources[0])
        assert row["state"].__index__() in (State.DECLINED, State.UNTAKEN)
        assert sources[1] not in await with_operator(region)  # somebody has that one
    finally:
        clock.offset = offset
    await region.leave("runs")


async def test_what_is_urgent_and_came_back_stays_its_senders_whoever_is_asked_meanwhile(
    region: Region, keeper: Keeper
):
    sent = await region.sent(priority="stat")
    source = f"Task/{sent['id']}"
    declined = sent | {"status": "rejected", "statusReason": {"text": "Ring en annen"}}
    assert (await region.client("one").put(source, declined)).status == 200
    await region.employ("runs", "administrator", "hospital")
    clock, owners = region.world.store.clock, set[str]()
    offset = clock.offset
    try:
        for minutes in (61, 75, 90, 150, 165, 180, 250):
            clock.offset = offset + minutes * MINUTE
            await keeper.round()
            row = await region.row(source)
            assert row["sender"] == region.person("gp"), minutes
            owners.add(row["owner"])
            asked = await region.work("gp") if row["owner"] == region.person("gp") else await region.work("gp", "sent")
            assert source in {each.source for each in asked}, minutes
    finally:
        clock.offset = offset
    assert owners > {region.person("clerk"), region.person("runs")}, "it is not let lie"
    ended = (await region.client("gp").get(source)).json | {
        "status": "cancelled",
        "statusReason": {"text": "Ringt selv"},
    }
    assert (await region.client("gp").put(source, ended)).status == 200
    await region.leave("runs")


async def test_what_a_block_closes_when_the_last_who_saw_it_leaves_goes_back_to_who_sent_it(
    region: Region, keeper: Keeper
):
    sent = await region.sent()
    source = f"Task/{sent['id']}"
    assert (await region.client("two").put(source, sent | {"status": "received"})).status == 200
    await closed(region, region.person("one"))
    keeper.swept = 0
    await keeper.round()
    assert (await region.row(source))["owner"] == region.orgs["ward"], "the other nurse of the ward sees it"
    await region.leave("two")
    keeper.swept = 0
    await keeper.round()
    row = await region.row(source)
    assert (row["owner"], row["state"]) == (region.person("gp"), State.UNTAKEN)
    stored = (await region.client("gp").get(source)).json
    assert stored["businessStatus"]["text"] == "Pasienten har sperret for mottakeren"
    keeper.swept = 0
    assert source in {each.source for each in await region.work("gp")}
    await keeper.round()
    assert (await region.row(source))["owner"] == region.person("gp"), "once"
