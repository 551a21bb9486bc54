"""Cases about no person: who has them, by when, what ends them, and for whom they are nothing."""

from dataclasses import replace

import pytest

from felles import access
from felles.access import applications, organizations
from felles.access.actor import Actor, Sort
from felles.access.applications import Asked, Person
from felles.access.handovers import guard
from felles.access.handovers.keeper import Keeper
from felles.access.handovers.kinds import NOBODYS, Kind
from felles.access.handovers.states import State
from felles.access.resources import struct
from felles.fhir.norway.identity import organisation_number
from felles.record.changes import Change
from felles.record.clock import FOREVER
from felles.record.codes import CASE_SYSTEM
from felles.record.derive import Part
from felles.record.errors import Absent, Conflict, Forbidden
from felles.record.maintenance import connect
from felles.record.read_board import count_handovers

YEAR = 366 * 86_400
HEAD = Person(given="Kari", family="Nes", hpr="569900999")


@pytest.fixture
async def keeper(store, region_database):
    conn = await connect(region_database.url)
    yield Keeper(store, conn)
    await conn.close()


async def applied(store, operator, stem):
    number = organisation_number(stem)
    assert number is not None
    asked = Asked(
        administrator=HEAD, name=f"Fjellet legekontor {stem}", number=number, kind="gp-office", email="post@f.example"
    )
    await applications.apply(store, asked)
    return next(each for each in await applications.listed(store, operator) if str(stem) in each.asked.name)


async def let_in(store, operator, stem):
    """The administrator of a new organisation."""
    made = await applications.approve(store, operator, (await applied(store, operator, stem)).id)
    return Actor(
        sort=Sort.STAFF, reference=made.administrator, name="Kari Nes", role_code="local-administrator", until=FOREVER,
        organization=made.organization, organization_name="Fjellet", purpose="HOPERAT",
    )  # fmt: skip


async def cases(store, actor, kind, *, closed=False):
    rows = await store.cases(access.handle(actor), closed=closed)
    return [row for row in rows if row.hand.kind == kind]


async def one(store, actor, kind, said, *, closed=False):
    [row] = await named(store, actor, kind, said, closed=closed)
    return row


async def named(store, actor, kind, said, *, closed=False):
    return [row for row in await cases(store, actor, kind, closed=closed) if said in row.hand.body]


async def test_who_applies_is_with_whoever_runs_the_record_until_it_is_decided(store, keeper, act_as):
    nils = replace(await act_as("administrator"), until=FOREVER)
    waiting = await applied(store, nils, 34000010)
    await keeper.round()
    await keeper.round()
    name = waiting.asked.name
    row = await one(store, nils, Kind.APPLICATION, name)
    assert (row.hand.state, row.hand.owner, row.hand.patient) == (State.SENT, nils.organization, "")
    assert row.hand.next is not None
    assert row.hand.next > store.clock.clinical()
    assert (await store.case(access.handle(nils), row.name)).hand.versions
    board = await count_handovers(store.pool, store.clock)
    assert any(line.kind == Kind.APPLICATION for line in board)
    # It is nobody else's: neither the reviewer's of the same organisation nor another organisation's administrator's.
    kari = await let_in(store, nils, 34000021)
    for actor in (await act_as("personvern"), kari):
        assert await cases(store, actor, Kind.APPLICATION) == []
        with pytest.raises(Absent):
            await store.case(access.handle(actor), row.name)
    with pytest.raises(Absent):
        await store.read(access.everyone(await act_as("fastlege")), "Task", row.name)
    await applications.refuse(store, nils, waiting.id, "Ikke i regionen")
    assert await named(store, nils, Kind.APPLICATION, name) == []
    over = await one(store, nils, Kind.APPLICATION, name, closed=True)
    assert over.hand.state == State.ENDED
    assert "Ikke i regionen" in over.hand.body
    await keeper.round()
    assert (await one(store, nils, Kind.APPLICATION, name, closed=True)).hand.version == over.hand.version


async def test_a_keeper_that_is_killed_writes_one_task_and_what_was_decided(store, keeper, act_as):
    nils = replace(await act_as("administrator"), until=FOREVER)
    waiting = await applied(store, nils, 34000031)
    await keeper.round()
    await store.pool.fetch("update application set task = null, told = null where id = $1", waiting.id)
    await keeper.round()
    assert len(await named(store, nils, Kind.APPLICATION, waiting.asked.name)) == 1
    # Decided, and killed before the Task said so.
    await store.pool.fetch("update application set state = 2, reason = 'Feil nummer' where id = $1", waiting.id)
    await keeper.round()
    over = await one(store, nils, Kind.APPLICATION, waiting.asked.name, closed=True)
    assert "Feil nummer" in over.hand.body


async def test_an_approval_that_was_broken_off_waits_again(store, keeper, act_as):
    nils = replace(await act_as("administrator"), until=FOREVER)
    waiting = await applied(store, nils, 34000111)
    await keeper.round()
    killed = "update application set state = 1, decided = $2 where id = $1"
    await store.pool.fetch(killed, waiting.id, store.clock.real())
    await keeper.round()
    assert (await one(store, nils, Kind.APPLICATION, waiting.asked.name)).hand.state == State.SENT
    with pytest.raises(Conflict):  # somebody may be making it this moment
        await applications.approve(store, nils, waiting.id)
    store.clock.move(61)
    assert (await applications.one(store, nils, waiting.id)).waits
    assert (await applications.approve(store, nils, waiting.id)).organization
    assert await named(store, nils, Kind.APPLICATION, waiting.asked.name) == []


async def test_an_application_that_nobody_takes_is_late_and_stays_with_its_desk(store, keeper, act_as):
    nils = replace(await act_as("administrator"), until=FOREVER)
    waiting = await applied(store, nils, 34000041)
    await keeper.round()
    store.clock.move(60 * 86_400)
    for _ in range(4):
        await keeper.round()
        store.clock.move(30 * 86_400)
    row = await one(store, nils, Kind.APPLICATION, waiting.asked.name)
    assert row.hand.owner == nils.organization
    assert row.hand.next is not None


async def test_roles_unconfirmed_for_a_year_are_one_case_of_who_keeps_them(store, keeper, act_as):
    nils = replace(await act_as("administrator"), until=FOREVER)
    kari, other = await let_in(store, nils, 34000052), await let_in(store, nils, 34000062)
    await keeper.round()
    assert await cases(store, kari, Kind.ACCESS_REVIEW) == []
    store.clock.move(YEAR)
    keeper.looked = 0
    await keeper.round()
    keeper.looked = 0
    await keeper.round()
    [row] = await cases(store, kari, Kind.ACCESS_REVIEW)
    assert (row.hand.state, row.hand.owner, row.hand.focus) == (State.SENT, kari.organization, kari.organization)
    assert len(await cases(store, other, Kind.ACCESS_REVIEW)) == 1
    with pytest.raises(Absent):
        await store.case(access.handle(other), row.name)
    assert all(r.hand.focus != kari.organization for r in await cases(store, nils, Kind.ACCESS_REVIEW))
    with pytest.raises(Forbidden):
        await organizations.staff(store, nils, kari.organization)
    [held] = await organizations.staff(store, kari)
    await organizations.confirm(store, kari, held.id)
    assert await cases(store, kari, Kind.ACCESS_REVIEW) == []
    [over] = await cases(store, kari, Kind.ACCESS_REVIEW, closed=True)
    assert over.hand.state == State.DONE
    assert len(await cases(store, other, Kind.ACCESS_REVIEW)) == 1
    keeper.looked = 0
    await keeper.round()
    assert await cases(store, kari, Kind.ACCESS_REVIEW) == []


async def test_the_roles_of_an_organisation_without_administrator_fall_to_whoever_runs_the_record(
    store, keeper, act_as
):
    nils = replace(await act_as("administrator"), until=FOREVER)
    kari = await let_in(store, nils, 34000072)
    wish = organizations.Wish(given="Ola", family="Li", role="gp", profession="LE")
    await organizations.employ(store, kari, wish)
    head = next(h for h in await organizations.staff(store, kari) if h.role == "local-administrator")
    await organizations.end_role(store, kari, head.id)
    store.clock.move(YEAR)
    keeper.looked = 0
    await keeper.round()
    [row] = [r for r in await cases(store, nils, Kind.ACCESS_REVIEW) if r.hand.focus == kari.organization]
    now, listed = store.clock.real(), await organizations.staff(store, nils, kari.organization)
    [due] = [each for each in listed if each.due(now) and not each.over(now)]
    await organizations.confirm(store, nils, due.id, kari.organization)
    with pytest.raises(Absent):
        await organizations.confirm(store, nils, due.id)
    over = await store.case(access.handle(nils), row.name)
    assert over.hand.state == State.DONE
    with pytest.raises(Forbidden):
        await organizations.staff(store, kari, nils.organization)


@pytest.mark.parametrize("kind", sorted(NOBODYS))
@pytest.mark.parametrize("more", [{}, {"for": {"reference": "Patient/x"}}])
def test_nobody_opens_one_by_a_task_of_her_own(kind, more):
    made = {"resourceType": "Task", "status": "requested", "intent": "order",
            "code": {"coding": [{"system": CASE_SYSTEM, "code": kind.case}]}} | more  # fmt: skip
    plain = {name: value for name, value in made.items() if name != "code"}
    nils = Actor(
        sort=Sort.STAFF, reference="Practitioner/nils", name="Nils", role_code="administrator", until=FOREVER,
        organization="Organization/o", organization_name="Drift", purpose="HOPERAT",
    )  # fmt: skip
    grant = access.handle(nils)
    assert isinstance(guard.wrong(None, struct(made), grant, Part(0)), Forbidden)
    assert isinstance(guard.wrong(struct(plain), struct(made), grant, Part(0)), Forbidden)
    keeper = access.maintenance("keeper", until=FOREVER)
    assert guard.wrong(None, struct(made), keeper, Part(0)) is None


async def test_what_is_over_is_taken_up_by_nobody(store, keeper, act_as):
    nils = replace(await act_as("administrator"), until=FOREVER)
    waiting = await applied(store, nils, 34000083)
    await keeper.round()
    row = await one(store, nils, Kind.APPLICATION, waiting.asked.name)
    await applications.approve(store, nils, waiting.id)
    over = await store.case(access.handle(nils), row.name)
    again = struct({"resourceType": "Task", "id": row.name, "status": "accepted", "intent": "order",
                    "code": {"coding": [{"system": CASE_SYSTEM, "code": "application"}]},
                    "owner": {"reference": nils.reference}})  # fmt: skip
    change = Change(op="update", type="Task", id=row.name, resource=again, expected=over.hand.version)
    with pytest.raises(Conflict):
        await store.commit(access.handle(nils), [change], act="update")
