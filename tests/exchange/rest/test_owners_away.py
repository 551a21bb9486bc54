"""Who is away or leaves owns nothing that waits: a stand-in has it, or the unit; what nobody took is hers once back."""

from __future__ import annotations

from typing import Any

import pytest
from handed import Region

from felles.access.codes import STAND_IN
from felles.access.handovers import inboxes
from felles.access.handovers.keeper import Keeper
from felles.access.handovers.states import State
from felles.access.resources import moment
from felles.record.clock import MICROSECONDS
from felles.record.read_board import count_handovers

pytestmark = pytest.mark.slow
DAY = 86_400 * MICROSECONDS
REFERRAL = {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover", "code": "referral"}]}


async def goes(region: Region, name: str, *, since: int, until: int, stand_in: str | None = None) -> None:
    """`name` is away from `since` to `until` (days from now), by the register."""
    now = region.world.store.clock.clinical()
    during = {"start": moment(now + since * DAY), "end": moment(now + until * DAY)}
    leave: dict[str, Any] = {"description": "Ferie", "during": during}
    if stand_in:
        leave["extension"] = [{"url": STAND_IN, "valueReference": {"reference": region.person(stand_in)}}]
    await written(region, name, [leave])


async def written(region: Region, name: str, leaves: list[dict[str, Any]]) -> None:
    address = f"PractitionerRole/{region.roles[name]}"
    role = (await region.world.system.get(address)).json
    role.pop("notAvailable", None)
    answer = await region.world.system.put(address, role | ({"notAvailable": leaves} if leaves else {}))
    assert answer.status == 200, answer.json


async def owner(region: Region, task: dict[str, Any]) -> str:
    return (await region.row(f"Task/{task['id']}"))["owner"]


async def test_what_is_hers_is_with_the_stand_in_until_she_is_back(region: Region, keeper: Keeper):
    one = {"reference": region.person("one")}
    begun = await region.sent(owner=one, status="accepted", restriction={"period": {"end": "2099-01-01"}})
    by_role = await region.sent(owner={"reference": f"PractitionerRole/{region.roles['one']}"})
    await goes(region, "one", since=-1, until=5, stand_in="two")
    new = await region.sent(owner=one, priority="stat")  # by name, while she is away
    await keeper.round()
    assert {await owner(region, each) for each in (begun, by_role, new)} == {region.person("two")}
    assert not await region.work("one")
    assert len(await region.work("two")) == 3
    shown = (await region.client("gp").get(f"Task/{begun['id']}")).json
    assert "stedfortreder" in shown["businessStatus"]["text"]
    assert [row.owner for row in await region.work("gp", "sent")] == [region.person("two")] * 3
    assert await keeper.round() == 0  # once

    assert not any(each.now for each in await inboxes.staff(region.world.store, region.orgs["ward"])
                   if each.reference == region.person("one"))  # fmt: skip
    taken = (await region.client("two").get(f"Task/{new['id']}")).json | {
        "status": "accepted", "owner": {"reference": region.person("two")}}  # fmt: skip
    assert (await region.client("two").put(f"Task/{new['id']}", taken)).status == 200

    offset = region.world.store.clock.offset
    try:
        region.world.store.clock.offset = offset + 6 * DAY
        await keeper.round()
        assert await owner(region, begun) == region.person("one")
        assert await owner(region, by_role) != region.person("two")
        assert await owner(region, new) == region.person("two")  # she took it
        row = await region.row(f"Task/{begun['id']}")
        assert (row["state"], row["instead"]) == (State.ACCEPTED, 0)
        stored = (await region.client("one").get(f"Task/{begun['id']}")).json
        assert (stored["status"], stored["restriction"], stored["owner"]) == (
            "accepted", {"period": {"end": "2099-01-01"}}, one)  # fmt: skip
        assert "businessStatus" not in stored
        assert f"Task/{begun['id']}" not in [row.source for row in await region.work("two")]
    finally:
        region.world.store.clock.offset = offset


async def test_a_leave_to_come_counts_when_it_comes_and_one_called_off_does_not(region: Region, keeper: Keeper):
    task = await region.sent(owner={"reference": region.person("one")}, status="accepted")
    await goes(region, "one", since=3, until=5, stand_in="two")
    await keeper.round()
    assert await owner(region, task) == region.person("one")
    await goes(region, "one", since=-1, until=1, stand_in="two")
    await keeper.round()
    assert await owner(region, task) == region.person("two")
    await written(region, "one", [])
    await keeper.round()
    assert await owner(region, task) == region.person("one")


async def test_without_a_stand_in_who_is_there_it_is_her_units(region: Region, keeper: Keeper):
    task = await region.sent(owner={"reference": region.person("one")}, status="accepted")
    await goes(region, "two", since=-1, until=9)
    await goes(region, "one", since=-1, until=9, stand_in="two")
    await keeper.round()
    assert await owner(region, task) == region.orgs["clinic"]  # on the ward nobody is there
    assert [row.source for row in await region.work("head")] == [f"Task/{task['id']}"]
    await written(region, "two", [])
    other = await region.sent(owner={"reference": region.person("one")})
    await keeper.round()
    assert await owner(region, other) == region.person("two")


async def test_what_comes_back_to_one_who_is_away_is_looked_at(region: Region, keeper: Keeper):
    task = await region.sent(status="completed", owner={"reference": region.person("two")})
    assert not await region.work("clerk")  # what had been done when it was first seen was no hand-over
    task = await region.sent(owner={"reference": region.person("two")})
    await region.employ("other", "gp", "office")
    await goes(region, "gp", since=-1, until=5, stand_in="other")
    done = task | {"status": "completed"}
    assert (await region.client("two").put(f"Task/{task['id']}", done)).status == 200
    await keeper.round()
    row = await region.row(f"Task/{task['id']}")
    assert (row["owner"], row["state"]) == (region.person("other"), State.ANSWERED)
    await written(region, "gp", [])
    await keeper.round()
    assert [each.state for each in await region.work("gp")] == [State.ANSWERED]


async def test_who_is_alone_keeps_what_is_hers(region: Region, keeper: Keeper):
    await region.leave("clerk")
    task = await region.sent(owner={"reference": region.person("gp")}, status="accepted")
    await goes(region, "gp", since=-1, until=5)
    await keeper.round()
    assert await owner(region, task) == region.person("gp")
    assert keeper.alone


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


async def test_who_only_answers_cases_or_keeps_registers_has_no_work(region: Region, keeper: Keeper):
    await region.employ("keeps", "local-administrator", "office")
    await region.employ("near", "reviewer", "office")
    sent = {"owner": {"reference": region.orgs["office"]}, "requester": {"reference": region.person("one")}}
    urgent = f"Task/{(await region.world.made(region.task(priority='stat', **sent)))['id']}"
    taken = f"Task/{(await region.world.made(region.task(status='received', **sent)))['id']}"
    offset, owners = region.world.store.clock.offset, []
    try:
        for _ in range(3):
            region.world.store.clock.offset += DAY
            await keeper.round()
            owners.append((await region.row(urgent))["owner"])
    finally:
        region.world.store.clock.offset = offset
    assert owners == [region.person(name) for name in ("gp", "clerk", "one")]
    assert (await region.row(taken))["owner"] == region.orgs["office"]
    for name in ("gp", "clerk"):
        await region.leave(name)
    assert any(each.nobody for each in await count_handovers(region.world.store.pool, region.world.store.clock))
    await keeper.round()
    assert (await region.row(taken))["owner"] == region.person("one")
    for name in ("keeps", "near"):
        await region.leave(name)


async def test_what_is_urgent_and_has_lost_who_took_it_is_sent_anew_and_climbs(region: Region, keeper: Keeper):
    hers = {"owner": {"reference": region.person("one")}, "status": "accepted"}
    urgent, routine = await region.sent(priority="stat", **hers), await region.sent(**hers)
    source = f"Task/{urgent['id']}"
    assert (await region.row(source))["state"] == State.ACCEPTED
    await region.leave("one")
    await keeper.round()
    now = region.world.store.clock.clinical()
    row = await region.row(source)
    assert (row["state"], row["owner"]) == (State.SENT, region.orgs["ward"])
    assert now < row["next"] <= now + 600 * MICROSECONDS
    assert (await region.client("gp").get(source)).json["status"] == "requested"
    assert (await region.row(f"Task/{routine['id']}"))["state"] == State.SENT
    offset = region.world.store.clock.offset
    try:
        region.world.store.clock.offset = offset + 660 * MICROSECONDS
        await keeper.round()
        assert (await region.row(source))["owner"] == region.person("two")  # the next on duty
        mine = (await region.client("two").get(source)).json | {"status": "accepted"}
        assert (await region.client("two").put(source, mine)).status == 200
        region.world.store.clock.offset = offset + DAY
        await keeper.round()
        row = await region.row(source)
        assert (row["state"], row["owner"]) == (State.ACCEPTED, region.person("two"))
        for name in ("two", "head"):
            await region.leave(name)
        await keeper.round()
        row = await region.row(source)  # nobody is left but who sent it: nobody has taken it
        assert (row["state"], row["owner"]) == (State.UNTAKEN, region.person("gp"))
        stored = (await region.client("gp").get(source)).json
        assert stored["businessStatus"]["text"] == "Den som hadde ansvaret, er ikke lenger her"
    finally:
        region.world.store.clock.offset = offset


async def test_a_unit_that_closes_leaves_nothing_with_nobody(region: Region, keeper: Keeper):
    store, ward = region.world.store, region.orgs["ward"]
    service = await region.world.made({"resourceType": "HealthcareService", "providedBy": {"reference": ward}})
    at_service = f"HealthcareService/{service['id']}"
    role = (await region.world.system.get(f"PractitionerRole/{region.roles['two']}")).json
    both = role | {"healthcareService": [{"reference": at_service}]}
    assert (await region.world.system.put(f"PractitionerRole/{role['id']}", both)).status == 200
    mine = await region.sent(owner={"reference": region.person("one")}, status="accepted")
    waiting, urgent = await region.sent(status="received"), await region.sent(priority="stat")
    served = await region.sent(owner={"reference": at_service})

    async def owners() -> list[str]:
        return [(await region.row(f"Task/{each['id']}"))["owner"] for each in (mine, waiting, urgent, served)]

    async def active(reference: str, *, said: bool) -> None:
        stored = (await region.world.system.get(reference)).json
        assert (await region.world.system.put(reference, stored | {"active": said})).status == 200

    await keeper.round()
    assert await owners() == [region.person("one"), ward, ward, at_service]
    await active(at_service, said=False)
    await keeper.round()
    assert (await owners())[3] == ward  # what provides it
    await active(ward, said=False)
    assert not await inboxes.staff(store, ward)
    assert any(each.nobody for each in await count_handovers(store.pool, store.clock))
    await keeper.round()
    above = region.orgs["clinic"]
    assert await owners() == [region.person("one"), above, above, above]  # by name it is hers as before
    assert [(await region.row(f"Task/{each['id']}"))["state"] for each in (waiting, urgent)] == [State.SENT] * 2
    assert await keeper.round() == 0
    await active(ward, said=True)
    again = await region.sent()
    await keeper.round()
    assert (await region.row(f"Task/{again['id']}"))["owner"] == ward
    assert len(await inboxes.staff(store, ward)) == 2
    for closing in (above, ward):
        await active(closing, said=False)
    await keeper.round()
    assert {(await owners())[1], (await region.row(f"Task/{again['id']}"))["owner"]} == {region.person("gp")}
    assert (await region.row(f"Task/{again['id']}"))["state"] == State.UNTAKEN


async def test_who_stands_as_a_role_is_a_person(region: Region, keeper: Keeper):
    by_role = {"reference": f"PractitionerRole/{region.roles['one']}"}
    urgent = await region.sent(priority="stat", owner=by_role)
    routine = await region.sent(owner=by_role)
    offset = region.world.store.clock.offset
    try:
        region.world.store.clock.offset = offset + 6 * DAY
        await keeper.round()
        rows = [await region.row(f"Task/{each['id']}") for each in (urgent, routine)]
        assert [row["owner"] for row in rows] == [region.person("two"), region.orgs["ward"]]  # not to herself again
        assert not await region.work("head")  # the clinic is above the ward, not next to it
        region.world.store.clock.offset = offset + 9 * DAY
        await keeper.round()
        assert (await region.row(f"Task/{urgent['id']}"))["owner"] == region.person("gp")
    finally:
        region.world.store.clock.offset = offset
    mine = await region.sent(owner=by_role, status="accepted")
    await region.leave("one")
    await keeper.round()
    assert (await region.row(f"Task/{mine['id']}"))["owner"] == region.orgs["ward"]
    assert f"Task/{mine['id']}" in [row.source for row in await region.work("two")]


async def test_what_she_had_of_a_house_where_she_works_no_more_is_with_her_stand_in_too(region: Region, keeper: Keeper):
    there = region.roles["one"]
    await region.employ("one", "nurse", "office")
    here, region.roles["one"] = region.roles["one"], there
    task = await region.sent(owner={"reference": region.person("one")}, status="accepted")
    assert (await region.row(f"Task/{task['id']}"))["owner"] == region.person("one")
    await goes(region, "one", since=-1, until=5, stand_in="two")
    await keeper.round()
    assert await owner(region, task) == region.person("one"), "she is at work in the office, whose it is"
    role = (await region.world.system.get(f"PractitionerRole/{here}")).json
    assert (await region.world.system.put(f"PractitionerRole/{here}", role | {"active": False})).status == 200
    await keeper.round()
    assert await owner(region, task) == region.person("two")
