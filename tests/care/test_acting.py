"""Acting for another, by the pages: how far it reaches, to the day, and what it never shows."""

import re
from dataclasses import replace
from html import unescape

import asyncpg
import pytest
import pytest_asyncio
from browsing import own, words
from doors import block, consent, held_back, item, not_to_parents, proxy
from households import MOTHER_NUMBER, numbered, parent_of, settled
from worlds import World

from felles.record.codes import MANDATE_SYSTEM, RESTRICTION_SYSTEM

pytestmark = pytest.mark.slow


@pytest_asyncio.fixture
async def town(record_database, tmp_path):
    async with settled(record_database.url, tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def family(town):
    """A child of eleven and her mother."""
    mother = await town.person("Mo", "1985-02-02")
    child = await town.person("Liten", "2014-05-20")
    await town.world.made(parent_of(child, mother))
    town.at("2026-05-19T12:00:00+02:00")
    return town, mother, child


def condition(patient, text):
    return {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "code": {"text": text},
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
    }


def appointment(patient, text, when="2026-06-30T10:00:00+02:00"):
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "description": text,
        "start": when,
        "end": when,
        "participant": [{"actor": {"reference": f"Patient/{patient['id']}"}, "status": "accepted"}],
    }


async def by_the_office(town, resource):
    """Written by the GP's office, as the listed appointments are."""
    client = town.world.client(town.gp)
    answer = await client.post(resource["resourceType"], resource)
    assert answer.status == 201, answer.json
    return answer.json


async def page(town, who, path, status=200):
    async with town.visit(await town.citizen(who)) as browser:
        answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return words(answer.text)


async def searched(town, who, patient, word, status=200):
    """What the search in the record of whom she acts for says."""
    async with town.visit(await town.citizen(who)) as browser:
        answer = await browser.post(f"/for/{patient['id']}/sok", data={"ord": word}, headers=own())
    assert answer.status_code == status, answer.text
    return words(answer.text)


async def heard(town, who, patient, status=200):
    """What following the record of whom she acts for tells at once: a mark of what she sees."""
    async with town.visit(await town.citizen(who)) as browser:
        answer = await browser.get(f"/for/{patient['id']}/live")
    assert answer.status_code == status, answer.text
    return re.findall(r"id: (\w+)", answer.text)


async def lines(town, patient):
    key = await town.world.store.place(f"Patient/{patient['id']}")
    rows = await town.world.store.pool.fetch(
        "select text from leaf where bucket = $1 and person = $2 order by number", *key
    )
    return [row["text"] for row in rows]


async def test_a_mother_reads_her_childs_record_under_a_banner_and_it_is_logged(family):
    town, mother, child = family
    await town.world.made(condition(child, "Astma"))
    said = await page(town, mother, f"/for/{child['id']}")
    assert "Du handler for Kari Liten (11 år)" in said
    assert "Astma" in said
    last = (await lines(town, child))[-1]
    assert f'"for":"Patient/{child["id"]}"' in last
    assert '"basis":"80:RelatedPerson/' in last


async def test_a_stranger_is_told_nothing_and_the_try_is_logged(family):
    town, _, child = family
    stranger = await town.person("Fremmed", "1980-01-01")
    hidden = await page(town, stranger, f"/for/{child['id']}", 404)
    absent = await page(town, stranger, "/for/x00000000000000000000000000", 404)
    assert hidden.replace(child["id"], "") == absent.replace("x00000000000000000000000000", "")
    await searched(town, stranger, child, "astma", 404)
    assert '"outcome":"refused"' in (await lines(town, child))[-1]
    await heard(town, stranger, child, 404)
    assert '"outcome":"refused"' in (await lines(town, child))[-1]
    assert "Kari Liten" not in await page(town, stranger, "/for")


async def test_staff_do_not_act_for_anybody(family):
    town, _, child = family
    async with town.visit(town.gp) as browser:
        assert (await browser.get(f"/for/{child['id']}")).status_code == 403
        assert (await browser.get("/for")).status_code == 403


async def test_the_list_names_whom_one_acts_for_and_on_what_basis(family):
    town, mother, child = family
    said = await page(town, mother, "/for")
    assert "Kari Liten" in said
    assert "Foreldreansvar" in said
    assert any('"act":"page:list"' in line for line in await lines(town, child))


async def test_at_twelve_the_record_closes_and_listed_appointments_stay(family):
    town, mother, child = family
    problem = await town.world.made(condition(child, "Astma"))
    await by_the_office(town, appointment(child, "Kontroll hos legen"))
    await town.world.made(appointment(child, "Et annet sted"))
    town.at("2026-05-19T23:59:58+02:00")
    assert "Astma" in await page(town, mother, f"/for/{child['id']}")
    town.at("2026-05-20T00:00:01+02:00")
    said = await page(town, mother, f"/for/{child['id']}")
    assert "Astma" not in said
    assert "Kontroll hos legen" in said
    assert "Et annet sted" not in said, "only what the GP's office and the municipality answer for"
    assert "Fra 12 år er journalen barnets egen" in said
    await page(town, mother, f"/for/{child['id']}/e/Condition/{problem['id']}", 404)


async def test_an_appointment_that_the_child_made_is_the_childs_own(family, record_database):
    town, mother, child = family
    town.at("2026-05-20T12:00:00+02:00")
    own = await by_the_office(town, appointment(child, "Samtale hos legen"))
    assert "Samtale hos legen" in await page(town, mother, f"/for/{child['id']}")
    owner = await asyncpg.connect(record_database.owner_url)
    await owner.execute("update felles.entry set author = $2 where id = $1", own["id"], f"Patient/{child['id']}")
    await owner.close()
    assert "Samtale hos legen" not in await page(town, mother, f"/for/{child['id']}")


async def test_at_sixteen_it_ends(family):
    town, mother, child = family
    town.at("2030-05-19T23:59:58+02:00")
    await page(town, mother, f"/for/{child['id']}")
    town.at("2030-05-20T00:00:01+02:00")
    await page(town, mother, f"/for/{child['id']}", 404)
    assert "Kari Liten" not in await page(town, mother, "/for")


async def test_what_is_not_for_parents_is_seen_by_the_child_alone(family):
    town, mother, child = family
    secret = await town.world.made(condition(child, "Uro hjemme"))
    assert "Uro hjemme" in await page(town, mother, f"/for/{child['id']}")
    assert "Uro hjemme" in await searched(town, mother, child, "uro")
    assert await heard(town, mother, child) == await heard(town, mother, child)
    before = await heard(town, mother, child)
    await town.world.made(not_to_parents(child["id"], f"Condition/{secret['id']}"))
    assert "Uro hjemme" not in await page(town, mother, f"/for/{child['id']}")
    assert "Uro hjemme" not in await searched(town, mother, child, "uro")
    assert await heard(town, mother, child) != before, "what she sees is another"
    await page(town, mother, f"/for/{child['id']}/e/Condition/{secret['id']}", 404)
    assert "Uro hjemme" in await page(town, child, "/meg")


async def test_who_acts_sees_no_more_than_the_person_herself(family):
    town, mother, child = family
    friend = await town.person("Venn", "1970-01-01")
    grown = await town.person("Gammel", "1942-03-03")
    await town.world.made(proxy(grown["id"], friend["id"]))
    kept = await town.world.made(condition(grown, "Holdt tilbake"))
    assert "Holdt tilbake" in await page(town, friend, f"/for/{grown['id']}")
    await town.world.made(held_back(grown["id"], f"Condition/{kept['id']}"))
    assert "Holdt tilbake" not in await page(town, friend, f"/for/{grown['id']}")
    assert "Holdt tilbake" not in words_of_problems(await page(town, grown, "/meg"))
    also = await town.world.made(condition(child, "Holdt fra barnet"))
    await town.world.made(held_back(child["id"], f"Condition/{also['id']}"))
    assert "Holdt fra barnet" not in await page(town, mother, f"/for/{child['id']}")


def words_of_problems(said):
    return said[said.index("Helseproblemer") :]


async def test_blocks_consents_cases_and_the_other_parent_are_never_shown(family):
    town, mother, child = family
    father = await town.person("Far", "1984-01-01")
    other = await town.world.made(parent_of(child, father, "far"))
    closed = await town.world.made(block(child["id"]))
    key = f"/for/{child['id']}/e"
    await page(town, mother, f"{key}/RelatedPerson/{other['id']}", 404)
    await page(town, mother, f"{key}/Consent/{closed['id']}", 404)
    await page(town, mother, f"{key}/Patient/{child['id']}")


async def test_one_barred_parent_and_child_welfare(family):
    town, mother, child = family
    barred = consent(
        child["id"],
        {"coding": [{"system": RESTRICTION_SYSTEM, "code": "barred"}]},
        {"type": "deny", "actor": [{"role": {"text": "x"}, "reference": {"reference": f"Patient/{mother['id']}"}}]},
    )
    made = await town.world.made(barred)
    await page(town, mother, f"/for/{child['id']}", 404)
    lifted = await town.world.system.put(f"Consent/{made['id']}", made | {"status": "inactive"})
    assert lifted.status == 200
    await page(town, mother, f"/for/{child['id']}")
    del barred["provision"]["actor"]
    await town.world.made(barred)
    await page(town, mother, f"/for/{child['id']}", 404)


async def test_a_gp_bars_a_parent_and_lets_her_in_again(family):
    town, mother, child = family
    path = f"/p/{child['id']}/fullmakter"
    form = {"hvem": f"Patient/{mother['id']}", "grunn": "Vedtak om besøksforbud"}
    async with town.visit(town.gp) as browser:
        assert "Foreldreansvar" in words((await browser.get(path)).text)
        assert (await browser.post(path, data=form | {"grunn": "kort"})).status_code == 422
        assert (await browser.post(path, data=form | {"hvem": "Patient/x"})).status_code == 422
        await page(town, mother, f"/for/{child['id']}")
        assert (await browser.post(path, data=form)).status_code == 303
        await page(town, mother, f"/for/{child['id']}", 404)
        shown = (await browser.get(path)).text
        assert "Kari Mo er stengt ute." in words(shown)
        bar = re.findall(r'name="slutt" value="([^"]+)"', shown)[0]
        assert (await browser.post(path, data={"slutt": "x00000000000000000000000000"})).status_code == 404
        assert (await browser.post(path, data={"slutt": bar})).status_code == 303
        await page(town, mother, f"/for/{child['id']}")
        assert (await browser.post(path, data=form | {"hvem": "alle"})).status_code == 303
    await page(town, mother, f"/for/{child['id']}", 404)


async def test_who_may_not_decide_bars_nobody(family):
    town, mother, child = family
    path = f"/p/{child['id']}/fullmakter"
    form = {"hvem": f"Patient/{mother['id']}", "grunn": "Vedtak om besøksforbud"}
    for who, status in ((replace(town.gp, role_code="secretary"), 403), (town.stranger, 404)):
        async with town.visit(who) as browser:
            assert (await browser.get(path)).status_code == status
            assert (await browser.post(path, data=form)).status_code == status
    await page(town, mother, f"/for/{child['id']}")


async def test_a_parent_no_longer_registered_has_nothing(family):
    town, mother, child = family
    again = await town.world.system.get(f"RelatedPerson?patient=Patient/{child['id']}")
    related = again.json["entry"][0]["resource"]
    assert (await town.world.system.delete(f"RelatedPerson/{related['id']}")).status in (200, 204)
    await page(town, mother, f"/for/{child['id']}", 404)


async def test_with_protected_address_nobody_acts(family):
    town, mother, child = family
    await page(town, mother, f"/for/{child['id']}")
    key = await town.world.store.place(f"Patient/{child['id']}")
    await town.world.store.pool.fetch("update person set protected = true where bucket = $1 and person = $2", *key)
    await page(town, mother, f"/for/{child['id']}", 404)
    assert "Kari Liten" not in await page(town, mother, "/for")


async def test_death_ends_it(family):
    town, mother, child = family
    patient = (await town.world.system.get(f"Patient/{child['id']}")).json
    gone = await town.world.system.put(f"Patient/{child['id']}", patient | {"deceasedDateTime": "2026-05-01"})
    assert gone.status == 200, gone.json
    await page(town, mother, f"/for/{child['id']}", 404)


async def test_a_released_part_opens_for_one_parent_until_its_day(family):
    town, mother, child = family
    father = await town.person("Far", "1984-01-01")
    await town.world.made(parent_of(child, father, "far"))
    town.at("2026-06-01T12:00:00+02:00")
    told = await town.world.made(condition(child, "Spiseforstyrrelse"))
    released = consent(
        child["id"],
        {"coding": [{"system": MANDATE_SYSTEM, "code": "part"}]},
        {
            "type": "permit",
            "period": {"start": "2026-06-01", "end": "2026-06-30"},
            "actor": [{"role": {"text": "x"}, "reference": {"reference": f"Patient/{mother['id']}"}}],
            "data": [item(f"Condition/{told['id']}")],
        },
    )
    await town.world.made(released)
    said = await page(town, mother, f"/for/{child['id']}")
    assert "Dette har du fått se" in said
    assert "Spiseforstyrrelse" in said
    await page(town, mother, f"/for/{child['id']}/e/Condition/{told['id']}")
    assert "Spiseforstyrrelse" not in await page(town, father, f"/for/{child['id']}")
    town.at("2026-07-01T00:00:01+02:00")
    assert "Spiseforstyrrelse" not in await page(town, mother, f"/for/{child['id']}")
    await page(town, mother, f"/for/{child['id']}/e/Condition/{told['id']}", 404)


async def test_a_released_part_marked_not_to_parents_closes_again(family):
    town, mother, child = family
    town.at("2026-06-01T12:00:00+02:00")
    told = await town.world.made(condition(child, "Spiseforstyrrelse"))
    provision = {
        "type": "permit",
        "period": {"end": "2026-06-30"},
        "actor": [{"role": {"text": "x"}, "reference": {"reference": f"Patient/{mother['id']}"}}],
        "data": [item(f"Condition/{told['id']}")],
    }
    await town.world.made(consent(child["id"], {"coding": [{"system": MANDATE_SYSTEM, "code": "part"}]}, provision))
    await page(town, mother, f"/for/{child['id']}/e/Condition/{told['id']}")
    await town.world.made(not_to_parents(child["id"], f"Condition/{told['id']}"))
    await page(town, mother, f"/for/{child['id']}/e/Condition/{told['id']}", 404)


async def test_a_parent_asks_and_the_gps_office_gets_a_case(family):
    town, mother, child = family
    await page(town, mother, f"/for/{child['id']}/be", 404)
    town.at("2026-06-01T12:00:00+02:00")
    form = await page(town, mother, f"/for/{child['id']}/be")
    assert "Kontoret svarer innen 1. juli 2026." in form
    assert all(number in words(form) for number in ("113", "116 117"))
    async with town.visit(await town.citizen(mother)) as browser:
        short = await browser.post(f"/for/{child['id']}/be", data={"hva": "alt"})
        sent = await browser.post(f"/for/{child['id']}/be", data={"hva": "Hvilke medisiner hun skal ta hjemme"})
    assert (short.status_code, sent.status_code) == (422, 303)
    rows = await town.world.store.pool.fetch("select owner from handover where state = 0 and kind = 27")
    assert [row["owner"] for row in rows] == ["Organization/office"]


async def test_a_stranger_cannot_ask(family):
    town, _, child = family
    stranger = await town.person("Fremmed", "1980-01-01")
    town.at("2026-06-01T12:00:00+02:00")
    async with town.visit(await town.citizen(stranger)) as browser:
        sent = await browser.post(f"/for/{child['id']}/be", data={"hva": "Hvilke medisiner hun skal ta hjemme"})
    assert sent.status_code == 404


FORM = {"nummer": MOTHER_NUMBER, "etternavn": "hjelper", "til": "01.03.2027", "read": "1"}


async def give(town, giver, **fields):
    async with town.visit(await town.citizen(giver)) as browser:
        return await browser.post("/meg/fullmakter/ny", data=FORM | fields)


async def test_a_proxy_is_given_seen_used_and_ended(town):
    town.at("2026-05-19T12:00:00+02:00")
    helper = await town.person("Hjelper", "1980-01-01", **numbered(MOTHER_NUMBER))
    old = await town.person("Gammel", "1942-03-03")
    await town.world.made(condition(old, "Gikt"))
    await page(town, helper, f"/for/{old['id']}", 404)
    assert (await give(town, old)).status_code == 303
    said = await page(town, old, "/meg/fullmakter")
    assert "Kari Hjelper" in said
    assert "Gikt" in await page(town, helper, f"/for/{old['id']}")
    assert any('"act":"lookup"' in line for line in await lines(town, helper))
    async with town.visit(await town.citizen(old)) as browser:
        shown = (await browser.get("/meg/fullmakter")).text
        place = shown.split('action="/meg/fullmakter/')[1].split('"')[0]
        assert (await browser.post(f"/meg/fullmakter/{place}")).status_code == 303
    await page(town, helper, f"/for/{old['id']}", 404)
    async with town.visit(await town.citizen(helper)) as browser:
        assert (await browser.post(f"/meg/fullmakter/{place}")).status_code == 404, "only her own"


async def test_a_proxy_ends_on_its_day(town):
    town.at("2026-05-19T12:00:00+02:00")
    helper = await town.person("Hjelper", "1980-01-01", **numbered("01018030140"))
    old = await town.person("Gammel", "1942-03-03")
    assert (await give(town, old, nummer="01018030140")).status_code == 303
    town.at("2027-03-01T23:59:00+01:00")
    await page(town, helper, f"/for/{old['id']}")
    town.at("2027-03-02T00:00:01+01:00")
    await page(town, helper, f"/for/{old['id']}", 404)


async def test_every_miss_is_told_in_the_same_words(town):
    town.at("2026-05-19T12:00:00+02:00")
    old = await town.person("Gammel", "1942-03-03")
    nobody = await give(town, old, nummer="15080050515")
    wrong = await give(town, old, etternavn="En annen")
    assert nobody.status_code == wrong.status_code == 422
    missing = "Vi finner ingen du kan gi fullmakt til"
    assert missing in words(nobody.text)
    assert missing in words(wrong.text)


async def test_a_child_gives_no_proxy(town):
    town.at("2026-05-19T12:00:00+02:00")
    child = await town.person("Ung", "2010-05-20")
    answer = await give(town, child)
    assert answer.status_code == 422
    assert "fylt 16 år" in words(answer.text)


async def test_a_form_from_elsewhere_gives_nothing(town):
    old = await town.person("Gammel", "1942-03-03")
    async with town.visit(await town.citizen(old)) as browser:
        answer = await browser.post(
            "/meg/fullmakter/ny", data=FORM, headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        )
    assert answer.status_code == 400


async def test_a_citizen_writes_proxies_and_no_other_mandate(family):
    """By FHIR too: what a register or a clinician must say cannot be said by the person herself, or by a parent."""
    town, mother, child = family
    world: World = town.world
    own = world.client(await town.citizen(child))
    other = world.client(await town.citizen(mother))
    guardian = proxy(child["id"], mother["id"])
    guardian["category"] = [{"coding": [{"system": MANDATE_SYSTEM, "code": "guardian"}]}]
    assert (await own.post("Consent", guardian)).status == 403
    assert (await own.post("RelatedPerson", parent_of(child, mother))).status == 403
    assert (await other.post("Consent", proxy(child["id"], mother["id"]))).status == 403
    assert (await own.post("Consent", proxy(child["id"], mother["id"]))).status == 201
    assert (await town.world.client(town.gp).post("Consent", proxy(child["id"], mother["id"]))).status == 403


async def test_in_the_demo_a_mother_and_a_daughter_act(site):
    for persona, name, basis in (
        ("forelder", "Elias Haile", "Foreldreansvar"),
        ("parorende", "Olav Sæterbø", "Fullmakt"),
    ):
        async with site.visitor(persona) as browser:
            listed = await browser.get("/for")
            assert name in words(listed.text)
            assert basis in words(listed.text)
            place = unescape(listed.text).split('href="/for/')[1].split('"')[0]
            shown = await browser.get(f"/for/{place}")
        assert f"Du handler for {name}" in words(shown.text)
    async with site.visitor("gravid") as browser:
        assert "Det er ingen du kan handle for." not in words((await browser.get("/for")).text), "she has Live"
