"""Whole lives that nobody here wrote: imported, read back, imported again, killed midway, refused where wrong."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
from collections import Counter
from pathlib import Path

import asyncpg
import pytest
from sameness import References, exact, without_stamp
from worlds import opened

from felles.access.open import maintenance
from felles.exchange.bulk.importer import Importer, Orders, Tally
from felles.exchange.bulk.inputs import Unreadable, find
from felles.exchange.bulk.rejects import Rejects
from felles.record.clock import FOREVER
from felles.record.ids import derived_id

ORGANIZATION = {"resourceType": "Organization", "id": "clinic", "name": "The clinic", "active": True}


def url(entry):
    return entry["fullUrl"].removeprefix("urn:uuid:")


def place(entry):
    """Where an imported entry must be: its id follows from where it came from."""
    return f"{entry['resource']['resourceType']}/{derived_id('urn:uuid', url(entry))}"


@pytest.fixture(scope="module")
def synthea(test_data):
    return find([test_data / "synthea"])


@pytest.fixture(scope="module")
def lives(synthea):
    """Every entry of every file, by its full URL, with its numbers as they were written."""
    entries = [entry for file in synthea for entry in exact(gzip.decompress(file.read_bytes()))["entry"]]
    return {entry["fullUrl"]: entry for entry in entries}


async def run(world, files, folder, *, source=None, strict=False):
    """One import over `files`; gives its tally and the lines of its rejects file."""
    grant = maintenance("felles import", until=FOREVER, organization="Organization/clinic")
    orders = Orders(organization="Organization/clinic", gp=None, source=source, strict=strict, since="2026-01-01")
    tally = Tally()
    path = folder / f"rejects-{len(list(folder.iterdir()))}.ndjson"
    with Rejects(path) as rejects:
        await Importer(world.store, grant, orders, rejects, tally, lambda: None).run(files)
    return tally, [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def versions(url):
    """(entries that live, versions of them all) in a database, what is shared included."""
    conn = await asyncpg.connect(url)
    try:
        row = await conn.fetchrow("""
            select count(*) filter (where state = 0 and not deleted) as live, count(*) as all
              from (select state, deleted from felles.entry where form = 0
                    union all select state, deleted from felles.shared) x""")
        return tuple(row)
    finally:
        await conn.close()


async def each(things, do):
    """`do` for all, some dozens at once."""
    places = asyncio.Semaphore(48)

    async def one(thing):
        async with places:
            return await do(thing)

    return await asyncio.gather(*(one(thing) for thing in things))


@pytest.fixture(scope="module")
async def imported(world, synthea, tmp_path_factory):
    """All of it, imported once."""
    assert (await world.system.put("Organization/clinic", ORGANIZATION)).status == 201
    return await run(world, synthea, tmp_path_factory.mktemp("first"))


@pytest.mark.slow
async def test_nothing_is_lost_or_altered(world, imported, lives):
    tally, rejected = imported
    assert rejected == []
    assert tally.types == Counter(entry["resource"]["resourceType"] for entry in lives.values())
    system, references = world.system, References()

    async def compared(entry):
        answer = await system.get(place(entry))
        assert answer.status == 200, (place(entry), answer.json)
        given, found = without_stamp(entry["resource"]), without_stamp(exact(answer.body))
        assert exact(answer.body)["meta"]["versionId"] == "1"
        return references.differences(given, found, place(entry))

    assert [line for lines in await each(lives.values(), compared) for line in lines] == []
    outside = {r for r in references.became if not r.startswith("#")}
    assert outside <= lives.keys()
    assert {r: references.became[r] for r in outside} == {r: place(lives[r]) for r in outside}


@pytest.mark.slow
async def test_everything_about_a_person_is_all_of_it(world, imported, synthea):
    system = world.system
    for file in synthea:
        entries = exact(gzip.decompress(file.read_bytes()))["entry"]
        patient = next(e for e in entries if e["resource"]["resourceType"] == "Patient")
        answer = await system.get(f"{place(patient)}/$everything")
        assert answer.status == 200
        found = {
            e["resource"]["resourceType"] + "/" + e["resource"]["id"]: e["resource"]
            for e in exact(answer.body)["entry"]
        }
        own = {
            place(e): e["resource"]
            for e in entries
            if e["resource"]["resourceType"] not in ("Organization", "Practitioner")
        }
        (episode,) = found.keys() - own.keys()
        assert episode.startswith("EpisodeOfCare/"), "the basis of the relation, which the import writes itself"
        references = References()
        lines = [references.differences(without_stamp(own[p]), without_stamp(found[p]), p) for p in own]
        assert [line for each_lines in lines for line in each_lines] == []


@pytest.mark.slow
async def test_counts_agree_by_search(world, imported, lives):
    counted = Counter(entry["resource"]["resourceType"] for entry in lives.values())
    counted["Organization"] += 1
    for type_name, count in counted.items():
        answer = await world.system.get(f"{type_name}?_summary=count")
        assert (answer.status, answer.json.get("total")) == (200, count), (type_name, answer.json)


@pytest.mark.slow
async def test_imported_again_nothing_is_doubled(world, imported, synthea, lives, record_database, tmp_path):
    before = await versions(record_database.owner_url)
    tally, rejected = await run(world, synthea, tmp_path)
    assert (rejected, set(tally.counts)) == ([], {"unchanged"})
    assert tally.entries == imported[0].entries >= len(lives)
    assert await versions(record_database.owner_url) == before


@pytest.mark.slow
async def test_killed_in_the_middle_and_started_again_it_is_complete(more_records, synthea, tmp_path):
    """The process itself, by SIGKILL, as often as it takes to be killed with some of it written and some not."""
    half = synthea[: len(synthea) // 6]
    wanted = {e["fullUrl"]: e for f in half for e in exact(gzip.decompress(f.read_bytes()))["entry"]}
    database = more_records()
    async with opened(database.url, tmp_path) as world:
        await world.system.put("Organization/clinic", ORGANIZATION)
        environment = os.environ | {
            "FELLES_DATABASE_URL": database.url,
            "FELLES_DATABASE_OWNER_URL": database.owner_url,
            "FELLES_HOME": str(tmp_path),
        }
        felles = Path(sys.executable).with_name("felles")
        command = [felles, "import", "--organization", "Organization/clinic", *half]
        child = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.DEVNULL)
        while (await versions(database.owner_url))[0] < len(wanted) // 4:
            assert child.returncode is None, "it was over before it was killed"
            await asyncio.sleep(0.02)
        child.kill()
        await child.wait()
        killed_at, _ = await versions(database.owner_url)
        assert killed_at < len(wanted), "it was over before it was killed"
        again = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
        _, said = await again.communicate()
        assert again.returncode == 0, said.decode()
        persons = sum(entry["resource"]["resourceType"] == "Patient" for entry in wanted.values())
        assert b" 0 unchanged" not in said, "it went on where it was"
        live, every_version = await versions(database.owner_url)
        assert live == every_version == len(wanted) + persons + 1  # an EpisodeOfCare each, and the organisation
        found = await each(wanted.values(), lambda entry: world.system.get(place(entry)))
        assert {answer.status for answer in found} == {200}


# --- what is wrong with one stops nothing else --------------------------------------------------------------------


def patient(key, **more):
    return {"resourceType": "Patient", "id": key, "name": [{"family": f"Import{key}"}], **more}


def observation(key, about, **more):
    code = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    subject = {"reference": f"Patient/{about}"}
    return {"resourceType": "Observation", "id": key, "status": "final", "code": code, "subject": subject, **more}


def bundle(*resources, base="http://elsewhere.example/fhir"):
    entries = [{"fullUrl": f"{base}/{r['resourceType']}/{r['id']}", "resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


async def living(world, base, *references):
    """Which of these of `base` are here."""
    ids = {ref: f"{ref.partition('/')[0]}/{derived_id(base, ref)}" for ref in references}
    return {ref for ref, own in ids.items() if (await world.system.get(own)).status == 200}


BASE = "http://elsewhere.example/fhir"
WRONG = bundle(
    patient("w1"), observation("good", "w1"), observation("bad", "w1", status="finished"), observation("after", "w1")
)


async def test_one_that_is_invalid_stops_nothing_else_and_is_named(world, tmp_path):
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(WRONG))
    tally, rejected = await run(world, [file], tmp_path)
    assert tally.counts["created"] == 3
    (line,) = rejected
    assert (line["file"], line["entry"], line["type"], line["path"]) == (
        str(file),
        3,
        "Observation",
        "Observation.status",
    )
    assert "finished" in line["reason"]
    assert await living(world, BASE, "Patient/w1", "Observation/good", "Observation/bad", "Observation/after") == {
        "Patient/w1", "Observation/good", "Observation/after",
    }  # fmt: skip


async def test_a_fault_of_ours_in_one_stops_nothing_else(world, tmp_path, monkeypatch):
    async def broken(_):
        raise ZeroDivisionError

    hooks = world.store._committer._registry.hooks.by_type
    monkeypatch.setitem(hooks, "Observation", [*hooks.get("Observation", ()), (broken, lambda each: bool(each.note))])
    file = tmp_path / "fault.json"
    sound = [observation(f"fault-{number}", "t1") for number in range(5)]
    file.write_text(json.dumps(bundle(patient("t1"), *sound, observation("fault", "t1", note=[{"text": "x"}]))))
    tally, rejected = await run(world, [file], tmp_path)
    assert tally.counts["created"] == 6
    assert [(line["entry"], line["type"], line["code"]) for line in rejected] == [(7, "Observation", "exception")]


async def test_a_rejected_patient_rejects_the_whole_life(world, tmp_path):
    file = tmp_path / "life.json"
    sound = [patient("r2"), observation("of-sound", "r2")]
    file.write_text(json.dumps(bundle(patient("r1", gender="m"), observation("of-rejected", "r1"), *sound)))
    _, rejected = await run(world, [file], tmp_path)
    assert [(line["entry"], line["type"]) for line in rejected] == [(1, "Patient"), (2, "Observation")]
    assert await living(world, BASE, "Patient/r1", "Observation/of-rejected", "Patient/r2", "Observation/of-sound") == {
        "Patient/r2", "Observation/of-sound",
    }  # fmt: skip


async def test_strict_refuses_a_file_whole_and_no_other(world, tmp_path):
    wrong, sound = tmp_path / "a.json", tmp_path / "b.json"
    wrong.write_text(json.dumps(bundle(patient("s1"), observation("s-bad", "s1", status="finished"))))
    sound.write_text(json.dumps(bundle(patient("s2"))))
    tally, rejected = await run(world, [wrong, sound], tmp_path, strict=True)
    assert (tally.counts["files refused"], tally.counts["created"]) == (1, 1)
    assert [(line["file"], line["entry"], line["path"]) for line in rejected] == [(str(wrong), 2, "Observation.status")]
    assert await living(world, BASE, "Patient/s1", "Patient/s2") == {"Patient/s2"}


async def test_a_line_that_cannot_be_read_stops_no_other(world, tmp_path):
    file = tmp_path / "broken.ndjson"
    file.write_text("\n".join([json.dumps(patient("l1")), "{broken", json.dumps(observation("l2", "l1")), '"text"']))
    tally, rejected = await run(world, [file], tmp_path, source="lines")
    assert (tally.counts["created"], tally.counts["rejected"]) == (2, 2)
    assert [(line["file"], line["entry"], line["code"]) for line in rejected] == [
        (str(file), 2, "structure"),
        (str(file), 4, "structure"),
    ]
    assert await living(world, "lines", "Patient/l1", "Observation/l2") == {"Patient/l1", "Observation/l2"}


async def test_a_folder_of_every_form_is_taken(world, tmp_path):
    folder = tmp_path / "in" / "deeper"
    folder.mkdir(parents=True)
    (folder.parent / "one.json").write_text(json.dumps(patient("f1")))
    (folder / "lines.ndjson").write_text(
        "\n".join(json.dumps(r) for r in (observation("f-o1", "f1"), observation("f-o2", "f1")))
    )
    (folder / "lines.ndjson.gz").write_bytes(gzip.compress(json.dumps(observation("f-o3", "f1")).encode()))
    (folder / "whole.json.gz").write_bytes(
        gzip.compress(json.dumps(bundle(observation("f-o4", "f1"), base="http://x.example")).encode())
    )
    (folder / "readme.txt").write_text("no FHIR")
    tally, rejected = await run(world, find([tmp_path / "in"]), tmp_path, source="here")
    assert (tally.counts["created"], rejected) == (5, [])
    names = ["Patient/f1", *(f"Observation/f-o{n}" for n in range(1, 5))]
    assert await living(world, "here", *names) == set(names)
    whole = await world.system.get(f"Patient/{derived_id('here', 'Patient/f1')}/$everything?_type=Observation")
    assert whole.json["total"] == 4


@pytest.mark.parametrize("form", ["single", "ndjson", "bundle"])
async def test_what_only_a_source_could_tell_is_refused_without_one(world, tmp_path, form):
    file = tmp_path / ("n.ndjson" if form == "ndjson" else "n.json")
    entry = {"fullUrl": "Patient/n1", "resource": patient("n1")}
    collection = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
    content = collection if form == "bundle" else patient("n1")
    file.write_text(json.dumps(content))
    tally, rejected = await run(world, [file], tmp_path)
    assert (tally.counts["created"], tally.counts["files refused"]) == (0, 1)
    (line,) = rejected
    assert line["reason"].endswith("say where it comes from with --source")
    assert "\n" not in line["reason"]
    tally, rejected = await run(world, [file], tmp_path, source=f"source-{form}")
    assert (tally.counts["created"], rejected) == (1, [])


async def test_two_sources_with_the_same_ids_are_two_persons(world, tmp_path):
    file = tmp_path / "same.json"
    file.write_text(json.dumps(patient("1")))
    for source in ("east", "west"):
        tally, _ = await run(world, [file], tmp_path, source=source)
        assert tally.counts["created"] == 1
    assert await living(world, "east", "Patient/1") == await living(world, "west", "Patient/1") == {"Patient/1"}


async def test_what_changed_outside_is_a_new_version_and_what_changed_here_is_kept(world, tmp_path):
    file = tmp_path / "changing.json"
    ours = f"Patient/{derived_id('c', 'Patient/c1')}"
    file.write_text(json.dumps(patient("c1")))
    await run(world, [file], tmp_path, source="c")
    file.write_text(json.dumps(patient("c1", active=True)))
    tally, _ = await run(world, [file], tmp_path, source="c")
    here = (await world.system.get(ours)).json
    assert (tally.counts["updated"], here["meta"]["versionId"], here["active"]) == (1, "2", True)
    assert (await world.system.put(ours, here | {"gender": "female"})).status == 200
    file.write_text(json.dumps(patient("c1", active=False)))
    tally, rejected = await run(world, [file], tmp_path, source="c")
    assert (tally.counts["rejected"], len(rejected), rejected[0]["code"]) == (1, 1, "conflict")
    assert (await world.system.get(ours)).json["gender"] == "female"


async def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(Unreadable, match="is not there"):
        find([tmp_path / "nothing"])
