"""Two Patients of one person, joined and parted: what is asked of either means both, and nothing is lost."""

from __future__ import annotations

import asyncio
import json

import pytest
from doors import block, case, coded, held_back, item, not_to_parents, proxy
from worlds import actor

from felles import access, fhir
from felles.access.accounts import own_keys
from felles.access.actor import Sort
from felles.access.codes import KIND_SYSTEM, OPENING_REASON, ROLE_SYSTEM
from felles.record.changes import Change
from felles.record.codes import PROTECTED_ADDRESS
from felles.record.errors import Absent
from felles.record.ids import mark_of
from felles.record.read_person import Want

pytestmark = pytest.mark.slow

HERE, THERE = "Organization/here", "Organization/there"
DOCTOR, OTHER = "Practitioner/doctor", "Practitioner/other"
SOCIAL = {"category": [coded("http://terminology.hl7.org/CodeSystem/observation-category", "social-history")]}
TABLES = ("relation", "block", "opening", "held", "representation", "twin")
WORDS = "Pasienten er bevisstløs og kan ikke spørres"


@pytest.fixture
async def staff(world):
    for who, place in ((DOCTOR, HERE), (OTHER, THERE)):
        await world.made(
            {
                "resourceType": "PractitionerRole",
                "practitioner": {"reference": who},
                "organization": {"reference": place},
                "code": [{"coding": [{"system": ROLE_SYSTEM, "code": "doctor"}]}],
            }
        )
    return world


def doctor(world):
    return world.client(actor("doctor", Sort.STAFF, reference=DOCTOR, organization=HERE))


def stranger(world):
    return world.client(actor("doctor", Sort.STAFF, reference=OTHER, organization=THERE))


def administrator(world):
    return world.client(actor("administrator", Sort.STAFF, reference="Practitioner/admin", organization=HERE))


def follows(patient, place=HERE):
    return {
        "resourceType": "EpisodeOfCare",
        "status": "active",
        "patient": {"reference": f"Patient/{patient}"},
        "managingOrganization": {"reference": place},
    }


def other(patient):
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "other", "valueReference": {"reference": f"Patient/{patient}"}}],
    }


async def join(world, lead, follower):
    return await administrator(world).post(f"Patient/{lead}/$join", other(follower))


async def part(world, patient):
    return await administrator(world).post(f"Patient/{patient}/$unjoin", None)


@pytest.fixture
async def two(staff):
    """Two Patients; the doctor follows the first alone. An entry of each."""
    world = staff
    lead, follower = [(await world.patient(birthDate="1960-01-01"))["id"] for _ in range(2)]
    await world.made(follows(lead))
    first = (await world.made(world.observation(lead)))["id"]
    second = (await world.made(world.observation(follower)))["id"]
    return lead, follower, first, second


def ids(answer):
    assert answer.status == 200, answer.json
    return {entry["resource"]["id"] for entry in answer.json.get("entry", [])}


async def rows(world):
    """All that opens and closes anybody's record, and the bits of persons."""
    found = {}
    for table in TABLES:
        lines = await world.store.pool.fetch(f"select t::text as line from {table} t order by 1")
        found[table] = [row["line"] for row in lines]
    people = await world.store.pool.fetch(
        "select bucket, person, lead, joined, blocked, opened, held, protected from person order by 1, 2"
    )
    return found | {"person": [tuple(row) for row in people]}


async def test_either_patient_means_the_person_and_entries_keep_their_reference(two, world):
    lead, follower, first, second = two
    gp = doctor(world)
    assert ids(await gp.get(f"Observation?patient={lead}")) == {first}
    assert ids(await gp.get(f"Observation?patient={follower}")) == set()
    before = (await world.system.get(f"Observation/{second}")).body
    assert (await join(world, lead, follower)).status == 200
    for named in (lead, follower, f"Patient/{follower}", f"http://felles.test/fhir/Patient/{lead}"):
        for name in ("patient", "subject"):
            assert ids(await gp.get(f"Observation?{name}={named}")) == {first, second}
        counted = await gp.get(f"Observation?patient={named}&_summary=count")
        assert counted.json["total"] == 2
    for named in (lead, follower):
        whole = await gp.get(f"Patient/{named}/$everything")
        assert {first, second, lead, follower} <= ids(whole)
        assert whole.json["total"] == len(whole.json["entry"])
        assert ids(await gp.get(f"Observation?patient={named}&code=8867-4&_sort=-date")) == {first, second}
    assert (await world.system.get(f"Observation/{second}")).body == before
    assert json.loads(before)["subject"]["reference"] == f"Patient/{follower}"
    for named in (lead, follower):
        page = await world.store.page(
            access.person(
                actor("doctor", Sort.STAFF, reference=DOCTOR, organization=HERE),
                (await world.store.place(f"Patient/{named}"),),
            ),
            (Want("Observation", 10),),
            "overview",
            f"Patient/{named}",
        )
        assert {row.id for row in page.rows[0]} == {first, second}
        assert page.special


async def test_pages_of_a_search_over_joined_patients_neither_repeat_nor_skip(two, world):
    lead, follower, *known = two
    more = [(await world.made(world.observation(p)))["id"] for p in (lead, follower) for _ in range(4)]
    await join(world, lead, follower)
    seen, target = [], f"Observation?patient={follower}&_count=3&_total=accurate"
    while target:
        answer = await doctor(world).get(target)
        assert answer.json["total"] == 10
        seen += [entry["resource"]["id"] for entry in answer.json["entry"]]
        following = [link["url"] for link in answer.json["link"] if link["relation"] == "next"]
        target = following[0].partition("/fhir/")[2] if following else None
    assert sorted(seen) == sorted([*known, *more])


async def test_a_search_for_patients_returns_both(staff, world):
    a = (await world.patient(name=[{"family": "Tofødt"}], birthDate="1980-02-03"))["id"]
    b = (await world.patient(name=[{"family": "Tofødt"}], birthDate="1980-02-03"))["id"]
    await world.made(follows(a))
    await join(world, a, b)
    assert ids(await doctor(world).get("Patient?family=Tof%C3%B8dt&birthdate=1980-02-03")) == {a, b}
    assert ids(await doctor(world).get(f"Patient?_id={b}")) == {b}


async def test_without_a_relation_to_either_nothing_opens(two, world):
    lead, follower, first, second = two
    await join(world, lead, follower)
    for named in (lead, follower):
        assert ids(await stranger(world).get(f"Observation?patient={named}")) == set()
        assert (await stranger(world).get(f"Patient/{named}/$everything")).status == 404
    for entry in (first, second):
        assert (await stranger(world).get(f"Observation/{entry}")).status == 404
        assert (await doctor(world).get(f"Observation/{entry}")).status == 200


async def test_relations_made_afterwards_open_both_and_end_for_both(two, world):
    lead, follower, first, second = two
    await join(world, lead, follower)
    made = await world.made(follows(follower, THERE))
    late = (await world.made(world.observation(follower)))["id"]
    for entry in (first, second, late):
        assert (await stranger(world).get(f"Observation/{entry}")).status == 200
    made["status"] = "entered-in-error"
    assert (await world.system.put(f"EpisodeOfCare/{made['id']}", made)).status == 200
    for entry in (first, second, late):
        assert (await stranger(world).get(f"Observation/{entry}")).status == 404


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_block_on_one_closes_what_lies_with_the_other_and_what_refers_to_it(two, world, when):
    lead, follower, *_ = two
    habit = (await world.made(world.observation(follower, **SOCIAL)))["id"]
    if when == "after":
        await join(world, lead, follower)
    closed = block(lead, **{"class": [{"system": KIND_SYSTEM, "code": "social"}]})
    made = await world.made(closed)
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "x"}}
    report |= {"subject": {"reference": f"Patient/{lead}"}, "result": [{"reference": f"Observation/{habit}"}]}
    told = (await world.made(report))["id"]
    if when == "before":
        await join(world, lead, follower)
    late = (await world.made(world.observation(follower, **SOCIAL)))["id"]
    gp = doctor(world)
    for entry in (f"Observation/{habit}", f"Observation/{late}", f"DiagnosticReport/{told}"):
        assert (await gp.get(entry)).status == 404, entry
    made["status"] = "inactive"
    assert (await world.system.put(f"Consent/{made['id']}", made)).status == 200
    for entry in (f"Observation/{habit}", f"Observation/{late}", f"DiagnosticReport/{told}"):
        assert (await gp.get(entry)).status == 200, entry


async def test_a_block_of_one_entry_may_name_an_entry_of_the_other_patient(two, world):
    lead, follower, first, second = two
    await join(world, lead, follower)
    await world.made(block(lead, data=[item(f"Observation/{second}")]))
    assert (await doctor(world).get(f"Observation/{second}")).status == 404
    assert (await doctor(world).get(f"Observation/{first}")).status == 200


async def test_a_way_in_to_one_is_a_way_in_to_both(two, world):
    lead, follower, first, second = two
    await join(world, lead, follower)
    need = case(follower, "need", reasonCode=coded(OPENING_REASON, "other") | {"text": WORDS})
    who = actor("doctor", Sort.STAFF, reference=OTHER, organization=THERE)
    key = await world.store.place(f"Patient/{follower}")
    change = Change(op="create", type="Task", resource=fhir.decode(json.dumps(need).encode()))
    await world.store.commit(access.case(who, (key,)), [change])
    for entry in (first, second):
        assert (await stranger(world).get(f"Observation/{entry}")).status == 200


async def test_who_acts_for_her_sees_both_by_whichever_patient_each_was_named(two, world):
    lead, follower, first, second = two
    receiver, twin = [(await world.patient(birthDate="1970-01-01"))["id"] for _ in range(2)]
    await world.made(proxy(lead, receiver))
    acting = "select count(*) as many from representation where actor = $1"
    alone = (await world.store.pool.fetch(acting, mark_of(f"Patient/{receiver}")))[0]["many"]
    assert await acts(world, receiver, follower) is None
    await join(world, lead, follower)
    both = (await world.store.pool.fetch(acting, mark_of(f"Patient/{receiver}")))[0]["many"]
    assert both > 2 * alone - 1 > 0  # each key has them, and the Patient of each is among what she sees
    # She who acts is joined as well: either of her Patients acts.
    await join(world, receiver, twin)
    assert await acts(world, twin, follower) == await acts(world, receiver, follower) == {first, second}
    later = await world.patient(birthDate="1950-01-01")
    await world.made(proxy(later["id"], twin))
    theirs = (await world.made(world.observation(later["id"])))["id"]
    assert await acts(world, receiver, later["id"]) == {theirs}
    await part(world, receiver)
    assert await acts(world, twin, follower) is None
    assert await acts(world, receiver, later["id"]) is None


async def acts(world, receiver, patient):
    """The results that `receiver` sees for `patient`; None when she may not act."""
    own = await world.store.place(f"Patient/{receiver}")
    who = actor("citizen", Sort.CITIZEN, reference=f"Patient/{receiver}", keys=(own,), purpose="PATRQT")
    grant = access.represent(who, f"Patient/{patient}", (await world.store.place(f"Patient/{patient}"),))
    try:
        page = await world.store.page(grant, (Want("Observation", 10),), "overview", f"Patient/{patient}")
    except Absent:
        return None
    return {row.id for row in page.rows[0]}


async def test_she_herself_sees_both_and_her_whole_log_whichever_patient_she_signs_in_as(two, world):
    lead, follower, first, second = two
    await join(world, lead, follower)
    for named in (lead, follower):
        keys = await own_keys(world.store, f"Patient/{named}")
        assert keys[0] == await world.store.place(f"Patient/{lead}")
        who = actor("citizen", Sort.CITIZEN, reference=f"Patient/{named}", keys=keys, purpose="PATRQT")
        citizen = world.client(who)
        assert ids(await citizen.get("Observation?code=8867-4")) == {first, second}
        assert ids(await citizen.get(f"Observation?patient={named}")) == {first, second}
        assert (await citizen.get(f"Observation/{second}")).status == 200
        log = await world.store.own_log(access.person(who, keys), 100)
        told = [json.loads(leaf.text) for leaf in log]
        assert [line for line in told if line["act"] == "join"]
        assert {f"Observation/{first}", f"Observation/{second}"} <= {line["what"] for line in told}
    stray = world.client(
        actor("citizen", Sort.CITIZEN, reference="Patient/x", keys=((1, 987654321),), purpose="PATRQT")
    )
    assert (await stray.get(f"Observation/{second}")).status == 404


async def test_what_is_held_back_with_one_is_held_back_of_the_other(two, world):
    lead, follower, _, second = two
    await join(world, lead, follower)
    await world.made(held_back(lead, f"Observation/{second}"))
    keys = (await world.store.place(f"Patient/{lead}"), await world.store.place(f"Patient/{follower}"))
    who = actor("citizen", Sort.CITIZEN, reference=f"Patient/{lead}", keys=keys, purpose="PATRQT")
    assert (await world.client(who).get(f"Observation/{second}")).status == 404
    assert (await doctor(world).get(f"Observation/{second}")).status == 200
    held = await world.store.held(access.person(who, keys), "page:withheld")
    assert len(held) == 1


async def everything_of(world, lead, follower, first, second):
    """Something of every sort, on either."""
    receiver = (await world.patient(birthDate="1970-01-01"))["id"]
    await world.made(follows(follower, THERE))
    await world.made(block(lead, **{"class": [{"system": KIND_SYSTEM, "code": "social"}]}))
    await world.made(block(follower, role="secretary"))
    habit = (await world.made(world.observation(follower, **SOCIAL)))["id"]
    about = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "x"}}
    for patient in (lead, follower):
        subject = {"subject": {"reference": f"Patient/{patient}"}}
        await world.made(about | subject | {"result": [{"reference": f"Observation/{habit}"}]})
    await world.made(held_back(lead, f"Observation/{first}"))
    await world.made(not_to_parents(follower, f"Observation/{second}"))
    await world.made(proxy(lead, receiver))
    await world.made(proxy(receiver, follower))


async def test_parting_restores_both_exactly_as_written(two, world):
    lead, follower, first, second = two
    await everything_of(world, lead, follower, first, second)
    before = await rows(world)
    assert (await join(world, lead, follower)).status == 200
    joined = await rows(world)
    for table in ("relation", "block", "held", "representation", "twin", "person"):
        assert joined[table] != before[table], table
    answer = await part(world, follower)
    assert (answer.status, answer.json) == (200, {"resourceType": "Parameters"})
    assert await rows(world) == before
    # and from the one that leads as well
    await join(world, lead, follower)
    assert await rows(world) == joined
    await part(world, lead)
    assert await rows(world) == before


async def test_what_is_written_meanwhile_is_listed_and_stays_with_the_patient_it_names(two, world):
    lead, follower, first, second = two
    await join(world, lead, follower)
    made = (await world.made(world.observation(follower)))["id"]
    await everything_of(world, lead, follower, first, second)
    answer = await part(world, follower)
    written = [p["valueReference"]["reference"] for p in answer.json["parameter"]]
    assert f"Observation/{made}" in written
    assert f"Observation/{first}" not in written
    assert ids(await doctor(world).get(f"Observation?patient={lead}")) == {first}
    assert made in ids(await world.system.get(f"Observation?patient={follower}"))
    for patient in (lead, follower):
        key = await world.store.place(f"Patient/{patient}")
        for table in ("relation", "block", "held", "opening", "representation"):
            copies = f"select 1 from {table} where bucket = $1 and person = $2 and mirror"
            assert not await world.store.pool.fetch(copies, *key), table


async def test_three_patients_are_one_person_and_one_of_them_is_parted_alone(two, world):
    lead, follower, first, second = two
    third = (await world.patient())["id"]
    last = (await world.made(world.observation(third)))["id"]
    before = await rows(world)
    assert (await join(world, lead, follower)).status == 200
    pair = await rows(world)
    assert (await join(world, lead, third)).status == 200
    for named in (lead, follower, third):
        assert ids(await doctor(world).get(f"Observation?patient={named}")) == {first, second, last}
    await part(world, third)
    assert await rows(world) == pair
    assert ids(await doctor(world).get(f"Observation?patient={follower}")) == {first, second}
    assert ids(await doctor(world).get(f"Observation?patient={third}")) == set()
    await part(world, follower)
    assert await rows(world) == before


async def test_writers_at_once_lose_nothing_and_every_copy_is_there(two, world):
    """Relations, blocks and entries are written to both while they are joined."""
    lead, follower, *_ = two

    async def write(patient):
        made = []
        for number in range(6):
            made.append(await world.system.post("Observation", world.observation(patient)))
            made.append(await world.system.post("EpisodeOfCare", follows(patient, f"Organization/o{number}")))
            made.append(await world.system.post("Consent", block(patient, role="secretary")))
        return made

    answers, joined, *more = await asyncio.gather(
        write(lead), join(world, lead, follower), write(follower), write(lead), write(follower)
    )
    assert joined.status == 200
    assert {answer.status for made in (answers, *more) for answer in made} == {201}
    assert len(ids(await world.system.get(f"Observation?patient={lead}&_count=100"))) == 2 + 24
    keys = [await world.store.place(f"Patient/{p}") for p in (lead, follower)]
    for table in ("relation", "block"):
        found = [
            await world.store.pool.fetch(f"select source, mirror from {table} where bucket = $1 and person = $2", *key)
            for key in keys
        ]
        own = [{r["source"] for r in each if not r["mirror"]} for each in found]
        copies = [{r["source"] for r in each if r["mirror"]} for each in found]
        assert own[0] == copies[1], table
        assert own[1] == copies[0], table
        assert len(own[0]) >= 12
    await part(world, follower)
    assert len(ids(await world.system.get(f"Observation?patient={lead}&_count=100"))) == 1 + 12


async def test_a_person_who_becomes_protected_is_so_with_all_her_patients(two, world):
    lead, follower, _, second = two
    await join(world, lead, follower)
    patient = (await world.system.get(f"Patient/{lead}")).json
    patient["extension"] = [{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]
    patient["address"] = [{"line": ["Skjulveien 7"]}]
    assert (await world.system.put(f"Patient/{lead}", patient)).status == 200
    other_one = (await world.system.get(f"Patient/{follower}")).json | {"address": [{"line": ["Skjulveien 7"]}]}
    assert (await world.system.put(f"Patient/{follower}", other_one)).status == 200
    for named in (lead, follower):
        assert b"Skjulveien" not in (await doctor(world).get(f"Patient/{named}/$everything")).body
        assert b"Skjulveien" in (await world.system.get(f"Patient/{named}")).body
    assert (await doctor(world).get(f"Observation/{second}")).status == 200


async def refused(world, answer, status, code):
    assert answer.status == status, answer.body
    assert [issue[0] for issue in answer.issues] == [code]
    assert not (await world.store.pool.fetch("select 1 from joining where ended is null and by = 'Practitioner/never'"))


async def test_what_cannot_be_joined_is_refused_by_one_clear_sentence(two, world):
    lead, follower, *_ = two
    third, gone = (await world.patient())["id"], (await world.patient())["id"]
    hidden = (await world.patient(extension=[{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]))["id"]
    assert (await world.system.delete(f"Patient/{gone}")).status in (200, 204)
    before = await rows(world)
    await refused(world, await join(world, lead, lead), 422, "business-rule")
    await refused(world, await join(world, lead, "nowhere"), 404, "not-found")
    await refused(world, await join(world, "nowhere", lead), 404, "not-found")
    await refused(world, await join(world, lead, gone), 410, "deleted")
    await refused(world, await join(world, gone, lead), 410, "deleted")
    await refused(world, await join(world, lead, hidden), 422, "business-rule")
    await refused(world, await part(world, lead), 409, "conflict")
    await refused(world, await part(world, "nowhere"), 404, "not-found")
    assert await rows(world) == before
    await join(world, lead, follower)
    joined = await rows(world)
    await refused(world, await join(world, lead, follower), 409, "conflict")
    await refused(world, await join(world, follower, lead), 409, "conflict")
    await refused(world, await join(world, follower, third), 409, "conflict")  # a chain
    await refused(world, await join(world, third, follower), 409, "conflict")
    await refused(world, await join(world, third, lead), 409, "conflict")
    assert await rows(world) == joined
    for body in (None, {"resourceType": "Parameters"}, other(third) | {"resourceType": "Observation"}):
        assert (await administrator(world).post(f"Patient/{lead}/$join", body)).status == 400
    wrong = {"resourceType": "Parameters", "parameter": [{"name": "other", "valueReference": {"reference": "Group/x"}}]}
    await refused(world, await administrator(world).post(f"Patient/{lead}/$join", wrong), 400, "value")
    await part(world, lead)


async def test_only_administrators_join_and_part_and_each_try_has_its_line(two, world):
    lead, follower, *_ = two
    key = await world.store.place(f"Patient/{follower}")
    local = world.client(actor("local-administrator", Sort.STAFF, reference="Practitioner/loc", organization=HERE))
    reviewer = world.client(actor("reviewer", Sort.STAFF, reference="Practitioner/rev", organization=HERE))
    citizen = await world.citizen({"id": lead})
    for client in (doctor(world), local, reviewer, citizen, world.stranger):
        assert (await client.post(f"Patient/{lead}/$join", other(follower))).status == 403
        assert (await client.post(f"Patient/{lead}/$unjoin", None)).status == 403
    assert (await world.nobody.post(f"Patient/{lead}/$join", other(follower))).status == 401

    async def told():
        found = await world.store.pool.fetch(
            "select text from leaf where bucket = $1 and person = $2 order by number", *key
        )
        return [(line["act"], line["outcome"]) for line in (json.loads(row["text"]) for row in found)]

    before = len(await told())
    await join(world, lead, follower)
    await join(world, lead, follower)
    await part(world, follower)
    assert (await told())[before:] == [("join", "written"), ("join", "refused"), ("unjoin", "written")]
    assert (await administrator(world).get(f"Patient/{follower}")).status == 403
