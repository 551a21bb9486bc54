"""Who may see what, through the store: each allow has its deny twin on the same region."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from felles import access, fhir
from felles.access.actor import Actor, Sort
from felles.demo import region
from felles.demo.fill import state_of
from felles.demo.places import CLINIC, GP_OFFICE, HOSPITAL, ORGANISATIONS, STAFF, WARD, cast_places
from felles.record.changes import Change
from felles.record.errors import Absent, Forbidden

OFFICE = {key for key, staff in STAFF.items() if staff.organisation == GP_OFFICE}
PERSON_TYPES = ("Patient", "Composition", "Appointment", "MedicationRequest", "Observation", "Encounter", "Condition")


@pytest.fixture
async def lives(store):
    """The lives in the database, by the key of their person."""
    state = await state_of(store)
    assert state is not None
    made = region.lives(state.seed, date.fromisoformat(state.day), state.people)
    return {life.person.key: life for life in made}


def one(life, type_name):
    return next(r["id"] for _, r in life.entries if r["resourceType"] == type_name)


async def sees(store, grant, life, type_name):
    try:
        row = await store.read(grant, type_name, one(life, type_name))
    except Absent:
        return False
    return row.body != ""


async def seen(store, grant, life):
    """The types of `PERSON_TYPES` in this life of which the reader sees the first."""
    there = {r["resourceType"] for _, r in life.entries}
    return {name for name in PERSON_TYPES if name in there and await sees(store, grant, life, name)}


async def opening(store, actor, life):
    return access.person(actor, (await store.place(life.person.reference),), "Prøve")


def at(actor, staff, unit=None, role=None):
    """The same actor as somebody else of the staff."""
    who = STAFF[staff]
    return replace(
        actor,
        reference=who.practitioner,
        name=who.full_name,
        role_code=role or who.role,
        organization=ORGANISATIONS[unit or who.organisation].reference,
    )


@pytest.mark.store
async def test_a_gp_sees_her_list_and_nobody_elses(store, act_as, lives):
    gp = await act_as("fastlege")
    for life in lives.values():
        grant = await opening(store, gp, life)
        listed = life.person.gp in OFFICE
        assert await sees(store, grant, life, "Patient") is listed
    assert {life.person.gp in OFFICE for life in lives.values()} == {True, False}


async def test_a_hidden_record_and_none_answer_alike(store, act_as, lives):
    gp = await act_as("fastlege")
    hidden = next(life for life in lives.values() if life.person.gp not in OFFICE)
    said = []
    for resource_id in (hidden.person.id, "x" + "0" * 26):
        with pytest.raises(Absent) as caught:
            await store.read(access.everyone(gp), "Patient", resource_id)
        said.append(str(caught.value).replace(resource_id, "ID"))
    assert said[0] == said[1]


async def test_a_secretary_sees_appointments_and_no_notes_results_or_medicines(store, act_as, lives):
    secretary = await act_as("sekretar")
    ida = lives["ida"]
    found = await seen(store, await opening(store, secretary, ida), ida)
    assert found == {"Patient", "Appointment", "Encounter"}
    gp = await act_as("fastlege")
    assert found < await seen(store, await opening(store, gp, ida), ida)


async def test_a_pharmacist_with_a_task_sees_medicines_and_no_notes(store, act_as, lives):
    pharmacist = await act_as("farmasoyt")
    grant = await opening(store, pharmacist, lives["olav"])
    found = await seen(store, grant, lives["olav"])
    assert {"MedicationRequest", "Observation", "Condition", "Encounter"} <= found
    assert "Composition" not in found
    assert await seen(store, await opening(store, pharmacist, lives["ida"]), lives["ida"]) == set()


@pytest.mark.parametrize("persona", ["sykehuslege", "sykepleier", "hjemmesykepleier"])
async def test_ward_and_home_care_see_whom_they_follow_and_nobody_else(store, act_as, lives, persona):
    actor = await act_as(persona)
    assert await sees(store, await opening(store, actor, lives["olav"]), lives["olav"], "Composition")
    assert not await sees(store, await opening(store, actor, lives["ida"]), lives["ida"], "Patient")


async def test_other_units_of_the_hospital_do_not_see_the_ward(store, act_as, lives):
    nurse = await act_as("sykepleier")
    maternity = at(nurse, "kristin")
    assert maternity.organization == ORGANISATIONS[HOSPITAL].reference
    olav, ida = lives["olav"], lives["ida"]
    assert not await sees(store, await opening(store, maternity, olav), olav, "Patient")
    assert await sees(store, await opening(store, maternity, ida), ida, "Patient")


async def test_one_role_at_a_time(store, act_as, lives):
    """Jonas staffs the ward as a doctor: signed in for the hospital in another role, he does not reach it."""
    doctor = await act_as("sykehuslege")
    olav = lives["olav"]
    assert await sees(store, await opening(store, doctor, olav), olav, "Patient")
    otherwise = replace(doctor, role_code="nurse")
    assert not await sees(store, await opening(store, otherwise, olav), olav, "Patient")


async def test_one_organisation_at_a_time(store, act_as, lives):
    gp = await act_as("fastlege")
    elsewhere = replace(gp, organization=ORGANISATIONS[CLINIC].reference)
    assert not await sees(store, await opening(store, elsewhere, lives["ida"]), lives["ida"], "Patient")


async def test_a_citizen_sees_her_own_record_and_no_other(store, act_as, lives):
    ida = await act_as("gravid")
    own = await opening(store, ida, lives["ida"])
    assert await sees(store, own, lives["ida"], "Composition")
    for life in lives.values():
        if life.person.key != "ida":
            assert not await sees(store, await opening(store, ida, life), life, "Patient")


async def test_an_administrator_of_access_opens_no_record(store, act_as, lives):
    administrator = await act_as("administrator")
    for life in lives.values():
        assert await seen(store, await opening(store, administrator, life), life) == set()


async def test_a_mothers_own_grant_does_not_open_her_child(store, act_as, lives):
    """She acts for a child by a Grant of that kind alone (tests/care/test_acting.py)."""
    mother = await act_as("forelder")
    assert not await sees(store, await opening(store, mother, lives["elias"]), lives["elias"], "Patient")


async def test_an_admission_closes_some_days_after_it_ended(store, act_as, lives):
    """And the tasks that the ward still had for him, since those are a basis of their own."""
    olav = lives["olav"]
    ward = ORGANISATIONS[WARD].reference
    stay = next(r for _, r in olav.entries if r["resourceType"] == "Encounter" and r["status"] == "in-progress")
    ended = stay | {"status": "finished", "period": stay["period"] | {"end": moment(store, 0)}}
    tasks = [r for _, r in olav.entries if r["resourceType"] == "Task" and r["owner"]["reference"] == ward]
    assert tasks
    operator = access.maintenance("test", until=store.clock.real() + 10**9)
    after = [ended, *(task | {"status": "completed"} for task in tasks)]
    await store.commit(operator, [update(resource) for resource in after])
    nurse = await act_as("sykepleier")
    assert await sees(store, await opening(store, nurse, olav), olav, "Composition")
    store.clock.clinically = 31 * 86_400 * 1_000_000
    assert not await sees(store, await opening(store, nurse, olav), olav, "Composition")
    store.clock.clinically = 0
    await store.commit(operator, [update(resource) for resource in (stay, *tasks)])


async def test_a_gp_list_entry_opens_only_when_a_register_writes_it(store, act_as, lives):
    """A nurse in home care follows Olav, and puts him on the other GP's list: that opens nothing."""
    nurse = await act_as("hjemmesykepleier")
    other_gp = at(await act_as("fastlege"), "ola")
    olav = lives["olav"]
    taken = struct(gp_list(olav, "ola"))
    grant = await opening(store, nurse, olav)
    (made,) = await store.commit(grant, [Change(op="create", type="EpisodeOfCare", resource=taken)])
    assert not await sees(store, await opening(store, other_gp, olav), olav, "Patient")
    operator = access.maintenance("register", until=store.clock.real() + 10**9)
    again = Change(op="update", type="EpisodeOfCare", id=made.id, resource=struct(gp_list(olav, "ola")))
    await store.commit(operator, [again])
    assert await sees(store, await opening(store, other_gp, olav), olav, "Patient")
    await store.commit(operator, [Change(op="delete", type="EpisodeOfCare", id=made.id)])
    assert not await sees(store, await opening(store, other_gp, olav), olav, "Patient")


async def test_a_role_that_ends_takes_its_openings_with_it(store, act_as, lives):
    midwife = await act_as("jordmor")
    ida = lives["ida"]
    assert await sees(store, await opening(store, midwife, ida), ida, "Patient")
    role = next(r for r in cast_places(date(2026, 2, 1)) if f"PractitionerRole/{r['id']}" == STAFF["synne"].reference)
    operator = access.maintenance("register", until=store.clock.real() + 10**9)
    over = role | {"period": {"start": "2020-01-01", "end": "2025-12-31"}}
    await store.commit(operator, [role_change(over)])
    assert not await sees(store, await opening(store, midwife, ida), ida, "Patient")
    await store.commit(operator, [role_change(role)])
    assert await sees(store, await opening(store, midwife, ida), ida, "Patient")


async def test_staff_make_no_roles(store, act_as):
    """Roles belong to nobody: who may not maintain those cannot give herself one."""
    nurse = await act_as("sykepleier")
    role = next(r for r in cast_places(date(2026, 2, 1)) if r["resourceType"] == "PractitionerRole")
    for actor in (nurse, await act_as("fastlege"), await act_as("gravid")):
        with pytest.raises(Forbidden):
            await store.commit(access.everyone(actor), [role_change(role)])


async def test_a_system_client_sees_its_organisations_persons_alone(store, lives):
    client = Actor(
        sort=Sort.SYSTEM,
        reference="Device/c",
        name="Timebok",
        role_code="system",
        organization=ORGANISATIONS[GP_OFFICE].reference,
        until=store.clock.real() + 10**9,
        client="Timebok",
    )
    for life in lives.values():
        listed = life.person.gp in OFFICE
        assert await sees(store, access.system(client), life, "Patient") is listed


async def test_a_grant_that_is_over_opens_nothing(store, act_as, lives):
    gp = await act_as("fastlege")
    over = replace(gp, until=store.clock.real())
    assert await sees(store, await opening(store, gp, lives["ida"]), lives["ida"], "Patient")
    assert not await sees(store, await opening(store, over, lives["ida"]), lives["ida"], "Patient")


async def test_each_look_leaves_a_line_that_says_who_and_why(store, act_as, lives):
    gp = await act_as("fastlege")
    key = await store.place(lives["ida"].person.reference)
    await sees(store, access.person(gp, (key,), "Svangerskapskontroll"), lives["ida"], "Composition")
    rows = await store.pool.fetch(
        "select text from leaf where bucket = $1 and person = $2 order by number desc limit 1", *key
    )
    line = msgspec.json.decode(rows[0]["text"])
    assert line["who"]["name"] == "Ingrid Haugan"
    assert line["who"]["organization"] == "Fjordgløtt legekontor"
    assert line["who"]["reason"] == "Svangerskapskontroll"
    assert line["outcome"] == "released"
    assert lives["ida"].person.number not in rows[0]["text"]


def struct(resource):
    return fhir.decode(msgspec.json.encode(resource))


def update(resource):
    return Change(op="update", type=resource["resourceType"], id=resource["id"], resource=struct(resource))


def role_change(role):
    return Change(op="update", type="PractitionerRole", id=role["id"], resource=struct(role))


def gp_list(life, gp):
    from felles.demo.planned import episode

    office = ORGANISATIONS[STAFF[gp].organisation]
    made = episode(life.person, "gp-list", "Fastlegeliste", office, STAFF[gp], date(2024, 1, 1))
    return {key: value for key, value in made.items() if key != "id"}


def moment(store, days):
    now = datetime.fromtimestamp(store.clock.real() / 1e6, UTC) + timedelta(days=days)
    return now.isoformat(timespec="seconds")
