"""From a closed door to an open one by the page: who, why, which part, until when, and what the person is told."""

import re
from html import unescape

import pytest
from browsing import own, words

from felles.demo.places import STAFF

FORM = {"grunn": "danger", "ord": "Bevisstløs i akuttmottaket", "del": "medisiner"}


async def patient_named(site, family):
    rows = await site.store.pool.fetch("select id from face where sort_key like $1", f"{family} %")
    return rows[0]["id"]


async def close(citizen, **fields):
    answer = await citizen.post("/meg/sperringer/ny", data=fields | {"ja": "1"}, headers=own())
    assert answer.status_code == 303


async def reopen(citizen):
    listed = unescape((await citizen.get("/meg/sperringer")).text)
    for end in re.findall(r'action="(/meg/sperringer/[^"]+)"', listed):
        await citizen.post(end, headers=own())


async def test_an_emergency_opens_the_part_and_the_person_is_told(site):
    patient = await patient_named(site, "saeterbo")
    async with site.visitor("eldre") as citizen, site.visitor("fastlege") as doctor:
        await close(citizen, hva="slag", **{"slag-medicine": "1"}, mot="alle")
        before = await doctor.get(f"/p/{patient}")
        assert "kontrollert uten det som er sperret" in words(before.text)
        assert "Nødrett" in words((await doctor.get(f"/p/{patient}/apne")).text)
        form = await doctor.get(f"/p/{patient}/apne?vei=nodrett")
        assert "åpent i 4 timer" in words(form.text)
        entered = await doctor.post(f"/p/{patient}/apne", data=FORM | {"vei": "nodrett"}, headers=own())
        assert (entered.status_code, entered.headers["location"]) == (303, f"/p/{patient}")
        after = await doctor.get(f"/p/{patient}")
        assert "Åpnet med nødrett til" in words(after.text)
        assert len(after.text) > len(before.text)
        assert "Noe er sperret." in words(before.text)
        assert "Noe er sperret." not in words(after.text), "it is open to her now"
        told = words((await citizen.get("/meg")).text)
        assert "åpnet uten vanlig grunnlag" in told
        listed = words((await citizen.get("/meg/apninger")).text)
        assert "Nødrett" in listed
        assert "Ingrid Haugan" in listed
        assert "Bevisstløs i akuttmottaket" in listed
        assert "Legemidler" not in listed, "who and when, never what"
        await reopen(citizen)


@pytest.mark.parametrize(
    ("closed", "part", "announced"),
    [
        ({"hva": "slag", "slag-note": "1"}, "medisiner", True),
        ({"hva": "slag", "slag-note": "1"}, "notater", False),
        ({"hva": "alt"}, "notater", True),
        ({"hva": "alt"}, "alt", False),
    ],
)
async def test_that_something_is_closed_is_said_until_all_of_it_is_open(site, closed, part, announced):
    patient = await patient_named(site, "saeterbo")
    async with site.visitor("eldre") as citizen, site.visitor("sykehuslege") as doctor:
        await close(citizen, **closed, mot="alle")
        assert "Noe er sperret." in words((await doctor.get(f"/p/{patient}")).text)
        await doctor.post(f"/p/{patient}/apne", data=FORM | {"vei": "nodrett", "del": part}, headers=own())
        assert ("Noe er sperret." in words((await doctor.get(f"/p/{patient}")).text)) is announced
    async with site.visitor("sykepleier") as other:
        assert "Noe er sperret." in words((await other.get(f"/p/{patient}")).text), "to her colleague as before"
    async with site.visitor("eldre") as citizen:
        await reopen(citizen)


async def test_a_block_by_name_is_said_through_an_emergency(site):
    patient = await patient_named(site, "saeterbo")
    async with site.visitor("eldre") as citizen, site.visitor("hjemmesykepleier") as nurse:
        await close(citizen, hva="alt", mot="person", motperson=STAFF["lise"].practitioner)
        await nurse.post(f"/p/{patient}/apne", data=FORM | {"vei": "nodrett", "del": "alt"}, headers=own())
        assert "Noe er sperret." in words((await nurse.get(f"/p/{patient}")).text)
        await nurse.post(f"/p/{patient}/apne", data=FORM | {"vei": "samtykke", "del": "alt"}, headers=own())
        assert "Noe er sperret." not in words((await nurse.get(f"/p/{patient}")).text)
        await reopen(citizen)


async def test_without_a_relation_a_need_is_stated(site):
    patient = await patient_named(site, "nordmarken")
    async with site.visitor("hjemmesykepleier") as nurse, site.visitor("gravid") as citizen:
        refused = await nurse.get(f"/p/{patient}")
        assert refused.status_code == 404
        assert f"/p/{patient}/apne" in unescape(refused.text)
        short = await nurse.post(
            f"/p/{patient}/apne", data={"vei": "behov", "grunn": "other", "ord": "fordi"}, headers=own()
        )
        assert short.status_code == 422
        assert "minst ti tegn" in words(short.text)
        assert (await nurse.get(f"/p/{patient}")).status_code == 404
        fields = {"vei": "behov", "grunn": "other", "ord": "Ringte legevakten om henne i natt", "del": "alt"}
        assert (await nurse.post(f"/p/{patient}/apne", data=fields, headers=own())).status_code == 303
        opened = await nurse.get(f"/p/{patient}")
        assert opened.status_code == 200
        assert "Åpnet etter oppgitt behov" in words(opened.text)
        assert "Lise" in words((await citizen.get("/meg/apninger")).text)
    async with site.visitor("sykepleier") as other:
        assert (await other.get(f"/p/{patient}")).status_code == 404


async def test_who_may_not_gets_no_form_and_nobody_opens_what_is_not_here(site):
    patient = await patient_named(site, "saeterbo")
    async with site.visitor("administrator") as administrator, site.visitor("eldre") as citizen:
        for visitor in (administrator, citizen):
            assert (await visitor.get(f"/p/{patient}/apne")).status_code == 403
            answer = await visitor.post(f"/p/{patient}/apne", data=FORM | {"vei": "nodrett"}, headers=own())
            assert answer.status_code == 403
    async with site.visitor("sekretar") as secretary, site.visitor("fastlege") as doctor:
        emergency = await secretary.post(f"/p/{patient}/apne", data=FORM | {"vei": "nodrett"}, headers=own())
        assert emergency.status_code == 403
        nobody = await doctor.post("/p/nowhere/apne", data=FORM | {"vei": "nodrett"}, headers=own())
        assert nobody.status_code == 404
