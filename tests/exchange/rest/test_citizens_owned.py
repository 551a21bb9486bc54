"""What a citizen writes by FHIR is somebody's until it is answered: each allow with its deny twin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from handed import Region
from worlds import World

from felles.access.handovers.keeper import Keeper
from felles.access.handovers.states import State
from felles.access.resources import moment
from felles.record.clock import MICROSECONDS
from felles.record.codes import CASE_SYSTEM, HANDOVER_STATE_SYSTEM
from felles.ui.dates import local

pytestmark = pytest.mark.slow

MINUTE = 60 * MICROSECONDS
DAY = 86_400 * MICROSECONDS
RETURNED = {"system": HANDOVER_STATE_SYSTEM, "code": "returned"}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.fixture
def later(world: World) -> Any:
    """Lets time pass, and puts the clock back afterwards."""
    offset = world.store.clock.offset

    def pass_(micros: int) -> None:
        world.store.clock.offset += micros

    yield pass_
    world.store.clock.offset = offset


def message(region: Region, **more: Any) -> dict[str, Any]:
    me = {"reference": f"Patient/{region.patient}"}
    return {"resourceType": "Communication", "status": "in-progress", "subject": me, "sender": me,
            "category": [{"coding": [{"system": CASE_SYSTEM, "code": "question"}]}],
            "recipient": [{"reference": region.orgs["ward"]}], "payload": [{"contentString": "Er dette farlig?"}],
            "sent": moment(region.world.store.clock.clinical())} | more  # fmt: skip


async def carried(region: Region, source: str) -> Any:
    """The hand-over of a message, whatever carries it."""
    rows = await region.world.store.pool.fetch("select * from handover where source = $1 or focus = $1", source)
    assert len(rows) == 1
    return rows[0]


async def untaken(region: Region, keeper: Keeper, later: Any, **more: Any) -> Any:
    """A message of hers that went up the whole ladder, and nobody came."""
    await region.world.made({"resourceType": "EpisodeOfCare", "status": "active",
                             "patient": {"reference": f"Patient/{region.patient}"},
                             "managingOrganization": {"reference": region.orgs["clinic"]}})  # fmt: skip
    me = await region.world.citizen({"id": region.patient})
    made = await me.post("Communication", message(region, **more))
    assert made.status == 201, made.json
    for _ in range(4):
        later(5 * DAY)
        await keeper.round()
        row = await carried(region, f"Communication/{made.json['id']}")
        if row["state"] == State.UNTAKEN:
            return row
    raise AssertionError("somebody has it still")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"status": "accepted"}, State.ACCEPTED),
        ({"status": "completed"}, State.DONE),
        ({"status": "on-hold", "businessStatus": {"coding": [RETURNED]}}, State.ACCEPTED),
        ({"status": "rejected", "statusReason": {"text": "Hører til fastlegen"}}, State.ENDED),
    ],
)
async def test_what_nobody_took_in_time_is_taken_and_answered_by_whoever_has_it(
    region: Region, keeper: Keeper, later: Any, said: dict[str, Any], state: State
):
    row = await untaken(region, keeper, later)
    assert row["owner"] == region.orgs["clinic"]  # up one, and it stays where it is
    task = (await region.client("head").get(row["source"])).json
    new = {name: value for name, value in task.items() if name != "businessStatus"} | said
    new["note"] = [{"authorReference": {"reference": region.person("head")}, "text": "Ta det rolig"}]
    if said["status"] == "accepted":
        new["owner"] = {"reference": region.person("head")}
    for other in ("gp", "clerk"):  # the record is open to them: it is not theirs
        refused = await region.client(other).put(row["source"], new)
        assert refused.status in (403, 404), refused.json
    done = await region.client("head").put(row["source"], new)
    assert done.status == 200, done.json
    assert (await region.row(row["source"]))["state"] == state
    me = await region.world.citizen({"id": region.patient})
    assert (await me.get(row["source"])).json["note"][0]["text"] == "Ta det rolig"


async def off_duty(region: Region, *names: str) -> None:
    """They work there, and not on any of these days."""
    today = local(region.world.store.clock.clinical()).date()
    hours = [{"daysOfWeek": [DAYS[(today + timedelta(days=3)).weekday()]], "availableStartTime": "10:00:00",
              "availableEndTime": "11:00:00"}]  # fmt: skip
    for name in names:
        address = f"PractitionerRole/{region.roles[name]}"
        role = (await region.world.system.get(address)).json
        assert (await region.world.system.put(address, role | {"availableTime": hours})).status == 200


async def test_what_is_urgent_and_nobody_is_on_duty_for_climbs_to_a_person_in_the_end(
    region: Region, keeper: Keeper, later: Any
):
    await off_duty(region, "one", "two")
    await region.employ("runs", "administrator", "office")
    me = await region.world.citizen({"id": region.patient})
    sent = await me.post("Communication", message(region, priority="asap"))
    calm = await me.post("Communication", message(region))
    assert (sent.status, calm.status) == (201, 201)
    source, had = f"Communication/{sent.json['id']}", list[tuple[int, str]]()
    for _ in range(6):
        later(11 * MINUTE)
        await keeper.round()
        row = await carried(region, source)
        had.append((row["state"], row["owner"]))
    ward, head = region.orgs["ward"], region.person("head")
    assert had[:3] == [(State.UNTAKEN, ward), (State.SENT, head), (State.UNTAKEN, head)]
    store = region.world.store
    operators = set[str]()
    for each in await store.pool.fetch("select distinct source from staffing where role = 'administrator'"):
        operators.add((await region.world.system.get(each["source"])).json["practitioner"]["reference"])
    state, last = had[3]
    assert state == State.UNTAKEN
    assert last in operators
    assert had[4:] == [had[3]] * 2  # she gives it on, and it climbs no further
    row = await carried(region, source)
    assert row["sender"] == f"Patient/{region.patient}"  # the answer is for who asked
    still = await carried(region, f"Communication/{calm.json['id']}")
    assert (still["state"], still["owner"]) == (State.SENT, ward)  # that can wait


async def test_whoever_comes_on_duty_meanwhile_gets_it_first(region: Region, keeper: Keeper, later: Any):
    await off_duty(region, "one", "two")
    me = await region.world.citizen({"id": region.patient})
    sent = await me.post("Communication", message(region, priority="stat"))
    later(11 * MINUTE)
    await keeper.round()
    row = await carried(region, f"Communication/{sent.json['id']}")
    assert (row["state"], row["owner"]) == (State.UNTAKEN, region.orgs["ward"])
    address = f"PractitionerRole/{region.roles['two']}"
    role = (await region.world.system.get(address)).json
    del role["availableTime"]
    assert (await region.world.system.put(address, role)).status == 200
    later(11 * MINUTE)
    await keeper.round()
    row = await carried(region, f"Communication/{sent.json['id']}")
    assert (row["state"], row["owner"]) == (State.SENT, region.person("two"))
