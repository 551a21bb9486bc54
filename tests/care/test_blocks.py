"""The person closes and opens again on her own pages; who treats her learns that something is closed, and no more."""

import re
from html import unescape

from browsing import own, words

NEW = "/meg/sperringer/ny"


async def patient_named(site, family):
    rows = await site.store.pool.fetch("select id, bucket, person from face where sort_key like $1", f"{family} %")
    return rows[0]["id"], (rows[0]["bucket"], rows[0]["person"])


async def test_a_person_blocks_sees_what_else_is_hidden_and_opens_again(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("eldre") as citizen, site.visitor("fastlege") as doctor:
        hub = await citizen.get("/meg/meg")
        assert "Sperringer" in words(hub.text)
        form = await citizen.get(NEW)
        assert "Hva vil du sperre?" in words(form.text)
        before = await doctor.get(f"/p/{patient}")
        assert "Noe er sperret." not in words(before.text)
        fields = {"hva": "slag", "slag-medicine": "1", "mot": "rolle", "motrolle": "gp"}
        shown = await citizen.post(NEW, data=fields, headers=own())
        assert shown.status_code == 200, shown.text
        assert "Legemidler" in words(shown.text)
        assert "Noe er sperret." not in words((await doctor.get(f"/p/{patient}")).text), "not yet"
        made = await citizen.post(NEW, data=fields | {"ja": "1"}, headers=own())
        assert (made.status_code, made.headers["location"]) == (303, "/meg/sperringer")
        hidden = await doctor.get(f"/p/{patient}")
        assert "Noe er sperret." in words(hidden.text)
        listed = await citizen.get("/meg/sperringer")
        assert "Fastlege" in words(listed.text)
        end = re.findall(r'action="(/meg/sperringer/[^"]+)"', unescape(listed.text))
        assert len(end) == 1
        assert (await citizen.post(end[0], headers=own())).status_code == 303
        assert "Du har ikke sperret noe." in words((await citizen.get("/meg/sperringer")).text)
        assert "Noe er sperret." not in words((await doctor.get(f"/p/{patient}")).text)


async def test_a_form_that_says_too_little_is_shown_again_with_what_is_lacking(site):
    async with site.visitor("eldre") as citizen:
        for fields, said in (
            ({}, "Velg hva du vil sperre."),
            ({"hva": "slag", "mot": "alle"}, "Velg minst ett slag opplysninger."),
            ({"hva": "alt", "mot": "rolle", "motrolle": "administrator"}, "Velg en rolle."),
            ({"hva": "periode", "fra": "i fjor", "mot": "alle"}, "Skriv datoen som dd.mm.åååå."),
        ):
            answer = await citizen.post(NEW, data=fields | {"ja": "1"}, headers=own())
            assert answer.status_code == 422
            assert said in words(answer.text)
        assert "Du har ikke sperret noe." in words((await citizen.get("/meg/sperringer")).text)


async def test_from_the_log_a_place_is_closed_to_once_she_has_seen_what_that_does(site):
    patient, _ = await patient_named(site, "saeterbo")
    async with site.visitor("eldre") as citizen, site.visitor("fastlege") as doctor:
        assert (await doctor.get(f"/p/{patient}")).status_code == 200
        log = unescape((await citizen.get("/meg/innsyn")).text)
        way = re.search(r'href="(/meg/sperringer/ny\?mot=Organization/[^"]+)"', log)
        assert way, log
        shown = await citizen.get(way[1])
        assert 'name="ja"' in shown.text
        assert "Alt i journalen" in words(shown.text)
        assert "Du har ikke sperret noe." in words((await citizen.get("/meg/sperringer")).text), (
            "not before she says so"
        )
        for wrong in ("Organization/", "Practitioner/x", "alt"):
            answer = await citizen.get(NEW, params={"mot": wrong})
            assert answer.status_code == 422
            assert "Velg en virksomhet." in words(answer.text)
        assert (await doctor.get(way[1])).status_code == 403


async def test_staff_have_no_part_in_it(site):
    async with site.visitor("fastlege") as doctor:
        assert (await doctor.get("/meg/sperringer")).status_code == 403
        assert (await doctor.post(NEW, data={"hva": "alt", "mot": "alle", "ja": "1"}, headers=own())).status_code == 403


async def test_nobody_ends_the_block_of_another(site):
    async with site.visitor("eldre") as citizen, site.visitor("gravid") as other:
        fields = {"hva": "slag", "slag-plan": "1", "mot": "alle", "ja": "1"}
        assert (await citizen.post(NEW, data=fields, headers=own())).status_code == 303
        (end,) = re.findall(r'action="(/meg/sperringer/[^"]+)"', unescape((await citizen.get("/meg/sperringer")).text))
        assert (await other.post(end, headers=own())).status_code == 404
        assert (await citizen.post(end, headers=own())).status_code == 303


async def test_a_place_that_could_look_can_be_closed_to_before_it_has(site):
    async with site.visitor("gravid") as citizen:
        could = unescape((await citizen.get("/meg/tilgang")).text)
        form = words((await citizen.get(NEW)).text)
    assert "Gynekolog Stormo" in form
    way = re.search(r'href="/meg/sperringer/ny\?mot=Organization/[^"]+"[^>]*>(?:<svg.*?</svg>)?[^<]*Stormo', could)
    assert way, could
    assert "Sykehusapoteket" not in form, "those who have no basis are not named"
