"""Deletion: two people approve, one command carries it out, nothing of it is left, and the log proves whole."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap

import asyncpg
import msgspec
import pytest
from doors import block, case, coded, held_back, item
from worlds import actor

from felles import access, fhir
from felles.access.actor import Sort
from felles.access.codes import ROLE_SYSTEM
from felles.access.erase_cli import ANSWER, carry_out, carry_out_again, read_list
from felles.record.changes import Change
from felles.record.codes import CASE_SYSTEM
from felles.record.era import open_era
from felles.record.erase import NotErasable, erase, tombs, unanswered, waiting
from felles.record.errors import RecordError
from felles.record.log import keys
from felles.record.log.tick import Sealer
from felles.record.log.verify import verify
from felles.record.maintenance import connect

pytestmark = pytest.mark.slow

HERE = "Organization/here"


@pytest.fixture
async def owner(record_database):
    conn = await connect(record_database.owner_url)
    yield conn
    await conn.close()


def doctor(world):
    return world.client(actor("doctor", Sort.STAFF, reference="Practitioner/doc", organization=HERE))


@pytest.fixture
async def staffed(world):
    for who, role in (("doc", "doctor"), ("one", "reviewer"), ("two", "reviewer"), ("asks", "reviewer")):
        await world.made(
            {
                "resourceType": "PractitionerRole",
                "practitioner": {"reference": f"Practitioner/{who}"},
                "organization": {"reference": HERE},
                "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}],
            }
        )


@pytest.fixture
async def demanded(world, staffed):
    """A note of a person that she wants deleted: the Patient's id, the entry's, the Task as it is stored."""
    patient = (await world.patient(birthDate="1960-01-01"))["id"]
    await world.made(
        {
            "resourceType": "EpisodeOfCare",
            "status": "active",
            "patient": {"reference": f"Patient/{patient}"},
            "managingOrganization": {"reference": HERE},
        }
    )
    note = await world.made(world.observation(patient, note=[{"text": "Feil"}]))
    task = await world.made(
        case(
            patient,
            "deletion",
            focus={"reference": f"Observation/{note['id']}"},
            requester={"reference": f"Patient/{patient}"},
            owner={"reference": HERE},
            description="Det er feil og en belastning",
        )
    )
    return patient, note["id"], task


def approval(name):
    concept = {"coding": [{"system": CASE_SYSTEM, "code": "approval"}]}
    return {"type": concept, "valueReference": {"reference": f"Practitioner/{name}"}}


def approved(task, *names):
    return task | {"output": [approval(name) for name in names]}


async def put(world, name, task):
    """The status that a reviewer's writing of the Task ends with, as the page does it."""
    who = actor("reviewer", Sort.STAFF, reference=f"Practitioner/{name}", organization=HERE)
    change = Change(op="update", type="Task", id=task["id"], resource=fhir.decode(json.dumps(task).encode()))
    try:
        await world.store.commit(access.handle(who), [change], act="update")
    except RecordError as error:
        return error.status
    return 200


async def current(world, task):
    return (await world.system.get(f"Task/{task['id']}")).json


async def approve_both(world, task):
    for name, given in (("one", ["one"]), ("two", ["one", "two"])):
        assert await put(world, name, approved(await current(world, task), *given)) == 200


async def test_approvals_are_checked_where_the_task_is_written(world, demanded):
    _, _, task = demanded
    assert await put(world, "one", approved(task, "two")) == 403  # another's
    assert await put(world, "one", approved(task, "one", "two")) == 403
    assert await put(world, "one", approved(task, "one")) == 200
    assert await put(world, "one", approved(task, "one", "one")) == 403  # twice
    assert await put(world, "two", task) == 403  # taken away
    for changed in ({"focus": {"reference": "Observation/x"}}, {"requester": {"reference": "Patient/x"}}):
        assert await put(world, "two", approved(task, "one", "two") | changed) == 403
    assert await put(world, "two", approved(task, "one", "two")) == 200
    for status in ("completed", "rejected", "cancelled"):  # promised: nobody closes it before it is carried out
        assert await put(world, "two", approved(task, "one", "two") | {"status": status}) == 403


async def test_with_one_approval_a_demand_is_still_refused(world, demanded):
    _, _, task = demanded
    assert await put(world, "one", approved(task, "one")) == 200
    assert await put(world, "two", approved(task, "one") | {"status": "rejected"}) == 422  # without a reason
    refused = {"status": "rejected", "statusReason": {"text": "Det trengs for den videre behandlingen."}}
    assert await put(world, "two", approved(task, "one") | refused) == 200


async def test_nobody_else_approves_not_even_by_making_the_task(world, demanded):
    patient, note, task = demanded
    citizen = await world.citizen({"id": patient})
    made = case(patient, "deletion", focus={"reference": f"Observation/{note}"})
    for client, name in ((citizen, "one"), (doctor(world), "doc"), (world.system, "one")):
        assert (await client.post("Task", approved(made, name))).status == 403
    assert (await doctor(world).put(f"Task/{task['id']}", approved(task, "doc"))).status in (403, 404)
    assert (await world.system.put(f"Task/{task['id']}", approved(task, "one"))).status == 403
    asked = await world.made(made | {"requester": {"reference": "Practitioner/asks"}, "owner": {"reference": HERE}})
    assert await put(world, "asks", approved(asked, "asks")) == 403
    assert await put(world, "one", approved(asked, "one")) == 200


async def test_one_approval_erases_nothing(world, demanded, owner):
    _, note, task = demanded
    assert await put(world, "one", approved(task, "one")) == 200
    assert task["id"] not in {each.matter for each in await waiting(owner)}
    await carry_out(world.store, owner)
    assert (await world.system.get(f"Observation/{note}")).status == 200


async def everything_that_holds(owner, words):
    """The tables that hold any of these words anywhere."""
    tables = await owner.fetch("select tablename from pg_tables where schemaname = 'felles'")
    found = set()
    for (table,) in tables:
        for word in words:
            holds = f'select exists (select 1 from felles."{table}" t where position($1 in t::text) > 0)'
            if await owner.fetchval(holds, word):
                found.add((table, word))
    return found


async def test_what_is_erased_is_nowhere_any_more_and_who_must_be_told_is_listed(world, demanded, owner, capsys):
    patient, note, task = demanded
    secret = f"Umiskjennelig{note}"
    noted = {"note": [{"text": secret}], "identifier": [{"system": "urn:x", "value": secret}], "id": note}
    assert (await world.system.put(f"Observation/{note}", world.observation(patient, **noted))).status == 200
    assert await everything_that_holds(owner, [secret])
    changed = world.observation(patient, note=[{"text": f"{secret} to"}], id=note)
    assert (await world.system.put(f"Observation/{note}", changed)).status == 200
    await world.made(held_back(patient, f"Observation/{note}"))
    await world.made(block(patient, role="secretary", data=[item(f"Observation/{note}")]))
    assert (await doctor(world).get(f"Observation/{note}")).status == 200
    other = (await world.made(world.observation(patient)))["id"]
    await approve_both(world, task)
    assert await carry_out(world.store, owner, dry_run=True) is False
    assert (await world.system.get(f"Observation/{note}")).status == 200
    capsys.readouterr()
    assert await carry_out(world.store, owner, task["id"]) is False
    said = capsys.readouterr().out
    assert f"Observation/{note} is erased (3 versions)" in said
    assert f"tell {HERE}: has read it" in said
    for target in (f"Observation/{note}", f"Observation/{note}/_history", f"Observation/{note}/_history/1"):
        assert (await world.system.get(target)).status == 404
    assert note.encode() not in (await world.system.get(f"Patient/{patient}/$everything")).body.replace(
        f'"Observation/{note}"'.encode(),
        b"",  # the demand and what closed it still name it
    )
    assert other in {
        e["resource"]["id"] for e in (await world.system.get(f"Observation?patient={patient}")).json["entry"]
    }
    assert not (await world.system.get(f"Observation?identifier=urn:x|{secret}")).json.get("entry")
    assert not await everything_that_holds(owner, [secret])
    done = await current(world, task)
    assert done["status"] == "completed"
    assert done["output"][-1]["valueString"] == ANSWER
    tomb = await owner.fetchrow("select * from erased where matter = $1", task["id"])
    assert (tomb["versions"], tomb["approved"]) == (3, ["Practitioner/one", "Practitioner/two"])
    assert tomb["closed"]
    named = await owner.fetch("select text from leaf where text like $1", f'%"what":"Observation/{note}"%')
    assert {json.loads(row["text"])["outcome"] for row in named} <= {"refused"}  # those who asked for it since
    assert await carry_out(world.store, owner, task["id"]) is True  # it does not wait any more


async def test_the_log_proves_whole_after_it(world, demanded, owner, tmp_path):
    _, note, task = demanded
    assert (await doctor(world).get(f"Observation/{note}")).status == 200
    await approve_both(world, task)
    sealer = Sealer(owner, await open_era(owner), keys.load(tmp_path))
    await sealer.seal()
    before = await verify(owner, keys.known(tmp_path / keys.PUBLIC))
    await carry_out(world.store, owner)
    await sealer.seal()
    after = await verify(owner, keys.known(tmp_path / keys.PUBLIC))
    assert after.erased > before.erased
    assert after.sealed > before.sealed


async def test_after_a_restore_it_is_erased_again_from_the_list_kept_outside(world, demanded, owner, tmp_path):
    """A dump of before the erasure holds the entry and knows of no erasure: here the tomb alone is taken away."""
    patient, note, task = demanded
    body = (await world.system.get(f"Observation/{note}")).json
    await approve_both(world, task)
    await carry_out(world.store, owner)
    kept = tmp_path / "erased.ndjson"
    kept.write_bytes(b"\n".join(msgspec.json.encode(each) for each in await tombs(owner)))
    await owner.execute("delete from erased where matter = $1", task["id"])
    key = await world.store.place(f"Patient/{patient}")
    await owner.execute(
        "insert into entry select (jsonb_populate_record(null::entry, to_jsonb(e) || $3::jsonb)).* from entry e"
        " where e.bucket = $1 and e.person = $2 and e.type = 103 and e.form = 0 and e.state = 0",
        *key,
        json.dumps({"type": 96, "id": note, "body": json.dumps(body)}),
    )
    assert (await world.system.get(f"Observation/{note}")).status == 200
    known = read_list(kept)
    assert task["id"] in {each.matter for each in known}
    assert await carry_out_again(world.store, owner, known) is False
    assert (await world.system.get(f"Observation/{note}")).status == 404
    assert await unanswered(owner) == []


@pytest.mark.parametrize("kind", ["Patient", "Task", "Consent"])
async def test_who_she_is_and_what_was_decided_are_not_erased_entry_by_entry(world, demanded, owner, kind):
    patient, _, task = demanded
    made = case(patient, "deletion", focus={"reference": f"{kind}/{patient if kind == 'Patient' else task['id']}"})
    asked = await world.made(made | {"owner": {"reference": HERE}})
    await approve_both(world, asked)
    (found,) = [each for each in await waiting(owner) if each.matter == asked["id"]]
    with pytest.raises(NotErasable):
        await erase(owner, found, world.store.clock.real())
    assert (await world.system.get(f"Patient/{patient}")).status == 200


async def test_an_entry_of_another_person_is_not_erased_by_this_ones_case(world, demanded, owner):
    patient, _, _ = demanded
    stranger = (await world.patient())["id"]
    theirs = (await world.made(world.observation(stranger)))["id"]
    made = case(patient, "deletion", focus={"reference": f"Observation/{theirs}"}, owner={"reference": HERE})
    asked = await world.made(made)
    await approve_both(world, asked)
    (found,) = [each for each in await waiting(owner) if each.matter == asked["id"]]
    with pytest.raises(NotErasable):
        await erase(owner, found, world.store.clock.real())
    assert (await world.system.get(f"Observation/{theirs}")).status == 200


async def test_workers_cannot_erase(world, demanded, record_database):
    conn = await connect(record_database.url)
    try:
        for statement in ("delete from entry", "delete from leaf", "update leaf set text = null", "delete from erased"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(statement)
    finally:
        await conn.close()


_RUN = textwrap.dedent("""
    import asyncio, os, sys
    from felles.record import erase as module
    from felles.record.maintenance import connect

    async def main():
        conn = await connect(sys.argv[1])
        real = module._remove
        async def killed(*args):
            await real(*args)
            os.kill(os.getpid(), 9)
        if sys.argv[2] == "middle":
            module._remove = killed
        for each in await module.waiting(conn):
            if each.matter == sys.argv[3]:
                await module.erase(conn, each, 1)
        os.kill(os.getpid(), 9)

    asyncio.run(main())
""")


@pytest.mark.parametrize("when", ["middle", "before the answer"])
async def test_a_run_that_is_killed_goes_on(world, demanded, owner, record_database, when):
    _, note, task = demanded
    await approve_both(world, task)
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", _RUN, record_database.owner_url, when, task["id"]],
        check=False,
        env=os.environ,
    )
    assert ran.returncode == -signal.SIGKILL
    if when == "middle":
        assert (await world.system.get(f"Observation/{note}")).status == 200
        assert await unanswered(owner) == []
    else:
        assert (await world.system.get(f"Observation/{note}")).status == 404
        assert await unanswered(owner) == [task["id"]]
        assert (await current(world, task))["status"] != "completed"
    await carry_out(world.store, owner)
    assert (await world.system.get(f"Observation/{note}")).status == 404
    assert (await current(world, task))["status"] == "completed"
    assert await unanswered(owner) == []


async def test_files_that_it_alone_refers_to_go_with_it(world, demanded, owner):
    patient, _, _ = demanded
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
                "request": {"method": "POST", "url": "Binary"},
                "resource": {"resourceType": "Binary", "contentType": "text/plain", "data": "VW1pc2tqZW5uZWxpZw=="},
            },
            {
                "request": {"method": "POST", "url": "DocumentReference"},
                "resource": {
                    "resourceType": "DocumentReference",
                    "status": "current",
                    "subject": {"reference": f"Patient/{patient}"},
                    "type": coded("http://loinc.org", "34133-9"),
                    "content": [{"attachment": {"url": "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}}],
                },
            },
        ],
    }
    answer = await world.system.post("", bundle)
    assert answer.status == 200, answer.json
    file, document = [e["response"]["location"].split("/fhir/")[-1].split("/_history")[0] for e in answer.json["entry"]]
    asked = await world.made(case(patient, "deletion", focus={"reference": document}, owner={"reference": HERE}))
    assert (await world.system.get(file)).status == 200
    await approve_both(world, asked)
    await carry_out(world.store, owner)
    assert (await world.system.get(document)).status == 404
    assert (await world.system.get(file)).status == 404
