"""What nobody foresaw in one commit is its own alone: those that travel with it and wait behind it are written."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from doors import case
from structlog.testing import capture_logs
from worlds import World

from felles.access.codes import DIAGNOSTIC, RELATED_PATIENT
from felles.record.codes import PARENTAL_RESPONSIBILITY
from felles.record.kinds import SNOMED

pytestmark = [pytest.mark.store, pytest.mark.slow]

LAST = "9999-12-31"


async def beside(world: World, bad: Any) -> Any:
    """What answers `bad` where it is written with others; each of those is written."""
    patient = (await world.patient())["id"]
    episode = {
        "resourceType": "EpisodeOfCare",
        "status": "active",
        "patient": {"reference": f"Patient/{patient}"},
        "managingOrganization": {"reference": "Organization/here"},
    }
    # Those before it keep the writers busy, so that it is taken together with those after it.
    others = [world.system.post("EpisodeOfCare", episode) for _ in range(12)]
    answers = await asyncio.gather(*others[:6], bad, *others[6:])
    answer = answers.pop(6)
    assert [each.status for each in answers] == [201] * 12
    return answer


@pytest.mark.parametrize("whole", [True, False])
async def test_a_fault_is_told_to_whoever_met_it_and_logged(world: World, *, whole: bool):
    async def broken(_: Any) -> None:
        if not whole:
            raise ZeroDivisionError

    world.store._committer._registry.hooks.after(("Flag",), broken)
    patient = (await world.patient())["id"]
    flag = {
        "resourceType": "Flag",
        "status": "active",
        "code": {"text": "Fare"},
        "subject": {"reference": f"Patient/{patient}"},
    }
    for _ in range(3):
        with capture_logs() as logged:
            answer = await beside(world, world.system.post("Flag", flag))
        assert (answer.status, len(logged)) == ((201, 0) if whole else (500, 1))
        if not whole:
            assert answer.issues == [("exception", None)]
            assert (logged[0]["event"], logged[0]["log_level"]) == ("a request failed", "error")
    found = (await world.system.get(f"Flag?patient={patient}&_total=accurate")).json
    assert found["total"] == (3 if whole else 0)


@pytest.mark.parametrize("sent", [f"{LAST}T12:00:00Z", f"{LAST}T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
async def test_a_message_sent_at_the_end_or_the_beginning_of_the_calendar(world: World, sent: str):
    patient = await world.patient()
    me = {"reference": f"Patient/{patient['id']}"}
    message = {
        "resourceType": "Communication",
        "status": "in-progress",
        "subject": me,
        "sender": me,
        "recipient": [{"reference": "Organization/here"}],
        "category": [case(patient["id"], "question")["code"]],
        "payload": [{"contentString": "Er dette farlig?"}],
        "sent": sent,
    }
    answer = await beside(world, (await world.citizen(patient)).post("Communication", message))
    assert answer.status == 201, answer.json


@pytest.mark.parametrize("when", [{"authoredOn": LAST}, {"occurrencePeriod": {"end": LAST}}])
async def test_an_order_of_the_last_day(world: World, when: dict[str, Any]):
    patient = (await world.patient())["id"]
    order = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "category": [{"coding": [{"system": SNOMED, "code": code} for code in DIAGNOSTIC]}],
        "subject": {"reference": f"Patient/{patient}"},
        "requester": {"reference": "Practitioner/doctor"},
        **when,
    }
    answer = await beside(world, world.system.post("ServiceRequest", order))
    assert answer.status == 201, answer.json


async def test_a_parent_of_a_child_who_comes_of_age_after_the_last_year(world: World):
    child, mother = [await world.patient(birthDate=born) for born in ("9990-02-01", "1990-02-01")]
    related = {
        "resourceType": "RelatedPerson",
        "patient": {"reference": f"Patient/{child['id']}"},
        "relationship": [{"coding": [{"system": PARENTAL_RESPONSIBILITY, "code": "mor"}]}],
        "extension": [{"url": RELATED_PATIENT, "valueReference": {"reference": f"Patient/{mother['id']}"}}],
    }
    answer = await beside(world, world.system.post("RelatedPerson", related))
    assert answer.status == 201, answer.json
