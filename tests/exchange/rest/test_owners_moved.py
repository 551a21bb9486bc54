"""Another GP or municipality: open work is offered, stays with the old one until a yes, and then nothing is left."""

from __future__ import annotations

from typing import Any

import pytest
from handed import Region, region_of
from worlds import World, actor

from felles.access.actor import Sort
from felles.access.codes import EPISODE_SYSTEM, GP_LIST
from felles.access.handovers.keeper import Keeper
from felles.access.handovers.kinds import Kind
from felles.access.handovers.states import State
from felles.fhir.norway.systems import MUNICIPALITY, MUNICIPALITY_EXTENSION
from felles.record.codes import HANDOVER_SYSTEM

pytestmark = pytest.mark.slow


@pytest.fixture
async def region(world: World, request: pytest.FixtureRequest) -> Region:
    """A GP's patient, and another GP in an office of her own."""
    made = await region_of(world, request.node.name)
    made.orgs["elsewhere"] = f"Organization/{(await world.made({'resourceType': 'Organization', 'name': 'x'}))['id']}"
    await made.employ("new", "gp", "elsewhere")
    await named(made, "gp")
    await world.made(listed(made, "elsewhere"))
    return made


def listed(region: Region, office: str) -> dict[str, Any]:
    return {"resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{region.patient}"},
            "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": GP_LIST}]}],
            "managingOrganization": {"reference": region.orgs[office]}}  # fmt: skip


async def named(region: Region, name: str, **more: Any) -> None:
    """The Patient says who her GP is, by whatever door."""
    address = f"Patient/{region.patient}"
    patient = (await region.world.system.get(address)).json
    by = [{"reference": f"PractitionerRole/{region.roles[name]}"}]
    answer = await region.world.system.put(address, patient | {"generalPractitioner": by} | more)
    assert answer.status == 200, answer.json


async def names(region: Region, *references: str) -> None:
    """The Patient names these as her GPs, in one version; none where there are none."""
    address = f"Patient/{region.patient}"
    patient = (await region.world.system.get(address)).json
    patient.pop("generalPractitioner", None)
    by = {"generalPractitioner": [{"reference": each} for each in references]} if references else {}
    assert (await region.world.system.put(address, patient | by)).status == 200


async def left(region: Region) -> None:
    """The old office follows her no longer."""
    found = (await region.world.system.get(f"EpisodeOfCare?patient={region.patient}&_count=50")).json["entry"]
    for each in (entry["resource"] for entry in found):
        if each["managingOrganization"]["reference"] == region.orgs["office"]:
            over = each | {"status": "finished", "period": {"start": "2020-01-01", "end": "2020-02-01"}}
            assert (await region.world.system.put(f"EpisodeOfCare/{each['id']}", over)).status == 200


async def work_of(region: Region, **more: Any) -> dict[str, Any]:
    """A referral's answer that the GP gave herself to see to."""
    me = {"reference": region.person("gp")}
    return await region.sent(requester=me, owner=me, status="accepted", **more)


async def offer_of(region: Region, source: str) -> Any:
    sql = "select * from handover where kind = $1 and focus = $2 order by made"
    rows = await region.world.store.pool.fetch(sql, int(Kind.OFFER), source)
    assert len(rows) == 1
    return rows[0]


async def opens(region: Region, name: str) -> bool:
    return (await region.client(name).get(f"Patient/{region.patient}")).status == 200


def new_gp(region: Region) -> Any:
    return region.world.client(
        actor("gp", Sort.STAFF, reference=region.person("new"), organization=region.orgs["elsewhere"])
    )


async def answer(region: Region, offer: Any, **said: Any) -> None:
    client = new_gp(region)
    task = (await client.get(offer["source"])).json
    done = await client.put(offer["source"], task | said)
    assert done.status == 200, done.json


async def test_it_stays_with_the_old_one_until_a_yes_and_then_nothing_is_left(region: Region, keeper: Keeper):
    task = await work_of(region)
    sent = await region.sent()  # with the ward: its answer comes back to whom?
    source = f"Task/{task['id']}"
    await named(region, "new")
    await left(region)
    await keeper.round()
    offer = await offer_of(region, source)
    assert (offer["state"], offer["sender"], offer["owner"]) == (
        State.SENT, region.person("gp"), f"PractitionerRole/{region.roles['new']}")  # fmt: skip
    row = await region.row(source)
    assert (row["owner"], row["state"], row["offer"]) == (region.person("gp"), State.ACCEPTED, "")
    assert await keeper.round() == 0
    assert await opens(region, "gp")  # as long as the work needs
    assert not await opens(region, "clerk")  # she has nothing of hers
    assert {each.source for each in await region.work("gp", "sent")} >= {offer["source"]}

    await answer(region, offer, status="accepted", owner={"reference": region.person("new")})
    await keeper.round()
    row = await region.row(source)
    assert (row["owner"], row["sender"], row["state"]) == (region.person("new"), region.person("new"), State.ACCEPTED)
    assert (await offer_of(region, source))["state"] == State.DONE
    other = await offer_of(region, f"Task/{sent['id']}")
    assert await opens(region, "gp")  # one is offered still
    await answer(region, other, status="accepted", owner={"reference": region.person("new")})
    await keeper.round()
    row = await region.row(f"Task/{sent['id']}")
    assert (row["owner"], row["sender"]) == (region.orgs["ward"], region.person("new"))
    assert not await opens(region, "gp")
    assert (await region.client("gp").get(source)).status == 404
    assert not await region.work("gp")


async def test_who_ordered_a_test_answers_for_it_until_another_has_said_yes(region: Region, keeper: Keeper):
    order = {"resourceType": "ServiceRequest", "status": "active", "intent": "order",
             "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "108252007"}]}],
             "code": {"text": "Kreatinin"}, "subject": {"reference": f"Patient/{region.patient}"},
             "requester": {"reference": region.person("gp")}}  # fmt: skip
    made = (await region.client("gp").post("ServiceRequest", order)).json
    await named(region, "new")
    await left(region)
    await keeper.round()
    assert not await region.work("gp")  # it waits for the laboratory
    (row,) = [each for each in await region.work("gp", "sent") if each.focus == f"ServiceRequest/{made['id']}"]
    assert await opens(region, "gp")
    offer = await offer_of(region, row.source)
    await answer(region, offer, status="rejected", statusReason={"text": "Svaret er ditt å vurdere"})
    await keeper.round()
    assert (await region.row(row.source))["owner"] == region.person("gp")
    assert (await offer_of(region, row.source))["state"] == State.DECLINED
    assert {each.source: each.state for each in await region.work("gp")} == {offer["source"]: State.DECLINED}
    assert {each.source: each.state for each in await region.work("gp", "sent")} == {row.source: State.ACCEPTED}
    assert await opens(region, "gp")
    # The one who said no sees that she did, and why, where the work is: in the record.
    shown = (await new_gp(region).get(offer["source"])).json
    assert shown["statusReason"]["text"] == "Svaret er ditt å vurdere"


async def test_who_moves_on_or_comes_back_leaves_no_offer_behind(region: Region, keeper: Keeper):
    task = await work_of(region)
    source = f"Task/{task['id']}"
    await region.employ("third", "gp", "clinic")
    await named(region, "new")
    await keeper.round()
    await named(region, "third")
    await keeper.round()
    assert (await offer_of(region, source))["owner"] == f"PractitionerRole/{region.roles['third']}"
    await named(region, "gp")
    await keeper.round()
    assert (await offer_of(region, source))["state"] == State.DONE
    assert (await region.row(source))["owner"] == region.person("gp")
    assert await keeper.round() == 0


@pytest.mark.parametrize("between", ["none", "both"])
async def test_another_gp_in_two_versions_is_another_gp(region: Region, keeper: Keeper, between: str):
    source = f"Task/{(await work_of(region))['id']}"
    old, new = (f"PractitionerRole/{region.roles[name]}" for name in ("gp", "new"))
    await names(region, *([] if between == "none" else [old, new]))
    await names(region, *([] if between == "none" else [new, old]))  # and one more that says nothing new
    await keeper.round()
    assert not await region.world.store.pool.fetch("select 1 from handover where focus = $1", source)
    await names(region, new)
    await keeper.round()
    offer = await offer_of(region, source)
    assert (offer["state"], offer["owner"], offer["sender"]) == (State.SENT, new, region.person("gp"))
    assert (await region.row(source))["owner"] == region.person("gp")
    await names(region, new)
    await keeper.round()
    assert (await offer_of(region, source))["state"] == State.SENT  # one offer


async def test_who_goes_by_way_of_a_gp_who_is_not_here_takes_her_work_along(region: Region, keeper: Keeper):
    source = f"Task/{(await work_of(region))['id']}"
    new = f"PractitionerRole/{region.roles['new']}"
    await names(region, "PractitionerRole/of-another-region")
    await keeper.round()
    assert (await region.row(source))["offer"] == ""
    await names(region, new)
    await keeper.round()
    offer = await offer_of(region, source)
    assert (offer["owner"], offer["sender"]) == (new, region.person("gp"))


async def test_what_a_service_has_is_offered_by_the_house_it_is_part_of(region: Region, keeper: Keeper):
    made = {"resourceType": "HealthcareService", "name": "Sårpleie", "providedBy": {"reference": region.orgs["office"]}}
    service = f"HealthcareService/{(await region.world.made(made))['id']}"
    role = (await region.world.system.get(f"PractitionerRole/{region.roles['clerk']}")).json
    there = role | {"healthcareService": [{"reference": service}]}
    assert (await region.world.system.put(f"PractitionerRole/{role['id']}", there)).status == 200
    work = await region.sent(owner={"reference": service}, status="accepted")
    await named(region, "new")
    await keeper.round()
    offer = await offer_of(region, f"Task/{work['id']}")
    assert (offer["state"], offer["sender"]) == (State.SENT, region.orgs["office"])
    await answer(region, offer, status="accepted", owner={"reference": region.person("new")})
    await keeper.round()
    assert (await region.row(f"Task/{work['id']}"))["owner"] == region.person("new")


async def test_the_same_gp_again_or_her_office_alone_offers_nothing(region: Region, keeper: Keeper):
    source = f"Task/{(await work_of(region))['id']}"
    gp = f"PractitionerRole/{region.roles['gp']}"
    for named_ in ([], [gp], [gp, region.orgs["office"]], [region.orgs["office"]], [], [region.orgs["office"]]):
        await names(region, *named_)
        await keeper.round()
        assert (await region.row(source))["offer"] == ""
        assert not await region.world.store.pool.fetch("select 1 from handover where focus = $1", source)


async def test_within_an_office_only_what_is_the_old_ones_by_name_is_offered(region: Region, keeper: Keeper):
    mine, theirs = await work_of(region), await region.sent(owner={"reference": region.orgs["office"]})
    await region.employ("other", "gp", "office")
    me = {"reference": region.person("gp")}
    twin, stranger = [(await region.world.patient())["id"] for _ in range(2)]
    also, not_hers = [
        await region.world.made(
            region.task(requester=me, owner=me, status="accepted") | {"for": {"reference": f"Patient/{patient}"}}
        )
        for patient in (twin, stranger)
    ]
    administrator = actor(
        "administrator", Sort.STAFF, reference="Practitioner/joins", organization="Organization/joins"
    )
    joins = {"name": "other", "valueReference": {"reference": f"Patient/{twin}"}}
    joined = await region.world.client(administrator).post(
        f"Patient/{region.patient}/$join", {"resourceType": "Parameters", "parameter": [joins]}
    )
    assert joined.status == 200, joined.json
    await named(region, "other")
    await keeper.round()
    assert (await offer_of(region, f"Task/{mine['id']}"))["state"] == State.SENT
    assert (await offer_of(region, f"Task/{also['id']}"))["state"] == State.SENT  # whichever Patient of hers it names
    assert (await region.row(f"Task/{not_hers['id']}"))["offer"] == ""
    assert (await region.row(f"Task/{theirs['id']}"))["owner"] == region.orgs["office"]
    over = mine | {"status": "completed"}
    assert (await region.client("gp").put(f"Task/{mine['id']}", over)).status == 200
    ended = over | {"businessStatus": {"coding": [{"system": "http://felles.example/fhir/CodeSystem/handover-state",
                                                   "code": "ended"}]}, "statusReason": {"text": "Gjort"}}  # fmt: skip
    assert (await region.client("gp").put(f"Task/{mine['id']}", ended)).status == 200
    await keeper.round()
    assert (await offer_of(region, f"Task/{mine['id']}"))["state"] == State.DONE


@pytest.mark.parametrize(("between", "to"), [([], "5059"), ([""], "5061"), (["5057"], "5055"), (["5057", ""], "5056")])
async def test_another_municipality_is_offered_what_the_old_ones_services_have(
    region: Region, keeper: Keeper, between: list[str], to: str
):
    """`between`: the towns in the versions between, which are not here; "" for none."""
    for name, town in (("old-town", "5001"), ("new-town", to)):
        made = await region.world.made({"resourceType": "Organization", "name": name, "address": [place(town)]})
        region.orgs[name] = f"Organization/{made['id']}"
        await region.employ(f"{name}-officer", "case-officer", name)
    await named(region, "gp", address=[place("5001")])
    granted = [{"coding": [{"system": EPISODE_SYSTEM, "code": "municipal-service"}]}]
    await region.world.made(listed(region, "old-town") | {"type": granted})
    task = await region.sent(owner={"reference": region.orgs["old-town"]})
    elsewhere = await region.sent()  # with the hospital, which is nobody's municipality
    for town in between:
        await named(region, "gp", address=[place(town)] if town else [{"use": "home", "line": ["x"]}])
        await keeper.round()
        assert (await region.row(f"Task/{task['id']}"))["offer"] == ""
    await named(region, "gp", address=[place(to)])
    await keeper.round()
    offer = await offer_of(region, f"Task/{task['id']}")
    assert (offer["owner"], offer["sender"]) == (region.orgs["new-town"], region.orgs["old-town"])
    assert (await region.row(f"Task/{task['id']}"))["owner"] == region.orgs["old-town"]
    assert (await region.row(f"Task/{elsewhere['id']}"))["offer"] == ""
    sql = "select count(*) as many from handover where kind = $1 and focus = $2"
    rows = await region.world.store.pool.fetch(sql, int(Kind.OFFER), f"Task/{elsewhere['id']}")
    assert rows[0]["many"] == 0


async def test_what_a_client_offers_moves_no_sender_and_only_whoever_has_it_offers(region: Region, keeper: Keeper):
    mine = await region.sent()  # from the GP, with the ward
    stranger = (await region.world.patient())["id"]
    theirs = await region.world.made(region.task() | {"for": {"reference": f"Patient/{stranger}"}})

    def offer(who: str, work: dict[str, Any]) -> dict[str, Any]:
        return region.task(
            code={"coding": [{"system": HANDOVER_SYSTEM, "code": "offer"}]},
            focus={"reference": f"Task/{work['id']}"},
            input=[{"type": {"text": side}, "valueReference": work[side]} for side in ("owner", "requester")],
            requester={"reference": region.person(who)},
            owner={"reference": region.person(who)},
        )

    for who, work in (("clerk", mine), ("gp", mine), ("one", theirs)):  # sees it, sent it, has another person's
        refused = await region.client(who).post("Task", offer(who, work))
        assert refused.status == 403, refused.json
    made = await region.client("one").post("Task", offer("one", mine) | {"owner": {"reference": region.orgs["ward"]}})
    assert made.status == 201, made.json
    taken = made.json | {"status": "accepted", "owner": {"reference": region.person("two")}}
    done = await region.client("two").put(f"Task/{made.json['id']}", taken)
    assert done.status == 200, done.json
    await keeper.round()
    row = await region.row(f"Task/{mine['id']}")
    assert (row["owner"], row["sender"]) == (region.person("two"), region.person("gp"))
    row = await region.row(f"Task/{theirs['id']}")
    assert (row["owner"], row["sender"]) == (region.orgs["ward"], region.person("gp"))
    assert (await region.row(f"Task/{made.json['id']}"))["state"] == State.DONE


def place(town: str) -> dict[str, Any]:
    coding = {"system": MUNICIPALITY, "code": town}
    district = {"extension": [{"url": MUNICIPALITY_EXTENSION, "valueCoding": coding}]}
    return {"use": "home", "district": "x", "_district": district}
