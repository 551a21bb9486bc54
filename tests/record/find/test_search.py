"""Searches as a client asks them, each with the twin that must not see."""

from __future__ import annotations

import pytest

from felles.record.errors import BadQuery, TooCostly

pytestmark = pytest.mark.store

LOINC = "http://loinc.org"


def observation(patient: str, code: str = "1234-5", day: int = 1, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": patient},
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": f"2024-01-{day:02}T10:00:00Z",
        **more,
    }


async def test_newest_by_person_and_code(world, grants):
    kari, key = await world.person(name=[{"family": "Nordmann", "given": ["Kari"]}])
    refs = [await world.put(observation(kari, day=day), key) for day in range(1, 8)]
    await world.put(observation(kari, code="other", day=9), key)
    await world.relate(key)
    pairs = (("patient", kari), ("code", f"{LOINC}|1234-5"), ("_sort", "-date"), ("_count", "3"))
    page = await world.find(grants.staff(), "Observation", *pairs)
    assert [r.reference for r in page.rows] == refs[:-4:-1]
    assert page.next
    assert await world.refs(grants.staff(), "Observation", *pairs) == refs[::-1]
    twin = await world.find(grants.staff(org="Organization/other"), "Observation", *pairs)
    assert (twin.rows, twin.total, twin.next) == ([], 0, None)


async def test_the_line_names_codes_and_neither_names_nor_numbers(world, grants):
    kari, key = await world.person(name=[{"family": "Nordmann"}], birthDate="1980-02-03")
    await world.relate(key)
    await world.leaves()
    await world.find(grants.staff(), "Observation", ("patient", kari), ("code", f"{LOINC}|1234-5"))
    (line,) = await world.leaves()
    assert line["key"] == key
    assert (line["act"], line["outcome"]) == ("search", "released")
    assert line["what"] == f"Observation?patient&code={LOINC}|1234-5"
    await world.find(grants.staff(org="Organization/other"), "Observation", ("patient", kari))
    (line,) = await world.leaves()
    assert (line["key"], line["outcome"], line["basis"]) == (key, "refused", None)
    await world.find(grants.staff(), "Patient", ("family", "nordmann"), ("birthdate", "1980-02-03"))
    (line,) = await world.leaves()
    assert (line["key"], line["what"]) == (key, "Patient?family&birthdate")


async def test_people_by_name_and_by_identifier(world, grants):
    kari, key = await world.person(
        name=[{"family": "Østby", "given": ["Kari"]}], identifier=[{"system": "urn:x", "value": "7"}]
    )
    await world.person(name=[{"family": "Østbye"}])
    await world.relate(key)
    for pairs in ([("name", "ostb")], [("family", "Østby")], [("identifier", "urn:x|7")], [("identifier", "7")]):
        assert await world.refs(grants.staff(), "Patient", *pairs) == [kari]
        assert await world.refs(grants.staff(org="Organization/other"), "Patient", *pairs) == []
    assert len(await world.refs(grants.all(), "Patient", ("name", "ostb"))) == 2
    assert await world.refs(grants.all(), "Patient", ("identifier", "urn:y|7")) == []


async def test_several_codes_are_found_by_each(world, grants):
    kari, key = await world.person()
    both = await world.put(
        observation(kari) | {"code": {"coding": [{"system": "a", "code": "A"}, {"system": "b", "code": "B"}]}}, key
    )
    await world.relate(key)
    for code in ("a|A", "b|B", "B", "a|"):
        assert await world.refs(grants.staff(), "Observation", ("patient", kari), ("code", code)) == [both]
        assert await world.refs(grants.staff(), "Observation", ("code", code)) == [both]
        assert await world.refs(grants.all(), "Observation", ("code", code)) == [both]
    assert await world.refs(grants.staff(), "Observation", ("patient", kari), ("code", "a|B")) == []


async def test_a_block_hides_what_it_covers_from_every_way_in(world, grants):
    kari, key = await world.person(name=[{"family": "Nordmann"}])
    shown = await world.put(observation(kari), key)
    await world.relate(key)
    ways = [
        ("Observation", ("patient", kari)),
        ("Observation", ("code", "1234-5")),
        ("Observation", ("_id", shown.partition("/")[2])),
        ("Observation", ("patient.name", "nordmann")),
        ("Patient", ("_has:Observation:patient:code", "1234-5")),
    ]
    for kind, pair in ways:
        assert await world.refs(grants.staff(), kind, pair) == [shown if kind == "Observation" else kari], pair
    kind_of_it = world.live[shown][1]["kind"]
    await world.block(key, kind=kind_of_it)
    for kind, pair in ways:
        assert await world.refs(grants.staff(), kind, pair) == [], pair
        page = await world.find(grants.staff(), kind, pair, ("_summary", "count"))
        assert page.total == 0
    page = await world.find(grants.staff(), "Patient", ("_id", kari[8:]), ("_revinclude", "Observation:patient"))
    assert ([r.reference for r in page.rows], page.included) == ([kari], [])


async def test_includes_are_decided_and_come_once(world, grants):
    org = await world.put({"resourceType": "Organization", "id": "org1", "name": "Ø"}, (-1, 0))
    kari, key = await world.person(managingOrganization={"reference": org})
    ola, other = await world.person()
    one = await world.put(observation(kari, performer=[{"reference": org}, {"reference": ola}]), key)
    two = await world.put(observation(kari, day=2, performer=[{"reference": org}]), key)
    await world.relate(key)
    pairs = (("patient", kari), ("_include", "Observation:patient"), ("_include", "Observation:performer"))
    page = await world.find(grants.staff(), "Observation", *pairs)
    assert [r.reference for r in page.rows] == [two, one]
    assert sorted(r.reference for r in page.included) == sorted([org, kari])
    await world.relate(other)
    page = await world.find(grants.staff(), "Observation", *pairs)
    assert sorted(r.reference for r in page.included) == sorted([org, kari, ola])
    page = await world.find(
        grants.staff(), "Observation", ("patient", kari), ("_include", "Observation:performer:Patient")
    )
    assert [r.reference for r in page.included] == [ola]
    page = await world.find(grants.staff(), "Patient", ("_id", kari[8:]), ("_revinclude", "Observation:subject"))
    assert sorted(r.reference for r in page.included) == sorted([one, two])


async def test_chains_and_has_join_only_what_is_seen(world, grants):
    dr = await world.put({"resourceType": "Practitioner", "id": "dr1", "name": [{"family": "Lege"}]}, (-1, 0))
    kari, key = await world.person(name=[{"family": "Nordmann"}])
    ola, other = await world.person(name=[{"family": "Hansen"}])
    visit = await world.put(
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"system": "s", "code": "AMB"},
            "subject": {"reference": kari},
            "participant": [{"individual": {"reference": dr}}],
        },
        key,
    )
    seen = await world.put(observation(kari, encounter={"reference": visit}), key)
    await world.put(observation(ola), other)
    await world.relate(key)
    staff = grants.staff()
    assert await world.refs(staff, "Observation", ("patient", kari), ("encounter.class", "AMB")) == [seen]
    assert await world.refs(staff, "Observation", ("patient", kari), ("encounter.class", "IMP")) == []
    assert await world.refs(staff, "Observation", ("subject:Patient.name", "nord")) == [seen]
    assert await world.refs(staff, "Observation", ("subject:Patient.name", "hans")) == []
    assert len(await world.refs(grants.all(), "Observation", ("subject:Patient.name", "hans"))) == 1
    assert await world.refs(staff, "Encounter", ("participant:Practitioner.name", "lege")) == [visit]
    assert await world.refs(staff, "Encounter", ("practitioner", dr)) == [visit]
    assert await world.refs(staff, "Patient", ("_has:Observation:patient:code", "1234-5")) == [kari]
    assert await world.refs(grants.all(), "Patient", ("_has:Observation:patient:code", "1234-5")) != [kari]
    assert await world.refs(staff, "Practitioner", ("_has:Encounter:practitioner:class", "AMB")) == [dr]
    assert (
        await world.refs(
            grants.staff(org="Organization/other"), "Practitioner", ("_has:Encounter:practitioner:class", "AMB")
        )
        == []
    )
    assert await world.refs(staff, "Observation", ("encounter", visit)) == [seen]


async def test_shared_entries_are_read_by_all_and_leave_no_line(world, grants):
    refs = [
        await world.put({"resourceType": "Organization", "id": f"o{i}", "name": f"Nr {i}"}, (-1, 0)) for i in range(5)
    ]
    await world.leaves()
    assert await world.refs(grants.staff(), "Organization", ("_count", "2")) == refs
    assert await world.refs(grants.staff(), "Organization", ("name", "nr 3")) == [refs[3]]
    page = await world.find(grants.staff(), "Organization", ("_total", "accurate"), ("_count", "2"))
    assert page.total == 5
    assert await world.leaves() == []


async def test_totals(world, grants):
    kari, key = await world.person()
    for day in range(1, 6):
        await world.put(observation(kari, day=day), key)
    await world.relate(key)
    staff = grants.staff()
    page = await world.find(staff, "Observation", ("patient", kari), ("_count", "2"))
    assert page.total is None
    page = await world.find(staff, "Observation", ("patient", kari), ("_count", "2"), ("_total", "accurate"))
    assert page.total == 5
    page = await world.find(staff, "Observation", ("patient", kari), ("date", "gt2024-01-03"), ("_summary", "count"))
    assert (page.total, page.rows) == (2, [])
    await world.leaves()
    page = await world.find(staff, "Observation", ("code", "1234-5"), ("_summary", "count"))
    assert page.total == 5
    (line,) = await world.leaves()
    assert (line["key"], line["n"], line["what"]) == ((0, 0), 5, "Observation?code=1234-5&_summary=count")


async def test_a_grant_for_one_person_reaches_no_other(world, grants):
    kari, key = await world.person(name=[{"family": "N"}])
    ola, other = await world.person(name=[{"family": "N"}])
    mine, his = await world.put(observation(kari), key), await world.put(observation(ola), other)
    await world.relate(key)
    await world.relate(other)
    grant = grants.person(key)
    assert await world.refs(grant, "Observation") == [mine]
    assert await world.refs(grant, "Observation", ("patient", ola)) == []
    assert await world.refs(grant, "Patient", ("name", "n")) == [kari]
    assert set(await world.refs(grants.staff(), "Observation")) == {mine, his}
    own = grants.own(ola, other)
    assert await world.refs(own, "Observation") == [his]
    assert await world.refs(own, "Observation", ("patient", kari)) == []


async def test_past_the_budget_there_is_no_part_of_an_answer(world, grants):
    kari, key = await world.person()
    for i in range(4):
        await world.put(observation(kari, day=i + 1), key)
    world.links.limits = type(world.links.limits)(budget=3)
    for more in ((), (("_summary", "count"),), (("date", "gt2020"),)):
        with pytest.raises(TooCostly, match="narrow"):
            await world.find(grants.all(), "Observation", *more)
    page = await world.find(grants.all(), "Observation", ("code", "1234-5"), ("_count", "2"))
    assert len(page.rows) == 2
    with pytest.raises(TooCostly):
        await world.find(grants.all(), "Observation", ("code", "1234-5"), ("_summary", "count"))
    await world.relate(key)
    assert len(await world.refs(grants.staff(), "Observation")) == 4


async def test_what_belongs_to_nobody_is_for_its_organisation_alone(world, grants):
    key = (17, 0)
    lone = await world.put({k: v for k, v in observation("x").items() if k != "subject"}, key)
    assert await world.refs(grants.system(), "Observation") == [lone]
    assert await world.refs(grants.all(), "Observation", ("code", "1234-5")) == [lone]
    assert await world.refs(grants.system(org="Organization/other"), "Observation") == []
    assert await world.refs(grants.staff(), "Observation", ("code", "1234-5")) == []


async def test_looking_up_shows_the_form_and_at_most_so_many(world, grants):
    number = {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13031353453"}
    kari, key = await world.person(
        name=[{"family": "Nordmann", "given": ["Kari"]}],
        birthDate="1980-02-03",
        identifier=[number],
        telecom=[{"system": "phone", "value": "99999999"}],
    )
    await world.leaves()
    by_number = ("identifier", f"{number['system']}|{number['value']}")
    for pairs in ([by_number], [("name", "nordm"), ("birthdate", "1980-02-03")]):
        (row,) = (await world.find(grants.lookup(), "Patient", *pairs)).rows
        assert row.reference == kari
        assert "99999999" not in row.body
        assert number["value"] not in row.body
        (line,) = await world.leaves()
        assert (line["act"], line["key"]) == ("lookup", key)
        assert number["value"] not in line["what"]
    assert (await world.find(grants.staff(), "Patient", by_number)).rows == []
    page = await world.find(grants.lookup(), "Patient", ("name", "nobody"), ("birthdate", "1980-02-03"))
    assert page.rows == []
    (line,) = await world.leaves()
    assert (line["act"], line["key"]) == ("lookup", (0, 0))
    # What the form does not carry finds nobody through it.
    pairs = (("phone", "99999999"), ("name", "nordmann"), ("birthdate", "1980-02-03"))
    assert (await world.find(grants.lookup(), "Patient", *pairs)).rows == []
    await world.relate(key)
    (row,) = (await world.find(grants.lookup(), "Patient", by_number)).rows
    assert "99999999" in row.body
    for _ in range(10):
        await world.person(name=[{"family": "Nordmann"}], birthDate="1980-02-03")
    with pytest.raises(TooCostly, match="narrow"):
        await world.find(grants.lookup(), "Patient", ("name", "nordm"), ("birthdate", "1980-02-03"))


async def test_a_link_is_its_readers_and_of_its_time(world, grants):
    kari, key = await world.person()
    for day in range(1, 4):
        await world.put(observation(kari, day=day), key)
    await world.relate(key)
    page = await world.find(grants.staff(), "Observation", ("patient", kari), ("_count", "1"))
    with pytest.raises(BadQuery):
        await world.find(grants.all(), "Observation", token=page.next)
    with pytest.raises(BadQuery):
        await world.find(grants.staff(), "Observation", token=page.next[:-4] + "AAAA")
    assert len((await world.find(grants.staff(), "Observation", token=page.next)).rows) == 1
    await world.pool.fetch("update relation set until = 1")
    assert (await world.find(grants.staff(), "Observation", token=page.next)).rows == []
