"""A Slot is filled once, whoever books: under the locks of the commit, and by the house whose time it is."""

import asyncio

import pytest
from worlds import actor

from felles.access.actor import Sort
from felles.access.codes import ROLE_SYSTEM

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
    assert answer.status == 200, answer.text


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
