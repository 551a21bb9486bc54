"""A person with two Patients, joined: every page means the person, by whichever of the two it was opened."""

from __future__ import annotations

import json

import pytest
import pytest_asyncio
from browsing import words
from doors import block, coded, item
from households import ELSEWHERE, OFFICE, settled
from worlds import actor

from felles import access
from felles.access.accounts import own_keys
from felles.access.actor import Sort
from felles.access.blocks import rows_of
from felles.access.codes import EPISODE_SYSTEM
from felles.care.doors.rules import looks
from felles.care.doors.views import log
from felles.fhir import decode
from felles.record.codes import CASE_SYSTEM, PROTECTED_ADDRESS
from felles.record.errors import Absent
from felles.record.ids import mark_of
from felles.record.join import join, unjoin
from felles.record.mirroring import foresee


@pytest_asyncio.fixture(scope="module")
async def town(record_database, tmp_path_factory):
    async with settled(record_database.url, tmp_path_factory.mktemp("town")) as made:
        yield made


def joiner(town):
    return access.join(actor("administrator", Sort.STAFF, reference="Practitioner/adm", organization=OFFICE))


async def nothing_stops(_conn, _key):
    return []


async def joined(town):
    """The ids of two Patients that are joined; the first is on the GP's list."""
    lead = (await town.person("Berg", "1980-05-20"))["id"]
    other = (await town.world.patient(name=[{"family": "Berg"}], birthDate="1980-05-20"))["id"]
    await join(town.world.store, joiner(town), lead, other)
    return lead, other


async def herself(town, patient):
    reference = f"Patient/{patient}"
    keys = await own_keys(town.world.store, reference)
    return actor("citizen", Sort.CITIZEN, reference=reference, keys=keys, purpose="PATRQT")


async def page(town, who, path, status=200):
    async with town.visit(who) as browser:
        answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return words(answer.text)


def result(patient, code="2857-1", **more):
    subject = {"subject": {"reference": f"Patient/{patient}"}, "effectiveDateTime": "2026-05-03"}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": coded("http://loinc.org", code),
        **subject,
        **more,
    }


def looked(patient, entry):
    focus = {"for": {"reference": f"Patient/{patient}"}, "focus": {"reference": entry}}
    return {
        "resourceType": "Task",
        "status": "completed",
        "intent": "order",
        "code": coded(CASE_SYSTEM, "looked"),
    } | focus


async def seen(town, patient, entry):
    return (await town.world.client(await herself(town, patient)).get(entry)).status


async def test_a_look_at_a_result_counts_whichever_patient_it_is_noted_on(town):
    lead, other = await joined(town)
    for opened, lies in ((lead, other), (other, lead)):
        made = (await town.world.made(result(lies)))["id"]
        entry = f"Observation/{made}"
        path = f"/p/{opened}/e/{entry}"
        assert await seen(town, opened, entry) == 404
        async with town.visit(town.stranger) as browser:
            assert (await browser.post(f"{path}/vis")).status_code == 404
        assert await seen(town, lead, entry) == 404
        async with town.visit(town.gp) as browser:
            assert "Sett, vis pasienten" in words((await browser.get(f"{path}/skjerm")).text)
            assert (await browser.post(f"{path}/vis")).status_code == 303
        assert await seen(town, opened, entry) == await seen(town, lies, entry) == 200
        noted = await town.world.system.get(f"Task?focus={entry}")
        assert [e["resource"]["for"]["reference"] for e in noted.json["entry"]] == [f"Patient/{lies}"]


async def test_a_look_noted_on_the_other_by_fhir_counts_and_a_report_waits_with_what_it_names(town):
    lead, other = await joined(town)
    first = (await town.world.made(result(other)))["id"]
    second = (await town.world.made(result(other)))["id"]
    about = {"subject": {"reference": f"Patient/{lead}"}, "code": coded("http://loinc.org", "58410-2")}
    named = {"result": [{"reference": f"Observation/{second}"}]}
    report = {"resourceType": "DiagnosticReport", "status": "final", **about, **named}
    told = (await town.world.made(report))["id"]
    assert await seen(town, lead, f"DiagnosticReport/{told}") == 404
    await town.world.made(looked(lead, f"Observation/{first}"))
    assert await seen(town, other, f"Observation/{first}") == 200
    assert await seen(town, lead, f"Observation/{second}") == 404, "a look at the one is none at the other"
    await town.world.made(looked(other, f"DiagnosticReport/{told}"))
    assert await seen(town, lead, f"DiagnosticReport/{told}") == await seen(town, lead, f"Observation/{second}") == 200


async def test_a_look_at_somebody_elses_result_lets_nothing_go(town):
    lead, other = await joined(town)
    mine = (await town.world.made(result(other)))["id"]
    stranger = (await town.person("Annen", "1970-01-01"))["id"]
    await town.world.made(looked(stranger, f"Observation/{mine}"))
    assert await seen(town, lead, f"Observation/{mine}") == 404


async def test_the_log_asked_for_by_either_patient_is_that_of_both(town):
    lead, other = await joined(town)
    mine = [(await town.world.made(result(patient, "718-7")))["id"] for patient in (lead, other)]
    for made in mine:
        assert (await town.world.client(town.gp).get(f"Observation/{made}")).status == 200
    me = await herself(town, other)
    citizen = town.world.client(me)
    read = {f"Observation/{made}" for made in mine}
    found = []
    for named in (lead, other):
        log = await citizen.get(f"AuditEvent?patient=Patient/{named}&_count=200")
        lines = {each["resource"]["id"]: each["resource"] for each in log.json["entry"]}
        told = {each["entity"][-1].get("what", {}).get("reference") for each in lines.values()}
        assert read <= told, "by either, the log of both"
        for made in lines:
            assert (await citizen.get(f"AuditEvent/{made}")).json["id"] == made
        found.append(set(lines))
    assert found[0] <= found[1], "the second has the look of the first besides"
    stranger = (await town.person("Annen", "1970-01-01"))["id"]
    another = town.world.client(await herself(town, stranger))
    for named in (lead, other):
        answer = await another.get(f"AuditEvent?patient=Patient/{named}&_count=200")
        assert not answer.json.get("entry")
    for made in found[0]:
        assert (await another.get(f"AuditEvent/{made}")).status == 404


async def test_the_preview_of_a_block_names_what_it_hides_with_either_patient(town):
    lead, other = await joined(town)
    me = await herself(town, other)
    closed = (await town.world.made(result(lead, "718-7")))["id"]
    free = (await town.world.made(result(lead, "718-7")))["id"]
    reports = []
    for patient, named in ((other, closed), (lead, closed), (other, free)):
        about = {"subject": {"reference": f"Patient/{patient}"}, "code": coded("http://loinc.org", "58410-2")}
        made = {"resourceType": "DiagnosticReport", "status": "final", **about}
        reports.append((await town.world.made(made | {"result": [{"reference": f"Observation/{named}"}]}))["id"])
    consent = decode(json.dumps(block(lead, data=[item(f"Observation/{closed}")])).encode())
    for keys in (me.keys, me.keys[:1], me.keys[1:]):
        marks = set()
        for key in keys:
            rows = rows_of(consent, town.world.store.clock.real())
            passed, _ = await foresee(town.world.store.pool, key, rows, nothing_stops)
            marks |= set(passed)
        assert marks == {mark_of(f"DiagnosticReport/{made}") for made in reports[:2]}


async def test_both_patients_are_searched_and_explained_by_whichever_the_chart_was_opened(town):
    lead, other = await joined(town)
    gp, store = town.gp, town.world.store
    notes = [
        (await town.world.made(result(patient, "718-7", note=[{"text": "Kraniofaryngeom i familien"}])))["id"]
        for patient in (lead, other)
    ]
    closed = (await town.world.made(result(other, "718-7", note=[{"text": "Kraniofaryngeom, sperret"}])))["id"]
    await town.world.made(block(lead, data=[item(f"Observation/{closed}")]))
    follows = {
        "resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": f"Patient/{other}"},
        "managingOrganization": {"reference": ELSEWHERE}, "type": [coded(EPISODE_SYSTEM, "gp-list")],
        "period": {"start": "2021-01-01"},
    }  # fmt: skip
    source = (await town.world.made(follows))["id"]
    for opened in (lead, other):
        async with town.visit(gp) as browser:
            answer = await browser.post(f"/p/{opened}/sok", data={"ord": "kraniofaryngeom"})
            assert {note for note in [*notes, closed] if note in answer.text} == set(notes)
            for note in notes:
                why = await browser.get(f"/p/{opened}/e/Observation/{note}/hvorfor")
                assert why.status_code == 200
            assert (await browser.get(f"/p/{opened}/e/Observation/{closed}/hvorfor")).status_code == 404
        for who in (gp, town.stranger):
            grant = access.person(who, (await store.place(f"Patient/{opened}"),))
            why = await store.why(grant, f"Patient/{opened}")
            assert [ground.deciding for ground in why.grounds] == [True]
            assert why.grounds[0].told, "the entry it follows from is seen, with whichever it lies"
            assert why.closed
            await page(town, who, f"/p/{opened}/tilgang")
    me = await herself(town, other)
    listed, more = await store.readers(access.person(me, me.keys))
    assert not more
    assert len(listed) == len({row.source for row in listed}) == 2, "each ground once"
    assert f"EpisodeOfCare/{source}" in {row.source for row in listed}
    # Signed in before they were joined, she has one key: it means both.
    alone = access.person(me, (await store.place(f"Patient/{other}"),))
    assert (await store.readers(alone))[0] == listed
    await unjoin(store, joiner(town), other)
    mine, _ = await store.readers(access.person(await herself(town, other), alone.keys))
    assert [row.source for row in mine] == [f"EpisodeOfCare/{source}"]
    async with town.visit(gp) as browser:
        assert (await browser.post(f"/p/{other}/sok", data={"ord": "kraniofaryngeom"})).status_code == 404
    with pytest.raises(Absent):
        await store.why(access.person(gp, (await store.place(f"Patient/{other}"),)), f"Patient/{other}")


STRICT = {"extension": [{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]}


async def test_an_address_on_the_one_is_masked_in_the_text_of_the_other(town):
    store, system = town.world.store, town.world.system
    lead = (await town.person("Berg", "1980-05-20", address=[{"line": ["Skjulveien 7"]}], **STRICT))["id"]
    other = (await town.world.patient(birthDate="1980-05-20", address=[{"line": ["Dekkegata 9"]}], **STRICT))["id"]
    for patient in (lead, other):
        note = [{"text": "Bor i Skjulveien og Dekkegata, ikke i Lysløypa"}]
        await town.world.made(result(patient, "718-7", note=note))

    async def told():
        return {
            named: (await town.world.client(town.gp).get(f"Observation?patient={named}&code=718-7")).body
            for named in (lead, other)
        }

    before = await told()
    assert b"Dekkegata" in before[lead]
    assert b"Skjulveien" not in before[lead]
    await join(store, joiner(town), lead, other)
    for body in (await told()).values():
        assert json.loads(body)["total"] == 2
        assert b"Dekkegata" not in body
        assert b"Skjulveien" not in body
        assert body.count("Lysløypa".encode()) == 2
    late = await town.world.made(result(lead, "718-7", note=[{"text": "Var i Dekkegata"}]))
    assert b"Dekkegata" not in (await town.world.client(town.gp).get(f"Observation/{late['id']}")).body
    moved = (await system.get(f"Patient/{other}")).json | {"address": [{"line": ["Lysløypa 3"]}]}
    assert (await system.put(f"Patient/{other}", moved)).status == 200
    assert "Lysløypa".encode() not in (await told())[lead], "a new address on the one, in what the other had"
    assert b"Dekkegata" in (await system.get(f"Observation/{late['id']}")).body, "nothing is lost"
    await unjoin(store, joiner(town), other)
    assert b"Dekkegata" in (await told())[lead], "parted, it is another's"


async def test_one_look_counts_once_in_her_log_whichever_patient_was_opened(town):
    lead, other = await joined(town)
    for opened in (lead, other):
        await page(town, town.gp, f"/p/{opened}")
    me = await herself(town, lead)
    shown = await log(town.world.store, access.person(me, me.keys), "")
    lines = [line for _, line in shown.lines if line.act == "page:overview"]
    assert len(lines) == 4, "each key has its line of each look"
    (look,) = [found for found in looks(shown.lines, me.reference) if ("page:overview", "Patient") in found.opened]
    assert look.opened["page:overview", "Patient"] == 2
