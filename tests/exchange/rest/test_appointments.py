"""A Slot is filled once, whoever books: under the locks of the commit, and by the house whose time it is."""

import asyncio

import pytest
from worlds import actor

from felles.access.actor import Sort
from felles.access.codes import HOME_VISIT, ROLE_SYSTEM

HERE, THERE = "Organization/here", "Organization/there"
DESK, DOCTOR, OTHER = "Practitioner/desk", "Practitioner/doctor", "Practitioner/other"


def role(who, place, code):
    return {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": who},
        "organization": {"reference": place},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": code}]}],
    }


@pytest.fixture
async def book(world):
    """(two persons both houses follow, the doctor's role, her Slots of the next day)."""
    doctor = f"PractitionerRole/{(await world.made(role(DOCTOR, HERE, 'gp')))['id']}"
    await world.made(role(DESK, HERE, "secretary"))
    await world.made(role(OTHER, THERE, "secretary"))
    patients = [await world.patient() for _ in range(2)]
    for patient in patients:
        for place in (HERE, THERE):
            await world.made(
                {
                    "resourceType": "EpisodeOfCare",
                    "status": "active",
                    "patient": {"reference": f"Patient/{patient['id']}"},
                    "managingOrganization": {"reference": place},
                }
            )
    schedule = await world.made({"resourceType": "Schedule", "active": True, "actor": [{"reference": doctor}]})
    slots = [
        await world.made(
            {
                "resourceType": "Slot",
                "schedule": {"reference": f"Schedule/{schedule['id']}"},
                "status": status,
                "start": f"2030-05-06T{hour}:00:00+02:00",
                "end": f"2030-05-06T{hour}:20:00+02:00",
            }
        )
        for hour, status in (("10", "free"), ("11", "free"), ("12", "busy-unavailable"))
    ]
    return patients, doctor, slots


def appointment(patient, doctor, slot, **more):
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": slot["start"],
        "end": slot["end"],
        "slot": [{"reference": f"Slot/{slot['id']}"}],
        "participant": [
            {"actor": {"reference": f"Patient/{patient['id']}"}, "status": "accepted"},
            {"actor": {"reference": doctor}, "status": "accepted"},
        ],
        **more,
    }


def desk(world, who=DESK, place=HERE):
    return world.client(actor("secretary", Sort.STAFF, reference=who, organization=place))


async def test_of_two_at_one_slot_the_second_is_refused_whole(world, book):
    (one, two), doctor, (slot, other, _) = book
    client = desk(world)
    both = await asyncio.gather(*(client.post("Appointment", appointment(each, doctor, slot)) for each in (one, two)))
    assert sorted(answer.status for answer in both) == [201, 409]
    first = next(answer.json for answer in both if answer.status == 201)
    # A bundle that takes a free one as well is refused whole.
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": appointment(two, doctor, each), "request": {"method": "POST", "url": "Appointment"}}
            for each in (other, slot)
        ],
    }
    assert (await client.post("", bundle)).status == 409
    assert (await client.get(f"Appointment?slot=Slot/{other['id']}")).json.get("entry", []) == []
    # Called off, it is free again; and who had it does not get it back by standing up once more.
    off = first | {"status": "cancelled"}
    assert (await client.put(f"Appointment/{first['id']}", off)).status == 200
    assert (await client.post("Appointment", appointment(two, doctor, slot))).status == 201
    again = await client.put(f"Appointment/{first['id']}", first)
    assert again.status == 409


async def test_one_gives_it_up_as_another_takes_it(world, book):
    (one, two), doctor, (slot, other, _) = book
    client = desk(world)
    first = (await client.post("Appointment", appointment(one, doctor, slot))).json
    second = (await client.post("Appointment", appointment(two, doctor, other))).json
    swapped = [
        first | {name: second[name] for name in ("slot", "start", "end")},
        second | {name: first[name] for name in ("slot", "start", "end")},
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": each, "request": {"method": "PUT", "url": f"Appointment/{each['id']}"}} for each in swapped
        ],
    }
    answer = await client.post("", bundle)
    assert answer.status == 200, answer.json


@pytest.mark.parametrize(
    ("which", "more", "status"),
    [
        (0, {}, 201),
        (0, {"start": "2030-05-06T09:00:00+02:00"}, 422),
        (2, {}, 409),
        (None, {}, 409),
    ],
)
async def test_only_a_time_that_was_laid_out_is_booked(world, book, which, more, status):
    (one, _), doctor, slots = book
    slot = slots[which] if which is not None else slots[0] | {"id": "nowhere"}
    client = desk(world)
    assert (await client.post("Appointment", appointment(one, doctor, slot, **more))).status == status


async def test_a_time_is_given_by_the_house_whose_it_is(world, book):
    (one, _), doctor, (slot, *_) = book
    client = desk(world, OTHER, THERE)
    assert (await client.post("Appointment", appointment(one, doctor, slot))).status == 403
    client = desk(world)
    assert (await client.post("Appointment", appointment(one, doctor, slot))).status == 201


async def test_what_is_booked_is_changed_by_the_house_whose_time_it_is_and_by_no_other(world, book):
    (one, _), doctor, (slot, other, _) = book
    made = (await desk(world).post("Appointment", appointment(one, doctor, slot))).json
    target = f"Appointment/{made['id']}"
    theirs = world.client(actor("system", Sort.SYSTEM, organization=THERE))
    moved = {name: appointment(one, doctor, other)[name] for name in ("slot", "start", "end")}
    for client in (desk(world, OTHER, THERE), theirs):
        assert (await client.get(target)).status == 200, "it follows the person, and sees it"
        for change in ({"status": "cancelled"}, {"status": "arrived"}, moved):
            assert (await client.put(target, made | change)).status == 403
    ours = world.client(actor("system", Sort.SYSTEM, organization=HERE))
    assert (await ours.put(target, made | {"status": "arrived"})).status == 200
    assert (await desk(world).put(target, made | {"status": "cancelled"})).status == 200
    # What fills no time is nobody's book: who follows the person may write it.
    free = {key: value for key, value in appointment(one, doctor, slot).items() if key != "slot"}
    made = (await desk(world).post("Appointment", free)).json
    answer = await desk(world, OTHER, THERE).put(f"Appointment/{made['id']}", made | {"status": "cancelled"})
    assert answer.status == 200


async def test_a_slot_that_is_filled_is_not_said_to_be_free_nor_laid_elsewhere(world, book):
    (one, two), doctor, (slot, other, _) = book
    client, keeper, path = desk(world), world.system, f"Slot/{slot['id']}"
    assert (await keeper.put(path, slot | {"comment": "Dagtid"})).status == 200, "nobody has it"
    booked = (await client.post("Appointment", appointment(one, doctor, slot))).json
    laid = (await keeper.get(path)).json
    later = {"start": "2030-05-06T10:10:00+02:00", "end": "2030-05-06T10:30:00+02:00"}
    for refused in (laid, laid | {"comment": "Ledig"}, laid | {"status": "busy"} | later):
        answer = await keeper.put(path, refused)
        assert answer.status == 409, refused
        assert "is filled by an appointment" in answer.json["issue"][0]["diagnostics"]
    assert (await keeper.delete(path)).status == 409
    assert (await client.put(path, laid)).status == 403, "who books lays out no times"
    assert (await keeper.get(path)).json == laid, "nothing of it was written"
    assert (await keeper.put(f"Slot/{other['id']}", other | later)).status == 200, "this one is free"

    busy = await keeper.put(path, laid | {"status": "busy"})
    assert busy.status == 200, "nobody else is given it"
    assert (await client.put(f"Appointment/{booked['id']}", booked | {"status": "arrived"})).status == 200
    off = (await keeper.get(f"Appointment/{booked['id']}")).json | {"status": "cancelled"}
    entries = [(f"Appointment/{booked['id']}", off), (path, busy.json | {"status": "free"})]
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": each, "request": {"method": "PUT", "url": url}} for url, each in entries],
    }
    answer = await keeper.post("", bundle)
    assert answer.status == 200, answer.json
    assert (await client.post("Appointment", appointment(two, doctor, slot))).status == 201


GOES, COLLEAGUE, PHARMACIST = "Practitioner/goes", "Practitioner/colleague", "Practitioner/pharmacist"


def at_home(patient, who, **more):
    made = {
        "resourceType": "Appointment",
        "status": "booked",
        "serviceCategory": [{"coding": [{"system": HOME_VISIT[0], "code": HOME_VISIT[1]}]}],
        "description": "Morgenstell",
        "start": "2026-01-15T08:00:00+01:00",
        "end": "2026-01-15T08:30:00+01:00",
        "participant": [
            {"actor": {"reference": f"Patient/{patient['id']}"}, "status": "accepted"},
            {"actor": {"reference": who}, "status": "accepted"},
        ],
    }
    return made | more


async def test_who_gives_no_times_tells_of_the_visits_of_her_unit_and_changes_nothing_else(world, book):
    (one, _), *_ = book
    staff = (
        ("home-nurse", GOES, HERE),
        ("care-worker", COLLEAGUE, HERE),
        ("care-worker", OTHER, THERE),
        ("pharmacist", PHARMACIST, HERE),
    )
    nurse, worker, stranger, pharmacist = [
        world.client(actor(code, Sort.STAFF, reference=who, organization=place)) for code, who, place in staff
    ]
    for code, who, place in staff:
        await world.made(role(who, place, code))
    visits = [(await nurse.post("Appointment", at_home(one, GOES))).json for _ in range(2)]
    plain = (await nurse.post("Appointment", at_home(one, GOES, serviceCategory=[{"text": "Kontor"}]))).json
    visit, missed = visits

    def told(entry, **more):
        return f"Appointment/{entry['id']}", entry | {"status": "fulfilled"} | more

    assert (await worker.post("Appointment", at_home(one, COLLEAGUE))).status == 403, "she sets up none"
    for refused in (
        told(visit, status="cancelled"),
        told(visit, start="2026-01-15T07:00:00+01:00"),
        told(visit, description="Kveldsstell"),
        told(visit, status="booked", description="Kveldsstell"),
        told(visit, participant=[*visit["participant"], {"actor": {"reference": COLLEAGUE}, "status": "accepted"}]),
        told(visit, meta=visit["meta"] | {"security": [{"code": "R"}]}),
        told(plain),
    ):
        assert (await worker.put(*refused)).status == 403, refused
    assert (await worker.delete(f"Appointment/{visit['id']}")).status == 403
    for other in (stranger, pharmacist):
        assert (await other.get(f"Patient/{one['id']}")).status == 200, "the record is open to her"
        assert (await other.put(*told(visit))).status == (403 if other is stranger else 404)
    assert (await nurse.get(f"Appointment/{visit['id']}")).json == visit, "nothing of it was written"
    done = await worker.put(*told(visit))
    assert (done.status, done.json["status"]) == (200, "fulfilled")
    assert (await worker.put(*told(missed, status="noshow"))).status == 200
    assert (await worker.put(*told(done.json, status="noshow"))).status == 403, "what was told is not told anew"
    assert (await nurse.put(*told(plain))).status == 200, "who gives times tells of any"
