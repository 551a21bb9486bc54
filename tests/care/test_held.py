"""What is held back from the person, by FHIR and by the pages: each kind, and when it ends."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
import pytest_asyncio
from browsing import words
from doors import coded, held_back, proxy
from households import GP, parent_of, settled

from felles.access import holding_hook
from felles.access.holding_hook import Result, waiting
from felles.access.release import Release, Waits
from felles.access.roles import ROLES
from felles.record.clock import FOREVER, Clock
from felles.record.codes import CASE_SYSTEM
from felles.record.expire import expire
from felles.record.pool import Conn
from felles.ui.dates import local

V2 = "http://terminology.hl7.org/CodeSystem/v2-0074"


@pytest_asyncio.fixture
async def town(record_database, tmp_path):
    async with settled(record_database.url, tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def patient(town):
    return await town.person("Berg", "1980-05-20")


def result(patient, code="2857-1", value=4.1, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": coded("http://loinc.org", code),
        "subject": {"reference": f"Patient/{patient['id']}"},
        "effectiveDateTime": "2026-05-03",
        "valueQuantity": {"value": value, "unit": "µg/L"},
        **more,
    }


def report(patient, *results, code="58410-2", **more):
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": coded("http://loinc.org", code),
        "subject": {"reference": f"Patient/{patient['id']}"},
        "result": [{"reference": f"Observation/{each['id']}"} for each in results],
        "conclusion": "Se svar",
        **more,
    }


def looked(patient, item):
    return {
        "resourceType": "Task",
        "status": "completed",
        "intent": "order",
        "code": coded(CASE_SYSTEM, "looked"),
        "for": {"reference": f"Patient/{patient['id']}"},
        "focus": {"reference": item},
    }


async def reads(town, patient, entry):
    """The statuses with which the person and her GP read an entry by FHIR."""
    own, gp = town.world.client(await town.citizen(patient)), town.world.client(town.gp)
    place = f"{entry['resourceType']}/{entry['id']}"
    return (await own.get(place)).status, (await gp.get(place)).status


async def page(town, who, path, status=200):
    async with town.visit(who) as browser:
        answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return words(answer.text)


async def test_routine_results_are_there_at_once(town, patient):
    made = await town.world.made(result(patient, "718-7"))
    assert await reads(town, patient, made) == (200, 200)
    assert "Ingen svar venter." in await page(town, await town.citizen(patient), "/meg/svar")
    assert "Svaret er klart" not in await page(town, await town.citizen(patient), "/meg")


async def test_a_result_that_waits_is_announced_and_not_shown(town, patient):
    made = await town.world.made(result(patient))
    assert await reads(town, patient, made) == (404, 200)
    own = town.world.client(await town.citizen(patient))
    assert (await own.get("Observation?code=2857-1")).json["total"] == 0
    everything = (await own.get(f"Patient/{patient['id']}/$everything")).json["entry"]
    assert not any(e["resource"]["resourceType"] == "Observation" for e in everything)
    assert "Svaret er klart" in await page(town, await town.citizen(patient), "/meg")
    said = await page(town, await town.citizen(patient), "/meg/svar")
    assert "Svaret er klart" in said
    assert "Legen din ser på det først. Du ser det senest" in said
    assert "2857-1" not in said
    assert "4,1" not in said


async def test_a_doctor_looks_and_the_person_sees_it(town, patient):
    made = await town.world.made(result(patient))
    path = f"/p/{patient['id']}/e/Observation/{made['id']}"
    async with town.visit(town.stranger) as browser:
        assert (await browser.post(f"{path}/vis")).status_code == 404
    assert await reads(town, patient, made) == (404, 200)
    async with town.visit(town.gp) as browser:
        assert "Sett, vis pasienten" in words((await browser.get(f"{path}/skjerm")).text)
        assert (await browser.post(f"{path}/vis")).status_code == 303
    assert await reads(town, patient, made) == (200, 200)
    assert "Ingen svar venter." in await page(town, await town.citizen(patient), "/meg/svar")
    again = await town.world.system.put(f"Observation/{made['id']}", made | {"status": "amended"})
    assert again.status == 200
    assert await reads(town, patient, made) == (200, 200), "looked at once is looked at"


async def test_who_ordered_says_that_she_saw_it_and_the_person_reads_it_with_what_she_is_told(town, patient):
    """What waits for a look is let go by it, what waits for a talk is not, and what changes afterwards waits anew."""
    order = f"ServiceRequest/{(await town.world.made(ordered(patient)))['id']}"
    based = [{"reference": order}]
    psa = await town.world.made(result(patient, basedOn=based))
    told = await town.world.made(report(patient, psa, basedOn=based))
    talk = await town.world.made(result(patient, "7917-8", basedOn=based))
    every = (psa, told, talk)
    assert [await reads(town, patient, each) for each in every] == [(404, 200)] * 3
    async with town.visit(town.gp) as browser:
        said = {"tekst": "Henvist urolog", "beskjed": "Prøven er høy, du får time hos urolog"}
        assert (await browser.post(f"/arbeid/{order}/fulgt-opp", data=said)).status_code == 303
    assert [await reads(town, patient, each) for each in every] == [(200, 200), (200, 200), (404, 200)]
    own = await town.citizen(patient)
    assert "Beskjed til deg" not in await page(town, own, "/meg/prover"), "it is about what still waits as well"
    async with town.visit(town.gp) as browser:
        path = f"/p/{patient['id']}/e/Observation/{talk['id']}"
        assert (await browser.post(f"{path}/vis")).status_code == 303
    assert "Beskjed til deg: Prøven er høy, du får time hos urolog" in await page(town, own, "/meg/prover")
    again = await town.world.system.put(f"Observation/{psa['id']}", psa | {"status": "corrected"})
    assert again.status == 200
    assert await reads(town, patient, psa) == (404, 200), "what changed waits for a look anew"


@pytest.mark.parametrize("role", ["nurse", "secretary", "pharmacist"])
async def test_only_a_doctor_lets_go(town, patient, role):
    assert "release" not in ROLES[role].verbs
    assert "release" in ROLES["gp"].verbs & ROLES["doctor"].verbs
    made = await town.world.made(result(patient))
    async with town.visit(replace(town.gp, role_code=role)) as browser:
        answer = await browser.post(f"/p/{patient['id']}/e/Observation/{made['id']}/vis")
    assert answer.status_code in (403, 404)
    assert (await reads(town, patient, made))[0] == 404
    own = town.world.client(await town.citizen(patient))
    assert (await own.post("Task", looked(patient, f"Observation/{made['id']}"))).status == 403


async def test_it_comes_by_itself_after_some_working_days(town, patient, monkeypatch):
    made = await town.world.made(result(patient))
    rows = await town.world.store.pool.fetch(
        "select until, reason from held where source = $1", f"Observation/{made['id']}"
    )
    assert [row["reason"] for row in rows] == [3]
    assert rows[0]["until"] < FOREVER
    own = town.world.client(await town.citizen(patient))
    monkeypatch.setattr(Clock, "real", lambda _: rows[0]["until"] - 1)
    assert (await own.get(f"Observation/{made['id']}")).status == 404
    monkeypatch.setattr(Clock, "real", lambda _: rows[0]["until"])
    assert (await own.get(f"Observation/{made['id']}")).status == 200


async def test_what_is_over_goes_and_takes_the_bit_with_it(town, patient):
    made = await town.world.made(result(patient))
    lasting = await town.person("Li", "1970-01-01")
    await town.world.made(result(lasting, "56888-1"))
    until = (await _held(town, made))[0]["until"]

    async def bits():
        keys = [await town.world.store.place(f"Patient/{each['id']}") for each in (patient, lasting)]
        sql = "select held from person where bucket = $1 and person = $2"
        return [(await town.world.store.pool.fetch(sql, *key))[0]["held"] for key in keys]

    async with town.world.store.pool.acquire() as conn:
        await expire(conn.raw, until - 1)
        assert await bits() == [True, True]
        await expire(conn.raw, until)
        assert await bits() == [False, True]
        assert await expire(conn.raw, until) == 0
    assert await _held(town, made) == []


async def _held(town, entry):
    source = f"{entry['resourceType']}/{entry['id']}"
    return await town.world.store.pool.fetch("select until, reason from held where source = $1", source)


async def test_what_is_talked_about_first_has_no_end_of_its_own(town, patient):
    made = await town.world.made(result(patient, "56888-1"))
    rows = await town.world.store.pool.fetch(
        "select until, reason from held where source = $1", f"Observation/{made['id']}"
    )
    assert [(row["reason"], row["until"]) for row in rows] == [(4, FOREVER)]
    said = await page(town, await town.citizen(patient), "/meg/svar")
    assert "Noen snakker med deg først." in said
    assert "Du ser det senest" not in said


async def test_a_report_waits_with_what_it_names_and_both_come_together(town, patient):
    hiv = await town.world.made(result(patient, "56888-1"))
    plain = await town.world.made(result(patient, "718-7"))
    summary = await town.world.made(report(patient, hiv, plain))
    assert (await reads(town, patient, summary))[0] == 404
    assert (await reads(town, patient, plain))[0] == 200
    await town.world.made(looked(patient, f"DiagnosticReport/{summary['id']}"))
    assert [(await reads(town, patient, each))[0] for each in (summary, hiv, plain)] == [200, 200, 200]


async def test_what_a_waiting_report_names_waits_too(town, patient):
    part = await town.world.made(result(patient, "718-7"))
    genetics = report(patient, part, category=[coded(V2, "GE")])
    made = await town.world.made(genetics)
    assert [(await reads(town, patient, each))[0] for each in (made, part)] == [404, 404]


async def test_plain_results_ask_nothing_more_of_the_database(town, patient, monkeypatch):
    """A commit of routine results has no round trip that it had not before."""
    asked = []
    original = holding_hook._from_results

    async def counted(*args):
        asked.append(args)
        return await original(*args)

    fetch = Conn.fetch

    async def told(self, sql, *args):
        if "select blocked, protected, joined" in sql:
            asked.append(sql)
        return await fetch(self, sql, *args)

    monkeypatch.setattr(holding_hook, "_from_results", counted)
    monkeypatch.setattr(Conn, "fetch", told)
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:5f0b4d2c-7a55-4c3f-9b2d-0d6d7a1c0001",
                "resource": result(patient, "718-7"),
                "request": {"method": "POST", "url": "Observation"},
            },
            {
                "resource": report(patient)
                | {"result": [{"reference": "urn:uuid:5f0b4d2c-7a55-4c3f-9b2d-0d6d7a1c0001"}]},
                "request": {"method": "POST", "url": "DiagnosticReport"},
            },
        ],
    }
    assert (await town.world.system.post("", bundle)).status == 200
    assert asked == []
    await town.world.made(result(patient))
    assert len(asked) == 2, "its own rows, and the bits that they may have set"


async def test_held_back_by_law_is_announced_with_ground_and_complaint_and_never_what(town, patient):
    note = await town.world.made(result(patient, "718-7"))
    made = await town.world.made(held_back(patient["id"], f"Observation/{note['id']}", why="NORN_FFL"))
    assert await reads(town, patient, note) == (404, 200)
    said = await page(town, await town.citizen(patient), "/meg/tilbakeholdt")
    assert "Fare for liv eller alvorlig helseskade" in said
    assert "1. januar 2099" in said
    assert "Statsforvalteren" in said
    assert "Står i fare" not in said, "the reason stands in the record, for those who decide"
    own = town.world.client(await town.citizen(patient))
    assert (await own.get(f"Consent/{made['id']}")).status == 404
    over = await town.world.system.put(f"Consent/{made['id']}", made | {"status": "inactive"})
    assert over.status == 200
    assert (await reads(town, patient, note))[0] == 200
    assert "Ingenting er holdt tilbake" in await page(town, await town.citizen(patient), "/meg/tilbakeholdt")


async def test_a_gp_holds_back_and_ends_it_by_the_page(town, patient):
    note = await town.world.made(result(patient, "718-7"))
    path = f"/p/{patient['id']}/e/Observation/{note['id']}/skjerm"
    async with town.visit(town.gp) as browser:
        short = await browser.post(path, data={"slag": "fare", "grunn": "kort", "dag": ""})
        assert short.status_code == 422
        assert (await reads(town, patient, note))[0] == 200
        whole = {"slag": "fare", "grunn": "Akutt fare for selvskade", "dag": _soon(town)}
        assert (await browser.post(path, data=whole)).status_code == 303
        assert (await reads(town, patient, note))[0] == 404
        shown = (await browser.get(path)).text
        assert "Pasienten ser ikke dette." in words(shown)
        consent = re.findall(r'name="slutt" value="([^"]+)"', shown)[0]
        assert (await browser.post(path, data={"slutt": "x00000000000000000000000000"})).status_code == 404
        assert (await browser.post(path, data={"slutt": consent})).status_code == 303
    assert (await reads(town, patient, note))[0] == 200


def _soon(town):
    return (local(town.world.store.clock.clinical()).date() + timedelta(days=30)).strftime("%d.%m.%Y")


async def test_who_may_not_decide_gets_no_page(town, patient):
    note = await town.world.made(result(patient, "718-7"))
    path = f"/p/{patient['id']}/e/Observation/{note['id']}/skjerm"
    for who, status in ((replace(town.gp, role_code="secretary"), 403), (town.stranger, 404)):
        async with town.visit(who) as browser:
            assert (await browser.get(path)).status_code == status
            assert (await browser.post(path, data={"slag": "fare"})).status_code == status
    async with town.visit(await town.citizen(patient)) as browser:
        assert (await browser.get(path)).status_code == 403


async def test_a_clinician_opens_a_part_for_a_parent_only_with_the_child_heard(town):
    mother = await town.person("Mo", "1985-02-02")
    child = await town.person("Liten", "2014-05-20")
    await town.world.made(parent_of(child, mother))
    town.at("2026-06-01T12:00:00+02:00")
    note = await town.world.made(result(child, "718-7"))
    path = f"/p/{child['id']}/e/Observation/{note['id']}/skjerm"
    form = {
        "slag": "forelder",
        "grunn": "Mor skal gi medisinen hjemme",
        "dag": "30.06.2026",
        "forelder": f"Patient/{mother['id']}",
    }
    seen = f"/for/{child['id']}/e/Observation/{note['id']}"
    async with town.visit(town.gp) as browser:
        assert (await browser.post(path, data=form)).status_code == 422
        await page(town, await town.citizen(mother), seen, 404)
        assert (await browser.post(path, data=form | {"hort": "1"})).status_code == 303
    await page(town, await town.citizen(mother), seen)


async def test_what_is_said_about_an_answer_is_read_when_the_answer_is(town, patient):
    """By her, and by who acts for her: before that by no page and no interaction. Held back by law it is gone again."""
    daughter = await town.person("Dot", "1990-02-02")
    await town.world.made(proxy(patient["id"], daughter["id"]))
    order = await town.world.made(ordered(patient))
    based = [{"reference": f"ServiceRequest/{order['id']}"}]
    test = coded("http://loinc.org", "7917-8") | {"text": "HIV"}  # waits for a talk: that it was seen lets it not go
    made = await town.world.made(result(patient) | {"code": test, "basedOn": based})
    said = {"tekst": "Henvist til pakkeforløp", "beskjed": "Verdien er for høy, du får time"}
    async with town.visit(town.gp) as browser:
        answer = await browser.post(f"/arbeid/ServiceRequest/{order['id']}/fulgt-opp", data=said)
        assert answer.status_code == 303
        task = answer.headers["location"].partition("?")[0].removeprefix("/arbeid/")
        page = f"/p/{patient['id']}/e/{task}"
        assert "Sett, vis pasienten" not in words((await browser.get(f"{page}/skjerm")).text)  # it follows the answer
        assert said["beskjed"] in words((await browser.get(f"/p/{patient['id']}/prover")).text)

    assert await told(town, patient, daughter, task, said) == (set(), set())
    await town.world.made(looked(patient, f"Observation/{made['id']}"))
    everything, course = {"read", "history", "search", "everything"}, "course"
    shown = (everything | {course, "entry", "/prover"}, {course, "entry", "list"})
    assert await told(town, patient, daughter, task, said) == shown
    law = await town.world.made(held_back(patient["id"], f"Observation/{made['id']}"))
    assert await told(town, patient, daughter, task, said) == (set(), set())
    await town.world.system.put(f"Consent/{law['id']}", law | {"status": "inactive"})
    assert await told(town, patient, daughter, task, said) == shown


async def told(town, patient, daughter, task, said):
    """The ways by which the person reads what was said, and those by which her proxy does."""
    async with town.visit(town.gp) as browser:
        chart = unescape((await browser.get(f"/p/{patient['id']}/prover")).text)
    (course,) = set(re.findall(r"/prover/[0-9a-f]{16}", chart))
    own = town.world.client(await town.citizen(patient))
    asked = {"read": task, "history": f"{task}/_history", "search": f"Task?patient={patient['id']}",
             "everything": f"Patient/{patient['id']}/$everything"}  # fmt: skip
    hers = {name: (await own.get(path)).body.decode() for name, path in asked.items()}
    async with town.visit(await town.citizen(patient)) as browser:
        for name in ("", "/journal", "/plan", "/prover", "/svar"):
            hers[name] = words((await browser.get(f"/meg{name}")).text)
        hers["course"] = words((await browser.get(f"/meg{course}")).text)
        hers["entry"] = words((await browser.get(f"/meg/e/{task}")).text)
        hers["/sok"] = words((await browser.post("/meg/sok", data={"ord": "høy"})).text)
    acts = dict[str, str]()
    async with town.visit(await town.citizen(daughter)) as browser:
        for name, path in {"": "", "list": "/prover", "course": course, "entry": f"/e/{task}"}.items():
            acts[name] = words((await browser.get(f"/for/{patient['id']}{path}")).text)
    return tuple({name for name, text in ways.items() if any(each in text for each in said.values())}
                 for ways in (hers, acts))  # fmt: skip


def ordered(patient):
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "category": [coded("http://snomed.info/sct", "108252007")],
        "code": {"text": "PSA"},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "requester": {"reference": GP},
    }


def test_a_look_at_one_result_lets_go_of_it_alone():
    results = [
        Result("Observation/a", Release.TALK, 0),
        Result("Observation/b", Release.AT_ONCE, 0),
        Result("DiagnosticReport/r", Release.AT_ONCE, 0, ("Observation/a", "Observation/b")),
    ]
    assert {h.item for h in waiting(results, set(), 1)} == {"Observation/a", "DiagnosticReport/r"}
    assert waiting(results, {"Observation/a"}, 1) == []
    assert waiting(results, {"DiagnosticReport/r"}, 1) == []


def test_what_has_waited_long_enough_waits_no_more():
    late = [Result("Observation/a", Release.SEEN, 0)]
    assert waiting(late, set(), 30 * 86_400_000_000) == []
    assert waiting(late, set(), 1, Waits(seen=None))[0].until == FOREVER
