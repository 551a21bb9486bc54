"""From an application to a role that opens a door: who may, who may not, and what ends it."""

import asyncio
from dataclasses import replace

import msgspec
import pytest

from felles import access
from felles.access import accounts, applications, organizations
from felles.access.actor import Actor, Sort
from felles.access.applications import Asked, Person, State
from felles.access.errors import Refused
from felles.access.organizations import Wish
from felles.access.resources import struct
from felles.fhir.norway.identity import organisation_number
from felles.record.changes import Change
from felles.record.clock import FOREVER, MICROSECONDS
from felles.record.errors import Absent, Conflict, Forbidden

DAY = 86_400 * MICROSECONDS
OPERATOR = Actor(
    sort=Sort.STAFF, reference="Practitioner/operator", name="Nils", role_code="administrator", until=FOREVER,
    organization="Organization/operator", organization_name="Journaldrift", purpose="HOPERAT",
)  # fmt: skip
DOCTOR = replace(OPERATOR, role_code="doctor")
HEAD = Person(given="Kari", family="Nes", hpr="569900999")


def asked(stem, **more):
    number = organisation_number(stem)
    assert number is not None
    given = {"name": f"Havna legekontor {stem}", "number": number, "kind": "gp-office", "email": "post@havna.example"}
    return Asked(administrator=HEAD, units=["Legekontoret", " Laboratoriet ", ""], **given | more)


async def applied(store, stem):
    await applications.apply(store, asked(stem))
    return next(each for each in await applications.listed(store, OPERATOR) if str(stem) in each.asked.name)


async def let_in(store, stem):
    """A new organisation's administrator."""
    made = await applications.approve(store, OPERATOR, (await applied(store, stem)).id)
    return Actor(
        sort=Sort.STAFF, reference=made.administrator, name="Kari Nes", role_code="local-administrator", until=FOREVER,
        organization=made.organization, organization_name="Havna", purpose="HOPERAT",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("number", {"number": "123456789"}),
        ("kind", {"kind": "bank"}),
        ("email", {"email": "@"}),
        ("name", {"name": " "}),
        ("units", {"units": ["x" * 121]}),
        ("given", {"administrator": Person(given="", family="Nes")}),
        ("hpr", {"administrator": Person(given="Kari", family="Nes", hpr="12")}),
    ],
)
def test_an_application_says_what_is_wrong_with_it(field, change):
    assert applications.wrong(asked(32000001)) == {}
    assert list(applications.wrong(msgspec.structs.replace(asked(32000001), **change))) == [field]


async def test_what_is_not_whole_is_not_kept(store):
    before = len(await applications.listed(store, OPERATOR))
    with pytest.raises(Refused):
        await applications.apply(store, asked(32000001, email="nowhere"))
    assert len(await applications.listed(store, OPERATOR)) == before


async def test_the_same_organisation_applies_once(store):
    await applications.apply(store, asked(32000010))
    await applications.apply(store, asked(32000010))
    listed = [each for each in await applications.listed(store, OPERATOR) if "32000010" in each.asked.name]
    assert [each.state for each in listed] == [State.ASKED]


async def test_only_whoever_runs_the_record_decides(store):
    waiting = await applied(store, 32000021)
    local = replace(OPERATOR, role_code="local-administrator")
    for actor in (DOCTOR, local):
        for decide in (
            applications.listed(store, actor),
            applications.one(store, actor, waiting.id),
            applications.approve(store, actor, waiting.id),
            applications.refuse(store, actor, waiting.id, "nei"),
        ):
            with pytest.raises(Forbidden):
                await decide
    assert (await applications.one(store, OPERATOR, waiting.id)).state is State.ASKED


async def test_a_refusal_has_a_reason_and_is_final(store):
    waiting = await applied(store, 32000030)
    with pytest.raises(Refused):
        await applications.refuse(store, OPERATOR, waiting.id, "  ")
    await applications.refuse(store, OPERATOR, waiting.id, "Ikke i regionen")
    found = await applications.one(store, OPERATOR, waiting.id)
    assert (found.state, found.reason, found.org) == (State.REFUSED, "Ikke i regionen", None)
    with pytest.raises(Conflict):
        await applications.approve(store, OPERATOR, waiting.id)


async def test_an_approval_makes_the_organisation_its_units_and_its_administrator(store):
    made = await applications.approve(store, OPERATOR, (await applied(store, 32000041)).id)
    account = await accounts.find(store, made.account)
    assert account is not None
    held = await accounts.roles_held(store, account.actor)
    assert [(h.role, h.organization) for h in held] == [("local-administrator", made.organization)]
    kari = Actor(
        sort=Sort.STAFF, reference=account.actor, name="Kari", role_code="local-administrator", until=FOREVER,
        organization=made.organization,
    )  # fmt: skip
    assert [u.name for u in await organizations.units(store, kari)] == ["Laboratoriet", "Legekontoret"]
    with pytest.raises(Conflict):
        await applications.approve(store, OPERATOR, (await applied(store, 32000041)).id)


@pytest.mark.parametrize("step", ["_make", "open_account"])
async def test_an_approval_that_was_killed_waits_again_and_is_gone_on_with(store, monkeypatch, step):
    waiting = await applied(store, 32000076 if step == "_make" else 32000092)

    async def killed(*_, **__):
        raise asyncio.CancelledError

    monkeypatch.setattr(applications, step, killed)
    with pytest.raises(asyncio.CancelledError):
        await applications.approve(store, OPERATOR, waiting.id)
    monkeypatch.undo()
    assert (await applications.one(store, OPERATOR, waiting.id)).waits
    with pytest.raises(Conflict):  # perhaps somebody is at it
        await applications.approve(store, OPERATOR, waiting.id)
    earlier = "update application set decided = decided - $2 where id = $1"
    await store.pool.fetch(earlier, waiting.id, 2 * applications.STUCK)
    made = await applications.approve(store, OPERATOR, waiting.id)
    account = await accounts.find(store, made.account)
    assert account is not None
    held = await accounts.roles_held(store, account.actor)
    assert [(h.role, h.organization) for h in held] == [("local-administrator", made.organization)]
    named = "select count(*) as n from shared where state = 0 and form = 0 and body like $1"
    assert (await store.pool.fetch(named, f"%{waiting.asked.number}%"))[0]["n"] == 1
    kari = replace(OPERATOR, reference=account.actor, role_code="local-administrator", organization=made.organization)
    assert [u.name for u in await organizations.units(store, kari)] == ["Laboratoriet", "Legekontoret"]
    with pytest.raises(Conflict):
        await applications.approve(store, OPERATOR, waiting.id)


async def test_an_administrator_keeps_her_own_organisation_and_no_other(store):
    kari, other = await let_in(store, 32000050), await let_in(store, 32000061)
    unit = await organizations.add_unit(store, kari, "Skiftestua")
    offered = await organizations.add_unit(store, kari, "Timebestilling", offers=True)
    names = {u.name: u.service for u in await organizations.units(store, kari)}
    assert names == {"Laboratoriet": False, "Legekontoret": False, "Skiftestua": False, "Timebestilling": True}
    wish = Wish(given="Ola", family="Li", role="gp", profession="LE", units=(unit, offered))
    with pytest.raises(Refused):
        await organizations.employ(store, other, wish)
    role = await organizations.employ(store, kari, wish)
    assert [h.name for h in await organizations.staff(store, other)] == ["Kari Nes"]
    for act in (organizations.end_role, organizations.confirm):
        with pytest.raises(Absent):
            await act(store, other, role.removeprefix("PractitionerRole/"))
    found = next(h for h in await organizations.staff(store, kari) if h.name == "Ola Li")
    assert (found.role, set(found.units), found.until) == ("gp", {unit, offered}, FOREVER)
    for refused in (organizations.units, organizations.staff):
        with pytest.raises(Forbidden):
            await refused(store, DOCTOR)
    with pytest.raises(Forbidden):
        await organizations.add_unit(store, DOCTOR, "Skur")
    with pytest.raises(Forbidden):
        await organizations.employ(store, DOCTOR, wish)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("family", {"family": ""}),
        ("role", {"role": "administrator"}),
        ("role", {"role": "maintenance"}),
        ("role", {"role": "nothing"}),
        ("profession", {"profession": "SP"}),
        ("profession", {"profession": ""}),
        ("until", {"until": "2020-01-01"}),
        ("until", {"until": "i morgen"}),
        ("units", {"units": ("Organization/elsewhere",)}),
    ],
)
def test_a_role_is_given_only_as_it_may_be(field, change):
    kari = replace(OPERATOR, role_code="local-administrator")
    wish = Wish(given="Ola", family="Li", role="doctor", profession="LE", units=("Organization/own",))
    now = 1_790_000_000 * MICROSECONDS
    assert organizations.wrong(wish, {"Organization/own"}, now, kari) == {}
    assert list(organizations.wrong(replace(wish, **change), {"Organization/own"}, now, kari)) == [field]


async def test_a_role_opens_until_it_is_ended(store):
    kari = await let_in(store, 32000071)
    role = await organizations.employ(store, kari, Wish(given="Ola", family="Li", role="gp", profession="LE"))
    held = next(h for h in await organizations.staff(store, kari) if h.role == "gp")
    grant = access.maintenance("a test", until=FOREVER)
    patient = struct({"resourceType": "Patient", "name": [{"family": "Prøve"}]})
    made = (await store.commit(grant, [Change(op="create", type="Patient", resource=patient)]))[0]
    listed = struct({
        "resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": made.reference},
        "managingOrganization": {"reference": kari.organization}, "period": {"start": "2020-01-01"},
    })  # fmt: skip
    await store.commit(grant, [Change(op="create", type="EpisodeOfCare", resource=listed)])
    ola = replace(kari, reference=held.practitioner, role_code="gp", purpose="TREAT")
    key = await store.place(made.reference)
    assert (await store.read(access.person(ola, (key,)), "Patient", made.id)).body
    with pytest.raises(Absent):
        await store.read(access.person(kari, (key,)), "Patient", made.id)
    await organizations.end_role(store, kari, role.removeprefix("PractitionerRole/"))
    store.clock.move(1)
    with pytest.raises(Absent):
        await store.read(access.person(ola, (key,)), "Patient", made.id)
    ended = next(h for h in await organizations.staff(store, kari) if h.role == "gp")
    assert ended.over(store.clock.real())


async def test_a_role_is_due_for_review_after_a_year_and_confirmed(store):
    kari = await let_in(store, 32000081)
    held = (await organizations.staff(store, kari))[0]
    now = store.clock.real()
    assert not held.due(now)
    assert held.due(now + 366 * DAY)
    store.clock.move(366 * 86_400)
    await organizations.confirm(store, kari, held.id)
    after = (await organizations.staff(store, kari))[0]
    assert not after.due(store.clock.real())
    assert not after.over(store.clock.real())
    store.clock.move(-366 * 86_400)


async def test_each_act_of_administration_is_logged_with_who_did_it(store):
    kari = await let_in(store, 32000090)
    await organizations.add_unit(store, kari, "Skiftestua")
    rows = await store.pool.fetch("select text from leaf where person = 0 order by number desc limit 2")
    lines = [msgspec.json.decode(row["text"]) for row in rows]
    assert [(line["act"], line["who"]["actor"]) for line in lines] == [
        ("maintain", kari.reference),
        ("approve", OPERATOR.reference),
    ]
