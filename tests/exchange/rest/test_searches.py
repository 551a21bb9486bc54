"""search, $everything and metadata over HTTP, on a real store. What a search means: tests/record/find."""

import asyncio
import random
import uuid

import msgspec
import pytest

from felles.exchange.rest.interactions import ANSWERS, DECLARED
from felles.exchange.rest.routing import _SHAPES, NO_ENDPOINT
from felles.record.numbers import TYPES


def link(bundle, relation):
    return next((entry["url"] for entry in bundle["link"] if entry["relation"] == relation), "")


async def _observations(world, patient, number):
    return [
        await world.made(world.observation(patient["id"], effectiveDateTime=f"2026-05-{day:02}"))
        for day in range(1, number + 1)
    ]


async def test_a_search_gives_rows_as_they_lie(world):
    patient = await world.patient()
    made = await _observations(world, patient, 2)
    answer = await world.system.get(f"Observation?subject=Patient/{patient['id']}&code=8867-4")
    assert (answer.status, answer.json["type"]) == (200, "searchset")
    assert {e["resource"]["id"] for e in answer.json["entry"]} == {o["id"] for o in made}
    assert all(e["search"]["mode"] == "match" for e in answer.json["entry"])
    first = answer.json["entry"][0]
    assert first["fullUrl"] == f"http://felles.test/fhir/Observation/{first['resource']['id']}"
    assert link(answer.json, "self").startswith("http://felles.test/fhir/Observation?subject=Patient/")
    assert msgspec.json.encode(first["resource"]) in msgspec.json.encode(answer.json)


async def test_a_form_searches_as_a_query_does(world):
    patient = await world.patient()
    await _observations(world, patient, 1)
    form = f"subject=Patient/{patient['id']}".encode()
    posted = await world.system("POST", "Observation/_search", form, content_type="application/x-www-form-urlencoded")
    got = await world.system.get(f"Observation?subject=Patient/{patient['id']}")
    assert posted.status == 200
    assert posted.body == got.body


async def test_letters_that_nobody_escaped_are_read(world):
    patient = await world.patient(name=[{"family": "Sæterbø"}])
    raw = await world.system.get("Patient?family=Sæterbø".encode().decode("latin-1"))
    assert [e["resource"]["id"] for e in raw.json["entry"]] == [patient["id"]]
    assert link(raw.json, "self").endswith("Patient?family=S%C3%A6terb%C3%B8")
    escaped = await world.system.get("Patient?family=S%C3%A6terb%C3%B8")
    assert escaped.body == raw.body


async def test_pages_follow_each_other_from_one_snapshot(world):
    patient = await world.patient()
    made = await _observations(world, patient, 5)
    answer = await world.system.get(f"Observation?subject=Patient/{patient['id']}&_sort=date&_count=2")
    await world.made(world.observation(patient["id"], effectiveDateTime="2026-05-02T12:00:00Z"))
    seen = [e["resource"]["id"] for e in answer.json["entry"]]
    while following := link(answer.json, "next"):
        assert patient["id"] not in following
        answer = await world.system.get(following.removeprefix("http://felles.test/fhir/"))
        assert answer.status == 200, answer.json
        seen += [e["resource"]["id"] for e in answer.json["entry"]]
    assert seen == [o["id"] for o in made]


async def test_a_page_link_is_its_readers_alone(world):
    patient = await world.patient()
    await _observations(world, patient, 3)
    answer = await world.system.get(f"Observation?subject=Patient/{patient['id']}&_count=1")
    following = link(answer.json, "next").removeprefix("http://felles.test/fhir/")
    assert (await world.stranger.get(following)).status == 400
    assert (await world.system.get(following)).status == 200
    assert (await world.system.get(f"Condition?{following.partition('?')[2]}")).status == 400


async def test_what_is_hidden_is_not_found_counted_or_included(world):
    patient = await world.patient()
    await _observations(world, patient, 2)
    query = f"Observation?subject=Patient/{patient['id']}"
    counted = (await world.system.get(f"{query}&_summary=count")).json
    assert (counted["total"], "entry" in counted) == (2, False)
    hidden = (await world.stranger.get(f"{query}&_summary=count")).json
    assert hidden["total"] == 0
    assert "entry" not in (await world.stranger.get(f"{query}&_include=Observation:subject")).json
    included = (await world.system.get(f"{query}&_include=Observation:subject")).json
    assert [e["search"]["mode"] for e in included["entry"]] == ["match", "match", "include"]


async def test_lenient_clients_are_told_what_was_used(world):
    patient = await world.patient()
    query = f"Observation?subject=Patient/{patient['id']}&colour=red"
    assert (await world.system.get(query)).status == 400
    lenient = await world.system.get(query, prefer="handling=lenient")
    assert lenient.status == 200
    assert "colour" not in link(lenient.json, "self")


async def test_everything_is_one_persons_whole_record(world):
    patient, other = await world.patient(), await world.patient()
    made = await _observations(world, patient, 3)
    await _observations(world, other, 1)
    answer = await world.system.get(f"Patient/{patient['id']}/$everything")
    assert {e["resource"]["id"] for e in answer.json["entry"]} == {patient["id"], *(o["id"] for o in made)}
    assert answer.json["total"] == 4
    narrowed = await world.system.get(f"Patient/{patient['id']}/$everything?_type=Patient")
    assert [e["resource"]["id"] for e in narrowed.json["entry"]] == [patient["id"]]
    posted = await world.system.post(
        f"Patient/{patient['id']}/$everything",
        {"resourceType": "Parameters", "parameter": [{"name": "_type", "valueString": "Patient"}]},
    )
    assert posted.json["total"] == 1
    future = "2999-01-01T00:00:00Z"
    assert (await world.system.get(f"Patient/{patient['id']}/$everything?_since={future}")).json["total"] == 0
    assert (await world.stranger.get(f"Patient/{patient['id']}/$everything")).status == 404
    citizen = await world.citizen(patient)
    assert (await citizen.get(f"Patient/{patient['id']}/$everything")).json["total"] == 4
    assert (await citizen.get(f"Patient/{other['id']}/$everything")).status == 404


async def test_the_statement_says_what_is_served_and_nothing_else(world):
    answer = await world.nobody("GET", "metadata")
    assert answer.status == 200
    statement = answer.json
    assert (statement["resourceType"], statement["fhirVersion"], statement["format"]) == (
        "CapabilityStatement",
        "4.0.1",
        ["json"],
    )
    (rest,) = statement["rest"]
    resources = {r["type"]: r for r in rest["resource"]}
    assert set(resources) == set(TYPES) - NO_ENDPOINT
    codes = {i["code"] for i in resources["Observation"]["interaction"]}
    assert codes == {code for i in DECLARED for code in i.on_type}
    assert {i["code"] for i in rest["interaction"]} == {"batch", "transaction", "history-system"}
    assert [o["name"] for o in resources["Patient"]["operation"]] == ["everything", "join", "unjoin", "move"]
    assert [o["name"] for o in resources["Observation"]["operation"]] == ["move"]
    assert "operation" not in resources["Organization"]
    kinds = {p["name"]: p["type"] for p in resources["Observation"]["searchParam"]}
    assert kinds["code"] == "token"
    assert "composite" not in kinds.values()
    assert {name for methods in _SHAPES.values() for name in methods.values()} == set(ANSWERS)


async def test_every_declared_parameter_is_understood(world):
    """A capability statement that lists a parameter which then gets 400 would be a lie."""
    patient = await world.patient()
    values = {"token": "a", "string": "a", "date": "2026", "number": "1", "quantity": "1", "uri": "http://a.example"}
    values["reference"] = f"Patient/{patient['id']}"
    statement = (await world.nobody("GET", "metadata")).json
    for resource in statement["rest"][0]["resource"]:
        if resource["type"] not in ("Patient", "Observation", "Encounter", "Condition", "MedicationRequest"):
            continue
        for parameter in resource["searchParam"]:
            value = (
                "true" if parameter["name"] in ("active", "deceased", "do-not-perform") else values[parameter["type"]]
            )
            answer = await world.system.get(f"{resource['type']}?_id=x&{parameter['name']}={value}")
            assert answer.status == 200, (resource["type"], parameter, answer.json)


async def test_a_hundred_creators_with_one_condition_make_one(world):
    value = uuid.uuid4().hex
    body = {"resourceType": "Patient", "identifier": [{"system": "http://a.example/id", "value": value}]}
    wanted = f"identifier=http://a.example/id|{value}"
    client = world.system
    answers = await asyncio.gather(*(client.post("Patient", body, if_none_exist=wanted) for _ in range(100)))
    assert sorted(a.status for a in answers) == [200] * 99 + [201]
    assert len({a.json["id"] for a in answers}) == 1


async def test_a_hundred_writers_lose_no_update(world):
    patient = await world.patient(name=[{"family": "Tall"}])
    path = f"Patient/{patient['id']}"
    client = world.system

    async def add(number):
        while True:
            current = await client.get(path)
            body = current.json
            body.setdefault("telecom", []).append({"system": "other", "value": str(number)})
            answer = await client.put(path, body, if_match=current.headers["etag"])
            if answer.status == 200:
                return
            assert answer.status == 412, answer.json

    await asyncio.gather(*(add(n) for n in range(20)))
    final = (await client.get(path)).json
    assert sorted(int(t["value"]) for t in final["telecom"]) == list(range(20))
    assert final["meta"]["versionId"] == "21"


async def test_ap_on_a_date_is_measured_from_the_clock(world):
    patient = await world.patient()
    for day in ("2026-05-01", "2026-01-01"):
        await world.made(world.observation(patient["id"], effectiveDateTime=day))
    found = await world.system.get(f"Observation?patient={patient['id']}&date=ap2026-05-02")
    assert [e["resource"]["effectiveDateTime"] for e in found.json["entry"]] == ["2026-05-01"]
    near = world.observation(patient["id"])
    met = await world.system.post(
        "Observation", near, if_none_exist=f"patient={patient['id']}&date=ap2026-01-02&status=final"
    )
    assert met.status == 200


@pytest.mark.parametrize("length", [200, 9_000, 150_000])
async def test_a_name_of_any_length_is_kept_and_found(world, length):
    name = random.Random(length).choices("abcdefghijklmnopqrstuvwxyz", k=length)
    family = "".join(name)
    patient = await world.patient(name=[{"family": family, "given": [f"g{n}" for n in range(500)]}])
    assert patient["name"][0]["family"] == family
    for asked in (family[:20], family[:150], family[:4000]):
        found = await world.system.post(
            "Patient/_search", f"family={asked}".encode(), content_type="application/x-www-form-urlencoded"
        )
        assert [e["resource"]["id"] for e in found.json["entry"]] == [patient["id"]], asked[:10]
    assert "entry" not in (await world.system.get(f"Patient?family={family[:150]}x")).json
