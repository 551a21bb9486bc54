"""batch and transaction over HTTP, on a real store."""

import uuid

import pytest
from worlds import NUMBER


def bundle(kind, *entries):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def entry(method, url, resource=None, **more):
    made = {"request": {"method": method, "url": url, **{k: v for k, v in more.items() if k != "fullUrl"}}}
    if "fullUrl" in more:
        made["fullUrl"] = more["fullUrl"]
    return made | ({"resource": resource} if resource else {})


def statuses(answer):
    return [e["response"]["status"][:3] for e in answer.json["entry"]]


async def test_entries_of_a_transaction_refer_to_each_other(world):
    person, visit = f"urn:uuid:{uuid.uuid4()}", f"urn:uuid:{uuid.uuid4()}"
    seen = world.observation("x", subject={"reference": person}, encounter={"reference": visit})
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": person},
    }
    answer = await world.system.post(
        "",
        bundle(
            "transaction",
            entry("POST", "Observation", seen, fullUrl=f"urn:uuid:{uuid.uuid4()}"),
            entry("POST", "Encounter", encounter, fullUrl=visit),
            entry("POST", "Patient", {"resourceType": "Patient"}, fullUrl=person),
        ),
        prefer="return=representation",
    )
    assert answer.status == 200, answer.json
    assert answer.json["type"] == "transaction-response"
    observation, encounter, patient = (e["resource"] for e in answer.json["entry"])
    assert [r["resourceType"] for r in (observation, encounter, patient)] == ["Observation", "Encounter", "Patient"]
    assert observation["subject"]["reference"] == encounter["subject"]["reference"] == f"Patient/{patient['id']}"
    assert observation["encounter"]["reference"] == f"Encounter/{encounter['id']}"
    assert answer.json["entry"][2]["response"]["location"].endswith(f"/fhir/Patient/{patient['id']}/_history/1")
    assert answer.json["entry"][2]["response"]["etag"] == 'W/"1"'
    assert (await world.system.get(f"Observation/{observation['id']}")).status == 200


async def test_relative_references_mean_the_entry_whose_full_url_ends_so(world):
    answer = await world.system.post(
        "",
        bundle(
            "transaction",
            entry("POST", "Patient", {"resourceType": "Patient"}, fullUrl="http://a.example/fhir/Patient/17"),
            entry("POST", "Observation", world.observation("17"), fullUrl="http://a.example/fhir/Observation/18"),
        ),
        prefer="return=representation",
    )
    assert answer.status == 200, answer.json
    patient, observation = (e["resource"] for e in answer.json["entry"])
    assert observation["subject"]["reference"] == f"Patient/{patient['id']}"


async def test_a_transaction_is_all_or_nothing(world):
    patient = await world.patient()
    before = await _count(world)
    good = entry("POST", "Observation", world.observation(patient["id"]))
    refused = await world.system.post(
        "",
        bundle(
            "transaction",
            good,
            entry("PUT", f"Patient/{patient['id']}", {**patient, "gender": "male"}, ifMatch='W/"9"'),
        ),
    )
    assert (refused.status, refused.issues[0][0]) == (412, "conflict")
    assert await _count(world) == before
    assert (await world.system.post("", bundle("transaction", good))).status == 200
    assert await _count(world) == before + 1


async def test_all_errors_of_a_transaction_are_told_at_once(world):
    answer = await world.system.post(
        "",
        bundle(
            "transaction",
            entry("POST", "Patient", {"resourceType": "Patient", "gender": "x"}),
            entry("POST", "Patient", {"resourceType": "Patient", "birthDate": "x"}),
        ),
    )
    assert answer.status == 400
    assert [where for _, where in answer.issues] == [
        "Bundle.entry[0].resource.gender",
        "Bundle.entry[1].resource.birthDate",
    ]


async def test_reads_of_a_transaction_see_what_it_wrote(world):
    patient = await world.patient(gender="female")
    path = f"Patient/{patient['id']}"
    answer = await world.system.post(
        "", bundle("transaction", entry("GET", path), entry("PUT", path, {**patient, "gender": "other"}))
    )
    assert statuses(answer) == ["200", "200"]
    assert answer.json["entry"][0]["resource"]["gender"] == "other"
    assert "resource" not in answer.json["entry"][1]


async def test_entries_of_a_batch_stand_alone(world):
    patient = await world.patient()
    answer = await world.system.post(
        "",
        bundle(
            "batch",
            entry("POST", "Patient", {"resourceType": "Patient", "gender": "x"}),
            entry("GET", f"Patient/{patient['id']}"),
            entry("GET", "Patient/not-here"),
            entry("POST", "Observation", world.observation(patient["id"])),
            entry("GET", f"Patient/{patient['id']}", ifNoneMatch='W/"1"'),
            entry("DELETE", f"Patient/{patient['id']}", ifMatch='W/"9"'),
        ),
    )
    assert (answer.status, answer.json["type"]) == (200, "batch-response")
    assert statuses(answer) == ["400", "200", "404", "201", "304", "412"]
    told = answer.json["entry"]
    assert told[0]["response"]["outcome"]["issue"][0]["expression"] == ["Patient.gender"]
    assert told[1]["resource"] == patient
    assert told[2]["response"]["outcome"]["issue"][0]["code"] == "not-found"
    assert told[3]["response"]["etag"] == 'W/"1"'


async def test_a_stranger_gets_nothing_out_of_a_bundle(world):
    patient = await world.patient()
    read = entry("GET", f"Patient/{patient['id']}")
    assert statuses(await world.stranger.post("", bundle("batch", read))) == ["404"]
    assert statuses(await world.system.post("", bundle("batch", read))) == ["200"]
    assert (await world.stranger.post("", bundle("transaction", read))).status == 404
    write = entry("POST", "Observation", world.observation(patient["id"]))
    assert (await world.stranger.post("", bundle("transaction", write))).status == 403
    assert (await world.nobody.post("", bundle("batch", read))).status == 401


async def test_conditional_references_are_resolved(world):
    value = uuid.uuid4().hex
    patient = await world.patient(identifier=[{"system": "http://a.example/id", "value": value}])
    sent = world.observation("x", subject={"reference": f"Patient?identifier=http://a.example/id|{value}"})
    answer = await world.system.post(
        "", bundle("transaction", entry("POST", "Observation", sent)), prefer="return=representation"
    )
    assert answer.status == 200, answer.json
    assert answer.json["entry"][0]["resource"]["subject"]["reference"] == f"Patient/{patient['id']}"


async def test_conditional_create_meets_what_is_there(world):
    value = uuid.uuid4().hex
    body = {"resourceType": "Patient", "identifier": [{"system": "http://a.example/id", "value": value}]}
    wanted = f"identifier=http://a.example/id|{value}"
    first = await world.system.post("Patient", body, if_none_exist=wanted)
    again = await world.system.post("Patient", body, if_none_exist=wanted)
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    inside = await world.system.post("", bundle("transaction", entry("POST", "Patient", body, ifNoneExist=wanted)))
    assert statuses(inside) == ["200"]


async def test_conditional_update_and_delete_act_on_the_one_that_matches(world):
    value = uuid.uuid4().hex
    identifier = [{"system": "http://a.example/id", "value": value}]
    patient = await world.patient(identifier=identifier)
    query = f"Patient?identifier=http://a.example/id|{value}"
    body = {"resourceType": "Patient", "identifier": identifier, "gender": "female"}
    updated = await world.system.put(query, body)
    assert (updated.status, updated.json["id"], updated.json["gender"]) == (200, patient["id"], "female")
    await world.patient(identifier=identifier)
    assert (await world.system.put(query, body)).status == 412
    assert (await world.system.delete(query)).status == 412
    assert (await world.system.delete(f"Patient?_id={patient['id']}")).status == 204
    assert (await world.system.get(f"Patient/{patient['id']}")).status == 410


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_an_empty_bundle_is_answered_by_one(world, kind):
    answer = await world.system.post("", {"resourceType": "Bundle", "type": kind})
    assert (answer.status, answer.json) == (200, {"resourceType": "Bundle", "type": f"{kind}-response"})


async def _count(world):
    (row,) = await world.store.pool.fetch("select count(*) as n from entry")
    return row["n"]


def _one(method, resource=None, url="", **more):
    held = {} if resource is None else {"resource": resource}
    return {"request": {"method": method, "url": url or held["resource"]["resourceType"], **more}} | held


async def test_the_entry_that_refused_a_transaction_is_named(world):
    her, other = await world.patient(), await world.patient()
    citizen = await world.citizen(her)
    mine, hers = world.observation(her["id"]), world.observation(other["id"])
    number = {"system": NUMBER, "value": "13116900216"}
    await world.patient(identifier=[number])
    two = {"resourceType": "RelatedPerson", "patient": {"reference": f"Patient/{her['id']}"}}
    linked = {"resourceType": "List", "status": "current", "mode": "working", "subject": {"reference": "Patient?x=1"}}
    ours = "f000000000000000000000000"
    nobody = mine | {"subject": {"reference": "Patient?identifier=urn:none|1"}}
    cases = [
        (world.system, _one("PUT", mine | {"id": "no"}, "Observation/no", ifMatch='W/"1"'), 412, ""),
        (world.system, _one("DELETE", url="Observation/none"), 404, ""),
        (world.system, _one("DELETE", url="Observation?_id=none"), 404, ""),
        (world.system, _one("POST", nobody), 412, ".resource.subject"),
        (world.system, _one("POST", linked), 400, ".resource.subject"),
        (world.system, _one("POST", {"resourceType": "Patient", "identifier": [number]}), 409, ""),
        (world.system, _one("PUT", her | {"id": ours}, f"Patient/{ours}"), 422, ""),
        (world.stranger, _one("POST", hers), 403, ".resource.subject"),
        (citizen, _one("POST", {"resourceType": "Patient"}), 403, ""),
    ]  # fmt: skip
    for client, entry, status, path in cases:
        good = _one("POST", two) if client == world.system else _one("GET", url="Organization?_count=1")
        answer = await client.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [good, good, entry]})
        assert answer.status == status, (entry, answer.body)
        assert [where for _, where in answer.issues] == [f"Bundle.entry[2]{path}"], (entry, answer.body)
    found = await world.system.get(f"RelatedPerson?patient={her['id']}&_summary=count")
    assert found.json["total"] == 0


async def test_a_national_number_stands_once_in_a_transaction(world):
    entries = [
        _one("POST", {"resourceType": "Patient", "identifier": [{"system": NUMBER, "value": "05064600389"}]})
        for _ in range(2)
    ]
    answer = await world.system.post("", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
    assert answer.status == 409
    assert answer.issues == [("conflict", "Bundle.entry[1]")]


async def test_what_a_condition_met_can_be_referred_to(world):
    number = {"system": "urn:example:met", "value": "1"}
    patient = await world.patient(identifier=[number])
    urn = f"urn:uuid:{uuid.uuid4()}"
    answer = await world.system.post(
        "",
        bundle(
            "transaction",
            entry(
                "POST",
                "Patient",
                {"resourceType": "Patient", "identifier": [number]},
                fullUrl=urn,
                ifNoneExist="identifier=urn:example:met|1",
            ),
            entry("POST", "Observation", world.observation("x") | {"subject": {"reference": urn}}),
        ),
    )
    assert statuses(answer) == ["200", "201"]
    found = await world.system.get(f"Observation?patient={patient['id']}")
    assert [e["resource"]["subject"]["reference"] for e in found.json["entry"]] == [f"Patient/{patient['id']}"]


async def test_one_condition_twice_makes_one(world):
    def asked(urn):
        resource = {"resourceType": "Patient", "identifier": [{"system": "urn:example:twin", "value": "1"}]}
        return entry("POST", "Patient", resource, fullUrl=urn, ifNoneExist="identifier=urn:example:twin|1")

    urns = [f"urn:uuid:{uuid.uuid4()}" for _ in range(2)]
    about = [world.observation("x") | {"subject": {"reference": urn}} for urn in urns]
    answer = await world.system.post(
        "", bundle("transaction", *map(asked, urns), *(entry("POST", "Observation", each) for each in about))
    )
    assert statuses(answer) == ["201", "200", "201", "201"]
    first, second, *_ = (e["response"]["location"] for e in answer.json["entry"])
    assert first == second
    patient = first.split("/")[-3]
    assert (await world.system.get(f"Observation?patient={patient}&_summary=count")).json["total"] == 2


async def test_a_read_of_what_the_transaction_deletes_refuses_it_before_anything_is_written(world):
    patient = await world.patient()
    observation = await world.made(world.observation(patient["id"]))
    path = f"Observation/{observation['id']}"
    answer = await world.system.post(
        "",
        bundle(
            "transaction",
            entry("POST", "Observation", world.observation(patient["id"])),
            entry("DELETE", path),
            entry("GET", path),
        ),
    )
    assert (answer.status, answer.issues) == (410, [("deleted", "Bundle.entry[2]")])
    assert (await world.system.get(path)).status == 200
    assert (await world.system.get(f"Observation?patient={patient['id']}&_summary=count")).json["total"] == 1


async def test_a_read_that_fails_after_the_commit_is_its_own_answer(world):
    patient = await world.patient(identifier=[{"system": "urn:example:late", "value": "1"}])
    observation = await world.made(world.observation(patient["id"]))
    answer = await world.system.post(
        "",
        bundle(
            "transaction",
            entry("DELETE", f"Observation?_id={observation['id']}"),
            entry("GET", f"Observation/{observation['id']}"),
        ),
    )
    assert (answer.status, statuses(answer)) == (200, ["204", "410"])
    assert answer.json["entry"][1]["response"]["outcome"]["issue"][0]["code"] == "deleted"


async def test_a_conditional_transaction_that_met_another_is_carried_out_as_it_was_asked(world, monkeypatch):
    """A deadlock at the first attempt: the second must not keep the ids that the first gave."""
    from asyncpg import DeadlockDetectedError

    from felles.record.jobs import Session

    run, tries = Session.run, []

    async def once_unlucky(self, jobs):
        tries.append(1)
        errors = await run(self, jobs)
        if len(tries) == 1:
            raise DeadlockDetectedError("deadlock detected")
        return errors

    monkeypatch.setattr(Session, "run", once_unlucky)
    urn = f"urn:uuid:{uuid.uuid4()}"
    patient = {"resourceType": "Patient", "identifier": [{"system": "urn:example:unlucky", "value": "1"}]}
    about = world.observation("x") | {"subject": {"reference": urn}}
    answer = await world.system.post(
        "",
        bundle(
            "transaction",
            entry("PUT", "Patient?identifier=urn:example:unlucky|1", patient, fullUrl=urn),
            entry("POST", "Observation", about),
        ),
    )
    assert (len(tries), statuses(answer)) == (2, ["201", "201"])
    made = answer.json["entry"][0]["response"]["location"].split("/")[-3]
    assert (await world.system.get(f"Observation?patient={made}&_summary=count")).json["total"] == 1


async def test_deleting_what_is_deleted_stops_no_transaction_and_makes_no_version(world):
    patient = await world.patient()
    observation = await world.made(world.observation(patient["id"]))
    path = f"Observation/{observation['id']}"
    assert (await world.system.delete(path)).status == 204
    new = entry("POST", "Observation", world.observation(patient["id"]))
    answer = await world.system.post("", bundle("transaction", entry("DELETE", path), new))
    assert statuses(answer) == ["204", "201"]
    history = (await world.system.get(f"{path}/_history")).json
    assert [e["request"]["method"] for e in history["entry"]] == ["DELETE", "POST"]
    # Who may not reach it learns nothing of it, deleted or not.
    refused = await world.stranger.post("", bundle("transaction", entry("DELETE", path)))
    unknown = await world.stranger.post("", bundle("transaction", entry("DELETE", "Observation/nothing")))
    assert refused.status == unknown.status == 404


@pytest.mark.parametrize("who", ["system", "stranger"])
async def test_a_subject_that_the_bundle_lacks_is_named_as_that(world, who):
    about = world.observation("x") | {"subject": {"reference": f"urn:uuid:{uuid.uuid4()}"}}
    for body in (entry("POST", "Observation", about), entry("PUT", "Observation/x1", about | {"id": "x1"})):
        answer = await getattr(world, who).post("", bundle("transaction", body))
        assert answer.status == 422
        assert answer.issues == [("business-rule", "Bundle.entry[0].resource.subject")]
        assert "is not in this Bundle" in answer.json["issue"][0]["diagnostics"]
