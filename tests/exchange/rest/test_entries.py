"""create, read, vread, update, delete and history over HTTP, on a real store."""

import gzip

import msgspec
import pytest


async def test_what_is_created_is_read_back(world):
    patient = await world.patient(gender="female")
    sent = world.observation(patient["id"])
    created = await world.system.post("Observation", {**sent, "id": "mine"})
    assert created.status == 201
    stored = created.json
    assert stored["id"] != "mine"
    place = f"http://felles.test/fhir/Observation/{stored['id']}"
    assert created.headers["location"] == f"{place}/_history/1"
    assert created.headers["etag"] == 'W/"1"'
    read = await world.system.get(f"Observation/{stored['id']}")
    assert (read.status, read.body, read.headers["etag"]) == (200, created.body, 'W/"1"')
    assert read.headers["last-modified"] == created.headers["last-modified"]
    kept = {name: value for name, value in stored.items() if name not in ("id", "meta")}
    assert kept == sent


async def test_exact_decimals_and_texts_survive(world):
    patient = await world.patient()
    body = world.observation(patient["id"], valueQuantity={"value": 0.10, "unit": 'a"\\ÆØÅ€𝄞'})
    raw = (await world.system.post("Observation", b"" + msgspec.json.encode(body).replace(b"0.1,", b"0.100,"))).body
    assert b'"value":0.100' in raw
    assert 'a\\"\\\\ÆØÅ€𝄞'.encode() in raw


async def test_hidden_and_absent_answer_alike(world):
    patient = await world.patient()
    hidden = await world.stranger.get(f"Patient/{patient['id']}")
    absent_id = patient["id"][:-1] + ("0" if patient["id"][-1] != "0" else "1")
    absent = await world.stranger.get(f"Patient/{absent_id}")
    assert (hidden.status, absent.status) == (404, 404)
    assert hidden.body.replace(patient["id"].encode(), b"#") == absent.body.replace(absent_id.encode(), b"#")
    assert (await world.system.get(f"Patient/{patient['id']}")).status == 200


async def test_citizen_reads_her_own_record_and_no_other(world):
    her, other = await world.patient(), await world.patient()
    citizen = await world.citizen(her)
    assert (await citizen.get(f"Patient/{her['id']}")).status == 200
    assert (await citizen.get(f"Patient/{other['id']}")).status == 404


async def test_conditional_read_answers_304(world):
    patient = await world.patient()
    path = f"Patient/{patient['id']}"
    first = await world.system.get(path)
    same = await world.system.get(path, if_none_match=first.headers["etag"])
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", 'W/"1"')
    assert (await world.system.get(path, if_none_match='W/"9"')).status == 200
    assert (await world.system.get(path, if_modified_since=first.headers["last-modified"])).status == 304
    assert (await world.system.get(path, if_modified_since="Thu, 01 Jan 1970 00:00:00 GMT")).status == 200
    hidden = await world.stranger.get(path, if_none_match=first.headers["etag"])
    assert hidden.status == 404


async def test_head_answers_as_get_without_a_body(world):
    patient = await world.patient()
    got = await world.system.get(f"Patient/{patient['id']}")
    head = await world.system("HEAD", f"Patient/{patient['id']}")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(got.body)) == got.headers["content-length"]
    assert head.headers["etag"] == got.headers["etag"]


async def test_versions_stay_readable(world):
    patient = await world.patient(gender="female")
    path = f"Patient/{patient['id']}"
    changed = await world.system.put(path, {**patient, "gender": "other"}, if_match='W/"1"')
    assert (changed.status, changed.headers["etag"]) == (200, 'W/"2"')
    assert (await world.system.get(f"{path}/_history/1")).json["gender"] == "female"
    assert (await world.system.get(f"{path}/_history/2")).json["gender"] == "other"
    assert (await world.system.get(f"{path}/_history/3")).status == 404
    assert (await world.stranger.get(f"{path}/_history/1")).status == 404


async def test_a_lost_update_is_refused(world):
    patient = await world.patient()
    path = f"Patient/{patient['id']}"
    assert (await world.system.put(path, {**patient, "gender": "male"}, if_match='W/"1"')).status == 200
    lost = await world.system.put(path, {**patient, "gender": "female"}, if_match='W/"1"')
    assert (lost.status, lost.issues) == (412, [("conflict", None)])
    assert (await world.system.get(path)).json["gender"] == "male"


async def test_only_who_sees_everything_creates_by_put(world):
    body = {"resourceType": "Patient", "id": "from-outside-1"}
    assert (await world.stranger.put("Patient/from-outside-1", body)).status in (403, 404)
    made = await world.system.put("Patient/from-outside-1", body)
    assert (made.status, made.headers["etag"]) == (201, 'W/"1"')
    assert (await world.system.get("Patient/from-outside-1")).status == 200


async def test_an_id_of_our_form_that_we_did_not_make_is_refused(world):
    patient = await world.patient()
    forged = patient["id"][:-4] + "0000"
    answer = await world.system.put(f"Patient/{forged}", {"resourceType": "Patient", "id": forged})
    assert answer.status == 422


async def test_a_deleted_entry_is_gone_and_its_past_is_not(world):
    patient = await world.patient()
    made = await world.made(world.observation(patient["id"]))
    path = f"Observation/{made['id']}"
    assert (await world.stranger.delete(path)).status in (403, 404)
    assert (await world.system.get(path)).status == 200
    deleted = await world.system.delete(path)
    assert (deleted.status, deleted.body) == (204, b"")
    gone = await world.system.get(path)
    assert (gone.status, gone.issues) == (410, [("deleted", None)])
    assert (await world.stranger.get(path)).status == 404
    assert (await world.system.delete(path)).status == 204
    assert (await world.system.get(f"{path}/_history/1")).status == 200
    history = (await world.system.get(f"{path}/_history")).json
    assert [e["request"]["method"] for e in history["entry"]] == ["DELETE", "POST"]
    assert "resource" not in history["entry"][0]


async def test_history_pages_from_newest_to_oldest(world):
    patient = await world.patient()
    path = f"Patient/{patient['id']}"
    for gender in ("female", "male", "other"):
        await world.system.put(path, {**patient, "gender": gender})
    first = (await world.system.get(f"{path}/_history?_count=3")).json
    assert [e["resource"]["meta"]["versionId"] for e in first["entry"]] == ["4", "3", "2"]
    following = next(link["url"] for link in first["link"] if link["relation"] == "next")
    rest = (await world.system.get(following.removeprefix("http://felles.test/fhir/"))).json
    assert [e["resource"]["meta"]["versionId"] for e in rest["entry"]] == ["1"]
    assert all(link["relation"] != "next" for link in rest["link"])
    assert (await world.stranger.get(f"{path}/_history")).status == 404


@pytest.mark.parametrize(
    ("wish", "kind"), [("minimal", None), ("representation", "Patient"), ("OperationOutcome", "OperationOutcome")]
)
async def test_prefer_decides_what_comes_back(world, wish, kind):
    answer = await world.system.post("Patient", {"resourceType": "Patient"}, prefer=f"return={wish}")
    assert answer.status == 201
    assert (answer.json["resourceType"] if kind else answer.body or None) == kind


async def test_gzip_goes_both_ways(world):
    body = {"resourceType": "Patient", "name": [{"text": "x" * 3000}]}
    packed = gzip.compress(msgspec.json.encode(body))
    created = await world.system("POST", "Patient", packed, content_encoding="gzip", accept_encoding="gzip")
    assert created.status == 201
    assert created.headers["content-encoding"] == "gzip"
    assert b"x" * 3000 in gzip.decompress(created.body)


async def test_an_indented_answer_says_the_same(world):
    patient = await world.patient()
    answer = await world.system.get(f"Patient/{patient['id']}?_pretty=true")
    assert answer.json == patient
    assert b"\n  " in answer.body


async def test_an_origin_of_any_name_may_call(world):
    preflight = await world.nobody(
        "OPTIONS", "Patient", origin="https://app.example", access_control_request_method="PUT"
    )
    assert preflight.status == 204
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert "if-match" in preflight.headers["access-control-allow-headers"]
    assert preflight.headers["access-control-allow-origin"] == "*"
    answer = await world.nobody("GET", "metadata", origin="https://app.example")
    assert "etag" in answer.headers["access-control-expose-headers"]


async def test_the_log_line_is_there_when_the_answer_is(world):
    patient = await world.patient()
    before = await _lines(world)
    assert (await world.system.get(f"Patient/{patient['id']}")).status == 200
    assert (await world.stranger.get(f"Patient/{patient['id']}")).status == 404
    new = (await _lines(world))[len(before) :]
    assert [('"outcome":"released"' in text, '"outcome":"refused"' in text) for text in new] == [
        (True, False),
        (False, True),
    ]


async def _lines(world):
    rows = await world.store.pool.fetch("select text from leaf order by number")
    return [row["text"] for row in rows]


async def test_a_put_that_says_what_is_there_makes_no_version(world):
    patient = await world.patient(gender="female")
    path = f"Patient/{patient['id']}"
    before = await world.system.get(path)
    same = await world.system.put(path, patient | {"meta": {"versionId": "7"}})
    assert (same.status, same.body, same.headers["etag"]) == (200, before.body, 'W/"1"')
    assert same.headers["last-modified"] == before.headers["last-modified"]
    assert same.headers["location"].endswith(f"{path}/_history/1")
    assert (await world.system.put(path, patient, if_match='W/"2"')).status == 412
    assert len((await world.system.get(f"{path}/_history")).json["entry"]) == 1
    (line,) = await _written(world, "update", path)
    assert line["outcome"] == "unchanged"
    assert (await world.stranger.put(path, patient)).status == 404


async def test_any_change_makes_a_version_and_after_a_deletion_the_same_text_does(world):
    patient = await world.patient(gender="female")
    path = f"Patient/{patient['id']}"
    assert (await world.system.put(path, patient | {"gender": "other"})).headers["etag"] == 'W/"2"'
    assert (await world.system.put(path, patient)).headers["etag"] == 'W/"3"'
    await world.system.delete(path)
    assert (await world.system.put(path, patient)).headers["etag"] == 'W/"5"'


async def test_what_opens_doors_is_a_version_each_time(world):
    patient = await world.patient()
    episode = await world.made(
        {"resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{patient['id']}"}}
    )
    assert (await world.system.put(f"EpisodeOfCare/{episode['id']}", episode)).headers["etag"] == 'W/"2"'


async def _written(world, act, what):
    rows = await world.store.pool.fetch("select text from leaf where text like '%' || $1 || '%'", what)
    lines = [msgspec.json.decode(row["text"]) for row in rows]
    return [line for line in lines if (line["act"], line["what"]) == (act, what) and line["outcome"] != "refused"]


async def test_if_none_match_with_a_star_makes_and_never_changes(world):
    patient = await world.patient()
    named = world.observation(patient["id"]) | {"id": f"star-{patient['id'][-8:]}"}
    path = f"Observation/{named['id']}"
    assert (await world.system.put(path, named, if_none_match="*")).status == 201
    again = await world.system.put(path, named | {"status": "amended"}, if_none_match="*")
    assert (again.status, (await world.system.get(path)).json["status"]) == (412, "final")
    assert (await world.system.put(path, named, if_none_match='W/"1"')).status == 400
    await world.system.delete(path)
    assert (await world.system.put(path, named, if_none_match="*")).status == 201


async def test_what_is_nobodys_stays_so(world):
    sent = world.observation("x")
    del sent["subject"]
    made, patient = await world.made(sent), await world.patient()
    path = f"Observation/{made['id']}"
    given = made | {"subject": {"reference": f"Patient/{patient['id']}"}}
    for headers in ({}, {"if_match": 'W/"1"'}):
        refused = await world.system.put(path, given, **headers)
        assert (refused.status, refused.issues) == (409, [("conflict", "Observation.subject")])
    assert (await world.system.put(path, given, if_match='W/"9"')).status == 412
    assert (await world.system.get(path)).json == made
    assert (await world.system.get(f"Observation?patient={patient['id']}&_total=accurate")).json["total"] == 0
    changed = await world.system.put(path, made | {"status": "amended"}, if_match='W/"1"')
    assert (changed.status, changed.headers["etag"]) == (200, 'W/"2"')
    assert (await world.system.post("Observation", given)).status == 201
    assert (await world.system.delete(path)).status == 204


async def test_no_version_of_what_is_not_here_is_changed(world):
    """Neither of a Patient who is only referred to, nor of what belongs to all."""
    assert (await world.system.post("Observation", world.observation("only-named"))).status == 201
    for path in ("Patient/only-named", "Organization/not-here"):
        type_name, _, name = path.partition("/")
        made = {"resourceType": type_name, "id": name, "name": [{"text": "x"}] if type_name == "Patient" else "x"}
        assert (await world.system.put(path, made, if_match='W/"3"')).status == 412
        assert (await world.system.get(path)).status == 404
        assert (await world.system.put(path, made, if_none_match="*")).status == 201
