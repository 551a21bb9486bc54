"""Orders of tests, followed to their results by FHIR: somebody answers for each until the answer was seen."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import msgspec
import pytest
from doors import block, item
from handed import Region
from ordered import answered, does, ordered
from worlds import actor

from felles import access, fhir
from felles.access.actor import Sort
from felles.access.handovers.keeper import Keeper
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.access.open import maintenance
from felles.care.handovers import actions
from felles.care.handovers.rules import Verb
from felles.record.changes import Change
from felles.record.clock import MICROSECONDS
from felles.record.codes import HANDOVER_SYSTEM
from felles.record.errors import PreconditionFailed
from felles.record.ids import mark_of
from felles.record.read_board import count_handovers

pytestmark = pytest.mark.slow

DAY = 86_400 * MICROSECONDS


async def test_an_order_is_its_orderers_until_the_answer_is_seen_and_again_when_it_changes(region: Region):
    order = await ordered(region)
    assert not await region.work("gp")
    assert [row.source for row in await region.work("gp", "sent")] == [order]
    waits = await region.row(order)
    assert (waits["state"], waits["owner"], waits["came"]) == (State.ACCEPTED, region.person("gp"), None)
    early = await answered(region, order, status="registered")
    assert not await region.work("gp")

    final = {name: value for name, value in early.items() if name != "meta"} | {"status": "final"}
    final |= {"interpretation": [{"coding": [{"code": "HH"}]}]}
    assert (await region.world.system.put(f"Observation/{early['id']}", final)).status == 200
    (row,) = await region.work("gp")
    assert (row.source, row.answer, row.outside) == (order, f"Observation/{early['id']}", 2)
    assert not await region.work("gp", "sent")
    key = await region.world.store.place(order)
    assert key is not None
    owed = await region.world.store.owed(access.everyone(region.who("gp")), (key,))
    assert owed == {order: order}
    assert await region.world.store.owed(access.everyone(region.who("one")), (key,)) == {}
    assert row.next is not None
    assert row.next <= row.came + 3600 * MICROSECONDS
    assert not await region.work("one")

    machine = region.world.client(actor("system", Sort.SYSTEM, organization=region.orgs["office"]))
    code = {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover", "code": "order"}]}
    seen = region.task(status="completed", focus={"reference": order}, code=code)
    await machine.post("Task", seen)
    assert [each.source for each in await region.work("gp")] == [order]  # a system sees nothing for anybody

    task = await does(region, "gp", order, Verb.ACTED, words="Ringt, ny prøve i morgen", told="Verdien var høy")
    assert not await region.work("gp")
    over = await region.row(task)
    assert (over["state"], over["next"], over["owner"], over["focus"]) == (State.DONE, None, "", order)
    stored = (await region.client("gp").get(task)).json
    assert stored["businessStatus"]["coding"][0]["code"] == "acted"
    assert stored["output"][0]["valueString"] == "Verdien var høy"

    again = (await region.world.system.get(f"Observation/{early['id']}")).json
    assert (await region.world.system.put(f"Observation/{early['id']}", again)).status == 200
    assert not await region.work("gp")
    closed = (await region.world.system.get(order)).json | {"status": "completed"}
    assert (await region.world.system.put(order, closed)).status == 200
    assert not await region.work("gp")  # what was seen is seen
    assert (await region.world.system.put(f"Observation/{early['id']}", final | {"status": "corrected"})).status == 200
    assert [each.source for each in await region.work("gp")] == [order]
    row = await region.world.store.handover(access.everyone(region.who("gp")), order)
    who = region.who("gp")
    clock = region.world.store.clock
    clock.offset -= MICROSECONDS // 5  # the clock of whoever is first lies behind that of the answer
    await actions.do(region.world.store, who, row, Verb.SEEN)
    clock.offset += MICROSECONDS // 5
    with pytest.raises(PreconditionFailed):
        await actions.do(region.world.store, who, row, Verb.SEEN)
    assert not await region.work("gp")


async def test_who_looked_before_the_answer_came_has_not_seen_it(region: Region):
    order = await ordered(region)
    (awaited,) = await region.work("gp", "sent")
    await answered(region, order)
    with pytest.raises(PreconditionFailed):
        await actions.do(region.world.store, region.who("gp"), awaited, Verb.END, words="Trengs ikke")
    (row,) = await region.work("gp")
    await actions.do(region.world.store, region.who("gp"), row, Verb.SEEN)
    assert not await region.work("gp")
    with pytest.raises(PreconditionFailed):  # nor who looks away from what is over
        await actions.do(region.world.store, region.who("gp"), awaited, Verb.END, words="Trengs ikke")


async def test_an_answer_that_does_not_come_is_missing_and_stays_somebodys(region: Region, keeper: Keeper):
    order = await ordered(region)
    offset = region.world.store.clock.offset
    try:
        region.world.store.clock.offset = offset + 16 * DAY
        (row,) = await region.work("gp")
        assert (row.source, row.came) == (order, None)
        assert row.next < region.world.store.clock.clinical()
        counted = await count_handovers(
            region.world.store.pool, region.world.store.clock, mark_of(region.orgs["office"])
        )
        assert [each.late for each in counted if each.kind == Kind.ORDER] == [True]
        until = datetime.fromtimestamp(region.world.store.clock.clinical() / MICROSECONDS + 3 * 86_400, UTC).date()
        source = await does(region, "gp", order, Verb.POSTPONE, words="Ringt", until=until.isoformat())
        assert not await region.work("gp")
        await region.leave("gp")
        await keeper.round()
        assert [each.source for each in await region.work("clerk")] == [source]  # nobody there has taken it
        await answered(region, order)
        (row,) = await region.work("clerk")
        assert (row.source, row.outside) == (source, 0)
    finally:
        region.world.store.clock.offset = offset


async def test_who_ordered_answers_until_another_has_said_yes(region: Region):
    order = await ordered(region)
    source = await does(region, "gp", order, Verb.FORWARD, to=region.orgs["ward"])
    assert [each.source for each in await region.work("one")] == [source]
    await answered(region, order, "H")
    (row,) = await region.work("gp")
    assert (row.source, row.outside, row.state) == (source, 1, State.ACCEPTED)
    assert [each.source for each in await region.work("one")] == [source]  # who may take it still
    task = (await region.world.system.get(source)).json
    taken = task | {"status": "accepted", "owner": {"reference": region.person("one")}}
    assert (await region.client("one").put(source, taken)).status == 200
    assert not await region.work("gp")
    assert [(each.source, each.outside) for each in await region.work("one")] == [(source, 1)]
    await does(region, "one", source, Verb.SEEN)
    assert not await region.work("one")
    late = await answered(region, order, "L")
    assert [each.answer for each in await region.work("one")] != []
    assert not await region.work("gp")
    assert late["id"]


async def test_an_order_that_is_hers_twice_over_stands_once(region: Region):
    order = await ordered(region)
    source = await does(region, "gp", order, Verb.FORWARD, to=region.orgs["office"])  # where she works herself
    answer = await answered(region, order, "H")
    for name in ("gp", "clerk"):
        assert [each.source for each in await region.work(name)] == [source]
    for name, came in (("gp", {f"Observation/{answer['id']}": source}), ("one", {})):
        assert await region.world.store.came(access.everyone(region.who(name))) == came
    counted = await region.world.store.work_counted(access.everyone(region.who("gp")), "mine")
    assert [(each.kind, each.many) for each in counted] == [(Kind.ORDER, 1)]
    assert await region.world.store.work_counted(access.everyone(region.who("one")), "mine") == []


async def test_an_order_of_her_inbox_that_is_hers_by_name_is_sent_once(region: Region):
    order = await ordered(region, requester={"reference": region.orgs["office"]})
    assert [each.source for each in await region.work("gp", "sent")] == [order]
    carrying = region.task(
        requester={"reference": region.orgs["office"]}, owner={"reference": region.person("gp")}, status="accepted",
        focus={"reference": order}, code={"coding": [{"system": HANDOVER_SYSTEM, "code": "order"}]},
    )  # fmt: skip
    source = f"Task/{(await region.world.made(carrying))['id']}"
    assert [each.source for each in await region.work("gp", "sent")] == [source]
    assert [each.source for each in await region.work("clerk", "sent")] == [source]
    assert not await region.work("one", "sent")


async def test_a_closed_answer_is_missing_to_whoever_may_not_see_it(region: Region):
    order = await ordered(region)
    value = await answered(region, order, "H")
    assert len(await region.work("gp")) == 1
    citizen = await region.world.citizen({"id": region.patient})
    closed = await citizen.post("Consent", block(region.patient, data=[item(f"Observation/{value['id']}")]))
    assert closed.status == 201, closed.json
    row = await region.row(order)
    assert (row["came"], row["answer"], row["outside"]) == (None, "", 0)
    assert not await region.work("gp")
    lifted = closed.json | {"status": "inactive"}
    assert (await citizen.put(f"Consent/{closed.json['id']}", lifted)).status == 200
    assert [each.outside for each in await region.work("gp")] == [1]


@pytest.mark.parametrize("historic", [False, True])
async def test_whichever_comes_first_it_is_one_hand_over(region: Region, historic: bool):
    """An order, its report, a value, and a Task to look at it, in each of their orders; taken over like that too."""
    store, name = region.world.store, region.key
    grant = maintenance("import", until=store.clock.real() + 3600 * MICROSECONDS)
    now = datetime.fromtimestamp(store.clock.clinical() / MICROSECONDS, UTC).isoformat("T", "seconds")
    for number, entries in enumerate(permutations(("ServiceRequest", "Observation", "DiagnosticReport", "Task"))):
        patient = {"reference": f"Patient/{(await region.world.patient())['id']}"}
        ids = dict.fromkeys(entries, f"o{historic:d}{name}-{number}")
        order, value, report = (f"{each}/{ids[each]}" for each in ("ServiceRequest", "Observation", "DiagnosticReport"))
        lab = {"status": "final", "subject": patient, "code": {"text": "CRP"}, "issued": now,
               "basedOn": [{"reference": order}]}  # fmt: skip
        bodies: dict[str, dict[str, Any]] = {
            "ServiceRequest": {"status": "completed", "intent": "order", "authoredOn": now, "subject": patient,
                               "category": [{"coding": [{"code": "108252007"}]}],
                               "requester": {"reference": region.person("gp")}},
            "Observation": lab | {"interpretation": [{"coding": [{"code": "H"}]}]},
            "DiagnosticReport": lab | {"result": [{"reference": value}]},
            "Task": {"status": "requested", "intent": "order", "code": {"text": "Vurdere"}, "for": patient,
                     "focus": {"reference": report}, "requester": {"reference": region.person("gp")},
                     "owner": {"reference": region.person("gp")}, "authoredOn": now},
        }  # fmt: skip
        for each in entries:
            resource = fhir.decode(msgspec.json.encode({"resourceType": each, "id": ids[each]} | bodies[each]))
            change = Change(op="update", type=each, id=ids[each], resource=resource)
            await store.commit(grant, [change], act="import", historic=historic)
        sql = "select * from handover where focus = $1 or source = $1 or source = $2"
        (row,) = await store.pool.fetch(sql, order, f"Task/{ids['Task']}")
        assert (row["source"], row["kind"], row["focus"]) == (f"Task/{ids['Task']}", Kind.ORDER, order), entries
        assert (row["state"], row["answer"], row["outside"]) == (State.ACCEPTED, report, 1), entries
    assert len(await region.work("gp")) == 24
