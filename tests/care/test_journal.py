"""The journal's pages over the small region: what they show, to whom, and what stands in the log."""

import json
import re
from html import unescape

import msgspec
import pytest
from browsing import words
from doors import block, item

from felles import access, fhir
from felles.record.changes import Change
from felles.record.clock import FOREVER
from felles.record.numbers import TYPES

DIV = "<div xmlns='http://www.w3.org/1999/xhtml'>y</div>"


async def patient_named(site, family):
    rows = await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %")
    return rows[0]["id"], (rows[0]["bucket"], rows[0]["person"])


async def acts_about(site, key, since):
    rows = await site.store.pool.fetch("select text from leaf where bucket = $1 and person = $2 order by number", *key)
    lines = [json.loads(row["text"]) for row in rows]
    return [(line["act"], line["what"], line["outcome"]) for line in lines[since:]]


def rows(html):
    """(address, words) of each line of the list."""
    listed = re.findall(r'<ol class="entries" data-rows>(.*?)</ol>', html, re.DOTALL)
    return [(unescape(href), words(text)) for part in listed
            for href, text in re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', part, re.DOTALL)]  # fmt: skip


async def test_staff_read_the_list_and_an_entry_beside_it_and_both_are_logged(site):
    patient, key = await patient_named(site, "saeterbo")
    before = len(await acts_about(site, key, 0))
    async with site.visitor("fastlege") as browser:
        listed = await browser.get(f"/p/{patient}/journal")
        said = words(listed.text)
        assert "Siste sykehusopphold" in said
        assert "Planen derfra" in said
        assert "Oppholdet pågår." in said
        lines = rows(listed.text)
        assert len(lines) > 15
        address = next(href for href, text in lines if "Innkomstjournal" in text).removesuffix("#valgt")
        read = await browser.get(address)
    said = words(read.text)
    assert "hemiprotese, tidligst 24 timer etter siste apiksaban" in said
    assert re.search(r"Skrevet av\s+Jonas", said)
    assert "Hører sammen" in said
    assert read.text.count('aria-current="true" id="valgt"') + read.text.count('id="valgt" aria-current="true"') == 1
    what = re.search(r"/journal/(\w+/\w+)", address)
    assert what
    assert await acts_about(site, key, before) == [
        ("page:journal", f"Patient/{patient}", "released"), ("page:journal", what[1], "released"),
    ]  # fmt: skip


async def test_the_list_is_narrowed_by_the_address_and_counts_what_is_left(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        base = f"/p/{patient}/journal"
        every = await browser.get(base)
        count = int(re.findall(r'<option value="notat">[^(]*\((\d+)\)', every.text)[0])
        notes = await browser.get(f"{base}?slag=notat")
        assert len(rows(notes.text)) == count
        assert all("slag=notat" in href for href, _ in rows(notes.text))
        found = re.findall(r'<option value="([0-9a-f]{16})">([^<(]*)\((\d+)\)', every.text)
        value, name, many = next(each for each in found if "legekontor" in each[1])
        place = await browser.get(f"{base}?enhet={value}&slag=kontakt")
        assert rows(place.text)
        assert all(name.strip() in text for _, text in rows(place.text))
        assert int(many) >= len(rows(place.text))
        problem = re.findall(r'<option value="(\w+)">Atrieflimmer</option>', every.text)[0]
        about = words((await browser.get(f"{base}?problem={problem}")).text)
        assert "Hvem mener hva om: Atrieflimmer" in about
        nothing = await browser.get(f"{base}?periode=1950")
        assert "Ingenting i utvalget." in words(nothing.text)
        for odd in ("slag=x&enhet='--&side=-1&periode=x&problem=nope", "side=9999", "side=²"):
            assert (await browser.get(f"{base}?{odd}")).status_code == 200


async def test_the_time_line_leads_to_the_list_and_stands_as_a_table_too(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        page = await browser.get(f"/p/{patient}/journal?vis=tidslinje")
        shown = unescape(page.text)
        assert '<svg class="lanes"' in page.text
        assert "<style" not in page.text
        href = re.findall(r'<a href="([^"]+)" aria-label="Lia hjemmetjeneste', shown)[-1]
        assert href in shown[shown.index("<table><caption") :]
        chosen = await browser.get(href)
    assert rows(chosen.text)
    assert all("Lia hjemmetjeneste" in text for _, text in rows(chosen.text))


@pytest.mark.parametrize("persona", ["sekretar", "farmasoyt"])
async def test_a_role_is_told_what_it_does_not_reach_and_is_shown_none_of_it(site, persona):
    async with site.visitor(persona) as browser:
        start = await browser.get("/")
        mine = re.findall(r'href="(/p/\w+)"', unescape(start.text))
        page = await browser.get(f"{mine[0]}/journal")
    assert page.status_code == 200
    assert "Rollen din gir ikke tilgang til: journalnotat" in words(page.text)
    assert not [href for href, _ in rows(page.text) if "/Composition/" in href]


async def test_the_citizen_reads_the_same_in_plain_words_and_can_say_what_is_wrong(site):
    async with site.visitor("eldre") as browser:
        page = await browser.get("/meg/journal")
        assert "Besøk, notater og dokumenter" in words(page.text)
        lines = rows(page.text)
        address = next(href for href, text in lines if "Innkomstjournal" in text)
        read = await browser.get(address)
        said = words(read.text)
        assert "Hvem skrev dette" in said
        assert "Det behandleren skrev ned" in said
        wrong = re.findall(r'href="(/meg/e/[^"]+/feil)"', unescape(read.text))
        assert (await browser.get(wrong[0])).status_code == 200


async def test_whom_it_is_not_open_to_learns_nothing_and_the_refusal_is_logged(site):
    patient, key = await patient_named(site, "saeterbo")
    rows_ = await site.store.pool.fetch(
        "select id from entry where bucket = $1 and person = $2 and type = $3 limit 1", *key, TYPES["Composition"]
    )
    before = len(await acts_about(site, key, 0))
    paths = [f"/p/{patient}/journal", f"/p/{patient}/journal/Composition/{rows_[0]['id']}"]
    async with site.visitor("helsesykepleier") as browser:
        answers = [await browser.get(path) for path in paths]
        answers.append(await browser.get("/p/nobody/journal"))
    assert [a.status_code for a in answers] == [404, 404, 404]
    assert all("Sæterbø" not in each.text for each in answers)
    assert [(act, outcome) for act, _, outcome in await acts_about(site, key, before)] == [("refused", "refused")] * 2
    async with site.visitor("eldre") as browser:
        assert (await browser.get(f"/p/{patient}/journal")).status_code == 403
        other = await browser.get("/meg/journal/Composition/nobody")
    assert other.status_code == 404
    async with site.visitor("fastlege") as browser:
        assert (await browser.get(f"/p/{patient}/journal/Observation/{rows_[0]['id']}")).status_code == 404
        assert (await browser.get("/meg/journal")).status_code == 403


async def test_who_acts_for_another_reads_under_the_banner_and_others_do_not(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("parorende") as browser:
        page = await browser.get(f"/for/{patient}/journal")
        assert page.status_code == 200
        assert "Du handler for Olav Sæterbø" in words(page.text)
        read = await browser.get(rows(page.text)[0][0])
        assert "Du handler for Olav Sæterbø" in words(read.text)
        assert f"/for/{patient}/e/" in unescape(read.text)
    async with site.visitor("gravid") as browser:
        assert (await browser.get(f"/for/{patient}/journal")).status_code == 404


async def write(site, *resources):
    grant = access.maintenance("a test", until=FOREVER, organization="Organization/o")
    changes = [Change(op="create", type=each["resourceType"], resource=fhir.decode(msgspec.json.encode(each)))
               for each in resources]  # fmt: skip
    return [result.id for result in await site.store.commit(grant, changes)]


async def test_what_is_closed_or_entered_in_error_is_in_no_list_and_no_count(site):
    patient, _ = await patient_named(site, "saeterbo")
    made = {"resourceType": "Composition", "status": "final", "title": "Tyrihjelm", "date": "2026-01-02",
            "type": {"text": "Notat"}, "author": [{"display": "x"}], "subject": {"reference": f"Patient/{patient}"},
            "section": [{"text": {"status": "generated", "div": DIV}}]}  # fmt: skip

    async def seen(browser):
        page = await browser.get(f"/p/{patient}/journal?slag=notat")
        return "Tyrihjelm" in page.text, len(rows(page.text)), "Noe er sperret." in page.text

    async with site.visitor("fastlege") as browser:
        first = await seen(browser)
        (name,) = await write(site, made)
        assert await seen(browser) == (True, first[1] + 1, False)
        await write(site, made | {"status": "entered-in-error"})
        assert await seen(browser) == (True, first[1] + 1, False)
        await write(site, block(patient, data=[item(f"Composition/{name}")]))
        assert await seen(browser) == (False, first[1], True)
        assert (await browser.get(f"/p/{patient}/journal/Composition/{name}")).status_code == 404
    async with site.visitor("eldre") as browser:
        assert (await browser.get(f"/meg/journal/Composition/{name}")).status_code == 200
