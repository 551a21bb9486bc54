"""Whom each persona can open without stating a need: each by an entry of that person's that relates the two."""

from dataclasses import replace
from typing import Any

import pytest

from felles.access import open as doors
from felles.access import personas
from felles.access.accounts import roles_held
from felles.access.actor import Actor, Sort
from felles.access.derive import Durations
from felles.access.whom import names, whom
from felles.demo.reach_cli import fault, table
from felles.record.clock import FOREVER
from felles.record.errors import Absent, Forbidden
from felles.record.maintenance import connect
from felles.record.opens import Opened, how_many, opens

pytestmark = pytest.mark.slow

OPERATOR = doors.maintenance("a test", until=FOREVER)
ANYBODY = Actor(
    sort=Sort.STAFF, reference="Practitioner/x", name="X", role_code="gp", organization="Organization/x", until=FOREVER
)


async def all_whom(site, *wanted):
    return {a.id: await whom(site.store, OPERATOR, a) for a in await personas.at_work(site.store, list(wanted))}


async def test_each_person_who_is_open_has_an_entry_that_says_why(site):
    people = await how_many(site.store.pool)
    found = await all_whom(site)
    assert {"fastlege", "farmasoyt", "legevaktlege", "administrator", "personvern"} <= set(found)
    assert all(not each.nameless for each in found.values())
    assert all(sum(each.bases.values()) == each.people for each in found.values())
    assert 2 <= found["fastlege"].people < people
    assert found["fastlege"].bases["gp-list"]
    assert found["farmasoyt"].people
    assert found["administrator"].people == found["personvern"].people == 0
    assert [fault(each, people, 1) for each in found.values()] == [""] * len(found)
    assert f"| fastlege | gp | {found['fastlege'].people} | " in table(people, list(found.values()))


async def test_it_is_what_the_list_of_her_people_says_who_is_open(site):
    """The other way round: from relations to people. Both must find the same."""
    account = next(iter(await personas.at_work(site.store, ["hjemmesykepleier"])))
    told = []
    found = await whom(site.store, OPERATOR, account, each=told.append)
    held = (await roles_held(site.store, account.actor))[0]
    reader = Actor(
        sort=Sort.STAFF, reference=account.actor, name=account.name, role_code=held.role,
        organization=held.organization, organization_name=held.organization_name, until=FOREVER,
    )  # fmt: skip
    listed = await site.store.mine(doors.everyone(reader), 50)
    rows = await site.store.pool.fetch("select bucket, person, id from face")
    ids = {(row["bucket"], row["person"]): row["id"] for row in rows}
    assert found.people == len(told) > 0
    assert {ids[each.bucket, each.person] for each in told} == {each.id for each in listed}


async def test_a_door_without_an_entry_behind_it_is_found(site, region):
    """One relation too many, as a fault would leave it: to an entry that is not there, or is another person's."""
    people = await how_many(site.store.pool)
    before = (await all_whom(site, "farmasoyt"))["farmasoyt"]
    assert not fault(before, people, 1)
    owner = await connect(region.owner_url)
    sql = """insert into relation (bucket, person, party, basis, source, writer, since, until)
      select f.bucket, f.person, r.party, 30, $1, 'Device/x', 0, 9000000000000000
        from (select distinct party from relation where party in
                 (select s.party from staffing s join account a on a.id = 'farmasoyt' and a.source = s.source)) r
       cross join lateral (select f.bucket, f.person from face f
             where not exists (select 1 from relation x where x.bucket = f.bucket and x.person = f.person
                                                          and x.party = r.party) limit 1) f"""
    try:
        elsewhere = await owner.fetchval(
            "select source from relation where basis = 30 and party in (select party from staffing) limit 1"
        )
        for source in ("Encounter/none", elsewhere):
            await owner.execute(sql, source)
            found = (await all_whom(site, "farmasoyt"))["farmasoyt"]
            assert found.people > before.people
            assert {each.source for each in found.nameless} == {source}
            assert "without an entry that says why" in fault(found, people, 1)
            await owner.execute("delete from relation where writer = 'Device/x'")
    finally:
        await owner.close()


async def test_a_stated_need_is_counted_apart(site, region):
    before = (await all_whom(site, "legevaktlege"))["legevaktlege"]
    owner = await connect(region.owner_url)
    try:
        await owner.execute(
            """insert into opening (bucket, person, id, source, basis, actor, org, role, since, until)
               select f.bucket, f.person, 'need', 'Task/need', 70, s.actor, s.org, s.role_mark, 0, 9000000000000000
                 from (select s.* from staffing s join account a on a.id = 'legevaktlege' and a.source = s.source
                        limit 1) s
                cross join lateral (select f.bucket, f.person from face f
                      where not exists (select 1 from relation x join staffing y on y.party = x.party
                                         where x.bucket = f.bucket and x.person = f.person and y.actor = s.actor)
                        and not exists (select 1 from opening o where o.bucket = f.bucket and o.person = f.person)
                      limit 1) f"""
        )
        await owner.execute(
            "update person set opened = true where (bucket, person) in (select bucket, person from opening)"
        )
        found = (await all_whom(site, "legevaktlege"))["legevaktlege"]
        assert (found.people, found.stated) == (before.people, before.stated + 1)
        assert not found.nameless
    finally:
        await owner.execute("delete from opening where source = 'Task/need'")
        await owner.close()


async def test_more_than_the_share_is_a_fault_and_nobody_else_may_ask(site):
    people = await how_many(site.store.pool)
    found = (await all_whom(site, "fastlege"))["fastlege"]
    assert "more than 1.0%" in fault(found, people, 0.01)
    with pytest.raises(Absent):
        await personas.at_work(site.store, ["eldre"])  # a citizen
    others: list[Any] = [doors.maintenance("a test", until=1), doors.person(ANYBODY, ())]
    for other in others:
        with pytest.raises(Forbidden):
            await anext(opens(site.store.pool, site.store.clock, other, OPERATOR))


def test_a_relation_is_named_by_its_entry_alone():
    """The entry is of another basis, relates to somebody else, is over, or is not the one that is named."""
    body = (
        '{"resourceType":"EpisodeOfCare","id":"x","status":"active","patient":{"reference":"Patient/p"},'
        '"managingOrganization":{"reference":"Organization/o"},"period":{"start":"2020-01-01","end":"2024-12-31"}}'
    )
    opened = Opened(1, 2, 28, "EpisodeOfCare/x", body, 0)
    during, after = 1_700_000_000_000_000, 1_800_000_000_000_000
    mine, days = frozenset({"Organization/o"}), Durations()
    assert names(opened, mine, during, days)
    assert names(replace(opened, basis=128), mine, during, days)
    assert not names(opened, frozenset({"Organization/other"}), during, days)
    assert not names(opened, mine, after, days)
    assert not names(replace(opened, basis=10), mine, during, days)
    assert not names(replace(opened, source="EpisodeOfCare/y"), mine, during, days)
    assert not names(replace(opened, body=None), mine, during, days)
