"""What is sent, promised or ordered about one of the two of `twins`, and the times laid out for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from worlds import actor

from felles.access.actor import Sort
from felles.access.codes import ROLE_SYSTEM
from felles.access.handovers.kinds import Kind, coded
from felles.record.codes import CASE_SYSTEM

if TYPE_CHECKING:
    from worlds import World

CLINIC = "Organization/clinic"
SENDER = "Practitioner/far"
"""Who sends to the clinic: she works elsewhere."""
TAKEN = "seen"
"""Whose appointment fills the time that is laid out."""
DAY = "2026-01-15"
"""The day of the appointments; the pages that show a day are asked for this one."""
OPEN = {"task": "Task", "referral": "ServiceRequest", "message": "Communication", "order": "ServiceRequest",
        "given": "Task", "lab": "ServiceRequest", "case": "Task"}  # fmt: skip
"""What of each life is open: what stands after the person's name in its id, and its type."""
MORE = [("Task", "child-task"), ("Task", "more-task"), ("ServiceRequest", "more-referral"),
        ("Communication", "more-message"), ("Task", "over")]  # fmt: skip
"""(type, id) of what is handed over besides in the regions that hide some of it (`hidings`)."""
PLACES: list[dict[str, Any]] = [
    *(
        {
            "resourceType": "PractitionerRole",
            "id": name,
            "practitioner": {"reference": person},
            "organization": {"reference": org},
            "code": [{"coding": [{"system": ROLE_SYSTEM, "code": role}]}],
        }
        for name, person, org, role in (
            ("far-gp", SENDER, "Organization/elsewhere", "gp"),
            ("eva-reviewer", "Practitioner/eva", CLINIC, "reviewer"),
            ("fia-reviewer", "Practitioner/fia", "Organization/elsewhere", "reviewer"),
        )
    ),
    {"resourceType": "Schedule", "id": "book", "actor": [{"reference": "Practitioner/doc"}]},
    {"resourceType": "Slot", "id": "time", "schedule": {"reference": "Schedule/book"}, "status": "free",
     "start": f"{DAY}T09:00:00Z", "end": f"{DAY}T09:20:00Z"},
]  # fmt: skip
"""What all share: where the sender works, who answers cases in both houses, and a time of the clinic's doctor."""


def work(name: str, at: str) -> list[dict[str, Any]]:
    """What is open about a person (an id), with those who work `at`: readers of the clinic, or others elsewhere.

    A task and a referral are with their inbox, a message with one of them by name; she has given a task to a colleague
    and ordered two tests: one has its answer, the other awaits it. With her the person has an appointment; the desk
    there is asked by the person who was in her record.
    """
    here = at == CLINIC
    hers, mate = ("Practitioner/doc", "Practitioner/spare") if here else ("Practitioner/near", "Practitioner/mate")
    about, sender, lab = {"subject": _at(f"Patient/{name}")}, _at(SENDER), [_snomed("108252007")]
    task = {"resourceType": "Task", "intent": "order", "for": _at(f"Patient/{name}"), "code": coded(Kind.TASK)}
    slot = {"slot": [_at("Slot/time")]} if name == TAKEN else {}
    made = {
        "task": task | {"status": "requested", "requester": sender, "owner": _at(at), "description": "Ring Nordmann",
                        "authoredOn": "2026-05-04"},
        "given": task | {"status": "accepted", "requester": _at(hers), "owner": _at(mate), "authoredOn": "2026-05-04"},
        "referral": {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "requester": sender,
                     "performer": [_at(at)], "authoredOn": "2026-05-04", "code": {"text": "Vurdering"}, **about},
        "order": {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "requester": _at(hers),
                  "category": [{"coding": lab}], "authoredOn": "2026-05-04", "occurrenceDateTime": "2099-05-03",
                  "code": {"text": "Hb"}, **about},
        "lab": {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "requester": _at(hers),
                "category": [{"coding": lab}], "authoredOn": "2026-05-04", "code": {"text": "CRP"}, **about},
        "value": {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-05-05",
                  "issued": "2026-05-05T12:00:00Z", "basedOn": [_at(f"ServiceRequest/{name}-lab")],
                  "code": {"coding": [{"system": "http://loinc.org", "code": "1988-5"}], "text": "CRP"},
                  "valueQuantity": {"value": 41, "unit": "mg/L"}, "interpretation": [{"coding": [{"code": "H"}]}],
                  **about},
        "message": {"resourceType": "Communication", "status": "in-progress", "sent": "2026-05-04T12:00:00Z",
                    "sender": sender, "recipient": [_at(hers)], "payload": [{"contentString": "Hei"}],
                    "about": [_at(f"Observation/{name}-3")], **about},
        "case": {"resourceType": "Task", "status": "requested", "intent": "order", "owner": _at(at),
                 "for": _at(f"Patient/{name}"), "requester": _at(f"Patient/{name}"), "authoredOn": "2026-05-04",
                 "code": {"coding": [{"system": CASE_SYSTEM, "code": Kind.LOG_QUESTION.case}]},
                 "description": "Hvem var dette?"},
        "visit": {"resourceType": "Appointment", "status": "booked", "start": f"{DAY}T09:00:00Z",
                  "end": f"{DAY}T09:20:00Z", "participant": [
                      {"actor": _at(f"Patient/{name}"), "status": "accepted"},
                      {"actor": _at(hers), "status": "accepted"}], **slot},
    }  # fmt: skip
    return [resource | {"id": f"{name}-{last}"} for last, resource in made.items()]


def _at(reference: str) -> dict[str, str]:
    return {"reference": reference}


def _snomed(code: str) -> dict[str, str]:
    return {"system": "http://snomed.info/sct", "code": code}


def _task(patient: str, name: str) -> dict[str, Any]:
    """A task about her that is with the clinic's inbox."""
    return next(r for r in work(patient, CLINIC) if r["id"] == f"{patient}-task") | {"id": name}


def on_the_list(patient: str) -> list[dict[str, Any]]:
    """A person of whom the clinic has a task and nothing else."""
    named = {"resourceType": "Patient", "id": patient, "birthDate": "1950-02-02", "name": [{"family": "Nordmann"}]}
    return [named, _task(patient, f"{patient}-task")]


def more(patient: str) -> list[dict[str, Any]]:
    """`MORE` about her: with the clinic's inbox and with its doctor."""
    hers = {r["id"].partition("-")[2]: r for r in work(patient, CLINIC)}
    return [hers[last] | {"id": f"more-{last}"} for last in ("task", "referral", "message")]


async def changed(world: World, source: str) -> None:
    """A task says something else, and had something said of it."""
    task = (await world.system.get(source)).json
    said = {"description": "Ring Nordmann i dag", "note": [{"text": "Hun ringte igjen"}]}
    answer = await world.system.put(source, task | said)
    assert answer.status == 200, answer.json


async def ended(world: World, patient: str) -> None:
    """A task about her came to the clinic, and who sent it took it back."""
    answer = await world.system.put("Task/over", _task(patient, "over"))
    assert answer.status == 201, answer.json
    who = {"organization": "Organization/elsewhere", "organization_name": "Et annet sted"}
    sender = world.client(actor("gp", Sort.STAFF, reference=SENDER, **who))
    reason = {"status": "cancelled", "statusReason": {"text": "Sendt til feil sted"}}
    answer = await sender.put("Task/over", answer.json | reason)
    assert answer.status == 200, answer.json
