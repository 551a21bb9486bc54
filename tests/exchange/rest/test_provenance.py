"""Provenance made on read, over HTTP: each version's writer, for whoever sees that version and nobody else."""

from __future__ import annotations

from worlds import actor

from felles.access.actor import Sort

HOSPITAL = "Organization/sykehuset"


def system(world, behalf=None):
    who = actor(
        "maintenance",
        Sort.MAINTENANCE,
        purpose="maintenance",
        organization=HOSPITAL,
        reference="Practitioner/sekretar",
        behalf=behalf,
    )
    return world.client(who)


def found(bundle):
    return [e["resource"] for e in bundle.get("entry", [])]


async def written(world, behalf=None):
    """A patient's Observation in two versions, and its deletion; written by the secretary of the hospital."""
    await world.system.put(HOSPITAL, {"resourceType": "Organization", "id": "sykehuset", "name": "Sykehuset"})
    patient = await world.patient()
    client = system(world, behalf)
    made = (await client.post("Observation", world.observation(patient["id"]))).json
    changed = (await client.put(f"Observation/{made['id']}", {**made, "status": "amended"})).json
    return patient, changed


async def test_each_version_has_its_author_and_organisation(world):
    _, entry = await written(world)
    answer = await world.system.get(f"Provenance?target=Observation/{entry['id']}")
    assert answer.json["total"] == 2
    newest, first = found(answer.json)
    assert newest["target"] == [{"reference": f"Observation/{entry['id']}/_history/2"}]
    assert newest["recorded"] == entry["meta"]["lastUpdated"]
    assert [newest["activity"]["coding"][0]["code"], first["activity"]["coding"][0]["code"]] == ["UPDATE", "CREATE"]
    assert [a["who"]["reference"] for a in newest["agent"]] == ["Practitioner/sekretar"]
    assert newest["agent"][0]["onBehalfOf"] == {"reference": HOSPITAL}


async def test_on_behalf_of_is_the_author_and_the_secretary_entered_it(world):
    _, entry = await written(world, behalf="Practitioner/lege")
    agents = found((await world.system.get(f"Provenance?target=Observation/{entry['id']}")).json)[0]["agent"]
    told = {a["type"]["coding"][0]["code"]: a["who"]["reference"] for a in agents}
    assert told == {"author": "Practitioner/lege", "enterer": "Practitioner/sekretar"}


async def test_a_made_one_is_read_by_its_id(world):
    _, entry = await written(world)
    listed = found((await world.system.get(f"Provenance?target=Observation/{entry['id']}")).json)
    for each in listed:
        answer = await world.system.get(f"Provenance/{each['id']}")
        assert (answer.status, answer.json) == (200, each)
    assert (await world.system.get(f"Provenance/pv-96-9-{entry['id']}")).status == 404


async def test_a_deletion_has_its_author_too(world):
    _, entry = await written(world)
    await system(world).delete(f"Observation/{entry['id']}")
    listed = found((await world.system.get(f"Provenance?target=Observation/{entry['id']}")).json)
    assert [each["activity"]["coding"][0]["code"] for each in listed] == ["DELETE", "UPDATE", "CREATE"]


async def test_who_does_not_see_the_entry_sees_no_provenance_of_it(world):
    patient, entry = await written(world)
    own = await world.citizen(patient)
    assert len(found((await own.get(f"Provenance?target=Observation/{entry['id']}")).json)) == 2
    other = await world.citizen(await world.patient())
    absent = await other.get("Provenance?target=Observation/none-such")
    for client in (other, world.stranger):
        hidden = await client.get(f"Provenance?target=Observation/{entry['id']}")
        assert (hidden.status, found(hidden.json), hidden.json["total"]) == (200, [], 0)
        assert (await client.get(f"Provenance/pv-96-1-{entry['id']}")).status == 404
    assert {k: v for k, v in absent.json.items() if k != "link"} == {
        k: v for k, v in hidden.json.items() if k != "link"
    }


async def test_both_looks_stand_in_her_log(world):
    patient, entry = await written(world)
    await world.system.get(f"Provenance?target=Observation/{entry['id']}")
    await world.stranger.get(f"Provenance?target=Observation/{entry['id']}")
    key = await world.store.place(f"Patient/{patient['id']}")
    lines = await world.store.pool.fetch(
        "select text from leaf where bucket = $1 and person = $2 order by number desc limit 2", *key
    )
    assert ['"act":"refused"' in r[0] for r in lines] == [True, False]
    assert '"act":"provenance"' in lines[1][0]


async def test_they_go_with_the_matches_of_a_search(world):
    patient, _ = await written(world)
    answer = await world.system.get(f"Observation?subject=Patient/{patient['id']}&_revinclude=Provenance:target")
    modes = [(e["resource"]["resourceType"], e["search"]["mode"]) for e in answer.json["entry"]]
    assert modes == [("Observation", "match"), ("Provenance", "include"), ("Provenance", "include")]
    plain = await world.system.get(f"Observation?subject=Patient/{patient['id']}")
    assert len(found(plain.json)) == 1


async def test_written_ones_come_first_and_pages_hold_both(world):
    patient, entry = await written(world)
    stored = await world.made(
        {
            "resourceType": "Provenance",
            "target": [{"reference": f"Observation/{entry['id']}"}],
            "recorded": "2026-05-03T10:00:00Z",
            "agent": [{"who": {"reference": f"Patient/{patient['id']}"}}],
        }
    )
    target = f"Provenance?target=Observation/{entry['id']}&_count=1"
    seen = []
    while target:
        answer = await world.system.get(target)
        assert answer.status == 200
        assert len(found(answer.json)) <= 1
        seen += found(answer.json)
        following = [e["url"] for e in answer.json["link"] if e["relation"] == "next"]
        target = following[0].removeprefix("http://felles.test/fhir/") if following else ""
    assert seen[0] == stored
    assert [s["activity"]["coding"][0]["code"] for s in seen[1:]] == ["UPDATE", "CREATE"]


async def test_other_criteria_find_the_written_ones_alone(world):
    _, entry = await written(world)
    answer = await world.system.get(f"Provenance?target=Observation/{entry['id']}&recorded=ge2000")
    assert found(answer.json) == []


async def test_a_page_of_made_ones_that_nobody_gave_is_refused(world):
    _, entry = await written(world)
    answer = await world.system.get(f"Provenance?target=Observation/{entry['id']}&_page=made-x")
    assert answer.status == 400


async def test_shared_entries_have_theirs(world):
    await world.system.put(HOSPITAL, {"resourceType": "Organization", "id": "sykehuset", "name": "Sykehuset"})
    listed = found((await world.stranger.get(f"Provenance?target={HOSPITAL}")).json)
    assert listed
    assert all(each["target"][0]["reference"].startswith(f"{HOSPITAL}/_history/") for each in listed)
