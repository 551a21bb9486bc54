"""What staff begin with: the parts of each role over the region, each with those who must not be on it."""

import json
import re
from html import unescape

import pytest
from browsing import lines_about, own, patient_named, words

from felles.care.start.starts import STARTS

NEW = "/meg/sperringer/ny"


def part(html, key):
    """The section of a part, as HTML; "" where there is none."""
    found = re.search(rf'<section class="part" aria-labelledby="{key}">.*?</section>', unescape(html), re.DOTALL)
    return found[0] if found else ""


def line(html, name):
    """The line about somebody in a part, as HTML."""
    return next((each for each in re.findall(r"<li.*?</li>", html, re.DOTALL) if f">{name}<" in each), "")


async def entries(site, key, type_name):
    """The current entries of a type of one person, as they lie there."""
    rows = await site.store.pool.fetch(
        """select e.body from entry e join type_name n on n.type = e.type and n.name = $3
            where e.bucket = $1 and e.person = $2 and e.state = 0 and e.form = 0 and not e.deleted""",
        *key,
        type_name,
    )
    return [json.loads(row["body"]) for row in rows]


async def listed(site, key):
    return len([text for text in await lines_about(site, key) if '"act":"page:list"' in text])


def test_each_role_that_opens_records_begins_with_something_and_keys_are_its_own():
    for role, parts in STARTS.items():
        keys = [each.key for each in parts]
        assert keys, role
        assert len(set(keys)) == len(keys), role
        assert all(re.fullmatch(r"[a-z][a-z-]*", key) for key in keys)


async def test_the_gp_sees_what_others_wrote_of_those_on_her_list_and_each_has_a_line(site):
    patient, key = await patient_named(site, "saeterbo")
    before = await listed(site, key)
    async with site.visitor("fastlege") as gp:
        came = part((await gp.get("/")).text, "kommet")
        assert "siste 7 dager" in words(came)
        ida, olav = line(came, "Ida Nordmarken"), line(came, "Olav Sæterbø")
        assert "Legevaktnotat" in words(ida)
        assert "Fjordlegevakten" in words(ida)
        assert "Hemiprotese i høyre hofte" in words(olav)
        assert f'href="/p/{patient}"' in olav
        answer = await gp.get(re.findall(r'class="fact"><a href="([^"]+)"', olav)[0])
        assert "Hemiprotese i høyre hofte" in words(answer.text)
        assert "Marit Lian" not in came, "she is on another's list, though at the same office"
    assert await listed(site, key) == before + 2, "one for this part, one for the list of her people"


async def test_the_secretary_sees_who_comes_to_whom_and_what_is_free_and_no_notes(site):
    async with site.visitor("sekretar") as secretary:
        html = (await secretary.get("/")).text
        coming, free = part(html, "i-dag"), part(html, "ledig")
        jon, marit = line(coming, "Jon Brevik"), line(coming, "Marit Lian")
        assert "10.20" in words(jon)
        assert "Ingrid Haugan" in words(jon)
        assert "Per Arne Moxnes" in words(marit)
        # Which times are still free hangs on the hour; past the last one it is the next day's.
        assert re.search(r"\d\d\.\d\d \d+ ledige de neste to ukene", words(line(free, "Ingrid Haugan")))
        assert "Per Arne Moxnes" in words(free)
        assert "Ola Dragset" not in words(free), "he works elsewhere"
        assert "Legevaktnotat" not in html
        assert (await secretary.get("/?del=kommet")).status_code == 404
    async with site.visitor("fastlege") as gp:
        mine = part((await gp.get("/")).text, "i-dag")
        assert "Jon Brevik" in words(mine)
        assert "Marit Lian" not in words(mine), "she comes to the other doctor"


async def test_the_ward_nurse_sees_what_is_left_of_each_and_what_he_closes_to_her_is_gone(site):
    patient, key = await patient_named(site, "saeterbo")
    left = [task for task in await entries(site, key, "Task") if task["status"] == "requested"]
    async with site.visitor("sykepleier") as nurse, site.visitor("eldre") as olav:
        ward = part((await nurse.get("/")).text, "innlagt")
        hers = line(ward, "Olav Sæterbø")
        assert f"{len(left)} ting gjenstår" in words(hers)
        assert "Dag 5" in words(hers)
        assert f'href="/p/{patient}/plan"' in hers
        before = await listed(site, key)
        await nurse.get("/")
        usual = await listed(site, key) - before
        fields = {"hva": "alt", "mot": "rolle", "motrolle": "nurse", "ja": "1"}
        assert (await olav.post(NEW, data=fields, headers=own())).status_code == 303
        try:
            before = await listed(site, key)
            html = (await nurse.get("/")).text
            assert "Olav Sæterbø" not in part(html, "innlagt")
            assert "Olav Sæterbø" in part(html, "personer"), "that she has a relation to him is no secret to her"
            assert 0 < await listed(site, key) - before < usual
        finally:
            page = unescape((await olav.get("/meg/sperringer")).text)
            for end in re.findall(r'action="(/meg/sperringer/[^"]+)"', page):
                await olav.post(end, headers=own())
        assert "Olav Sæterbø" in part((await nurse.get("/")).text, "innlagt")


async def test_who_works_elsewhere_meets_nobody_of_them(site):
    async with site.visitor("fodselslege") as doctor:
        html = (await doctor.get("/")).text
        assert "Olav Sæterbø" not in html
        assert "Ingen er innlagt hos dere nå." in words(html)


async def test_a_part_stands_alone_and_goes_on_for_its_reader_alone(site, monkeypatch):
    from felles.care.start import day

    monkeypatch.setattr(day, "MANY", 1)
    async with site.visitor("fastlege") as gp, site.visitor("sykepleier") as nurse:
        seen, path, last = [], "/?del=kommet", ""
        while path:
            html = unescape((await gp.get(path)).text)
            seen += re.findall(r'class="who"><a href="/p/([^"]+)"', html)
            more = re.search(r'href="(/\?del=kommet&etter=[^"]+)"', html)
            path, last = (more[1] if more else ""), path
        assert len(seen) == len(set(seen)) >= 2
        assert (await nurse.get(last.replace("kommet", "innlagt"))).status_code == 400
        assert (await gp.get(last.replace("del=kommet", "del=i-dag"))).status_code == 404
        assert (await gp.get("/?del=kommet&etter=x")).status_code == 400


@pytest.mark.parametrize("persona", ["personvern"])
async def test_who_opens_no_record_has_no_list_of_anybody(site, persona):
    async with site.visitor(persona) as browser:
        html = (await browser.get("/")).text
    assert "Rollen din åpner ingen journaler" in words(html)
    assert "/p/" not in html
