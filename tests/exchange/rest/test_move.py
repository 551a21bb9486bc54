"""An entry that was written on the wrong person, moved to the right one: both doors decide, nothing of it is left."""

from __future__ import annotations

import asyncio
import json

import pytest
from doors import block, case
from worlds import actor

from felles import access
from felles.access.actor import Sort
from felles.access.codes import ROLE_SYSTEM
from felles.care.doors.present import _part
from felles.record.codes import MOVED, PROTECTED_ADDRESS
from felles.record.errors import Absent, Forbidden
from felles.record.ids import mark_of
from felles.record.move import left_behind, move
from felles.record.store import Store
from felles.ui.i18n import language

HERE, THERE = "Organization/here", "Organization/there"
WHO = {"doc": ("doctor", HERE), "sec": ("secretary", HERE), "far": ("doctor", THERE), "rev": ("reviewer", HERE),
       "lone": ("reviewer", THERE), "two": ("doctor", HERE)}  # fmt: skip
WHY = "Skrevet på feil person i listen"
NATIONAL = "urn:oid:2.16.578.1.12.4.1.4.1"
TAG = {"system": MOVED[0], "code": MOVED[1]}


@pytest.fixture
async def staffed(world):
    for name, (role, place) in WHO.items():
        made = {
            "resourceType": "PractitionerRole",
            "id": f"{name}-role",
            "practitioner": {"reference": f"Practitioner/{name}"},
            "organization": {"reference": place},
            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}],
        }
        assert (await world.system.put(f"PractitionerRole/{name}-role", made)).status in (200, 201)
    return world


def who(name):
    role, place = WHO[name]
    return actor(role, Sort.STAFF, reference=f"Practitioner/{name}", organization=place)


def as_(world, name):
    return world.client(who(name))


async def person(world, *places):
    """A Patient whom these places follow."""
    patient = (await world.patient(birthDate="1960-01-01"))["id"]
    for place in places:
        await world.made(
            {
                "resourceType": "EpisodeOfCare",
                "status": "active",
                "patient": {"reference": f"Patient/{patient}"},
                "managingOrganization": {"reference": place},
            }
        )
    return patient


@pytest.fixture
async def two(staffed):
    """The wrong person, the right one, and a measurement that the doctor wrote on the wrong one."""
    wrong, right = [await person(staffed, HERE, THERE) for _ in range(2)]
    entry = await written(staffed, staffed.observation(wrong, note=[{"text": "Hvilepuls"}]))
    return wrong, right, entry


async def written(world, resource, name="doc"):
    answer = await as_(world, name).post(resource["resourceType"], resource)
    assert answer.status == 201, answer.json
    return answer.json["id"]


def asked(patient, why=WHY):
    named = {"name": "patient", "valueReference": {"reference": f"Patient/{patient}"}}
    return {"resourceType": "Parameters", "parameter": [named, {"name": "reason", "valueString": why}]}


async def moved(world, entry, patient, name="doc", type_name="Observation", **headers):
    return await as_(world, name).post(f"{type_name}/{entry}/$move", asked(patient), **headers)


async def lines(world, patient):
    key = await world.store.place(f"Patient/{patient}")
    rows = await world.store.pool.fetch("select text from leaf where bucket = $1 and person = $2 order by number", *key)
    return [json.loads(row["text"]) for row in rows]


async def test_it_stands_with_the_right_person_and_nothing_of_it_with_the_wrong_one(world, two):
    wrong, right, entry = two
    changed = world.observation(wrong, id=entry, note=[{"text": "Hvilepuls, målt om igjen"}])
    assert (await as_(world, "doc").put(f"Observation/{entry}", changed)).status == 200
    answer = await moved(world, entry, right)
    assert answer.status == 201, answer.json
    new = answer.json["id"]
    assert new != entry
    assert answer.json["subject"] == {"reference": f"Patient/{right}"}
    assert answer.json["note"] == [{"text": "Hvilepuls, målt om igjen"}]
    assert answer.json["meta"]["tag"] == [TAG]
    assert answer.json["meta"]["versionId"] == "1"
    assert not any(each in answer.body.decode() for each in (wrong, entry))
    for reader in (as_(world, "doc"), world.system):
        assert (await reader.get(f"Observation/{entry}")).status == 410
        assert (await reader.get(f"Observation/{entry}/_history/1")).status == 404
        assert (await reader.get(f"Observation/{entry}/_history/2")).status == 404
        history = (await reader.get(f"Observation/{entry}/_history")).json["entry"]
        assert [each["request"]["method"] for each in history] == ["DELETE"]
        found = await reader.get(f"Observation?patient={wrong}")
        assert entry not in found.body.decode()
        assert [e["resource"]["id"] for e in (await reader.get(f"Observation?patient={right}")).json["entry"]] == [new]
        assert entry not in (await reader.get(f"Patient/{wrong}/$everything")).body.decode()
    feed = (await world.system.get("Observation/_history")).json["entry"]
    told = {(e["request"]["method"], e["fullUrl"].rpartition("/")[2]) for e in feed}
    assert {each for each in told if each[1] in (entry, new)} == {("POST", new), ("DELETE", entry)}


async def test_author_and_organisation_stay_and_who_moved_it_has_entered_it(world, two):
    wrong, right, _ = two
    entry = await written(world, world.observation(wrong))
    new = (await moved(world, entry, right, "two")).json["id"]
    (told,) = (await as_(world, "doc").get(f"Provenance?target=Observation/{new}")).json["entry"]
    agents = {a["type"]["coding"][0]["code"]: a["who"]["reference"] for a in told["resource"]["agent"]}
    assert agents == {"author": "Practitioner/doc", "enterer": "Practitioner/two"}
    row = (await world.store.pool.fetch("select org from entry where id = $1", new))[0]
    assert row["org"] == mark_of(HERE)


async def test_each_log_has_its_line_and_neither_names_the_other(world, two):
    wrong, right, entry = two
    before = {each: len(await lines(world, each)) for each in (wrong, right)}
    new = (await moved(world, entry, right)).json["id"]
    (away,), (here,) = [(await lines(world, each))[before[each] :] for each in (wrong, right)]
    assert (away["act"], away["what"], away["outcome"]) == ("move-away", f"Observation/{entry}", "written")
    assert (here["act"], here["what"], here["outcome"]) == ("move-here", f"Observation/{new}", "written")
    told = [_part(language(code), line["act"], "Observation") for code in ("nb", "en") for line in (away, here)]
    assert len(set(told)) == 4
    assert "ikke var om deg" in told[0]
    assert not any("måling" in each.lower() or "observation" in each.lower() for each in told)
    for line, others in ((away, (right, new)), (here, (wrong, entry))):
        assert not any(each in json.dumps(line) for each in (*others, WHY)), line
    (both,) = [json.loads(r["text"]) for r in await world.store.pool.fetch(
        "select text from leaf where person = 0 and text like $1", f"%{entry}%")]  # fmt: skip
    assert (both["what"], both["to"], both["why"]) == (f"Observation/{entry}", f"Observation/{new}", WHY)


async def test_both_doors_decide_and_what_is_hidden_answers_as_what_is_not_here(world, two):
    wrong, right, entry = two
    stranger = await person(world)  # open to nobody
    theirs = await written(world, world.observation(right))
    far_away = await person(world, THERE)
    hidden = (await world.made(world.observation(stranger)))["id"]
    refused = [
        (await moved(world, entry, stranger), 403),
        (await moved(world, entry, "nowhere"), 403),
        (await moved(world, hidden, right), 404),
        (await moved(world, "f0000000000000000000000ab", right), 404),
        (await moved(world, hidden, stranger), 404),
        (await moved(world, entry, right, "sec"), 403),  # her role moves nothing
        (await moved(world, entry, far_away, "doc"), 403),
        (await moved(world, entry, right, "far"), 403),  # another organisation wrote it
        (await moved(world, entry, right, "rev"), 403),  # without a demand
        (await moved(world, entry, wrong), 409),
        (await moved(world, wrong, right, type_name="Patient"), 422),
    ]
    assert [answer.status for answer, _ in refused] == [status for _, status in refused]
    gone = [refused[0][0].json["issue"][0]["diagnostics"].replace(stranger, "x"),
            refused[1][0].json["issue"][0]["diagnostics"].replace("nowhere", "x")]  # fmt: skip
    assert gone[0] == gone[1]
    assert (await as_(world, "doc").get(f"Observation/{entry}")).status == 200
    assert (await as_(world, "doc").get(f"Observation?patient={right}")).body.count(b'"Observation"') == 1
    assert (await moved(world, theirs, wrong)).status == 201  # the twin of all these


async def test_a_block_hides_it_from_who_would_move_it_and_the_right_persons_blocks_hold(world, two):
    wrong, right, entry = two
    other = await written(world, world.observation(wrong))
    await world.made(block(wrong, data=[{"meaning": "instance", "reference": {"reference": f"Observation/{entry}"}}]))
    assert (await moved(world, entry, right)).status == 404
    await world.made(block(right, against=THERE))
    new = (await moved(world, other, right)).json["id"]
    assert (await as_(world, "doc").get(f"Observation/{new}")).status == 200
    assert (await as_(world, "far").get(f"Observation/{new}")).status == 404


async def test_a_version_that_moved_on_is_not_moved_and_of_two_movers_one_wins(world, two):
    wrong, right, entry = two
    assert (await moved(world, entry, right, if_match='W/"2"')).status == 412
    both = await asyncio.gather(*(moved(world, entry, right) for _ in range(2)))
    assert sorted(answer.status for answer in both) == [201, 410]
    assert (await as_(world, "doc").get(f"Observation?patient={right}")).body.count(b'"fullUrl"') == 1
    back = next(answer.json["id"] for answer in both if answer.status == 201)
    again = await moved(world, back, wrong, if_match='W/"1"')
    assert again.status == 201  # moved back: the same act
    assert (await as_(world, "doc").get(f"Observation/{back}")).status == 410


async def test_references_to_her_are_rewritten_and_those_to_her_entries_cut(world, two):
    wrong, right, _ = two
    number = "13116900216"
    named = await world.system.get(f"Patient/{wrong}")
    numbered = named.json | {"identifier": [{"system": NATIONAL, "value": number}]}
    assert (await world.system.put(f"Patient/{wrong}", numbered)).status == 200
    visit = await written(world, {"resourceType": "Encounter", "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{wrong}"}})  # fmt: skip
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "code": {"text": "Svar"},
        "subject": {"reference": f"Patient/{wrong}", "display": "Kari Nordmann",
                    "identifier": {"system": NATIONAL, "value": number}},
        "encounter": {"reference": f"Encounter/{visit}"},
        "contained": [{"resourceType": "Specimen", "id": "s", "subject": {"reference": f"Patient/{wrong}"}}],
        "specimen": [{"reference": "#s"}],
    }  # fmt: skip
    entry = await written(world, report)
    key = await world.store.place(f"Patient/{wrong}")
    grant = access.person(who("doc"), (key,))
    told = {"resourceType": "Communication", "status": "completed",
        "subject": {"reference": f"Patient/{wrong}"},
            "about": [{"reference": f"DiagnosticReport/{entry}"}]}  # fmt: skip
    composed = await written(world, told)
    referring, theirs = await left_behind(world.store, grant, f"DiagnosticReport/{entry}")
    assert [each.reference for each in referring] == [f"Communication/{composed}"]
    assert [each.reference for each in theirs] == [f"Encounter/{visit}"]
    answer = await moved(world, entry, right, type_name="DiagnosticReport")
    assert answer.status == 201, answer.json
    assert answer.json["subject"] == answer.json["contained"][0]["subject"] == {"reference": f"Patient/{right}"}
    assert "encounter" not in answer.json
    assert not any(each in answer.body.decode() for each in (wrong, number, "Kari", visit))
    telling = await written(world, world.observation(wrong, note=[{"text": f"Gjelder {number}"}]))
    refused = await moved(world, telling, right)
    assert refused.status == 422
    assert number not in refused.body.decode()


async def test_files_go_along(world, two):
    wrong, right, _ = two
    file = {"resourceType": "Binary", "contentType": "text/plain", "data": "SGVp",
            "securityContext": {"reference": f"Patient/{wrong}"}}  # fmt: skip
    binary = await written(world, file)
    document = {"resourceType": "DocumentReference", "status": "current", "subject": {"reference": f"Patient/{wrong}"},
                "content": [{"attachment": {"contentType": "text/plain", "url": f"Binary/{binary}"}}]}  # fmt: skip
    entry = await written(world, document)
    answer = await moved(world, entry, right, type_name="DocumentReference")
    assert answer.status == 201, answer.json
    url = answer.json["content"][0]["attachment"]["url"]
    assert url != f"Binary/{binary}"
    there = await as_(world, "doc").get(url)
    assert (there.status, there.json["data"]) == (200, "SGVp")
    assert there.json["securityContext"] == {"reference": f"Patient/{right}"}
    assert (await as_(world, "doc").get(f"Binary/{binary}")).status == 410


@pytest.mark.parametrize("late", [True, False])
async def test_a_file_that_another_entry_refers_to_meanwhile_stays(world, two, monkeypatch, late):
    wrong, right, _ = two
    file = {"resourceType": "Binary", "contentType": "text/plain", "data": "SGVp",
            "securityContext": {"reference": f"Patient/{wrong}"}}  # fmt: skip
    binary = await written(world, file)
    document = {"resourceType": "DocumentReference", "status": "current", "subject": {"reference": f"Patient/{wrong}"},
                "content": [{"attachment": {"contentType": "text/plain", "url": f"Binary/{binary}"}}]}  # fmt: skip
    entry = await written(world, document)
    commit, others = Store.commit, [document] if late else []

    async def slower(store, grant, changes, **more):
        if more.get("act") == "move" and others:
            await written(world, others.pop())
        return await commit(store, grant, changes, **more)

    monkeypatch.setattr(Store, "commit", slower)
    answer = await moved(world, entry, right, type_name="DocumentReference", if_match='W/"1"')
    assert answer.status == 201, answer.json
    there = await as_(world, "doc").get(answer.json["content"][0]["attachment"]["url"])
    assert (there.status, there.json["data"]) == (200, "SGVp")
    assert (await as_(world, "doc").get(f"Binary/{binary}")).status == (200 if late else 410)


async def test_what_it_opened_follows_it(world, staffed):
    wrong, right = await person(world, HERE), await person(world, HERE)
    task = await written(world, {"resourceType": "Task", "status": "requested", "intent": "order",
        "for": {"reference": f"Patient/{wrong}"}, "owner": {"reference": THERE}})  # fmt: skip
    far = as_(world, "far")
    assert [(await far.get(f"Patient/{each}")).status for each in (wrong, right)] == [200, 404]
    assert (await moved(world, task, right, type_name="Task")).status == 201
    assert [(await far.get(f"Patient/{each}")).status for each in (wrong, right)] == [404, 200]


async def test_of_one_with_protected_address_nothing_of_it_is_left_in_either_form(world, two):
    """Protected before it was moved, or after: the form without place has no version of it that anybody sees."""
    wrong, right, entry = two
    hidden = {"extension": [{"url": PROTECTED_ADDRESS, "valueCode": "strict"}]}
    later = await person(world, HERE, THERE)
    other = await written(world, world.observation(later, note=[{"text": "Hvilepuls"}]))
    for patient in (wrong, right):
        await protect(world, patient, hidden)
    assert (await moved(world, other, right)).status == 201
    assert (await moved(world, entry, right)).status == 201
    await protect(world, later, hidden)
    for gone in (entry, other):
        answer = await as_(world, "doc").get(f"Observation/{gone}/_history")
        assert [each["request"]["method"] for each in answer.json["entry"]] == ["DELETE"]
        assert (await as_(world, "doc").get(f"Observation/{gone}")).status == 410
        rows = await world.store.pool.fetch(
            "select 1 from entry where id = $1 and state < 3 and body like '%Hvilepuls%'", gone)  # fmt: skip
        assert rows == []


async def protect(world, patient, hidden):
    current = (await world.system.get(f"Patient/{patient}")).json
    assert (await world.system.put(f"Patient/{patient}", current | hidden)).status == 200


async def by_case(world, entry, patient, name="rev"):
    there, here = access.move_by_case(who(name))
    return await move(world.store, there, f"Observation/{entry}", f"Patient/{patient}", WHY, case=here)


async def test_who_answers_a_demand_moves_what_it_is_about_and_nothing_else(world, two):
    wrong, right, entry = two
    other = await written(world, world.observation(wrong))
    demand = case(wrong, "correction", focus={"reference": f"Observation/{entry}"}, owner={"reference": HERE},
                  requester={"reference": f"Patient/{wrong}"})  # fmt: skip
    with pytest.raises(Absent):
        await by_case(world, entry, right)  # nobody demands it yet
    task = await world.made(demand)
    with pytest.raises(Absent):
        await by_case(world, other, right)
    with pytest.raises(Absent):
        await by_case(world, entry, right, "lone")  # another organisation's reviewer
    with pytest.raises(Forbidden):
        await by_case(world, entry, await person(world), "rev")  # her organisation has no relation to her
    with pytest.raises(Forbidden):
        await by_case(world, entry, right, "doc")
    result = await by_case(world, entry, right)
    assert (await as_(world, "doc").get(f"Observation/{result.id}")).status == 200
    assert (await as_(world, "doc").get(f"Observation/{entry}")).status == 410
    assert (await world.system.get(f"Task/{task['id']}")).json["focus"] == {"reference": f"Observation/{entry}"}
    closed = await world.system.put(f"Task/{task['id']}", demand | {"id": task["id"], "status": "completed"})
    assert closed.status == 200
    with pytest.raises(Absent):
        await by_case(world, result.id, wrong)


async def test_what_is_ended_or_follows_from_others_is_not_moved(world, two):
    wrong, right, entry = two
    mine = await world.made(case(wrong, "correction", focus={"reference": f"Observation/{entry}"}))
    assert (await world.system.post(f"Task/{mine['id']}/$move", asked(right))).status == 422
    for body in (None, asked(right, "kort"), asked("x/y"), {"resourceType": "Parameters"}):
        assert (await as_(world, "doc").post(f"Observation/{entry}/$move", body)).status == 400
