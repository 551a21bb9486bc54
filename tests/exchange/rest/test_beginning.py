"""A Task that begins to carry a referral or a message by FHIR: whose that is, and what she may say at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from handed import Region
from ordered import does
from worlds import Client, actor

from felles import access
from felles.access.actor import Sort
from felles.access.handovers.keeper import Keeper
from felles.access.handovers.states import State
from felles.access.scopes import EVERYTHING, verbs_of
from felles.care.handovers import actions
from felles.care.handovers.rules import Verb
from felles.record.errors import PreconditionFailed

pytestmark = pytest.mark.slow

HANDOVER = "http://felles.example/fhir/CodeSystem/handover"
ENDED = {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover-state", "code": "ended"}]}
WHY = {"statusReason": {"text": "Hører ikke til her"}}


def machine(region: Region, org: str) -> Client:
    return region.world.client(actor("system", Sort.SYSTEM, organization=region.orgs[org]))


async def referred(region: Region, **more: Any) -> str:
    """The reference of a referral from the GP to the ward, which no Task carries."""
    made = {"resourceType": "ServiceRequest", "status": "active", "intent": "order",
            "subject": {"reference": f"Patient/{region.patient}"}, "requester": {"reference": region.person("gp")},
            "performer": [{"reference": region.orgs["ward"]}]} | more  # fmt: skip
    return await _post(region, made)


async def told(region: Region, **more: Any) -> str:
    """The reference of a message from the GP to the ward."""
    made = {"resourceType": "Communication", "status": "in-progress",
            "subject": {"reference": f"Patient/{region.patient}"}, "sender": {"reference": region.person("gp")},
            "recipient": [{"reference": region.orgs["ward"]}], "payload": [{"contentString": "Ring meg"}],
            **more}  # fmt: skip
    return await _post(region, made)


async def _post(region: Region, made: dict[str, Any]) -> str:
    answer = await region.client("gp").post(made["resourceType"], made)
    assert answer.status == 201, answer.json
    return f"{made['resourceType']}/{answer.json['id']}"


def carrying(region: Region, focus: str, **more: Any) -> dict[str, Any]:
    sort = "referral" if focus.startswith("ServiceRequest/") else "message"
    code = {"coding": [{"system": HANDOVER, "code": sort}]}
    return region.task(focus={"reference": focus}, code=code) | more


async def rows(region: Region, focus: str) -> list[Any]:
    sql = "select source, state, owner, sender, next from handover where source = $1 or focus = $1 order by source"
    return list(await region.world.store.pool.fetch(sql, focus))


async def followed(region: Region, *orgs: str) -> None:
    """The record is open to these houses as well."""
    for org in orgs:
        await region.world.made({"resourceType": "EpisodeOfCare", "status": "active",
                                 "patient": {"reference": f"Patient/{region.patient}"},
                                 "managingOrganization": {"reference": region.orgs[org]},
                                 "period": {"start": "2020-01-01"}})  # fmt: skip


@pytest.mark.parametrize("make", [referred, told])
async def test_nobody_lets_a_task_take_over_what_she_neither_has_nor_sent(region: Region, make: Any):
    await followed(region, "ward", "clinic")
    focus = await make(region)
    clerk = {"owner": {"reference": region.person("clerk")}, "requester": {"reference": region.person("clerk")}}
    for said in ({"status": "requested"}, {"status": "accepted"}, {"status": "completed"}, {"status": "rejected"} | WHY,
                 {"status": "cancelled"} | WHY, {"status": "completed", "businessStatus": ENDED} | WHY):  # fmt: skip
        for client in (region.client("clerk"), machine(region, "clinic")):
            refused = await client.post("Task", carrying(region, focus, **said))
            assert refused.status == 403, (said, refused.json)
            assert "whoever has it or sent it" in refused.json["issue"][0]["diagnostics"]
            assert (await client.post("Task", carrying(region, focus, **clerk, **said))).status == 403, said
    (row,) = await rows(region, focus)
    assert (row["source"], row["state"], row["owner"]) == (focus, State.SENT, region.orgs["ward"])

    hers = carrying(region, focus, status="accepted", owner={"reference": region.person("one")})
    taken = await region.client("one").post("Task", hers)
    assert taken.status == 201, taken.json
    (row,) = await rows(region, focus)
    assert (row["source"], row["owner"]) == (f"Task/{taken.json['id']}", region.person("one"))
    assert row["sender"] == region.person("gp")


async def test_what_begins_a_task_declines_with_a_reason_and_its_sender_ends_it(region: Region):
    focus = await referred(region)
    one, gp = region.client("one"), region.client("gp")
    for said in ({"status": "rejected"}, {"status": "cancelled"}, {"status": "completed", "businessStatus": ENDED}):
        for client in (one, gp):
            answer = await client.post("Task", carrying(region, focus, **said))
            assert (answer.status, answer.issues) == (422, [("business-rule", "Task.statusReason")]), said
    over: dict[str, Any] = {"status": "cancelled"} | WHY
    assert (await one.post("Task", carrying(region, focus, **over))).status == 403
    assert (await machine(region, "office").post("Task", carrying(region, focus, **over))).status == 403
    other = {"code": {"coding": [{"system": HANDOVER, "code": "task"}]}}  # which ends by being done
    answer = await one.post("Task", carrying(region, focus, status="completed", **other))
    assert (answer.status, answer.issues) == (422, [("business-rule", "Task.code")])
    assert [(row["source"], row["state"]) for row in await rows(region, focus)] == [(focus, State.SENT)]

    declined = await one.post("Task", carrying(region, focus, status="rejected", **WHY))
    assert declined.status == 201, declined.json
    (row,) = await rows(region, focus)
    assert (row["state"], row["owner"]) == (State.DECLINED, region.person("gp"))
    second = await referred(region)
    assert (await gp.post("Task", carrying(region, second, **over))).status == 201
    assert all(row["state"] == State.ENDED for row in await rows(region, second))
    third = await referred(region)
    received = await machine(region, "hospital").post("Task", carrying(region, third, status="received"))
    assert received.status == 201, received.json
    assert [row["state"] for row in await rows(region, third)] == [State.RECEIVED]


@pytest.mark.parametrize("make", [referred, told])
async def test_a_task_that_carries_nothing_is_in_nobodys_way(region: Region, keeper: Keeper, make: Any):
    """A draft about a referral, or a look at a way in by one, is no hand-over of it: it goes on, and is taken."""
    await followed(region, "ward")
    focus, other = await make(region), await make(region)
    for each in (focus, other):
        assert (await region.client("gp").post("Task", carrying(region, each, status="draft"))).status == 201
    task = await does(region, "one", focus, Verb.TAKE)
    (row,) = await rows(region, focus)
    assert (row["source"], row["state"], row["owner"]) == (task, State.ACCEPTED, region.person("one"))

    offset = region.world.store.clock.offset
    try:
        region.world.store.clock.offset = offset + 6 * 86_400_000_000
        rounds = [await keeper.round() for _ in range(3)]
    finally:
        region.world.store.clock.offset = offset
    assert rounds[0] >= 1
    assert rounds[-1] == 0, "what is written is over"
    (row,) = await rows(region, other)
    assert (row["source"].partition("/")[0], row["owner"]) == ("Task", region.orgs["clinic"])


async def test_of_two_who_act_on_what_no_task_carries_the_second_is_told_to_look_again(region: Region):
    focus = await referred(region)
    seen = {
        name: await region.world.store.handover(access.everyone(region.who(name)), focus) for name in ("one", "two")
    }
    first = await actions.do(region.world.store, region.who("one"), seen["one"], Verb.TAKE)
    with pytest.raises(PreconditionFailed):
        await actions.do(region.world.store, region.who("two"), seen["two"], Verb.TAKE)
    (row,) = await rows(region, focus)
    assert (row["source"], row["owner"]) == (first, region.person("one"))
    found = (await region.client("one").get(f"Task?focus={focus}")).json
    assert [each["resource"]["id"] for each in found["entry"]] == [first.partition("/")[2]]


async def test_one_task_carries_a_referral(region: Region):
    focus = await referred(region)
    made = [carrying(region, focus, status="accepted", owner={"reference": region.person(name)})
            for name in ("one", "two")]  # fmt: skip
    answers = await asyncio.gather(
        *(region.client(name).post("Task", body) for name, body in zip(("one", "two"), made, strict=True))
    )
    assert sorted(answer.status for answer in answers) in ([201, 403], [201, 409]), [each.json for each in answers]
    (row,) = await rows(region, focus)
    holder = "one" if row["owner"] == region.person("one") else "two"
    again = await region.client(holder).post("Task", made[0])
    assert (again.status, again.issues) == (409, [("conflict", None)])
    assert (await region.client("gp").post("Task", carrying(region, focus))).status == 409
    assert len(await rows(region, focus)) == 1
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": carrying(region, await referred(region)),
         "request": {"method": "POST", "url": "Task"}}] * 2}  # fmt: skip
    assert (await region.client("gp")("POST", "", bundle)).status == 409

    task = (await region.client(holder).get(row["source"])).json
    answered = await region.client(holder).put(row["source"], task | {"status": "completed"})
    assert answered.status == 200, answered.json
    ended = answered.json | {"businessStatus": ENDED, **WHY}
    assert (await region.client("gp").put(row["source"], ended)).status == 200
    anew = await region.client("gp").post("Task", carrying(region, focus))
    assert anew.status == 201, "what has ended may be begun anew"
    assert (await region.row(f"Task/{anew.json['id']}"))["state"] == State.SENT


async def test_what_a_task_is_about_is_not_exchanged(region: Region):
    first, other = await referred(region), await referred(region, performer=[{"reference": region.orgs["clinic"]}])
    task = (await region.client("gp").post("Task", carrying(region, first))).json
    source = f"Task/{task['id']}"
    for name in ("gp", "one"):
        for focus in ({"focus": {"reference": other}}, {"focus": {"reference": "Observation/x"}}):
            answer = await region.client(name).put(source, task | focus)
            assert (answer.status, answer.issues) == (422, [("business-rule", "Task.focus")]), name
        without = {key: value for key, value in task.items() if key != "focus"}
        assert (await region.client(name).put(source, without)).status == 422
    plain = (await region.client("gp").post("Task", region.task())).json
    added = await region.client("gp").put(f"Task/{plain['id']}", plain | {"focus": {"reference": other}})
    assert added.status == 422
    (row,) = await rows(region, other)
    assert (row["source"], row["owner"]) == (other, region.orgs["clinic"])
    noted = await region.client("one").put(source, task | {"note": [{"text": "Ringt"}]})
    assert noted.status == 200, noted.json


async def test_a_task_about_another_task_leaves_that_where_it_is(region: Region):
    work = await region.sent()
    source = f"Task/{work['id']}"
    about = region.task(focus={"reference": source}, code={"text": "Se på denne"}, requester={"reference": "Device/x"})
    made = await region.client("clerk").post("Task", about)
    assert made.status == 201, made.json
    assert (await region.row(source))["owner"] == region.orgs["ward"]
    assert (await region.row(f"Task/{made.json['id']}"))["sender"] == region.person("clerk")
    offered = about | {"code": {"coding": [{"system": HANDOVER, "code": "offer"}]}}
    assert (await region.client("clerk").post("Task", offered)).status == 403, "only whoever has it offers it"
    for said in ({"status": "accepted"}, {"status": "completed"}, {"owner": {"reference": region.person("clerk")}}):
        assert (await region.client("clerk").put(source, work | said)).status == 403, "it is hers no more than before"
    over = work | {"status": "accepted", "businessStatus": ENDED} | WHY
    assert (await machine(region, "office").put(source, over)).status == 403, "ended, whatever its status"
    assert (await region.row(source))["state"] == State.SENT
    named = await region.client("clerk").post("Task", about | {"requester": {"reference": region.person("gp")}})
    assert named.status == 403


async def test_what_was_a_draft_begins_by_the_same_rules(region: Region):
    focus = await referred(region)
    draft = (await region.client("clerk").post("Task", carrying(region, focus, status="draft"))).json
    sent = draft | {"status": "accepted", "owner": {"reference": region.person("clerk")}}
    assert (await region.client("clerk").put(f"Task/{draft['id']}", sent)).status == 403
    (row,) = await rows(region, focus)
    assert (row["source"], row["state"]) == (focus, State.SENT)
    mine = (await region.client("one").post("Task", carrying(region, focus, status="draft"))).json
    taken = mine | {"status": "accepted", "owner": {"reference": region.person("one")}}
    assert (await region.client("one").put(f"Task/{mine['id']}", taken)).status == 200
    assert [row["source"] for row in await rows(region, focus)] == [f"Task/{mine['id']}"]
    other = (await region.client("clerk").post("Task", region.task(status="draft"))).json
    named = await region.client("clerk").put(f"Task/{other['id']}", other | {"status": "requested"})
    assert named.status == 403, "in the name of the GP"


async def test_who_sent_it_stays_whomever_the_task_names_and_it_is_not_deleted(region: Region):
    focus = await referred(region)
    hers = {"owner": {"reference": region.person("one")}, "requester": {"reference": region.person("one")}}
    task = (await region.client("one").post("Task", carrying(region, focus, status="accepted", **hers))).json
    source = f"Task/{task['id']}"
    assert (await region.row(source))["sender"] == region.person("gp")
    assert (await region.client("one").put(source, task | {"note": [{"text": "Ringt"}]})).status == 200
    assert (await region.row(source))["sender"] == region.person("gp")
    assert (await region.client("one").delete(source)).status == 409
    assert len(await rows(region, focus)) == 1
    answered = await region.client("one").put(source, task | {"status": "completed"})
    assert answered.status == 200, answered.json
    assert [(row["owner"], row["state"]) for row in await rows(region, focus)] == [
        (region.person("gp"), State.ANSWERED)]  # fmt: skip
    own = region.task(owner={"reference": region.person("one")}, requester={"reference": region.person("one")})
    alone = (await region.client("one").post("Task", own)).json
    assert (await region.client("one").delete(f"Task/{alone['id']}")).status == 204


async def test_a_message_to_staff_is_sent_and_not_over_at_once(region: Region):
    to = {"recipient": [{"reference": region.orgs["ward"]}]}
    gp = region.client("gp")
    base = {"resourceType": "Communication", "status": "completed",
            "subject": {"reference": f"Patient/{region.patient}"},
            "payload": [{"contentString": "Ring meg"}]}  # fmt: skip
    for client in (gp, machine(region, "office")):
        for said in (to, {"recipient": [{"reference": region.person("one")}]}):
            answer = await client.post("Communication", base | said)
            assert (answer.status, answer.issues) == (422, [("business-rule", "Communication.status")])
    citizen = await region.world.citizen({"id": region.patient})
    asks = [{"coding": [{"system": "http://felles.example/fhir/CodeSystem/case", "code": "question"}]}]
    sent = await told(region)
    for more in ({}, {"inResponseTo": [{"reference": sent}]}):
        assert (await citizen.post("Communication", base | to | {"category": asks} | more)).status == 422
    unsent = (await gp.post("Communication", base | to | {"status": "preparation"})).json
    late = await gp.put(f"Communication/{unsent['id']}", unsent | {"status": "completed"})
    assert (late.status, late.issues) == (422, [("business-rule", "Communication.status")])
    assert (await gp.put(f"Communication/{unsent['id']}", unsent | {"status": "in-progress"})).status == 200
    assert [row["owner"] for row in await rows(region, f"Communication/{unsent['id']}")] == [region.orgs["ward"]]

    back = {"recipient": [{"reference": region.person("gp")}], "inResponseTo": [{"reference": sent}]}
    answer = await region.client("one").post("Communication", base | back)
    noted, old = (
        await gp.post("Communication", base),
        await gp.post("Communication", base | to | {"sent": "2020-01-01"}),
    )
    assert [each.status for each in (answer, noted, old)] == [201] * 3, [each.json for each in (answer, noted, old)]
    again = await gp.put(f"Communication/{old.json['id']}", old.json | {"note": [{"text": "Lest"}]})
    assert again.status == 200


async def _written(region: Region) -> int:
    (row,) = await region.world.store.pool.fetch("select count(*) as n from entry")
    return row["n"]


LABORATORY = [{"coding": [{"system": "http://snomed.info/sct", "code": "108252007"}]}]


@pytest.mark.parametrize("more", [{}, {"category": LABORATORY}, {"resourceType": "Task", "status": "requested"}])
async def test_what_names_nobody_is_with_whoever_writes_it(region: Region, more: dict[str, Any]):
    about = {"reference": f"Patient/{region.patient}"}
    made = {"resourceType": "ServiceRequest", "status": "active", "intent": "order"} | more
    kind = str(made["resourceType"])
    made["for" if kind == "Task" else "subject"] = about
    await followed(region, "ward")
    for client, owner in ((region.client("gp"), region.person("gp")), (machine(region, "ward"), region.orgs["ward"])):
        answer = await client.post(kind, made)
        assert answer.status == 201, answer.json
        (row,) = await rows(region, f"{kind}/{answer.json['id']}")
        assert (row["owner"], row["next"] is None) == (owner, False)
        assert State(row["state"]) in (State.ACCEPTED, State.SENT)

    before = await _written(region)
    verbs = verbs_of(EVERYTHING)
    everywhere = region.world.client(actor("system", Sort.MAINTENANCE, purpose="maintenance", verbs=verbs))
    refused = await everywhere.post(kind, made)  # works for no unit: nobody would have it
    assert (refused.status, refused.issues) == (422, [("business-rule", f"{kind}.requester")])
    assert await _written(region) == before
    named = await everywhere.post(kind, made | {"requester": {"reference": region.person("gp")}})
    (row,) = await rows(region, f"{kind}/{named.json['id']}")
    assert (named.status, row["owner"]) == (201, region.person("gp"))
    over = "completed" if kind != "Task" else "cancelled"
    assert (await everywhere.post(kind, made | {"status": over})).status == 201, "nobody's work any more"


async def test_a_referral_to_nobody_is_with_whoever_refers(region: Region):
    nobody: dict[str, Any] = {"performer": [{"reference": f"Patient/{region.patient}"}]}
    for more in ({"performer": []}, nobody):
        made = {"resourceType": "ServiceRequest", "status": "active", "intent": "order",
                "subject": {"reference": f"Patient/{region.patient}"},
                "requester": {"reference": region.person("gp")}}  # fmt: skip
        source = await _post(region, made | {key: value for key, value in more.items() if value})
        (row,) = await rows(region, source)
        assert (row["state"], row["owner"], row["next"] is None) == (State.ACCEPTED, region.person("gp"), False)
        assert source in [each.source for each in await region.work("gp")]
        stored = (await region.client("gp").get(source)).json
        sent = await region.client("gp").put(source, stored | {"performer": [{"reference": region.orgs["ward"]}]})
        assert sent.status == 200, sent.json
        (row,) = await rows(region, source)
        assert (row["state"], row["owner"]) == (State.SENT, region.orgs["ward"])
    plan = made | {"intent": "plan"}
    assert not await rows(region, await _post(region, plan))


async def test_where_a_referral_stands_is_said_in_the_task_that_carries_it(region: Region):
    focus = await referred(region)
    gp = region.client("gp")
    entry = (await gp.get(focus)).json
    noted = entry | {"note": [{"text": "Hører ikke til her"}]}
    said = (noted | {"status": "revoked"}, noted | {"status": "completed"},
            noted | {"performer": [{"reference": region.orgs["clinic"]}]})  # fmt: skip
    hers = carrying(region, focus, status="accepted", owner={"reference": region.person("one")})
    taken = await region.client("one").post("Task", hers)
    assert taken.status == 201, taken.json
    for each in said:
        refused = await gp.put(focus, each)
        assert refused.status == 409, refused.json
        assert "a Task carries this referral" in refused.json["issue"][0]["diagnostics"]
        assert (await machine(region, "office").put(focus, each)).status in (403, 409), "a system ends nothing besides"
    assert (await gp.get(focus)).json["status"] == "active"
    assert (await gp.put(focus, noted)).status == 200, "what it says besides may be added to"
    (row,) = await rows(region, focus)
    assert (row["owner"], row["state"]) == (region.person("one"), State.ACCEPTED)
