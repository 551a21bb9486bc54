"""What a citizen measured herself is somebody's by whichever door she writes it: each allow with its deny twin."""

from __future__ import annotations

from typing import Any

import pytest
from handed import Region
from worlds import Client, World

from felles.access.handovers.states import State
from felles.access.resources import moment
from felles.record.clock import MICROSECONDS
from felles.record.codes import CASE_SYSTEM

pytestmark = pytest.mark.slow

DAY = 86_400 * MICROSECONDS
LOINC = "http://loinc.org"


def pressure(region: Region, upper: int = 118, lower: int = 72, **more: Any) -> dict[str, Any]:
    me = {"reference": f"Patient/{region.patient}"}
    parts = [
        {"code": {"coding": [{"system": LOINC, "code": code}]},
         "valueQuantity": {"value": value, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}
        for code, value in (("8480-6", upper), ("8462-4", lower))
    ]  # fmt: skip
    category = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
    return {"resourceType": "Observation", "status": "final", "category": [{"coding": [category]}],
            "code": {"coding": [{"system": LOINC, "code": "85354-9"}], "text": "Blodtrykk"}, "subject": me,
            "effectiveDateTime": moment(region.world.store.clock.clinical()), "performer": [me],
            "component": parts} | more  # fmt: skip


async def told(region: Region) -> list[dict[str, Any]]:
    """The messages that tell of a value of hers."""
    found = (await region.world.system.get(f"Communication?patient={region.patient}&_count=50")).json
    return [each["resource"] for each in found.get("entry", []) if "about" in each["resource"]]


async def expects(region: Region) -> None:
    """She expects a child."""
    due = moment(region.world.store.clock.clinical() + 100 * DAY)[:10]
    await region.world.made(
        {"resourceType": "Observation", "status": "final", "subject": {"reference": f"Patient/{region.patient}"},
         "code": {"coding": [{"system": LOINC, "code": "11778-8"}]}, "valueDateTime": due,
         "effectiveDateTime": moment(region.world.store.clock.clinical() - DAY)}
    )  # fmt: skip


async def test_what_she_measured_is_somebodys_by_whichever_door(region: Region):
    me = await region.world.citizen({"id": region.patient})
    made = await me.post("Observation", pressure(region, note=[{"text": "Svimmel"}]))
    assert made.status == 201, made.json
    assert made.json["resourceType"] == "Observation"
    (message_,) = await told(region)
    assert message_["about"] == [{"reference": f"Observation/{made.json['id']}"}]
    assert message_["payload"][0]["contentString"] == "Egen måling hjemme: blodtrykk 118/72 mmHg. Svimmel."
    row = await region.row(f"Communication/{message_['id']}")
    assert (row["state"], row["owner"], row["sender"], row["urgent"]) == (
        State.SENT, region.orgs["office"], f"Patient/{region.patient}", False)  # fmt: skip
    assert [each.source for each in await region.work("gp")] == [row["source"]]
    assert not await region.work("one")  # she follows her not

    # The same request once more, and one that meets what is here: one value, one message.
    again = pressure(region, 119, identifier=[{"system": "urn:cuff", "value": region.key}])
    for status in (201, 200):
        done = await me.post("Observation", again, if_none_exist=f"identifier=urn:cuff|{region.key}")
        assert done.status == status, done.json
        assert done.json["resourceType"] == "Observation"
    assert len(await told(region)) == 2


@pytest.mark.parametrize(("upper", "pregnant", "urgent"), [(149, True, True), (139, True, False), (149, False, False)])
async def test_what_is_high_while_she_expects_a_child_is_urgent(
    region: Region, upper: int, pregnant: bool, urgent: bool
):
    if pregnant:
        await expects(region)
    me = await region.world.citizen({"id": region.patient})
    assert (await me.post("Observation", pressure(region, upper))).status == 201
    (message_,) = await told(region)
    assert (await region.row(f"Communication/{message_['id']}"))["urgent"] is urgent


async def test_a_bundle_of_values_is_told_once_and_not_beside_a_message_of_her_own(region: Region):
    me = await region.world.citizen({"id": region.patient})
    urls = ["urn:uuid:6a0e1b8e-0a3f-4c55-9f0e-1d2c3b4a5f60", "urn:uuid:6a0e1b8e-0a3f-4c55-9f0e-1d2c3b4a5f61"]
    entries = [
        {"fullUrl": url, "resource": pressure(region, 120 + n), "request": {"method": "POST", "url": "Observation"}}
        for n, url in enumerate(urls)
    ]
    answer = await transaction(me, entries)
    assert [each["response"]["status"][:3] for each in answer["entry"]] == ["201", "201"]
    (message_,) = await told(region)
    assert len(message_["about"]) == 2
    me_ = {"reference": f"Patient/{region.patient}"}
    own = {"resourceType": "Communication", "status": "in-progress", "subject": me_, "sender": me_,
           "category": [{"coding": [{"system": CASE_SYSTEM, "code": "question"}]}], "about": [{"reference": urls[0]}],
           "recipient": [{"reference": region.orgs["ward"]}],
           "payload": [{"contentString": "Er dette fint?"}]}  # fmt: skip
    said = {"fullUrl": urls[1], "resource": own, "request": {"method": "POST", "url": "Communication"}}
    answer = await transaction(me, [entries[0], said])
    assert len(answer["entry"]) == 2
    assert len(await told(region)) == 2  # her own, and no other


async def transaction(client: Client, entries: list[dict[str, Any]]) -> Any:
    answer = await client.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status == 200, answer.json
    return answer.json


async def test_what_staff_and_systems_write_and_what_nobody_else_may_write_sends_nothing(region: Region):
    gp = {"reference": region.person("gp")}
    assert (await region.client("gp").post("Observation", pressure(region, performer=[gp]))).status == 201
    assert (await region.client("gp").post("Observation", pressure(region))).status == 201  # written down for her
    assert (await region.world.system.post("Observation", pressure(region))).status == 201  # taken over
    other = await region.world.citizen(await region.world.made({"resourceType": "Patient"}))
    assert (await other.post("Observation", pressure(region))).status in (403, 404, 422)
    me = await region.world.citizen({"id": region.patient})
    assert (await me.post("Observation", pressure(region, performer=[gp]))).status == 403
    assert await told(region) == []


async def test_where_nobody_follows_her_the_value_is_kept_and_nobody_is_said_to_have_it(world: World, region: Region):
    region.patient = (await world.patient())["id"]
    me = await world.citizen({"id": region.patient})
    assert (await me.post("Observation", pressure(region))).status == 201
    assert await told(region) == []
