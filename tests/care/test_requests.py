"""Asking to see a part of another's record, deciding it part by part, and reading what was released."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape

import msgspec
import pytest
import pytest_asyncio
from browsing import opened_at, told, words
from doors import held_back, proxy
from households import ELSEWHERE, GP, OFFICE, numbered, parent_of, settled
from worlds import actor

from felles.access.actor import Sort
from felles.access.codes import KIND_SYSTEM
from felles.fhir.norway.identity import synthetic_number
from felles.record.codes import MANDATE_SYSTEM

pytestmark = pytest.mark.slow

NUMBERS = (n for i in range(1000) if (n := synthetic_number(date(1941, 3, 4), i)))
ASKED = "Vi vil vite hva legen sa om hjertet hans."
DECISION = "Statsforvalteren i Trøndelag, sak 2026/1234"
WHY = "Det er nødvendig og riktig å vise dette."


@pytest_asyncio.fixture
async def town(record_database, tmp_path):
    async with settled(record_database.url, tmp_path) as made:
        yield made


def condition(patient, text):
    return {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "code": {"text": text},
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
    }


def day(town, days):
    now = datetime.fromtimestamp(town.world.store.clock.clinical() / 1_000_000, UTC)
    return (now + timedelta(days=days)).strftime("%d.%m.%Y")


@pytest_asyncio.fixture
async def family(town):
    """A man who died, with two diagnoses, and his daughter."""
    father = await town.person("Vik", "1940-02-02", deceasedDateTime="2026-01-10", **numbered(next(NUMBERS)))
    daughter = await town.person("Vik", "1970-03-03", **numbered(next(NUMBERS)))
    shown = await town.world.made(condition(father, "Hjertesvikt"))
    hidden = await town.world.made(condition(father, "Noe ingen skal vite"))
    town.at("2026-05-19T12:00:00+02:00")
    return town, father, daughter, shown, hidden


def number_of(patient):
    return patient["identifier"][0]["value"]


async def asks(town, who, whom, family="Vik"):
    number = number_of(whom)
    form = {"nummer": number, "etternavn": family, "forhold": "datter", "hva": ASKED}
    async with town.visit(await town.citizen(who)) as browser:
        answer = await browser.post("/meg/avdod", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def page(town, who, path, status=200):
    async with town.visit(await town.citizen(who)) as browser:
        answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return words(answer.text)


async def decides(town, patient, form, who=None):
    """The GP answers the one request that waits. The answer to the form."""
    async with town.visit(who or town.gp) as browser:
        listed = unescape((await browser.get(f"/p/{patient['id']}/onsker")).text).replace("&#x2f;", "/")
        href = re.search(rf"/p/{patient['id']}/onsker/[\w.-]+", listed)
        assert href, listed
        return await browser.post(href[0], data=form), (await browser.get(href[0]))


async def matters(town, patient):
    key = await town.world.store.place(f"Patient/{patient['id']}")
    return await town.world.store.pool.fetch(
        "select * from handover where kind = 27 and bucket = $1 and person = $2", *key
    )


async def test_kin_of_the_dead_ask_staff_decide_part_by_part_and_she_reads_what_was_released(family):
    town, father, daughter, shown, hidden = family
    await page(town, daughter, f"/for/{father['id']}", 404)
    await asks(town, daughter, father)
    assert ASKED in await page(town, daughter, "/meg/avdod")
    yes = {"svar": "vis", "grunn": WHY, "dag": day(town, 30), "onske": "1", f"vis-Condition/{shown['id']}": "1"}
    for lacking in ("grunn", "dag", "onske", f"vis-Condition/{shown['id']}"):
        answer, _ = await decides(town, father, {k: v for k, v in yes.items() if k != lacking})
        assert answer.status_code == 422, lacking
    answer, after = await decides(town, father, yes)
    assert answer.status_code == 303, answer.text
    assert after.status_code == 404  # it waits no more
    said = await page(town, daughter, f"/for/{father['id']}")
    assert "Hjertesvikt" in said
    assert "Noe ingen skal vite" not in said
    await page(town, daughter, f"/for/{father['id']}/e/Condition/{shown['id']}")
    await page(town, daughter, f"/for/{father['id']}/e/Condition/{hidden['id']}", 404)
    assert WHY in await page(town, daughter, "/meg/avdod")
    town.at("2026-06-20T12:00:00+02:00")
    await page(town, daughter, f"/for/{father['id']}", 404)


async def test_a_refusal_is_told_with_its_reason_and_opens_nothing(family):
    town, father, daughter, *_ = family
    await asks(town, daughter, father)
    answer, _ = await decides(town, father, {"svar": "avslag", "grunn": WHY, "onske": "1"})
    assert answer.status_code == 303, answer.text
    said = await page(town, daughter, "/meg/avdod")
    assert WHY in said
    assert "Statsforvalteren" in said
    await page(town, daughter, f"/for/{father['id']}", 404)
    (row,) = await matters(town, father)
    assert row["state"] == 8
    href = f"/arbeid/{row['source']}"
    async with town.visit(replace(town.gp, reference="Practitioner/other")) as colleague:  # it is the office's answer
        assert await listed(colleague, "/arbeid?besvart=1", href)
        assert not await listed(colleague, "/arbeid", href)
        assert WHY in words((await colleague.get(href)).text)
    nurse, keeper = replace(town.gp, role_code="nurse"), replace(town.stranger, role_code="local-administrator")
    for who in (town.stranger, nurse, keeper):
        async with town.visit(who) as other:
            assert not await listed(other, "/arbeid?besvart=1", href), who.role_code
            assert (await other.get(href)).status_code == 404


async def body(town, row):
    """The newest version of the Task of a hand-over."""
    found = await town.world.store.pool.fetch(
        "select body from entry where id = $1 and form = 0 and state = 0", row["source"].removeprefix("Task/")
    )
    return found[0]["body"]


async def test_asking_tells_nobody_who_is_here_or_dead(family):
    town, father, daughter, *_ = family
    living = await town.person("Vik", "1975-05-05")
    there = [await asks(town, daughter, father), await asks(town, daughter, father, family="Annen")]
    there += [await asks(town, father, father), await asks(town, daughter, daughter)]
    assert len(set(there)) == 1
    (row,) = await matters(town, father)  # the one that was meant
    stranger = await page(town, living, "/meg/avdod")
    assert ASKED not in stranger
    assert row["state"] == 0


async def listed(browser, path, href):
    return f'href="{href}"' in unescape((await browser.get(path)).text).replace("&#x2f;", "/")


async def no_client_reads_or_answers(town, row, staff):
    """By FHIR a request is no part of care, whoever's client asks for it, and of whichever house."""
    systems = [actor("system", Sort.SYSTEM, organization=each) for each in (OFFICE, ELSEWHERE)]
    before = await body(town, row)
    for client in map(town.world.client, (*staff, *systems)):
        assert (await client.get(row["source"])).status in (403, 404)
        ended = msgspec.json.decode(before) | {"status": "completed"}
        assert (await client.put(row["source"], ended)).status in (403, 404)
    assert await body(town, row) == before


async def test_who_decides_finds_it_on_the_worklist_takes_it_and_is_led_to_where_it_is_decided(family):
    town, father, daughter, *_ = family
    await asks(town, daughter, father)
    (row,) = await matters(town, father)
    href, way = f"/arbeid/{row['source']}", f"/p/{father['id']}/onsker/{row['source'].removeprefix('Task/')}"
    colleague, nurse = replace(town.gp, reference="Practitioner/other"), replace(town.gp, role_code="nurse")
    async with town.visit(town.gp) as browser:
        for path in ("/arbeid", "/?del=arbeid"):
            assert f"Ønske om innsyn for en annen: datter: {ASKED}" in words((await browser.get(path)).text), path
            assert await listed(browser, path, href), path
        assert await told(browser, await opened_at(browser, "/arbeid")) == "her", "a request is no news of the list"
        assert not await listed(browser, "/arbeid?sendt=1", href)
        one = await browser.get(href)
        assert unescape(one.text).replace("&#x2f;", "/").count(f'href="{way}"') == 1
        assert (await browser.get(way)).status_code == 200
        board = words((await browser.get("/tavle")).text)
        assert "Ønske om innsyn for en annen" in board
        assert (await browser.post(f"{href}/ferdig")).status_code == 409, "only what decides it ends it"
        assert (await browser.post(f"{href}/ta")).status_code == 303
        assert (await browser.post(f"{href}/utsett", data={"dag": "2027-05-19", "tekst": WHY})).status_code == 422
        later = {"dag": "2026-07-01", "tekst": "Barna til avdøde skal høres."}
        assert (await browser.post(f"{href}/utsett", data=later)).status_code == 303
    (row,) = await matters(town, father)
    assert (row["state"], row["owner"]) == (2, GP)
    assert datetime.fromtimestamp(row["next"] / 1_000_000, UTC).date() >= date(2026, 6, 30)
    async with town.visit(colleague) as browser:  # it is among what her colleagues have
        assert not await listed(browser, "/arbeid", href)
        assert await listed(browser, "/arbeid?kolleger=1", href)
    keeper, operator = (replace(town.stranger, role_code=role) for role in ("local-administrator", "administrator"))
    laboratory = replace(town.gp, reference="Practitioner/lab", role_code="laboratory")
    for who in (town.stranger, nurse, laboratory, keeper, operator):
        async with town.visit(who) as browser:
            for path in ("/arbeid", "/arbeid?kolleger=1", "/arbeid?besvart=1"):
                assert not await listed(browser, path, href), (who.role_code, path)
            assert (await browser.get(href)).status_code == 404
            assert (await browser.post(f"{href}/ta")).status_code == 404
    async with town.visit(await town.citizen(daughter)) as browser:
        assert (await browser.get(href)).status_code == 403
    await no_client_reads_or_answers(town, row, (town.gp, town.stranger, keeper))
    # Whose record she is not let into she cannot decide on: her page says so, and leads nowhere.
    for episode in (await town.world.system.get(f"EpisodeOfCare?patient={father['id']}")).json["entry"]:
        ended = episode["resource"] | {"status": "finished", "period": {"start": "2020-01-01", "end": "2020-02-01"}}
        assert (await town.world.system.put(f"EpisodeOfCare/{ended['id']}", ended)).status == 200
    async with town.visit(town.gp) as browser:
        said = await browser.get(href)
        assert "Journalen er ikke åpen for deg." in words(said.text)
        assert way not in unescape(said.text)
        # She gives it on to where somebody decides, though no reviewer is there.
        hits = unescape((await browser.get(f"{href}?mottaker=andre")).text)
        assert f'value="{ELSEWHERE}"' in hits
        assert (await browser.post(f"{href}/videre", data={"til": ELSEWHERE, "tekst": WHY})).status_code == 303
        assert not await listed(browser, "/arbeid", href)
    async with town.visit(town.stranger) as browser:
        assert await listed(browser, "/arbeid", href)
    logged = await town.world.store.pool.fetch("select text from leaf where person = $1", row["person"])
    assert any(GP in each["text"] and '"act":"page:cases"' in each["text"] for each in logged)


async def test_who_has_no_relation_or_may_not_decide_sees_no_request(family):
    town, father, daughter, *_ = family
    await asks(town, daughter, father)
    async with town.visit(town.stranger) as browser:
        assert (await browser.get(f"/p/{father['id']}/onsker")).status_code == 404
    async with town.visit(await town.citizen(daughter)) as browser:
        assert (await browser.get(f"/p/{father['id']}/onsker")).status_code == 403
        assert (await browser.get(f"/p/{father['id']}/parorende")).status_code == 403


async def test_the_dead_persons_own_wish_is_before_those_who_decide(town):
    father = await town.person("Vik", "1940-02-02", **numbered(next(NUMBERS)))
    daughter = await town.person("Vik", "1970-03-03", **numbered(next(NUMBERS)))
    for choice, own_words in (("ja", "Alle mine"), ("nei", "Bare min søster får vite det")):
        async with town.visit(await town.citizen(father)) as browser:
            assert (await browser.post("/meg/etter-meg", data={"valg": ""})).status_code == 422
            said = await browser.post("/meg/etter-meg", data={"valg": choice, "ord": own_words})
            assert said.status_code == 303, said.text
            assert own_words in words((await browser.get("/meg/etter-meg")).text)
    dead = {k: v for k, v in father.items() if k != "meta"} | {"deceasedDateTime": "2026-01-10"}
    assert (await town.world.system.put(f"Patient/{father['id']}", dead)).status == 200
    town.at("2026-05-19T12:00:00+02:00")
    await asks(town, daughter, father)
    _, after = await decides(town, father, {})
    said = words(after.text)
    assert "Den døde ønsket ikke at de nærmeste skal få se journalen." in said
    assert "Bare min søster får vite det" in said
    assert "Alle mine" not in said


async def test_staff_decide_what_a_parent_asks_for_part_by_part_with_the_child_heard(town):
    mother = await town.person("Mo", "1985-02-02")
    child = await town.person("Liten", "2013-01-20")
    await town.world.made(parent_of(child, mother))
    shown = await town.world.made(condition(child, "Astma"))
    held = await town.world.made(condition(child, "Samtale om angst"))
    town.at("2026-05-19T12:00:00+02:00")
    async with town.visit(await town.citizen(mother)) as browser:
        assert (await browser.post(f"/for/{child['id']}/be", data={"hva": ASKED})).status_code == 303
    yes = {"svar": "vis", "grunn": WHY, "dag": day(town, 30), f"vis-Condition/{shown['id']}": "1"}
    answer, _ = await decides(town, child, yes)
    assert answer.status_code == 422
    assert "Barnet skal være hørt" in words(answer.text)
    answer, _ = await decides(town, child, yes | {"hort": "1"})
    assert answer.status_code == 303, answer.text
    said = await page(town, mother, f"/for/{child['id']}")
    assert "Astma" in said
    assert "Samtale om angst" not in said
    await page(town, mother, f"/for/{child['id']}/e/Condition/{held['id']}", 404)
    async with town.visit(town.gp) as browser:  # and staff end it before its day
        staff = (await browser.get(f"/p/{child['id']}/fullmakter")).text
        end = re.search(r'name="slutt" value="([^"]+)"', staff)
        assert end, staff
        assert (await browser.post(f"/p/{child['id']}/fullmakter", data={"slutt": end[1]})).status_code == 303
    assert "Astma" not in await page(town, mother, f"/for/{child['id']}")


async def test_what_is_released_must_be_open_to_who_decides(family):
    town, father, daughter, *_ = family
    await asks(town, daughter, father)
    yes = {"svar": "vis", "grunn": WHY, "dag": day(town, 30), "onske": "1", "vis-Condition/x1": "1"}
    answer, _ = await decides(town, father, yes)
    assert answer.status_code == 404
    (row,) = await matters(town, father)
    assert row["state"] == 0


async def test_kin_of_one_who_cannot_consent_see_what_is_needed_until_a_day(town):
    patient = await town.person("Eik", "1940-02-02")
    kin = await town.person("Vik", "1970-03-03", **numbered(next(NUMBERS)))
    await town.world.made(condition(patient, "Demens"))
    note = await town.world.made(
        {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "subject": {"reference": f"Patient/{patient['id']}"},
            "medicationCodeableConcept": {"text": "Memantin"},
        }
    )
    town.at("2026-05-19T12:00:00+02:00")
    form = {
        "nummer": number_of(kin), "etternavn": "Vik", "del-diagnoser": "1", "grunn": WHY, "dag": day(town, 30),
        "kan": "1",
    }  # fmt: skip
    async with town.visit(town.gp) as browser:
        for lacking in form:
            sent = {k: v for k, v in form.items() if k != lacking}
            assert (await browser.post(f"/p/{patient['id']}/parorende", data=sent)).status_code == 422, lacking
        wrong = await browser.post(f"/p/{patient['id']}/parorende", data=form | {"etternavn": "Annen"})
        assert wrong.status_code == 422
        await page(town, kin, f"/for/{patient['id']}", 404)
        done = await browser.post(f"/p/{patient['id']}/parorende", data=form)
        assert done.status_code == 303, done.text
        listed = words((await browser.get(f"/p/{patient['id']}/fullmakter")).text)
        assert WHY in listed
    async with town.visit(town.stranger) as browser:
        assert (await browser.post(f"/p/{patient['id']}/parorende", data=form)).status_code == 404
    said = await page(town, kin, f"/for/{patient['id']}")
    assert "Demens" in said
    assert "Memantin" not in said
    await page(town, kin, f"/for/{patient['id']}/e/MedicationRequest/{note['id']}", 404)
    town.at("2026-06-20T12:00:00+02:00")
    await page(town, kin, f"/for/{patient['id']}", 404)


async def test_a_guardian_sees_as_far_as_the_mandate_says(town):
    ward = await town.person("Eik", "1940-02-02")
    guardian = await town.person("Vik", "1970-03-03")
    await town.world.made(condition(ward, "Demens"))
    town.at("2026-05-19T12:00:00+02:00")
    mandate = proxy(ward["id"], guardian["id"], "read", end="2026-06-01")
    mandate["category"] = [{"coding": [{"system": MANDATE_SYSTEM, "code": "guardian"}]}]
    mandate["provision"]["class"] = [{"system": KIND_SYSTEM, "code": "appointment"}]
    await town.world.made(mandate)
    assert "Demens" not in await page(town, guardian, f"/for/{ward['id']}")
    del mandate["provision"]["class"]
    await town.world.made(mandate)
    said = await page(town, guardian, f"/for/{ward['id']}")
    assert "Demens" in said
    assert "Du er verge." in said
    town.at("2026-06-02T12:00:00+02:00")
    await page(town, guardian, f"/for/{ward['id']}", 404)
    for client in (await town.world.citizen(ward), town.world.client(town.gp)):
        assert (await client.post("Consent", mandate)).status == 403, "a register's to say"


@pytest_asyncio.fixture
async def ward(town):
    """A man with a diagnosis, a medicine, and her who is his guardian by a decision."""
    patient = await town.person("Eik", "1940-02-02")
    guardian = await town.person("Vik", "1970-03-03", **numbered(next(NUMBERS)))
    await town.world.made(condition(patient, "Demens"))
    medicine = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "medicationCodeableConcept": {"text": "Memantin"},
    }
    await town.world.made(medicine)
    town.at("2026-05-19T12:00:00+02:00")
    form = {
        "nummer": number_of(guardian), "etternavn": "Vik", "del-diagnoser": "1", "kan-speak": "1",
        "fra": day(town, 0), "til": day(town, 30), "vedtak": DECISION,
    }  # fmt: skip
    return town, patient, guardian, form


async def test_staff_record_a_guardian_from_the_decision_and_the_mandate_alone_opens(ward):
    town, patient, guardian, form = ward
    record, path = f"/for/{patient['id']}", f"/p/{patient['id']}/verge"
    await page(town, guardian, record, 404)
    bad = {
        "nummer": "123", "etternavn": "", "fra": "i går", "til": "01.01.2020", "vedtak": "Kort", "del-alt": "1",
    }  # fmt: skip
    async with town.visit(town.gp) as browser:
        assert "Registrer en verge" in words((await browser.get(path)).text)
        for name, value in bad.items():
            answer = await browser.post(path, data=form | {name: value})
            field = "deler" if name == "del-alt" else name
            assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True), name
            assert DECISION in words(answer.text) or name == "vedtak", "what was typed is kept"
        nothing = {name: value for name, value in form.items() if not name.startswith(("del-", "kan-"))}
        assert (await browser.post(path, data=nothing)).status_code == 422
        for wrong in ({"etternavn": "Annen"}, {"nummer": next(NUMBERS)}):
            answer = await browser.post(path, data=form | wrong)
            assert answer.status_code == 422
            assert "Vi finner ingen med dette nummeret og etternavnet." in words(answer.text)
        await page(town, guardian, record, 404)
        done = await browser.post(path, data=form)
        assert done.status_code == 303, done.text
        listed = (await browser.get(done.headers["location"])).text
        assert f"Verge: {DECISION}" in words(listed)
        href = re.search(rf'href="({path}/[^"]+)"', listed.replace("&#x2f;", "/").replace("&#47;", "/"))
        assert href, listed
        said = words((await browser.get(href[1])).text)
        assert "Diagnoser og problemer, Operasjoner og tiltak Kan gjøre Si fra for personen" in " ".join(said.split())
    seen = await page(town, guardian, record)
    assert "Demens" in seen
    assert "Memantin" not in seen
    async with town.visit(await town.citizen(guardian)) as browser:
        for what, status in (("viktig", 303), ("time", 404), ("sporsmal", 404), ("fornye", 404)):
            answer = await browser.post(f"{record}/gjor", data={"hva": what, "tekst": "Hun vil helst hjem igjen."})
            assert (answer.status_code == 303) == (status == 303), (what, answer.status_code)
    town.at("2026-06-20T12:00:00+02:00")
    await page(town, guardian, record, 404)


async def test_staff_end_a_guardians_mandate_with_a_reason_that_stays(ward):
    town, patient, guardian, form = ward
    record, path = f"/for/{patient['id']}", f"/p/{patient['id']}/verge"
    whole = {name: value for name, value in form.items() if name not in ("del-diagnoser", "til")} | {"del-alt": "1"}
    async with town.visit(town.gp) as browser:
        assert (await browser.post(path, data=whole)).status_code == 303
        assert "Memantin" in await page(town, guardian, record)
        listed = unescape((await browser.get(f"/p/{patient['id']}/fullmakter")).text)
        (mandate,) = re.findall(rf'href="({path}/[^"]+)"', listed)
        answer = await browser.post(mandate, data={"grunn": "Kort"})
        assert answer.status_code == 422
        assert 'href="#grunn"' in answer.text
        assert ">Kort</textarea>" in answer.text
        await page(town, guardian, record)
        assert (await browser.post(f"{path}/nobody", data={"grunn": WHY})).status_code == 404
        assert (await browser.post(mandate, data={"grunn": WHY})).status_code == 303
        listed = words((await browser.get(f"/p/{patient['id']}/fullmakter")).text)
        assert WHY in listed
        assert DECISION not in listed, "it is among those that were ended"
        assert 'name="grunn"' not in (await browser.get(mandate)).text
    await page(town, guardian, record, 404)


async def test_who_may_not_decide_records_no_guardian_and_ends_none(ward):
    town, patient, guardian, form = ward
    path = f"/p/{patient['id']}/verge"
    async with town.visit(town.gp) as browser:
        assert (await browser.post(path, data=form)).status_code == 303
        listed = unescape((await browser.get(f"/p/{patient['id']}/fullmakter")).text)
        (mandate,) = re.findall(rf'href="({path}/[^"]+)"', listed)
    others = (
        (replace(town.gp, role_code="secretary"), 403),
        (town.stranger, 404),
        (await town.citizen(guardian), 403),
    )
    for who, status in others:
        async with town.visit(who) as browser:
            assert (await browser.get(path)).status_code == status
            assert (await browser.post(path, data=form | {"del-notater": "1"})).status_code == status
            assert (await browser.get(mandate)).status_code == status
            assert (await browser.post(mandate, data={"grunn": WHY})).status_code == status
    assert "Demens" in await page(town, guardian, f"/for/{patient['id']}")


async def test_a_recorded_guardian_sees_nothing_of_one_with_protected_address(ward):
    town, patient, guardian, form = ward
    async with town.visit(town.gp) as browser:
        assert (await browser.post(f"/p/{patient['id']}/verge", data=form)).status_code == 303
    await page(town, guardian, f"/for/{patient['id']}")
    key = await town.world.store.place(f"Patient/{patient['id']}")
    await town.world.store.pool.fetch("update person set protected = true where bucket = $1 and person = $2", *key)
    await page(town, guardian, f"/for/{patient['id']}", 404)


async def test_nobody_is_released_more_than_the_person_sees(family):
    town, father, daughter, shown, _ = family
    await town.world.made(held_back(father["id"], f"Condition/{shown['id']}"))
    await asks(town, daughter, father)
    yes = {"svar": "vis", "grunn": WHY, "dag": day(town, 30), "onske": "1", f"vis-Condition/{shown['id']}": "1"}
    answer, _ = await decides(town, father, yes)
    assert answer.status_code == 303
    await page(town, daughter, f"/for/{father['id']}/e/Condition/{shown['id']}", 404)
