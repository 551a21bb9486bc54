"""What a plan rests on is looked at when it is written: of those who claim one id at once each finds what is there."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest
from worlds import World, opened

from felles import fhir
from felles.access.open import maintenance
from felles.record.changes import Change, Source
from felles.record.clock import FOREVER
from felles.record.locate import Locator

pytestmark = [pytest.mark.store, pytest.mark.slow]

_serial = itertools.count(1)


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """An id from outside that nobody has used."""
    return f"{request.node.originalname.replace('_', '-')[:40]}-{next(_serial)}"


def put(world: World, name: str, **headers: str) -> Any:
    return world.system.put(f"Patient/{name}", {"resourceType": "Patient", "id": name}, **headers)


def put_seen(world: World, name: str, patient: str, **more: Any) -> Any:
    """PUT of a measurement under an id from outside."""
    return world.system.put(f"Observation/{name}", world.observation(patient, id=name, **more))


async def seen(world: World, patient: str) -> int:
    return (await world.system.get(f"Observation?patient={patient}&_total=accurate")).json["total"]


async def alive(world: World, name: str) -> int:
    query = "select 1 from entry where id = $1 and form = 0 and state = 0 and not deleted"
    return len(await world.store.pool.fetch(query, name))


async def waiting(committer: Any, many: int) -> None:
    """Return when so many commits wait for a writer."""
    for _ in range(1000):
        if len(committer._queue) == many:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(committer._queue)


async def test_what_comes_before_its_patient_lies_with_one_person(world: World, name: str):
    made = await asyncio.gather(*(world.system.post("Observation", world.observation(name)) for _ in range(8)))
    assert [answer.status for answer in made] == [201] * 8
    assert (await put(world, name)).status == 201
    assert await seen(world, name) == 8


async def test_a_patient_who_comes_beside_what_is_about_her_is_she(world: World, name: str):
    for turn in range(5):
        patient = f"{name}-{turn}"
        posts = [world.system.post("Observation", world.observation(patient)) for _ in range(3)]
        made = await asyncio.gather(*posts[:2], put(world, patient), *posts[2:])
        assert [answer.status for answer in made] == [201] * 4
        assert (await world.system.get(f"Patient/{patient}")).status == 200
        assert await seen(world, patient) == 3


async def test_who_may_not_make_persons_reserves_none(world: World, name: str):
    made = await asyncio.gather(*(world.stranger.post("Observation", world.observation(name)) for _ in range(3)))
    assert [answer.status for answer in made] == [403] * 3
    assert await world.store.pool.fetch("select 1 from directory where id = $1", name) == []


async def test_one_id_is_of_one_person(world: World, name: str):
    one, other = [(await world.patient())["id"] for _ in range(2)]
    for turn in range(5):
        key = f"{name}-{turn}"
        made = await asyncio.gather(*(put_seen(world, key, each) for each in (one, other) * 3))
        assert sorted(answer.status for answer in made) == [200, 200, 201, 409, 409, 409]
        assert await alive(world, key) == 1
        assert (await world.system.get(f"Observation/{key}")).json["meta"]["versionId"] == "1"
    assert await seen(world, one) + await seen(world, other) == 5


async def test_of_those_who_make_the_same_the_first_does_and_the_others_change_it(world: World, name: str):
    patient = (await world.patient())["id"]
    for turn in range(5):
        key = f"{name}-{turn}"
        made = await asyncio.gather(
            *(put_seen(world, key, patient, status=each) for each in ("final", "amended", "preliminary"))
        )
        assert sorted(answer.status for answer in made) == [200, 200, 201]
        assert await alive(world, key) == 1
        assert (await world.system.get(f"Observation/{key}")).json["meta"]["versionId"] == "3"


async def test_entries_that_refer_to_each_other_do_so_when_they_are_planned_again(world: World, name: str):
    def transaction() -> dict[str, Any]:
        visit = f"urn:uuid:{uuid.uuid4()}"
        encounter = {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "subject": {"reference": f"Patient/{name}"},
        }
        measured = world.observation(name, encounter={"reference": visit})
        entries = [
            {"fullUrl": visit, "resource": encounter, "request": {"method": "POST", "url": "Encounter"}},
            {"resource": measured, "request": {"method": "POST", "url": "Observation"}},
        ]
        return {"resourceType": "Bundle", "type": "transaction", "entry": entries}

    made = await asyncio.gather(*(world.system.post("", transaction()) for _ in range(4)))
    assert [answer.status for answer in made] == [200] * 4
    assert (await put(world, name)).status == 201
    found = (await world.system.get(f"Observation?patient={name}")).json["entry"]
    visits = {each["resource"]["encounter"]["reference"] for each in found}
    assert len(visits) == 4
    assert [(await world.system.get(each)).status for each in visits] == [200] * 4


async def test_imports_beside_each_other_meet_in_one_person(world: World, name: str):
    grant = maintenance("tests", until=FOREVER)

    def changes(part: int) -> list[Change]:
        made: list[Change] = []
        for number in range(20):
            key = f"{name}-{part}-{number}"
            resource = fhir.decode(msgspec.json.encode(world.observation(f"{name}-{number % 4}", id=key)))
            source = Source(digest=key.encode(), time=None)
            made.append(Change(op="update", type="Observation", id=key, resource=resource, source=source))
        return made if part % 2 else made[::-1]

    commits = (world.store.commit(grant, changes(part), act="import", historic=True) for part in range(4))
    assert {each.outcome for results in await asyncio.gather(*commits) for each in results} == {"created"}
    for number in range(4):
        assert (await put(world, f"{name}-{number}")).status == 201
        assert await seen(world, f"{name}-{number}") == 20


async def test_who_is_met_each_time_is_told_so_and_leaves_nothing(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
):
    assert (await world.system.post("Observation", world.observation(name))).status == 201

    async def none(*_: Any) -> dict[str, Any]:
        return {}

    with monkeypatch.context() as never:
        never.setattr(Locator, "find", none)
        refused = await world.system.post("Observation", world.observation(name))
    assert (refused.status, refused.issues) == (409, [("conflict", None)])
    assert await world.store.pool.fetch("select 1 from person p where p.reserved and not exists "
        "(select 1 from directory y where y.bucket = p.bucket and y.person = p.person)") == []  # fmt: skip
    assert (await world.system.post("Observation", world.observation(name))).status == 201


async def test_what_was_to_be_made_is_not_made_of_what_a_neighbour_found(
    world: World, record_database: Any, tmp_path: Path, name: str
):
    """Planned while it was not here, and carried out beside the refused change of one who has seen it since."""
    patient = (await world.patient())["id"]
    path = f"Observation/{name}"
    committer = world.store._committer
    committer._running = committer._width  # as if all were busy: what comes now waits
    first = asyncio.create_task(
        world.system.put(path, world.observation(patient, id=name, status="amended"), if_none_match="*")
    )
    await waiting(committer, 1)
    async with opened(record_database.url, tmp_path) as other:
        assert (await put_seen(other, name, patient)).status == 201
    late = asyncio.create_task(world.system.put(path, world.observation(patient, id=name), if_match='W/"9"'))
    await waiting(committer, 2)
    committer._running = 1
    await committer._work()
    assert [(await each).status for each in (first, late)] == [412, 412]
    stands = (await world.system.get(path)).json
    assert (stands["meta"]["versionId"], stands["status"]) == ("1", "final")
