"""`/p/{id}/prover`: results and measurements as staff meet them, decided and logged."""

import re
from html import unescape

import pytest
from browsing import words

pytestmark = pytest.mark.store

CREATININE = re.compile(r'<a href="(/[^"]+/prover/[0-9a-f]{16})">Kreatinin</a>')


async def patient_named(site, family):
    rows = await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %")
    return rows[0]["id"], (rows[0]["bucket"], rows[0]["person"])


async def lines_about(site, key):
    rows = await site.store.pool.fetch("select text from leaf where bucket = $1 and person = $2 order by number", *key)
    return [row["text"] for row in rows]


async def test_creatinine_now_and_over_a_year_is_two_pages_from_the_chart_each_logged_once(site):
    patient, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        before = len(await lines_about(site, key))
        table = (await browser.get(f"/p/{patient}/prover")).text
        (address,) = CREATININE.findall(unescape(table))
        course = (await browser.get(address)).text
    new = (await lines_about(site, key))[before:]
    assert ['"act":"page:courses"' in line for line in new] == [True, True]
    assert all(f'"what":"Patient/{patient}"' in line for line in new)
    said = words(course)
    assert "Siste verdi" in said
    assert "For omtrent et år siden" in said
    assert "60–105" in said
    assert '<svg class="series"' in course
    assert "Gjorde noen noe med siste verdi?" in said
    assert re.search(r"↑ Høy .* Nyrer og salter|Nyrer og salter .* ↑ Høy", words(table))


async def test_blood_pressure_and_weight_stand_on_one_time_axis(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        beside = (await browser.get(f"/p/{patient}/prover?vis=forlop")).text
        narrowed = words((await browser.get(f"/p/{patient}/prover?gruppe=vitale&aar=1")).text)
    titles = re.findall(r'<svg class="series"[^>]*><title>([^<]*)', beside)
    assert titles[:2] == ["Blodtrykk (mmHg)", "Vekt (kg)"]
    assert "Legemidler" in titles
    assert "Blodtrykk" in narrowed
    assert "Kreatinin" not in narrowed


async def test_what_is_usual_of_a_blood_pressure_is_said_of_who_is_pregnant_alone(site):
    (ida, _), (olav, _) = await patient_named(site, "nordmarken"), await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as gp:
        assert "under 140/90" in words((await gp.get(f"/p/{ida}/prover?gruppe=vitale")).text)
        assert "under 140/90" not in words((await gp.get(f"/p/{olav}/prover?gruppe=vitale")).text)


async def test_a_stranger_finds_nothing_and_a_code_that_was_never_measured_is_nothing(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser, site.visitor("jordmor") as stranger:
        address = CREATININE.findall(unescape((await browser.get(f"/p/{patient}/prover")).text))[0]
        for path in (f"/p/{patient}/prover", f"/p/{patient}/prover?vis=forlop", address):
            assert (await stranger.get(path)).status_code == 404
        for code in ("0" * 16, "kreatinin", "ffffffffffffffff"):
            assert (await browser.get(f"/p/{patient}/prover/{code}")).status_code == 404


async def test_a_role_that_reaches_no_results_is_told_so(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("sekretar") as secretary, site.visitor("fastlege") as gp:
        answer = await secretary.get(f"/p/{patient}/prover")
        address = CREATININE.findall(unescape((await gp.get(f"/p/{patient}/prover")).text))[0]
        assert (await secretary.get(address)).status_code == 404
    assert answer.status_code == 200
    assert "Rollen din gir ikke tilgang til dette." in words(answer.text)
    assert "Kreatinin" not in answer.text


async def test_a_citizen_reads_what_her_own_results_mean_and_another_does_not(site):
    async with site.visitor("eldre") as citizen, site.visitor("gravid") as other:
        listed = unescape((await citizen.get("/meg/prover")).text)
        address = re.findall(r'<a href="(/meg/prover/[0-9a-f]{16})">Kreatinin</a>', listed)[0]
        one = await citizen.get(address)
        hers = await other.get(address)
    said = words(one.text)
    assert "Et avfallsstoff fra musklene" in words(listed)
    assert "Høyere enn vanlig" in said
    assert '<svg class="rangebar"' in one.text
    assert '<svg class="series"' in one.text
    assert "Hva ble sagt og gjort" in said
    assert hers.status_code == 404 or "128" not in words(hers.text)
    assert "Olav" not in hers.text


async def test_who_acts_for_another_reads_the_results_under_the_banner_and_a_stranger_does_not(site):
    patient, key = await patient_named(site, "saeterbo")
    async with site.visitor("parorende") as daughter, site.visitor("gravid") as stranger:
        before = len(await lines_about(site, key))
        listed = await daughter.get(f"/for/{patient}/prover")
        (address,) = re.findall(r'<a href="(/for/[^"]+/prover/[0-9a-f]{16})">Kreatinin</a>', unescape(listed.text))
        one = await daughter.get(address)
        assert (await stranger.get(f"/for/{patient}/prover")).status_code == 404
        assert (await stranger.get(address)).status_code == 404
    assert "Du handler for" in words(listed.text)
    assert "Du handler for" in words(one.text)
    new = (await lines_about(site, key))[before:]
    assert ['"act":"page:courses"' in line for line in new][:2] == [True, True]
    assert all('"outcome":"refused"' in line for line in new[2:])
