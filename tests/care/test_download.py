"""A citizen takes her record with her: whole as she sees it, never more, and each portion in the log."""

import json

import pytest
import pytest_asyncio
from browsing import ADDRESS, lines_about, own, patient_named, words
from doors import held_back, proxy
from households import settled

from felles.record.read_download import PORTION

pytestmark = pytest.mark.slow
FHIR = {"form": "fhir"}


def entries(answer):
    """`Type/id` → resource of a Bundle that was downloaded."""
    assert answer.status_code == 200, answer.text
    bundle = json.loads(answer.content)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    return {e["fullUrl"].removeprefix(f"{ADDRESS}/fhir/"): e["resource"] for e in bundle.get("entry", [])}


async def test_the_whole_record_is_in_the_file_once_and_every_portion_in_the_log(site):
    _, key = await patient_named(site, "saeterbo")
    before = len(await lines_about(site, key))
    async with site.visitor("eldre") as woman:
        answer = await woman.post("/meg/last-ned", data=FHIR, headers=own())
        told = words((await woman.get("/meg/innsyn")).text)
    found = entries(answer)
    stored = await site.store.pool.fetch(
        """select t.name || '/' || e.id as place, e.body from entry e join type_name t on t.type = e.type
            where e.bucket = $1 and e.person = $2 and e.state = 0 and e.form = 0 and not e.deleted""", *key
    )  # fmt: skip
    assert len(stored) > PORTION, "more than a portion"
    assert found == {row["place"]: json.loads(row["body"]) for row in stored}
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.headers["content-disposition"].startswith('attachment; filename="journal-2')
    assert "terb" not in answer.headers["content-disposition"]
    lines = [json.loads(line) for line in (await lines_about(site, key))[before:]]
    files = [line for line in lines if line["act"].startswith("page:download")]
    assert [line["act"] for line in files] == ["page:download-fhir"] + ["page:download-more"] * (len(files) - 1)
    assert sum(line["n"] for line in files) == len(found)
    assert [line["complete"] for line in files] == [False] * (len(files) - 1) + [True]
    assert "Lastet ned journalen som fil" in told


async def test_a_form_from_elsewhere_or_for_no_such_file_gives_nothing_and_says_nothing_of_who_is_here(site):
    patient, key = await patient_named(site, "saeterbo")
    before = len(await lines_about(site, key))
    async with site.visitor("eldre") as man, site.visitor("fastlege") as doctor:
        assert (await man.post("/meg/last-ned", data=FHIR, headers={"sec-fetch-site": "cross-site"})).status_code == 400
        for path in ("/meg/last-ned", f"/for/{patient}/last-ned", "/for/nobody/last-ned"):
            assert (await man.post(path, data={"form": "x"}, headers=own())).status_code == 400
            assert (await doctor.post(path, data=FHIR, headers=own())).status_code == 403
    assert len(await lines_about(site, key)) == before


@pytest_asyncio.fixture(scope="module")
async def town(pg_server, migrated, tmp_path_factory):
    database = pg_server.fresh("record", migrated)
    async with settled(database.url, tmp_path_factory.mktemp("download")) as made:
        yield made
    pg_server.drop(database)


async def taken(town, who, path, form=FHIR):
    async with town.visit(await town.citizen(who)) as browser:
        return await browser.post(path, data=form)


def subject(patient):
    return {"reference": f"Patient/{patient['id']}"}


async def test_the_file_holds_what_the_page_shows_and_no_more(town):
    woman, friend = await town.person("Hel", "1980-01-01"), await town.person("Venn", "1970-01-01")
    booking, stranger = await town.person("Time", "1971-01-01"), await town.person("Fremmed", "1972-01-01")
    await town.world.made(proxy(woman["id"], friend["id"]))
    await town.world.made(proxy(woman["id"], booking["id"], "book"))
    seen = await town.world.made(
        {"resourceType": "MedicationStatement", "status": "active", "subject": subject(woman),
         "medicationCodeableConcept": {"text": "Paracetamol"}}
    )  # fmt: skip
    kept = await town.world.made({"resourceType": "Condition", "subject": subject(woman), "code": {"text": "Skjult"}})
    await town.world.made(held_back(woman["id"], f"Condition/{kept['id']}"))
    medicine, hidden = f"MedicationStatement/{seen['id']}", f"Condition/{kept['id']}"
    path = f"/for/{woman['id']}/last-ned"
    for who, where in ((woman, "/meg/last-ned"), (friend, path)):
        found = entries(await taken(town, who, where))
        assert medicine in found
        assert hidden not in found
        assert f"Patient/{woman['id']}" in found
    assert not any(place.startswith("Consent/") for place in entries(await taken(town, friend, path)))
    assert medicine not in entries(await taken(town, booking, path))
    key = await town.world.store.place(f"Patient/{woman['id']}")
    refused = await taken(town, stranger, path)
    assert refused.status_code == 404
    rows = await town.world.store.pool.fetch(
        "select text from leaf where bucket = $1 and person = $2 order by number desc limit 1", *key
    )
    assert '"outcome":"refused"' in rows[0]["text"]
    absent = await taken(town, stranger, "/for/x00000000000000000000000000/last-ned")
    assert absent.status_code == 404
