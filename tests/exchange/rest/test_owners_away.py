"""Who is away owns nothing that waits: her stand-in has it, or her unit; what nobody took is hers when she is back."""

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
