"""A citizen takes her record with her: whole as she sees it, never more, and each portion in the log."""

import io
import json
import sys
from datetime import datetime
from typing import Any

import pypdf
import pytest
import pytest_asyncio
from browsing import ADDRESS, lines_about, own, patient_named, words
from doors import held_back, proxy
from households import settled

from felles.access.resources import moment
from felles.care.download import printer
from felles.record.errors import Busy
from felles.record.read_download import PORTION

pytestmark = pytest.mark.slow
FHIR = {"form": "fhir"}
PDF = {"form": "pdf"}
PSA = {"system": "http://loinc.org", "code": "2857-1"}


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


def read(answer):
    """(the PDF, its text on one line)."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    file = pypdf.PdfReader(io.BytesIO(answer.content))
    return file, " ".join(" ".join(page.extract_text() for page in file.pages).split())


async def test_the_record_to_read_is_accessible_whole_and_in_the_log(site):
    _, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as doctor:
        patient, _ = await patient_named(site, "saeterbo")
        assert (await doctor.get(f"/p/{patient}")).status_code == 200
    before = len(await lines_about(site, key))
    async with site.visitor("eldre") as man:
        answer = await man.post("/meg/last-ned", data=PDF, headers=own())
        bundle = entries(await man.post("/meg/last-ned", data=FHIR, headers=own()))
        told = words((await man.get("/meg/innsyn")).text)
    file, text = read(answer)
    root: Any = file.trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "nb")
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert file.metadata
    assert file.metadata.title == "Journal"
    assert f"Side {len(file.pages)} av {len(file.pages)}" in text
    assert answer.headers["content-disposition"].startswith('attachment; filename="journal-2')
    # What the other file holds of these is read on paper too, in its own words.
    said = [each["code"]["text"] for each in bundle.values() if each["resourceType"] == "Condition"]
    said += [each["vaccineCode"]["text"] for each in bundle.values() if each["resourceType"] == "Immunization"]
    notes = [each for each in bundle.values() if each["resourceType"] == "Composition"]
    now = moment(site.store.clock.clinical())  # at night, what the region tells of the morning has not been written yet
    said += [each["title"] for each in notes if datetime.fromisoformat(each["date"]) <= datetime.fromisoformat(now)]
    said += [
        each["code"].get("text") or each["code"]["coding"][0]["display"]
        for each in bundle.values()
        if each["resourceType"] == "Observation" and each["category"][0]["coding"][0]["code"] == "laboratory"
    ]
    assert len(set(said)) > 15
    assert [each for each in said if " ".join(each.split()) not in text] == []
    parts = ("kritisk informasjon", "Helseproblemer", "Medisiner i bruk", "Vaksiner", "Timer som kommer", "Vanlig",
             "åpnet journalen din", "Hentet av: Olav")  # fmt: skip
    assert [each for each in parts if each not in text] == []
    lines = [json.loads(line) for line in (await lines_about(site, key))[before:]]
    first = next(line for line in lines if line["act"] == "page:download-pdf")
    assert (first["what"], first["outcome"]) == (f"Patient/{patient}", "released")
    paper = [line for line in lines if line["act"].startswith("page:download")]
    paper = paper[: next(n for n, line in enumerate(paper) if line["complete"]) + 1]
    assert sum(line["n"] for line in paper) == len(bundle)
    assert "Lastet ned journalen til å lese" in told


async def test_what_goes_wrong_on_the_way_is_told_and_no_half_file_goes_out(site, monkeypatch):
    download = site.store.download

    async def broken(*args):
        async for portion in download(*args):
            yield portion
            raise Busy("away")

    async with site.visitor("eldre") as man:
        whole = await man.post("/meg/last-ned", data=FHIR, headers=own())
        assert int(whole.headers["content-length"]) == len(whole.content)
        monkeypatch.setattr(site.store, "download", broken)
        for form in (FHIR, PDF):
            answer = await man.post("/meg/last-ned", data=form, headers=own())
            assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
            assert "content-disposition" not in answer.headers
        monkeypatch.undo()
        for program, wait in ((("-c", "raise SystemExit(3)"), 60), (("-c", "import time; time.sleep(60)"), 0.2)):
            monkeypatch.setattr(printer, "PROGRAM", (sys.executable, *program))
            monkeypatch.setattr(printer, "WAIT", wait)
            answer = await man.post("/meg/last-ned", data=PDF, headers=own())
            assert answer.status_code == 503
            assert "Filen ble ikke laget" in answer.text
        monkeypatch.undo()
        monkeypatch.setattr(printer, "QUEUE", -1)
        assert (await man.post("/meg/last-ned", data=PDF, headers=own())).status_code == 503
        monkeypatch.undo()
        assert (await man.get("/meg/meg")).status_code == 200


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
    for who, where in ((woman, "/meg/last-ned"), (friend, path)):
        _, text = read(await taken(town, who, where, PDF))
        assert "Paracetamol" in text
        assert "Skjult" not in text
        assert ("Dette er bare for den journalen er om." in text) is (who is friend)
    assert "Paracetamol" not in read(await taken(town, booking, path, PDF))[1]
    key = await town.world.store.place(f"Patient/{woman['id']}")
    for form in (FHIR, PDF):
        refused = await taken(town, stranger, path, form)
        assert refused.status_code == 404
    rows = await town.world.store.pool.fetch(
        "select text from leaf where bucket = $1 and person = $2 order by number desc limit 1", *key
    )
    assert '"outcome":"refused"' in rows[0]["text"]
    absent = await taken(town, stranger, "/for/x00000000000000000000000000/last-ned")
    assert absent.status_code == 404


async def test_a_record_of_nothing_and_one_of_odd_letters_can_be_read(town):
    empty, odd = await town.person("Tom", "1990-01-01"), await town.person("Čáhci", "1991-01-01")
    await town.world.made(
        {"resourceType": "Condition", "subject": subject(odd),
         "code": {"text": "Hodepine \u6f22\U0001f600 e\u0323\u0301\u200b {{ kode }} #set <b>"}}
    )  # fmt: skip
    _, text = read(await taken(town, empty, "/meg/last-ned", PDF))
    assert text.count("Ikke noe er registrert her som du kan se.") >= 8
    assert "\ufffd" not in text
    _, text = read(await taken(town, odd, "/meg/last-ned", PDF))
    assert "Čáhci" in text
    assert "Hodepine \ufffd\ufffd" in text
    assert "{{ kode }} #set <b>" in text
    assert "Tegn som ikke lar seg skrive her, står som \ufffd." in text


async def test_a_result_that_waits_is_on_paper_when_it_is_seen(town):
    woman = await town.person("Vent", "1980-05-20")
    await town.world.made(
        {"resourceType": "Observation", "status": "final", "code": {"text": "PSA", "coding": [PSA]},
         "subject": subject(woman), "effectiveDateTime": "2026-05-03", "valueQuantity": {"value": 41.5, "unit": "µg/L"}}
    )  # fmt: skip
    await town.world.made(
        {"resourceType": "Observation", "status": "final", "code": {"text": "Hemoglobin"}, "subject": subject(woman),
         "effectiveDateTime": "2026-05-03", "valueQuantity": {"value": 13.7, "unit": "g/dL"}}
    )  # fmt: skip
    _, text = read(await taken(town, woman, "/meg/last-ned", PDF))
    assert ("13,7 g/dL" in text, "41,5" in text, "PSA" in text) == (True, False, False)
