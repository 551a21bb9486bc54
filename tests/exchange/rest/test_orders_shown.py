"""What an order shows to whoever answers for it, by FHIR and on the worklist: its answers, and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from doors import block, item
from handed import Region
from ordered import answered, does, ordered
from worlds import actor

from felles import access, fhir
from felles.access.actor import Sort
from felles.access.handovers.states import State
from felles.care.doors.blocks.views import foreseen
from felles.care.handovers.rules import Verb
from felles.record.errors import Absent, Forbidden

pytestmark = pytest.mark.slow


async def lost(region: Region) -> None:
    """The office follows the person no more."""
    found = (await region.world.system.get(f"EpisodeOfCare?patient={region.patient}")).json["entry"]
    for each in found:
        episode = each["resource"] | {"status": "cancelled"}
        assert (await region.world.system.put(f"EpisodeOfCare/{episode['id']}", episode)).status == 200


async def seen(region: Region, name: str, *references: str) -> list[bool]:
    client = region.client(name)
    return [(await client.get(each)).status == 200 for each in references]


async def test_who_ordered_sees_the_answer_and_ends_it_though_the_record_is_closed_to_her(region: Region):
    order, other = await ordered(region), await ordered(region)
    value = await answered(region, order, "H")
    part = await region.world.made(region.world.observation(region.patient))
    report = await region.world.made(
        {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Blodprøver"},
         "subject": {"reference": f"Patient/{region.patient}"}, "basedOn": [{"reference": order}],
         "result": [{"reference": f"Observation/{part['id']}"}], "issued": value["issued"]}
    )  # fmt: skip
    stray = await region.world.made(region.world.observation(region.patient))
    await lost(region)
    its = [order, f"Observation/{value['id']}", f"Observation/{part['id']}", f"DiagnosticReport/{report['id']}"]
    assert await seen(region, "gp", *its, other) == [True] * 5
    assert await seen(region, "gp", f"Observation/{stray['id']}") == [False]
    assert await seen(region, "clerk", *its) == [False] * 4
    found = (await region.client("gp").get(f"Observation?patient={region.patient}")).json
    assert {each["resource"]["id"] for each in found["entry"]} == {value["id"], part["id"]}
    nobody = {"reference": f"Patient/{(await region.world.patient())['id']}"}
    for wrong in (
        region.world.observation(region.patient),
        region.task(focus={"reference": order}),
        _carrying(region, f"Observation/{stray['id']}"),
        _carrying(region, order, input=[{"type": {"text": "x"}, "valueString": "y"}]),
    ):
        assert (await region.client("gp").post(wrong["resourceType"], wrong)).status == 403, wrong
    away = _carrying(region, order) | {"for": nobody}
    assert (await region.client("gp").post("Task", away)).status in (403, 422)
    assert (await region.client("gp").put(order, (await region.client("gp").get(order)).json)).status == 404

    source = await does(region, "gp", order, Verb.POSTPONE, words="Ringer henne", until=_later(region))
    assert await seen(region, "gp", source, *its) == [True] * 5
    assert await seen(region, "gp", f"Observation/{stray['id']}") == [False]  # having it by a Task opens no more
    task = (await region.client("gp").get(source)).json
    assert (await region.client("gp").put(source, task | {"description": "Annet"})).status == 404
    await does(region, "gp", source, Verb.ACTED, words="Ringt", told="Lav blodprosent")
    assert await seen(region, "gp", *its) == [False] * 4
    assert await seen(region, "gp", other) == [True]
    with pytest.raises((Absent, Forbidden)):
        await does(region, "gp", source, Verb.END, words="En gang til")


def _carrying(region: Region, about: str, **more: Any) -> dict[str, Any]:
    code = {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover", "code": "order"}]}
    return region.task(status="accepted", code=code, focus={"reference": about},
                       owner={"reference": region.person("gp")}) | more  # fmt: skip


def _later(region: Region) -> str:
    from datetime import UTC, datetime, timedelta

    now = datetime.fromtimestamp(region.world.store.clock.clinical() / 1e6, UTC)
    return (now + timedelta(days=2)).date().isoformat()


async def test_given_on_it_shows_itself_to_both_until_a_yes_and_then_to_whoever_has_it(region: Region):
    order = await ordered(region)
    await lost(region)
    source = await does(region, "gp", order, Verb.FORWARD, to=region.orgs["ward"])
    assert [await seen(region, name, order) for name in ("gp", "one", "head")] == [[True], [True], [False]]
    value = f"Observation/{(await answered(region, order, 'H'))['id']}"
    stray = f"Observation/{(await region.world.made(region.world.observation(region.patient)))['id']}"
    assert [each.source for each in await region.work("gp")] == [source]
    assert [each.source for each in await region.work("one")] == [source]  # it was given to them: they may take it
    assert not await region.work("head")
    assert [await seen(region, name, value, stray) for name in ("gp", "one")] == [[True, False]] * 2
    await does(region, "one", source, Verb.TAKE)
    assert [each.source for each in await region.work("one")] == [source]
    assert not await region.work("gp")
    assert not await region.work("two")
    assert [await seen(region, name, value, stray) for name in ("gp", "one", "two")] == [
        [False, False], [True, False], [False, False]]  # fmt: skip
    assert (await region.row(source))["owner"] == region.person("one")
    await does(region, "one", source, Verb.SEEN)
    assert await seen(region, "one", value, order) == [False, False]


async def test_who_was_given_it_says_no_and_a_block_takes_it_back(region: Region):
    order, second = await ordered(region), await ordered(region)
    await lost(region)
    source = await does(region, "gp", order, Verb.FORWARD, to=region.orgs["ward"])
    value = f"Observation/{(await answered(region, order))['id']}"
    await does(region, "one", source, Verb.DECLINE, words="Ikke vår pasient")
    assert not await region.work("one")
    assert await seen(region, "one", value, order) == [False, False]
    assert await seen(region, "gp", value, order) == [True, True]
    assert [each.source for each in await region.work("gp")] == [source]

    source = await does(region, "gp", second, Verb.FORWARD, to=region.orgs["ward"])
    await does(region, "one", source, Verb.TAKE)
    citizen = await region.world.citizen({"id": region.patient})
    closed = await citizen.post("Consent", block(region.patient, against=region.person("one")))
    assert closed.status == 201, closed.json
    row = await region.row(source)
    assert (row["state"], row["owner"]) == (State.UNTAKEN, region.person("gp"))
    assert [await seen(region, name, second) for name in ("gp", "one")] == [[True], [False]]
    hidden = await citizen.post("Consent", block(region.patient, against=region.person("gp"), data=[item(value)]))
    assert hidden.status == 201, hidden.json
    assert await seen(region, "gp", value, order, second) == [False, True, True]


async def test_whose_it_is_not_makes_it_nobody_elses_nor_her_own(region: Region):
    """That the record is open to somebody lets her neither end nor take what another answers for."""
    order = await ordered(region)
    await answered(region, order)
    mine = {"owner": {"reference": region.person("other")}, "requester": {"reference": region.person("other")}}
    await region.employ("other", "gp", "office")
    for status in ("completed", "accepted"):
        made = await region.client("other").post("Task", _carrying(region, order, status=status) | mine)
        assert made.status == 201, made.json
    assert [each.source for each in await region.work("gp")] == [order]
    await lost(region)
    assert await seen(region, "other", order) == [False]
    assert await seen(region, "gp", order) == [True]


async def test_before_a_block_she_sees_which_answers_nobody_has_seen_that_it_hides(region: Region):
    order = await ordered(region)
    value = await answered(region, order, "HH")
    store, me = region.world.store, f"Patient/{region.patient}"
    key = await store.place(me)
    assert key is not None
    grant = access.person(actor("citizen", Sort.CITIZEN, reference=me, keys=(key,), purpose="PATRQT"), (key,))

    async def stops(**what: Any) -> list[str]:
        said = block(region.patient, data=[item(f"Observation/{value['id']}")], **what)
        would = await foreseen(store, grant, fhir.decode(msgspec.json.encode(said)))
        return [each.reference for each in would.stops]

    assert await stops(against=region.orgs["office"]) == [f"Observation/{value['id']}"]
    assert await stops(against=region.orgs["hospital"]) == []
    assert await region.work("gp"), "nothing was closed by looking ahead"
