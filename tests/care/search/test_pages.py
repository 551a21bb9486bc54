"""Words inside the open record, from door to door."""

import json
import re
from html import unescape

import pytest
from browsing import own, words


async def patient_named(site, family):
    row = (await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %"))[0]
    return row["id"], (row["bucket"], row["person"])


async def lines_about(site, key):
    rows = await site.store.pool.fetch("select text from leaf where bucket = $1 and person = $2 order by number", *key)
    return [json.loads(row["text"]) for row in rows]


def hits(html):
    return re.findall(r'<li><a href="([^"]+)">', html.split('class="hits')[1].split("</ul>")[0])


async def test_every_form_of_a_word_is_found_and_opened_where_it_stands(site):
    patient, key = await patient_named(site, "saeterbo")
    async with site.visitor("fastlege") as browser:
        for typed in ("hofteprotese", "HEMIPROTESE", "lårhalsbrot", "S72.0", "I10"):
            answer = await browser.post(f"/p/{patient}/sok", data={"ord": typed}, headers=own())
            assert answer.status_code == 200
            found = [unescape(href) for href in hits(answer.text)]
            assert found, typed
            assert all(re.fullmatch(rf"/p/{patient}/e/\w+/[\w.-]+#:~:text=[\w%.]+", href) for href in found), found[:3]
            assert typed not in answer.request.url.path
            opened = await browser.get(found[0].partition("#")[0])
            assert opened.status_code == 200
    said = (await lines_about(site, key))[-2]
    assert (said["act"], said["outcome"], said["what"]) == ("page:words", "released", f"Patient/{patient}")
    assert not [line for line in await lines_about(site, key) if "protese" in json.dumps(line).lower()]


async def test_who_has_no_grant_finds_nothing_and_the_try_is_logged(site):
    """Twin of the above: the same words, by one without a relation."""
    patient, key = await patient_named(site, "saeterbo")
    async with site.visitor("helsesykepleier") as browser:
        answer = await browser.post(f"/p/{patient}/sok", data={"ord": "hofteprotese"}, headers=own())
        page = await browser.get(f"/p/{patient}/sok")
    assert answer.status_code == page.status_code == 404
    assert "protese" not in answer.text
    assert (await lines_about(site, key))[-1]["outcome"] == "refused"


async def test_a_role_finds_only_in_the_kinds_it_reaches(site):
    """The secretary reaches no notes and no results; the GP does."""
    patient, _ = await patient_named(site, "saeterbo")
    kinds = {}
    for persona in ("fastlege", "sekretar"):
        async with site.visitor(persona) as browser:
            answer = await browser.post(f"/p/{patient}/sok", data={"ord": "blodtrykk"}, headers=own())
        assert answer.status_code == 200
        kinds[persona] = set(re.findall(r"/e/(\w+)/", unescape(answer.text)))
    assert "Observation" in kinds["fastlege"]
    assert not kinds["sekretar"] & {"Observation", "Composition", "DocumentReference", "Condition"}


async def test_a_citizen_finds_in_her_own_record_and_staff_not_there(site):
    async with site.visitor("gravid") as browser:
        answer = await browser.post("/meg/sok", data={"ord": "BT"}, headers=own())
        assert hits(answer.text)
        assert all(href.startswith(("/meg/e/", "&#x2f;meg&#x2f;e")) for href in hits(answer.text))
    async with site.visitor("fastlege") as browser:
        assert (await browser.post("/meg/sok", data={"ord": "BT"}, headers=own())).status_code == 403


@pytest.mark.parametrize("typed", ["", " ", "a", "\x00\x01"])
async def test_too_little_is_said_at_the_field(site, typed):
    async with site.visitor("gravid") as browser:
        answer = await browser.post("/meg/sok", data={"ord": typed}, headers=own())
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("typed", ['"{}%_\\', "x" * 5000, "<script>", "a,b", "'; drop table entry;--", "\ud83d\ude00x"])
async def test_nothing_typed_breaks_it_or_comes_back_as_markup(site, typed):
    async with site.visitor("gravid") as browser:
        sent = typed.encode("utf-16", "surrogatepass").decode("utf-16")
        answer = await browser.post("/meg/sok", data={"ord": sent}, headers=own())
    assert answer.status_code in (200, 422)
    assert "<script>" not in answer.text.split("<main")[1]


async def test_no_hit_says_which_kind_of_none(site):
    async with site.visitor("gravid") as browser:
        answer = await browser.post("/meg/sok", data={"ord": "finnesikke"}, headers=own())
    assert "Ingen treff i det du kan se." in words(answer.text)
