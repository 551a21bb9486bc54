"""Hand-overs by FHIR: whoever writes the Task, it is with exactly one until a person ends it, and never with nobody."""

from __future__ import annotations

import pytest
from doors import block, case
from handed import Region
from worlds import World, actor

from felles import access
from felles.access.actor import Sort
from felles.access.handovers.keeper import Keeper
from felles.access.handovers.states import State
from felles.access.resources import moment
from felles.record.clock import MICROSECONDS
from felles.record.errors import Absent
from felles.record.ids import mark_of
from felles.record.read_board import count_handovers

pytestmark = pytest.mark.slow


DAY = 86_400 * MICROSECONDS
ENDED = {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover-state", "code": "ended"}]}


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
    stale = await region.client("one").put(source, taken | {"status": "rejected"}, if_match='W/"1"')
    assert stale.status == 412, "whoever writes over what has moved on is told that, before what is wrong with her text"
    declined = taken | {"status": "rejected", "statusReason": {"text": "Hører til poliklinikken"}}
    assert (await region.client("one").put(source, declined)).status == 200
    assert not await region.work("one")
    assert [(row.source, row.state) for row in await region.work("gp")] == [(source, State.DECLINED)]

    over = declined | {"businessStatus": ENDED, "statusReason": {"text": "Sendt til poliklinikken"}}
    assert (await region.client("gp").put(source, over)).status == 200
    assert not await region.work("gp")
    again = await region.client("gp").put(source, task)
    assert (again.status, again.issues) == (409, [("conflict", None)])
    assert (await region.client("gp").put(source, task, if_match='W/"2"')).status == 412
    assert (await region.row(source))["next"] is None
    whole = await region.world.store.handover(access.everyone(region.who("gp")), source)
    assert whole.versions.count('"author"') == 4


@pytest.mark.parametrize("sort", ["application", "access-review"])
async def test_what_is_about_no_person_is_opened_by_no_client(region: Region, sort: str):
    code = {"coding": [{"system": "http://felles.example/fhir/CodeSystem/case", "code": sort}]}
    task = region.task(code=code)
    for made in (task, {name: value for name, value in task.items() if name != "for"}):
        refused = await region.client("gp").post("Task", made)
        assert refused.status == 403, made


async def test_access_to_the_record_is_not_enough_to_take_answer_or_end(region: Region):
    task = await region.sent()
    source = f"Task/{task['id']}"
    over = {"status": "cancelled", "statusReason": {"text": "no"}}
    for change in (
        {"status": "accepted"}, {"status": "completed"}, over, {"owner": {"reference": region.person("clerk")}},
        {"priority": "stat"},
    ):  # fmt: skip
        assert (await region.client("head").put(source, task | change)).status in (403, 404), change
    for change in (over, {"status": "completed", "businessStatus": ENDED, "statusReason": {"text": "read"}}):
        assert (await region.client("one").put(source, task | change)).status == 403, change
    assert (await region.row(source))["state"] == State.SENT
    answered = await region.client("one").put(source, task | {"status": "completed"})
    assert answered.status == 200
    assert [row.state for row in await region.work("gp")] == [State.ANSWERED]
    named = await region.client("gp").post("Task", region.task(requester={"reference": region.person("one")}))
    assert named.status == 403


async def test_a_referral_without_task_is_kept_as_well(region: Region):
    referral = {"resourceType": "ServiceRequest", "status": "active", "intent": "order",
                "subject": {"reference": f"Patient/{region.patient}"}, "requester": {"reference": region.person("gp")},
                "performer": [{"reference": region.orgs["ward"]}]}  # fmt: skip
    made = (await region.client("gp").post("ServiceRequest", referral)).json
    source = f"ServiceRequest/{made['id']}"
    revoked = made | {"status": "revoked", "note": [{"text": "Hører ikke til her"}]}
    for name in ("one", "head"):
        assert (await region.client(name).put(source, revoked)).status in (403, 404), name
        assert (await region.client(name).delete(source)).status in (403, 404, 409), name
    assert (await region.client("gp").delete(source)).status == 409
    other = made | {"requester": {"reference": region.person("clerk")}}
    assert (await region.client("gp").put(source, other)).status == 422
    bare = await region.client("gp").put(source, made | {"status": "revoked"})
    assert (bare.status, bare.issues) == (422, [("business-rule", "ServiceRequest.note")])
    assert (await region.row(source))["state"] == State.SENT
    assert (await region.client("gp").put(source, revoked)).status == 200
    assert (await region.row(source))["state"] == State.ENDED


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


async def test_a_citizen_who_is_asked_back_answers_by_the_task_and_nobody_else_does(region: Region, keeper: Keeper):
    me = await region.world.citizen({"id": region.patient})
    other = await region.world.citizen(await region.world.made({"resourceType": "Patient"}))
    asks = {"requester": {"reference": f"Patient/{region.patient}"}, "owner": {"reference": region.person("one")}}
    state = "http://felles.example/fhir/CodeSystem/handover-state"
    question = {"authorReference": {"reference": region.person("one")}, "text": "Siden når?"}
    task = await region.world.made(region.task(**asks, status="accepted"))
    source = f"Task/{task['id']}"
    back = {"status": "on-hold", "businessStatus": {"coding": [{"system": state, "code": "returned"}]}}
    asked = await region.client("one").put(source, task | back | {"note": [question]})
    assert asked.status == 200, asked.json
    assert (await region.row(source))["state"] == State.ACCEPTED
    seen = (await me.get(source)).json
    said = {"authorReference": {"reference": f"Patient/{region.patient}"}, "text": "Siden i går"}
    code = {"coding": [{"system": state, "code": "replied"}]}
    reply = seen | {"status": "requested", "businessStatus": code, "note": [question, said]}
    assert (await other.put(source, reply)).status == 404
    for wrong in ({"priority": "stat"}, {"status": "completed"}, {"owner": {"reference": region.person("two")}}):
        assert (await me.put(source, reply | wrong)).status == 403, wrong
    named = {"authorReference": {"reference": "Patient/somebody"}, "text": "Siden i går"}
    assert (await me.put(source, reply | {"note": [question, named]})).status in (403, 422)
    by_staff = await region.client("one").put(source, reply)
    assert (by_staff.status, by_staff.issues) == (422, [("business-rule", "Task.businessStatus")])
    answered = await me.put(source, reply, if_match=f'W/"{seen["meta"]["versionId"]}"')
    assert answered.status == 200, answered.json
    row = await region.row(source)
    assert (row["state"], row["owner"]) == (State.SENT, region.person("one"))
    assert (await me.put(source, reply | {"note": [question, said, said]})).status == 403  # she is asked no more

    again = await region.client("one").put(source, (await me.get(source)).json | back)
    assert again.status == 200
    closed = await me.post("Consent", block(region.patient, against=region.orgs["hospital"]))
    assert closed.status == 201
    late = {"businessStatus": code, "note": [question, said, said], "status": "requested"}
    await me.put(source, again.json | late)
    assert not await region.work("one")  # an answer opens nothing that she closed
    assert (await region.row(source))["state"] == State.ENDED
    await keeper.round()
    assert (await me.get(source)).json["status"] == "cancelled"


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


async def test_a_unit_that_has_received_something_urgent_has_not_taken_it(region: Region, keeper: Keeper):
    sources = []
    for status in ("received", "accepted", "in-progress"):
        task = await region.sent(priority="stat")
        sources.append(f"Task/{task['id']}")
        before = await region.row(sources[-1])
        assert (await region.client("one").put(sources[-1], task | {"status": status})).status == 200
        after = await region.row(sources[-1])
        assert (after["state"], after["owner"], after["next"]) == (State.SENT, region.orgs["ward"], before["next"])
    calm = await region.sent()
    assert (await region.client("one").put(f"Task/{calm['id']}", calm | {"status": "received"})).status == 200
    assert (await region.row(f"Task/{calm['id']}"))["state"] == State.RECEIVED
    offset = region.world.store.clock.offset
    try:
        region.world.store.clock.offset = offset + 660 * MICROSECONDS
        await keeper.round()
        for source in sources:
            row = await region.row(source)
            assert (row["state"], row["rung"]) == (State.SENT, 1)
            assert row["owner"] in (region.person("one"), region.person("two"))
            assert (await region.client("gp").get(source)).json["status"] == "requested"
    finally:
        region.world.store.clock.offset = offset


async def test_what_can_wait_is_put_off_with_the_reason_and_its_sender_says_what_cannot(region: Region):
    now = region.world.store.clock.clinical()
    soon, far = ({"restriction": {"period": {"end": moment(now + days * DAY)}}} for days in (30, 400))
    noted = {"note": [{"text": "Venter på svar fra røntgen"}]}
    hers = {"owner": {"reference": region.person("one")}, "status": "accepted"}
    calm, urgent = await region.sent(**hers), await region.sent(priority="stat", **hers)
    for task, said, where in (
        (calm, soon, "Task.note"),
        (calm, far | noted, "Task.restriction"),
        (urgent, soon | noted, "Task.restriction"),
    ):
        answer = await region.client("one").put(f"Task/{task['id']}", task | said)
        assert (answer.status, answer.issues) == (422, [("business-rule", where)])
    assert (await region.client("one").put(f"Task/{calm['id']}", calm | soon | noted)).status == 200
    assert abs((await region.row(f"Task/{calm['id']}"))["next"] - now - 30 * DAY) < MICROSECONDS

    source = f"Task/{urgent['id']}"
    assert (await region.client("one").put(source, urgent | {"priority": "routine"})).status == 403
    assert (await region.client("one").put(f"Task/{calm['id']}", calm | {"priority": "stat"})).status == 403
    assert (await region.row(source))["next"] < now + DAY // 12
    taken_back = await region.client("gp").put(source, urgent | {"priority": "routine"})
    assert taken_back.status == 200
    assert (await region.client("one").put(source, taken_back.json | soon | noted)).status == 200


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
    before = sum(each.many for each in await count_handovers(world.store.pool, world.store.clock))
    await region.sent()
    counted = await count_handovers(world.store.pool, world.store.clock)
    assert sum(each.many for each in counted) == before + 1
    assert not any("patient" in name or "person" in name for name in counted[0].__slots__)


async def test_who_sent_a_referral_says_how_urgent_it_is_also_when_another_begins_to_carry_it(region: Region):
    referral = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "priority": "stat",
                "subject": {"reference": f"Patient/{region.patient}"}, "requester": {"reference": region.person("gp")},
                "performer": [{"reference": region.orgs["ward"]}]}  # fmt: skip
    first, second, third = [(await region.client("gp").post("ServiceRequest", referral)).json for _ in range(3)]
    source = f"ServiceRequest/{first['id']}"
    await region.employ("surgeon", "doctor", "hospital", "ward")  # who refers too, and has it
    surgeon = region.world.client(
        actor("doctor", Sort.STAFF, reference=region.person("surgeon"), organization=region.orgs["hospital"])
    )
    refused = await surgeon.put(source, first | {"priority": "routine"})
    assert (refused.status, refused.issues) == (403, [("forbidden", "ServiceRequest.priority")])
    assert (await region.row(source))["urgent"]
    assert (await region.client("gp").put(source, first | {"priority": "routine"})).status == 200
    assert not (await region.row(source))["urgent"]

    carried = region.task(priority="routine", status="received", focus={"reference": f"ServiceRequest/{second['id']}"})
    theirs = (await region.client("one").post("Task", carried)).json
    row = await region.row(f"Task/{theirs['id']}")
    assert (row["urgent"], row["state"], row["sender"]) == (True, State.SENT, region.person("gp"))
    mine = theirs | {"status": "accepted", "owner": {"reference": region.person("one")}}
    assert (await region.client("one").put(f"Task/{theirs['id']}", mine)).status == 200
    row = await region.row(f"Task/{theirs['id']}")
    assert (row["urgent"], row["state"], row["owner"]) == (True, State.ACCEPTED, region.person("one"))
    seen = (await region.client("gp").get(f"Task/{theirs['id']}")).json
    noted = seen | {"note": [{"text": "Kan vente"}]}
    assert (await region.client("gp").put(f"Task/{theirs['id']}", noted)).status == 200
    assert not (await region.row(f"Task/{theirs['id']}"))["urgent"]  # she wrote anew what says that it can wait
    own = carried | {"focus": {"reference": f"ServiceRequest/{third['id']}"}, "status": "requested"}
    calm = (await region.client("gp").post("Task", own)).json
    assert not (await region.row(f"Task/{calm['id']}"))["urgent"]


async def test_a_case_at_a_desk_that_closes_goes_to_the_one_above(region: Region, keeper: Keeper):
    for name, org in (("near", "clinic"), ("far", "hospital")):
        await region.employ(name, "reviewer", org)
    asked = {"owner": {"reference": region.orgs["clinic"]}, "requester": {"reference": f"Patient/{region.patient}"}}
    source = f"Task/{(await region.world.made(case(region.patient, 'log-question', **asked)))['id']}"
    named = asked | {"owner": {"reference": region.person("near")}}
    taken = f"Task/{(await region.world.made(case(region.patient, 'correction', status='accepted', **named)))['id']}"
    assert [(await region.row(each))["owner"] for each in (source, taken)] == [
        region.orgs["clinic"], region.person("near")]  # fmt: skip
    clinic = (await region.world.system.get(region.orgs["clinic"])).json
    assert (await region.world.system.put(region.orgs["clinic"], clinic | {"active": False})).status == 200
    assert any(each.nobody for each in await count_handovers(region.world.store.pool, region.world.store.clock))
    await keeper.round()
    row = await region.row(source)
    assert (row["owner"], row["org"]) == (region.orgs["hospital"], mark_of(region.orgs["hospital"]))
    assert (await region.row(taken))["owner"] == region.person("near")  # by name it is hers as before
    later = f"Task/{(await region.world.made(case(region.patient, 'log-question', **asked)))['id']}"
    assert (await region.row(later))["owner"] == region.orgs["hospital"]
    assert (await region.world.system.put(region.orgs["clinic"], clinic | {"active": True})).status == 200
    again = f"Task/{(await region.world.made(case(region.patient, 'log-question', **asked)))['id']}"
    assert (await region.row(again))["owner"] == region.orgs["clinic"]
    for name in ("near", "far"):
        await region.leave(name)


async def test_a_case_goes_from_desk_to_desk_and_is_the_operators_in_the_end(region: Region, keeper: Keeper):
    operator = await region.world.made({"resourceType": "Organization", "name": "operator"})
    region.orgs["operator"] = f"Organization/{operator['id']}"
    for name, role, org in (("near", "reviewer", "clinic"), ("far", "reviewer", "hospital"),
                            ("runs", "administrator", "operator")):  # fmt: skip
        await region.employ(name, role, org)
    asked = {"owner": {"reference": region.orgs["ward"]}, "requester": {"reference": f"Patient/{region.patient}"}}
    source = f"Task/{(await region.world.made(case(region.patient, 'correction', **asked)))['id']}"

    async def stands() -> tuple[State, str, str]:
        row = await region.row(source)
        stored = (await region.world.system.get(source)).json
        return State(row["state"]), row["owner"], stored["owner"]["reference"]

    offset = region.world.store.clock.offset
    try:
        assert await stands() == (State.SENT, region.orgs["clinic"], region.orgs["ward"])
        await keeper.round()
        assert await stands() == (State.SENT, region.orgs["clinic"], region.orgs["clinic"])
        await region.leave("near")
        await keeper.round()
        assert await stands() == (State.SENT, region.orgs["hospital"], region.orgs["hospital"])
        for later, state in ((20, State.SENT), (40, State.UNTAKEN), (90, State.UNTAKEN)):
            region.world.store.clock.offset = offset + later * DAY
            await keeper.round()
            assert await stands() == (state, region.orgs["operator"], region.orgs["operator"])
        assert not await region.work("gp")
        assert not await region.work("one")
    finally:
        region.world.store.clock.offset = offset
        await region.leave("far")
        await region.leave("runs")
    await keeper.round()
    assert (await region.row(source))["owner"] == region.orgs["operator"]  # nobody is left: it waits there, and is told


async def test_what_is_answered_meanwhile_is_not_kept(region: Region, keeper: Keeper):
    await region.employ("near", "reviewer", "hospital")
    asked = {"owner": {"reference": region.orgs["hospital"]}, "requester": {"reference": f"Patient/{region.patient}"}}
    made = await region.world.made(case(region.patient, "correction", **asked))
    seen = dict(await region.row(f"Task/{made['id']}")) | {"why": "nobody"}
    answered = await region.world.system.put(f"Task/{made['id']}", made | {"status": "completed"})
    assert answered.status == 200
    assert await keeper._see_to(seen) == 0  # as it stood when the round began
    assert (await region.world.system.get(f"Task/{made['id']}")).json == answered.json
    await region.leave("near")


async def test_what_a_reviewer_took_is_her_desks_when_she_leaves(region: Region, keeper: Keeper):
    for name in ("first", "second"):
        await region.employ(name, "reviewer", "hospital")
    await region.employ("first", "nurse", "hospital", "ward")  # she stays, as one who answers no cases
    asked = {"owner": {"reference": region.person("first")}, "requester": {"reference": f"Patient/{region.patient}"}}
    source = f"Task/{(await region.world.made(case(region.patient, 'log-question', status='accepted', **asked)))['id']}"
    await keeper.round()
    assert (await region.row(source))["owner"] == region.person("first")
    nurse = region.roles["first"]
    roles = await region.world.store.pool.fetch(
        "select source from staffing where role = 'reviewer' and actor = $1", mark_of(region.person("first"))
    )
    for (role,) in {(row["source"],) for row in roles}:
        assert role != f"PractitionerRole/{nurse}"
        stored = (await region.world.system.get(role)).json
        assert (await region.world.system.put(role, stored | {"active": False})).status == 200
    await keeper.round()
    row = await region.row(source)
    assert (row["owner"], row["state"]) == (region.orgs["hospital"], State.ACCEPTED)
    await region.leave("second")
