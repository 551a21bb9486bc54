"""Who sent a hand-over stays who sent it: whatever a Task names, whoever writes it, whichever record it is moved to."""

from __future__ import annotations

from typing import Any

import pytest
from handed import Region
from worlds import actor

from felles.access.actor import Sort
from felles.access.handovers.keeper import Keeper
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.record.clock import MICROSECONDS
from felles.record.codes import HANDOVER_SYSTEM

pytestmark = pytest.mark.slow

DAYS = 6 * 86_400 * MICROSECONDS
REASON = {"statusReason": {"text": "Feil pasient"}}


async def posted(region: Region, name: str, made: dict[str, Any]) -> dict[str, Any]:
    answer = await region.client(name).post(made["resourceType"], made)
    assert answer.status == 201, answer.json
    return answer.json


def referral(region: Region, **more: Any) -> dict[str, Any]:
    return {"resourceType": "ServiceRequest", "status": "active", "intent": "order",
            "subject": {"reference": f"Patient/{region.patient}"}, "requester": {"reference": region.person("gp")},
            "performer": [{"reference": region.orgs["ward"]}]} | more  # fmt: skip


def unnamed(region: Region, **more: Any) -> dict[str, Any]:
    """A Task that names nobody who sent it."""
    return {name: value for name, value in region.task(**more).items() if name != "requester"}


@pytest.mark.parametrize("named", ["one", "gp"])
async def test_what_goes_on_by_itself_stays_its_senders_whomever_its_task_names(
    region: Region, keeper: Keeper, named: str
):
    made = await posted(region, "gp", referral(region))
    focus = {"reference": f"ServiceRequest/{made['id']}"}
    task = await posted(region, "one", region.task(focus=focus, requester={"reference": region.person(named)}))
    source = f"Task/{task['id']}"
    clock = region.world.store.clock
    clock.offset += DAYS
    try:
        while await keeper.round():
            clock.offset += DAYS
    finally:
        clock.offset = 0
    row = await region.row(source)
    assert (row["state"], row["owner"], row["sender"]) == (State.UNTAKEN, region.person("gp"), region.person("gp"))
    assert source in {each.source for each in await region.work("gp")}
    assert source not in {each.source for each in await region.work("one", "sent")}


async def test_what_its_sender_has_back_is_her_stand_ins_whomever_its_task_names(region: Region, keeper: Keeper):
    made = await posted(region, "gp", referral(region))
    focus = {"reference": f"ServiceRequest/{made['id']}"}
    task = await posted(region, "one", region.task(focus=focus, requester={"reference": region.person("one")}))
    answered = await region.client("one").put(f"Task/{task['id']}", task | {"status": "completed"})
    assert answered.status == 200
    await region.leave("gp")
    while await keeper.round():
        pass
    row = await region.row(f"Task/{task['id']}")
    assert (row["state"], row["owner"]) == (State.ANSWERED, region.orgs["office"])
    assert [each.source for each in await region.work("clerk")] == [f"Task/{task['id']}"]


@pytest.mark.parametrize("requester", [{}, {"requester": {"reference": "Device/journal"}}])
async def test_what_names_no_sender_is_deleted_by_nobody_who_was_sent_it(region: Region, requester: dict[str, Any]):
    one = {"reference": region.person("one")}
    sent = await posted(region, "gp", unnamed(region, owner=one) | requester)
    assert (await region.client("one").delete(f"Task/{sent['id']}")).status == 409
    assert (await region.row(f"Task/{sent['id']}"))["sender"] == region.person("gp")
    own = await posted(region, "one", unnamed(region, owner=one) | requester)
    assert (await region.client("one").delete(f"Task/{own['id']}")).status == 204


async def test_what_names_no_sender_is_nobody_elses_to_name(region: Region):
    await region.employ("surgeon", "doctor", "hospital", "ward")  # who refers too, and has it
    surgeon = region.world.client(
        actor("doctor", Sort.STAFF, reference=region.person("surgeon"), organization=region.orgs["hospital"])
    )
    bare = referral(region)
    del bare["requester"]
    made = await posted(region, "gp", bare)
    source = f"ServiceRequest/{made['id']}"
    refused = await surgeon.put(source, made | {"requester": {"reference": region.person("surgeon")}})
    assert (refused.status, refused.issues) == (422, [("business-rule", "ServiceRequest.requester")])
    assert (await region.row(source))["sender"] == region.person("gp")
    hers = await region.client("gp").put(source, made | {"requester": {"reference": region.person("gp")}})
    assert hers.status == 200, hers.json
    assert (await region.row(source))["sender"] == region.person("gp")


async def test_nobody_sends_in_the_name_of_what_she_does_not_work_for(region: Region):
    clerk = region.client("clerk")
    for name in (f"PractitionerRole/{region.roles['one']}", region.orgs["ward"], region.orgs["hospital"]):
        for status in ("requested", "accepted"):
            refused = await clerk.post("Task", region.task(requester={"reference": name}, status=status))
            assert (refused.status, refused.issues) == (403, [("forbidden", "Task.requester")]), name
        draft = await posted(region, "clerk", region.task(requester={"reference": name}, status="draft"))
        assert (await clerk.put(f"Task/{draft['id']}", draft | {"status": "requested"})).status == 403
    for name in (f"PractitionerRole/{region.roles['clerk']}", region.orgs["office"], region.person("clerk")):
        made = await posted(region, "clerk", region.task(requester={"reference": name}))
        assert (await region.row(f"Task/{made['id']}"))["sender"] == name


async def test_what_came_back_and_is_moved_to_whom_it_is_about_is_its_senders_there(region: Region):
    right = (await region.world.patient())["id"]
    await region.world.made({"resourceType": "EpisodeOfCare", "status": "active",
                             "patient": {"reference": f"Patient/{right}"},
                             "managingOrganization": {"reference": region.orgs["office"]},
                             "period": {"start": "2020-01-01"}})  # fmt: skip
    to = {"reference": region.person("clerk")}
    back, over = await region.sent(owner=to), await region.sent(owner=to)
    for each in (back, over):
        refused = await region.client("clerk").put(f"Task/{each['id']}", each | {"status": "rejected"} | REASON)
        assert refused.status == 200, refused.json
    ended = {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover-state", "code": "ended"}]}
    seen = (await region.client("gp").get(f"Task/{over['id']}")).json | {"businessStatus": ended}
    assert (await region.client("gp").put(f"Task/{over['id']}", seen)).status == 200
    assert [each.source for each in await region.work("gp")] == [f"Task/{back['id']}"]
    asked = {"resourceType": "Parameters",
             "parameter": [{"name": "patient", "valueReference": {"reference": f"Patient/{right}"}},
                           {"name": "reason", "valueString": "Skrevet på feil person i listen"}]}  # fmt: skip
    for each in (back, over):
        moved = await region.client("gp").post(f"Task/{each['id']}/$move", asked)
        assert moved.status == 201, moved.json
    (row,) = await region.work("gp")
    assert (row.patient, row.state, row.owner) == (right, State.DECLINED, region.person("gp"))


async def test_what_was_a_draft_offers_nothing_that_its_writer_has_not(region: Region, keeper: Keeper):
    work = await region.sent()  # the ward's
    me = {"reference": region.person("clerk")}
    offer = region.task(
        code={"coding": [{"system": HANDOVER_SYSTEM, "code": Kind.OFFER.code}]},
        focus={"reference": f"Task/{work['id']}"},
        input=[{"type": {"text": "owner"}, "valueReference": {"reference": region.orgs["ward"]}}],
        requester=me,
        owner=me,
        status="draft",
    )
    draft = await posted(region, "clerk", offer)
    clerk = region.client("clerk")
    for status in ("accepted", "requested"):
        refused = await clerk.put(f"Task/{draft['id']}", draft | {"status": status})
        assert refused.status == 403, refused.json
    assert (await clerk.delete(f"Task/{draft['id']}")).status == 204
    assert (await clerk.put(f"Task/{draft['id']}", draft | {"status": "accepted"})).status == 403
    await keeper.round()
    assert (await region.row(f"Task/{work['id']}"))["owner"] == region.orgs["ward"]
    ours = offer | {"requester": {"reference": region.orgs["ward"]}, "owner": {"reference": region.person("two")}}
    theirs = await posted(region, "one", ours)
    sent = await region.client("one").put(f"Task/{theirs['id']}", theirs | {"status": "requested"})
    assert sent.status == 200, sent.json
    taken = await region.client("two").put(f"Task/{theirs['id']}", sent.json | {"status": "accepted"})
    assert taken.status == 200, taken.json
    await keeper.round()
    assert (await region.row(f"Task/{work['id']}"))["owner"] == region.person("two")
