"""Resources as the region's staff would have written them: one function for each sort of entry."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from html import escape
from typing import Any

from felles.access.codes import EPISODE_SYSTEM
from felles.demo.catalog import Medicine, Test
from felles.demo.places import MUNICIPALITIES, ORGANISATIONS, STAFF
from felles.demo.world import Person, Resource, moment
from felles.fhir.norway.systems import (
    ATC,
    FNR,
    ICPC2,
    LOINC,
    MUNICIPALITY,
    MUNICIPALITY_EXTENSION,
    NLK,
    SNOMED,
    UCUM,
)

_HL7 = "http://terminology.hl7.org/CodeSystem/"


def concept(system: str, code: str, text: str) -> Resource:
    """A CodeableConcept with one coding and its text."""
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def _plain(system: str, code: str) -> Resource:
    return {"coding": [{"system": _HL7 + system, "code": code}]}


def by(staff: str) -> Resource:
    """A reference to somebody in her role, with the name."""
    return {"reference": STAFF[staff].reference, "display": STAFF[staff].full_name}


def at(organisation: str) -> Resource:
    """A reference to an organisation or unit, with the name."""
    return {"reference": ORGANISATIONS[organisation].reference, "display": ORGANISATIONS[organisation].name}


def patient(person: Person) -> Resource:
    """The Patient of a person."""
    given, family = person.name
    place = {"system": MUNICIPALITY, "code": person.municipality}
    return {
        "resourceType": "Patient",
        "id": person.id,
        "identifier": [{"system": FNR, "value": person.number}],
        "active": True,
        "name": [{"use": "official", "family": family, "given": given.split()}],
        "gender": person.gender,
        "birthDate": person.born.isoformat(),
        "address": [
            {
                "use": "home",
                "city": MUNICIPALITIES[person.municipality],
                "district": MUNICIPALITIES[person.municipality],
                "_district": {"extension": [{"url": MUNICIPALITY_EXTENSION, "valueCoding": place}]},
                "country": "NO",
            }
        ],
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "nb"}]}}],
    }


def related(person: Person, other: Person, code: str, text: str) -> Resource:
    """Somebody close, as an entry of the person's own record (v3-RoleCode)."""
    return {
        "resourceType": "RelatedPerson",
        "active": True,
        "patient": {"reference": person.reference},
        "relationship": [concept(_HL7 + "v3-RoleCode", code, text)],
        "name": [{"family": other.name[1], "given": other.name[0].split()}],
    }


def episode(person: Person, code: str, text: str, organisation: str, manager: str, start: date) -> Resource:
    """A follow-up that opens the record for the organisation while it lasts."""
    return {
        "resourceType": "EpisodeOfCare",
        "status": "active",
        "type": [concept(EPISODE_SYSTEM, code, text)],
        "patient": {"reference": person.reference},
        "managingOrganization": at(organisation),
        "careManager": by(manager),
        "period": {"start": start.isoformat()},
    }


def condition(person: Person, code: str, text: str, onset: date, author: str, *, over: bool = False) -> Resource:
    """A problem, coded in ICPC-2."""
    return {
        "resourceType": "Condition",
        "clinicalStatus": _plain("condition-clinical", "resolved" if over else "active"),
        "verificationStatus": _plain("condition-ver-status", "confirmed"),
        "category": [_plain("condition-category", "problem-list-item")],
        "code": concept(ICPC2, code, text),
        "subject": {"reference": person.reference},
        "onsetDateTime": onset.isoformat(),
        "recordedDate": onset.isoformat(),
        "recorder": by(author),
    }


def allergy(person: Person, atc: tuple[str, str], reaction: str, severe: bool, day: date, author: str) -> Resource:
    """An allergy to a medicine, or to something else when the code is not ATC's."""
    code = concept(ATC, *atc) if atc[0] else {"text": atc[1]}
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": _plain("allergyintolerance-clinical", "active"),
        "verificationStatus": _plain("allergyintolerance-verification", "confirmed"),
        "type": "allergy",
        "category": ["medication" if atc[0] else "food"],
        "criticality": "high" if severe else "low",
        "code": code,
        "patient": {"reference": person.reference},
        "recordedDate": day.isoformat(),
        "recorder": by(author),
        "reaction": [{"manifestation": [{"text": reaction}], "severity": "severe" if severe else "mild"}],
    }


def prescription(
    person: Person, medicine: Medicine, day: date, author: str, *, status: str = "active", reason: str = ""
) -> Resource:
    """A prescribed medicine."""
    return {
        "resourceType": "MedicationRequest",
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": concept(ATC, medicine.atc, medicine.name),
        "subject": {"reference": person.reference},
        "authoredOn": day.isoformat(),
        "requester": by(author),
        "reasonCode": [{"text": reason or medicine.reason}],
        "dosageInstruction": [{"text": medicine.dose}],
    }


def result(person: Person, test: Test, value: float, day: date, author: str, encounter: str | None) -> Resource:
    """A laboratory result or a measurement with one value."""
    vital = test.vital
    codings = [{"system": LOINC, "code": test.loinc, "display": test.name}]
    if test.nlk:
        codings.append({"system": NLK, "code": test.nlk, "display": test.name})
    made = _observation(person, "vital-signs" if vital else "laboratory", day, author, encounter)
    made["code"] = {"coding": codings, "text": test.name}
    made["valueQuantity"] = _quantity(round(value, test.decimals), test.unit, test.ucum)
    if test.low is not None or test.high is not None:
        bounds = {"low": test.low, "high": test.high}
        made["referenceRange"] = [
            {side: _quantity(limit, test.unit, test.ucum) for side, limit in bounds.items() if limit is not None}
        ]
        made["interpretation"] = [_plain("v3-ObservationInterpretation", _flag(test, value))]
    return made


def _flag(test: Test, value: float) -> str:
    if test.low is not None and value < test.low:
        return "L"
    return "H" if test.high is not None and value > test.high else "N"


def blood_pressure(person: Person, upper: int, lower: int, day: date, author: str, encounter: str | None) -> Resource:
    """A blood pressure, as R4's vital-signs profile has it."""
    parts = (("8480-6", "Systolisk blodtrykk", upper), ("8462-4", "Diastolisk blodtrykk", lower))
    made = _observation(person, "vital-signs", day, author, encounter)
    made["code"] = concept(LOINC, "85354-9", "Blodtrykk")
    made["component"] = [
        {"code": concept(LOINC, code, text), "valueQuantity": _quantity(value, "mmHg", "mm[Hg]")}
        for code, text, value in parts
    ]
    return made


def finding(person: Person, code: tuple[str, str], value: Resource, day: date, author: str) -> Resource:
    """A finding whose value is not a number: `value` is one of Observation.value[x]."""
    made = _observation(person, "social-history", day, author, None)
    made["code"] = concept(LOINC, *code)
    return made | value


def _observation(person: Person, category: str, day: date, author: str, encounter: str | None) -> Resource:
    made: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [_plain("observation-category", category)],
        "code": {},
        "subject": {"reference": person.reference},
        "effectiveDateTime": moment(day, 9, 15),
        "performer": [by(author)],
    }
    if encounter is not None:
        made["encounter"] = {"reference": encounter}
    return made


def _quantity(value: float, unit: str, code: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": code}


def contact(
    person: Person, kind: str, text: str, organisation: str, author: str, start: date, *, end: date | None = None
) -> Resource:
    """A contact: `kind` AMB (at the clinic), HH (at home), VR (by phone or video) or IMP (admitted).

    An admission without an end is still going on.
    """
    going_on = kind == "IMP" and end is None
    period: dict[str, Any] = {"start": moment(start, 9)}
    if not going_on:
        period["end"] = moment(end or start, 9 if end else 10)
    return {
        "resourceType": "Encounter",
        "status": "in-progress" if going_on else "finished",
        "class": {"system": _HL7 + "v3-ActCode", "code": kind},
        "subject": {"reference": person.reference},
        "participant": [{"individual": by(author)}],
        "period": period,
        "reasonCode": [{"text": text}],
        "serviceProvider": at(organisation),
    }


def note(person: Person, title: str, text: str, day: date, author: str, encounter: str | None) -> Resource:
    """A note in the record."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
    made: Resource = {
        "resourceType": "Composition",
        "status": "final",
        "type": concept(LOINC, "11506-3", "Journalnotat"),
        "subject": {"reference": person.reference},
        "date": moment(day, 10, 5),
        "author": [by(author)],
        "title": title,
        "custodian": at(STAFF[author].organisation),
        "section": [
            {
                "title": title,
                "text": {
                    "status": "generated",
                    "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</div>',
                },
            }
        ],
    }
    if encounter is not None:
        made["encounter"] = {"reference": encounter}
    return made


def letter(person: Person, title: str, text: str, day: date, author: str, encounter: str | None) -> Resource:
    """A letter, such as the one at discharge, as plain text."""
    attachment = {
        "contentType": "text/plain; charset=utf-8",
        "language": "nb",
        "data": base64.b64encode(text.encode()).decode(),
        "title": title,
    }
    made: Resource = {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "type": concept(LOINC, "18842-5", title),
        "subject": {"reference": person.reference},
        "date": moment(day, 14),
        "author": [by(author)],
        "description": title,
        "content": [{"attachment": attachment}],
    }
    if encounter is not None:
        made["context"] = {"encounter": [{"reference": encounter}]}
    return made


def appointment(person: Person, text: str, organisation: str, staff: str, day: date, hour: int) -> Resource:
    """A booked appointment of twenty minutes."""
    ahead = {"start": moment(day, hour), "end": moment(day, hour, 20)}
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "description": text,
        **ahead,
        "minutesDuration": 20,
        "created": moment(day - timedelta(days=21), 12),
        "comment": ORGANISATIONS[organisation].name,
        "participant": [
            {"actor": {"reference": person.reference}, "status": "accepted"},
            {"actor": by(staff), "status": "accepted"},
        ],
    }


def referral(person: Person, text: str, reason: str, to: str, author: str, day: date) -> Resource:
    """A referral that was sent."""
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "category": [concept(SNOMED, "3457005", "Henvisning")],
        "code": {"text": text},
        "subject": {"reference": person.reference},
        "authoredOn": moment(day, 11),
        "requester": by(author),
        "performer": [at(to)],
        "reasonCode": [{"text": reason}],
    }


def task(person: Person, text: str, owner: Resource, author: str, day: date, due: date) -> Resource:
    """Something somebody is to do for the person."""
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {"text": text},
        "description": text,
        "for": {"reference": person.reference},
        "authoredOn": moment(day, 12),
        "requester": by(author),
        "owner": owner,
        "restriction": {"period": {"end": due.isoformat()}},
    }


def vaccine(person: Person, name: str, atc: str, day: date, author: str) -> Resource:
    """A vaccine that was given."""
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": concept(ATC, atc, name),
        "patient": {"reference": person.reference},
        "occurrenceDateTime": day.isoformat(),
        "primarySource": True,
        "performer": [{"actor": by(author)}],
    }


def flag(person: Person, text: str, day: date, author: str) -> Resource:
    """Something all who meet the person should know at once."""
    return {
        "resourceType": "Flag",
        "status": "active",
        "category": [_plain("flag-category", "safety")],
        "code": {"text": text},
        "subject": {"reference": person.reference},
        "period": {"start": day.isoformat()},
        "author": by(author),
    }
