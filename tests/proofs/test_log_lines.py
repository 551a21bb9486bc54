"""No read without its line: each interaction leaves one for each person it touches, released or refused."""

from __future__ import annotations

import json

import pytest
from worlds import actor

from felles.access.actor import Sort
from felles.exchange.rest.interactions import MODULES

WRITES = {"create", "update", "delete", "join", "unjoin", "move"}


@pytest.fixture(scope="module")
async def life(world):
    """One person with an entry or two, and one who is nobody's business here."""
    patient, other = await world.patient(name=[{"family": "Logget"}], birthDate="1970-01-01"), await world.patient()
    made = await world.made(world.observation(patient["id"]))
    spare = await world.made(world.observation(patient["id"]))
    wrong = await world.made(world.observation(patient["id"]))
    theirs = await world.made(world.observation(other["id"]))
    return {
        "patient": patient["id"],
        "made": made["id"],
        "spare": spare["id"],
        "other": other["id"],
        "theirs": theirs["id"],
        "wrong": wrong["id"],
    }


async def lines(world, patient):
    """The log lines about a person, oldest first."""
    bucket, person = await world.store.place(f"Patient/{patient}")
    rows = await world.store.pool.fetch(
        "select text from leaf where bucket = $1 and person = $2 order by number", bucket, person
    )
    return [json.loads(row["text"]) for row in rows]


async def added(world, patient, ask):
    """What came of a request, and the lines it added about a person."""
    before = len(await lines(world, patient))
    answer = await ask
    return answer, (await lines(world, patient))[before:]


def body(life, who="patient", **more):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **more} | {
        "subject": {"reference": f"Patient/{life[who]}"}
    }


def batch(life, who="made", kind="batch"):
    entry = [{"request": {"method": "GET", "url": f"Observation/{life[who]}"}}]
    return {"resourceType": "Bundle", "type": kind, "entry": entry}


def other(life):
    named = {"name": "other", "valueReference": {"reference": f"Patient/{life['other']}"}}
    return {"resourceType": "Parameters", "parameter": [named]}


def elsewhere(life):
    named = {"name": "patient", "valueReference": {"reference": f"Patient/{life['other']}"}}
    why = {"name": "reason", "valueString": "Skrevet på feil person"}
    return {"resourceType": "Parameters", "parameter": [named, why]}


RELEASED = [
    ("read", "GET", "Observation/{made}", None, "read"),
    ("read", "HEAD", "Observation/{made}", None, "read"),
    ("vread", "GET", "Observation/{made}/_history/1", None, "vread"),
    ("history", "GET", "Observation/{made}/_history", None, "history"),
    ("history", "GET", "Observation/_history", None, "history"),
    ("history", "GET", "_history", None, "history"),
    ("search", "GET", "Observation?subject=Patient/{patient}", None, "search"),
    ("search", "GET", "Observation?subject=Patient/{patient}&status=cancelled", None, "search"),
    ("search", "GET", "Observation?subject=Patient/{patient}&_summary=count", None, "search"),
    ("search", "GET", "Observation?_id={made}", None, "search"),
    ("search", "GET", "Patient?_id={patient}&_revinclude=Observation:subject", None, "search"),
    ("search", "POST", "Observation/_search?subject=Patient/{patient}", None, "search"),
    ("everything", "GET", "Patient/{patient}/$everything", None, "everything"),
    ("everything", "POST", "Patient/{patient}/$everything", None, "everything"),
    ("join", "POST", "Patient/{patient}/$join", other, "join"),
    ("unjoin", "POST", "Patient/{patient}/$unjoin", None, "unjoin"),
    ("move", "POST", "Observation/{wrong}/$move", elsewhere, "move-away"),
    ("create", "POST", "Observation", body, "create"),
    ("update", "PUT", "Observation/{spare}", lambda life: body(life, id=life["spare"]), "update"),
    ("delete", "DELETE", "Observation/{spare}", None, "delete"),
    ("batch", "POST", "", batch, "read"),
    ("batch", "POST", "", lambda life: batch(life, kind="transaction"), "read"),
]


@pytest.mark.parametrize(("interaction", "method", "target", "make", "act"), RELEASED)
async def test_what_is_released_has_its_line(world, life, interaction, method, target, make, act):
    sent = None if make is None else make(life)
    asked = world.system(method, target.format(**life), sent)
    answer, told = await added(world, life["patient"], asked)
    assert answer.status < 300, answer.body
    assert len(told) >= 1
    assert {line["act"] for line in told} == {act}
    assert {line["outcome"] for line in told} == {"written" if interaction in WRITES else "released"}
    assert all(line["who"]["actor"] == "Device/maintenance" for line in told)


def test_every_interaction_is_held_to_it():
    assert {case[0] for case in RELEASED} == set(MODULES) - {"metadata"}


REFUSED = [
    ("GET", "Observation/{theirs}", None),
    ("GET", "Observation/{theirs}/_history/1", None),
    ("GET", "Observation/{theirs}/_history", None),
    ("GET", "Observation?subject=Patient/{other}", None),
    ("GET", "Patient/{other}/$everything", None),
    ("POST", "Observation", lambda life: body(life, "other")),
    ("PUT", "Observation/{theirs}", lambda life: body(life, "other", id=life["theirs"])),
    ("PUT", "Observation/{theirs}", lambda life: body(life, id=life["theirs"])),
    ("DELETE", "Observation/{theirs}", None),
    ("POST", "", lambda life: batch(life, "theirs")),
    ("POST", "", lambda life: batch(life, "theirs", "transaction")),
]


@pytest.mark.parametrize(("method", "target", "make"), REFUSED)
async def test_what_is_refused_has_its_line_too(world, life, method, target, make):
    """By a system client without any relation; it learns nothing, and the person can read that it asked."""
    sent = None if make is None else make(life)
    answer, told = await added(world, life["other"], world.stranger(method, target.format(**life), sent))
    assert life["theirs"].encode() not in answer.body.replace(f"Observation/{life['theirs']} is not".encode(), b"")
    assert [(line["who"]["actor"], line["outcome"]) for line in told] == [("Device/system", "refused")]


async def test_what_is_about_nobody_leaves_no_line(world, life):
    for target in ("metadata", "Organization?name=x"):
        answer, told = await added(world, life["patient"], world.system.get(target))
        assert (answer.status, told) == (200, [])


async def test_a_conditional_write_that_is_refused_has_its_line(world, life):
    asked = world.stranger.post("Observation", body(life, "other"), if_none_exist="identifier=urn:x|nowhere")
    answer, told = await added(world, life["other"], asked)
    assert answer.status == 403
    assert [line["outcome"] for line in told] == ["refused"]


async def test_a_look_up_has_its_line(world, life):
    gp = world.client(actor("gp", Sort.STAFF, reference="Practitioner/x", organization="Organization/x"))
    answer, told = await added(world, life["patient"], gp.get("Patient?family=Logget&birthdate=1970-01-01"))
    assert [entry["resource"]["id"] for entry in answer.json["entry"]] == [life["patient"]]
    assert [line["act"] for line in told] == ["lookup"]


async def test_no_line_holds_a_name_or_a_number(world, life):
    texts = await world.store.pool.fetch("select text from leaf")
    assert texts
    assert not [row["text"] for row in texts if "logget" in row["text"].lower()]
