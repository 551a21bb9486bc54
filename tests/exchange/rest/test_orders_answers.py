"""Answers that come late, twice, to two orders, or to one that was taken back: each is somebody's until it was seen."""

from __future__ import annotations

from typing import Any

import pytest
from handed import Region
from ordered import answered, does, ordered
from together import as_one
from worlds import actor

from felles import access
from felles.access.actor import Sort
from felles.access.handovers.states import State
from felles.access.resources import moment
from felles.care.handovers import actions, present
from felles.care.handovers.rules import Verb
from felles.record.errors import PreconditionFailed
from felles.ui.dates import local

pytestmark = pytest.mark.slow


async def reported(region: Region, *orders: str, issued: str = "2026-05-03T10:00:00Z", **more: Any) -> str:
    """A report of the laboratory that answers `orders`."""
    made = await region.world.made(
        {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Svar"}, "issued": issued,
         "subject": {"reference": f"Patient/{region.patient}"},
         "basedOn": [{"reference": each} for each in orders]} | more
    )  # fmt: skip
    return f"DiagnosticReport/{made['id']}"


async def test_an_answer_to_an_order_that_was_taken_back_is_for_who_ordered_it(region: Region):
    order = await ordered(region)
    back = (await region.client("gp").get(order)).json | {"status": "revoked", "note": [{"text": "Trengs ikke"}]}
    assert (await region.client("gp").put(order, back)).status == 200
    assert (await region.row(order))["state"] == State.ENDED
    assert not await region.work("gp", "sent")
    registered = await answered(region, order, status="registered")
    assert not await region.work("gp")
    value = f"Observation/{(await answered(region, order, 'HH'))['id']}"
    (row,) = await region.work("gp")
    assert (row.source, row.answer, row.outside, row.state) == (order, value, 2, State.ACCEPTED)
    assert not await region.work("one")
    again = (await region.client("gp").get(order)).json | {"note": [{"text": "Avlyst"}]}
    assert (await region.client("gp").put(order, again)).status == 200
    assert [each.source for each in await region.work("gp")] == [order], (
        "that it was taken back is not that it was seen"
    )
    await does(region, "gp", order, Verb.SEEN)
    assert not await region.work("gp")
    assert (await region.client("gp").put(order, back)).status == 200
    assert not await region.work("gp")
    assert registered["id"]


async def test_one_report_that_answers_two_orders_is_seen_for_each(region: Region):
    first, second = await ordered(region), await ordered(region)
    await region.employ("other", "gp", "office")
    theirs = await ordered(region, requester={"reference": region.person("other")})
    report = await reported(region, first, second, theirs)
    assert {each.source: each.answer for each in await region.work("gp")} == {first: report, second: report}
    assert [each.source for each in await region.work("other")] == [theirs]
    await does(region, "gp", first, Verb.SEEN)
    assert [each.source for each in await region.work("gp")] == [second]
    assert [each.source for each in await region.work("other")] == [theirs]
    await does(region, "gp", second, Verb.ACTED, words="Ringt")
    await does(region, "other", theirs, Verb.SEEN)
    changed = (await region.world.system.get(report)).json | {"status": "corrected"}
    assert (await region.world.system.put(report, changed)).status == 200
    assert {each.source for each in await region.work("gp")} == {first, second}
    assert [each.source for each in await region.work("other")] == [theirs]


async def test_a_second_report_is_work_by_itself_and_is_not_seen_with_the_first(region: Region):
    order = await ordered(region)
    grave = await answered(region, order, "HH")
    first = await reported(region, order, result=[{"reference": f"Observation/{grave['id']}"}])
    (row,) = await region.work("gp")
    assert (row.answer, row.outside) == (first, 2)
    page = present.seen_as(row)
    second = await reported(region, order, issued="2026-05-04T10:00:00Z")
    (row,) = await region.work("gp")
    assert (row.answer, row.outside) == (second, 2)
    assert row.next <= row.came + 3600 * 1_000_000, "what came first has waited since it came"
    assert present.seen_as(row) != page, "a page that shows the first alone is not what is seen"
    whole = await region.world.store.handover(access.everyone(region.who("gp")), order)
    assert [second in whole.answers, first in whole.answers] == [True, True]
    source = await does(region, "gp", order, Verb.SEEN)
    assert not await region.work("gp")

    third = await reported(region, order, issued="2026-05-02T10:00:00Z", conclusion="Dyrkning: ingen vekst")
    (row,) = await region.work("gp")
    assert (row.source, row.answer, row.outside) == (order, third, 0), "of what is new, not of what was seen"
    assert row.source != source
    await does(region, "gp", order, Verb.SEEN)
    assert not await region.work("gp")


async def test_what_was_put_off_is_looked_at_when_more_comes(region: Region):
    order = await ordered(region)
    await reported(region, order)
    until = local(region.world.store.clock.clinical() + 60 * 86_400_000_000).date().isoformat()
    source = await does(region, "gp", order, Verb.POSTPONE, words="Venter på dyrkning", until=until)
    put_off = await region.row(source)
    await reported(region, order, conclusion="Vekst")
    row = await region.row(source)
    assert row["next"] < put_off["next"]
    assert row["came"] > put_off["came"]


async def joined(region: Region, twin: str) -> Any:
    """The administrator who has joined this Patient to the region's."""
    both = {"resourceType": "Parameters",
            "parameter": [{"name": "other", "valueReference": {"reference": f"Patient/{twin}"}}]}  # fmt: skip
    office = actor("administrator", Sort.STAFF, reference="Practitioner/admin", organization=region.orgs["office"])
    admin = region.world.client(office)
    assert (await admin.post(f"Patient/{region.patient}/$join", both)).status == 200
    return admin


async def test_an_answer_that_lies_with_another_patient_of_hers_is_an_answer_while_they_are_joined(region: Region):
    order, late = await ordered(region), await ordered(region)
    twin = (await region.world.patient())["id"]
    based = {"basedOn": [{"reference": order}], "interpretation": [{"coding": [{"code": "H"}]}]}
    value = await region.world.made(region.world.observation(twin, **based))
    assert not await region.work("gp"), "nobody has said that they are one person"
    admin = await joined(region, twin)
    (row,) = await region.work("gp")
    assert (row.source, row.answer, row.outside) == (order, f"Observation/{value['id']}", 1)
    based = {"basedOn": [{"reference": late}], "interpretation": [{"coding": [{"code": "LL"}]}]}
    await region.world.made(region.world.observation(twin, **based))
    assert {each.source: each.outside for each in await region.work("gp")} == {order: 1, late: 2}
    assert (await region.client("gp").get(f"Observation/{value['id']}")).status == 200
    await does(region, "gp", order, Verb.SEEN)
    assert [each.source for each in await region.work("gp")] == [late]
    assert (await admin.post(f"Patient/{twin}/$unjoin", None)).status == 200
    assert not await region.work("gp")
    assert (await region.row(late))["came"] is None


async def test_an_answer_that_came_after_she_looked_is_not_seen_with_the_one_before(region: Region):
    order = await ordered(region)
    await reported(region, order)
    until = local(region.world.store.clock.clinical() + 60 * 86_400_000_000).date().isoformat()
    source = await does(region, "gp", order, Verb.POSTPONE, words="Venter på dyrkning", until=until)
    gp = region.client("gp")
    looked = await gp.get(source)
    shown = await region.world.store.handover(access.everyone(region.who("gp")), source)
    await reported(region, order, conclusion="Vekst")
    seen = looked.json | {"status": "completed"}
    refused = await gp.put(source, seen, if_match=looked.headers["etag"])
    assert (refused.status, refused.issues) == (412, [("conflict", "Task.lastModified")])
    with pytest.raises(PreconditionFailed):
        await actions.do(region.world.store, region.who("gp"), shown, Verb.SEEN)
    assert [each.source for each in await region.work("gp")] == [source]
    now = moment(region.world.store.clock.clinical())
    done = await gp.put(source, seen | {"lastModified": now}, if_match=looked.headers["etag"])
    assert done.status == 200, done.json
    assert not await region.work("gp")


async def test_who_has_looked_at_all_of_it_ends_it_by_the_page(region: Region):
    order = await ordered(region)
    await reported(region, order)
    until = local(region.world.store.clock.clinical() + 60 * 86_400_000_000).date().isoformat()
    source = await does(region, "gp", order, Verb.POSTPONE, words="Venter på dyrkning", until=until)
    await reported(region, order, conclusion="Vekst")
    await does(region, "gp", source, Verb.SEEN)
    assert not await region.work("gp")


async def test_an_answer_that_comes_with_a_look_is_not_what_was_looked_at(region: Region):
    """Both are written in one transaction, at one time, each about another Patient of hers."""
    order, twin = await ordered(region), (await region.world.patient())["id"]
    await joined(region, twin)
    await answered(region, order)
    late = region.world.observation(twin, basedOn=[{"reference": order}])
    late["code"] = {"coding": [{"system": "http://loinc.org", "code": "2857-1"}]}  # shown when somebody has seen it
    look = does(region, "gp", order, Verb.SEEN)
    _, answer = await as_one(region.world, look, region.world.system.post("Observation", late))
    entry = f"Observation/{answer.json['id']}"
    herself = await region.world.citizen({"id": region.patient})
    assert (await herself.get(entry)).status == 404
    await does(region, "gp", order, Verb.SEEN)
    assert (await herself.get(entry)).status == 200
