"""Resources as the region's staff would have written them: one function for each sort of entry.

Codes of licensed systems stand without their display: the words beside them (`text`) are ours.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from felles.access.codes import EPISODE_SYSTEM, RELATED_PATIENT
from felles.access.representation import FAMILY_SYSTEM
from felles.demo.analyses import Range, Test
from felles.demo.drugs import Drug, parts_of_day
from felles.demo.municipalities import MUNICIPALITIES
from felles.demo.summons import directions, preparation
from felles.demo.world import Organisation, Person, Resource, Staff, moment
from felles.fhir.norway.systems import (
    ATC,
    FNR,
    LOINC,
    MUNICIPALITY,
    MUNICIPALITY_EXTENSION,
    NLK,
    SNOMED,
    UCUM,
)
from felles.record.codes import MANDATE_SYSTEM, PARENTAL_RESPONSIBILITY

_HL7 = "http://terminology.hl7.org/CodeSystem/"
_BASIS = "http://hl7.no/fhir/StructureDefinition/no-basis-"
Moment = tuple[date, int, int]
"""Day, hour and minute in Norway."""


def concept(text: str, *codings: tuple[str, str]) -> Resource:
    """A CodeableConcept of (system, code) pairs and its text."""
    coded = [{"system": system, "code": code} for system, code in codings]
    return {"coding": coded, "text": text} if coded else {"text": text}


def plain(system: str, code: str) -> Resource:
    """A CodeableConcept of one code of HL7's own systems."""
    return {"coding": [{"system": _HL7 + system, "code": code}]}


def by(staff: Staff) -> Resource:
    """A reference to somebody in her role, with the name."""
    return {"reference": staff.reference, "display": staff.full_name}


def at(organisation: Organisation) -> Resource:
    """A reference to an organisation or unit, with the name."""
    return {"reference": organisation.reference, "display": organisation.name}


def patient(person: Person, gp: Staff, phone: str, *, language: str = "nb") -> Resource:
    """The Patient of a person."""
    given, family = person.name
    place = {"system": MUNICIPALITY, "code": person.municipality}
    made: Resource = {
        "resourceType": "Patient",
        "id": person.id,
        "meta": {"profile": [_BASIS + "Patient"]},
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
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": language}]}}],
        "generalPractitioner": [by(gp)],
    }
    if phone:
        made["telecom"] = [{"system": "phone", "use": "mobile", "value": phone}]
    if person.died is not None:
        made["deceasedDateTime"] = person.died.isoformat()
    return made


def related(
    person: Person, name: tuple[str, str], code: str, text: str, *, number: str = "", phone: str = ""
) -> Resource:
    """Somebody close, as an entry of the person's own record (v3-RoleCode); `number` when she is a citizen here."""
    made: Resource = {
        "resourceType": "RelatedPerson",
        "meta": {"profile": [_BASIS + "RelatedPerson"]},
        "active": True,
        "patient": {"reference": person.reference},
        "relationship": [concept(text, (_HL7 + "v3-RoleCode", code))],
        "name": [{"family": name[1], "given": name[0].split()}],
    }
    if number:
        made["identifier"] = [{"system": FNR, "value": number}]
    if phone:
        made["telecom"] = [{"system": "phone", "use": "mobile", "value": phone}]
    return made


def next_of_kin(made: Resource, rank: int) -> Resource:
    """`made` (a RelatedPerson) as somebody to ring, `rank` in which order; the first is the next of kin."""
    if rank == 1:
        nearest = {"system": _HL7 + "v2-0131", "code": "N"}
        made["relationship"].append({"coding": [nearest], "text": "Nærmeste pårørende"})
    for point in made.get("telecom", ()):
        point["rank"] = rank
    return made


def may_know(person: Person, kin: str, name: str, what: str, day: date, *, refused: bool = False) -> Resource:
    """What the person lets `kin` (RelatedPerson/x) be told (pasient- og brukerrettighetsloven § 3-3)."""
    role = {"coding": [{"system": _HL7 + "v3-RoleClass", "code": "NOK"}]}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": plain("consentscope", "patient-privacy"),
        "category": [{"text": "Opplysninger til pårørende"}],
        "patient": {"reference": person.reference},
        "dateTime": day.isoformat(),
        "performer": [{"reference": person.reference}],
        "policyRule": {"text": "Pasienten har sagt hva pårørende kan få vite"},
        "provision": {
            "type": "deny" if refused else "permit",
            "actor": [{"role": role, "reference": {"reference": kin, "display": name}}],
            "action": [{"text": what}],
        },
    }


def parental(made: Resource, parent: str, code: str) -> Resource:
    """`made` (a RelatedPerson) with registered parental responsibility: `parent` is Patient/x, `code` mor or far."""
    made["relationship"] += [
        {"coding": [{"system": system, "code": code}]} for system in (PARENTAL_RESPONSIBILITY, FAMILY_SYSTEM)
    ]
    made["extension"] = [{"url": RELATED_PATIENT, "valueReference": {"reference": parent}}]
    return made


def proxy(person: Person, receiver: str, name: str, verbs: tuple[str, ...], since: date, until: date) -> Resource:
    """A proxy that the person gave to `receiver` (Patient/x)."""
    role = {"coding": [{"system": _HL7 + "v3-RoleCode", "code": "DELEGATEE"}]}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": plain("consentscope", "patient-privacy"),
        "category": [{"coding": [{"system": MANDATE_SYSTEM, "code": "proxy"}]}],
        "patient": {"reference": person.reference},
        "dateTime": since.isoformat(),
        "performer": [{"reference": person.reference}],
        "policyRule": {"text": "Fullmakt fra pasienten selv"},
        "provision": {
            "type": "permit",
            "period": {"start": since.isoformat(), "end": until.isoformat()},
            "actor": [{"role": role, "reference": {"reference": receiver, "display": name}}],
            "action": [{"coding": [{"system": MANDATE_SYSTEM, "code": verb}]} for verb in verbs],
        },
    }


def episode(
    person: Person, code: str, text: str, organisation: Organisation, manager: Staff, start: date, *,
    end: date | None = None, more: tuple[tuple[str, str], ...] = (),
) -> Resource:  # fmt: skip
    """A follow-up that opens the record for the organisation while it lasts."""
    period = {"start": start.isoformat()}
    if end is not None:
        period["end"] = end.isoformat()
    return {
        "resourceType": "EpisodeOfCare",
        "status": "active" if end is None else "finished",
        "type": [concept(text, (EPISODE_SYSTEM, code), *more)],
        "patient": {"reference": person.reference},
        "managingOrganization": at(organisation),
        "careManager": by(manager),
        "period": period,
    }


def condition(
    person: Person, codes: tuple[tuple[str, str], ...], text: str, onset: date, author: Staff, *,
    recorded: date | None = None, over: date | None = None, encounter: str | None = None,
) -> Resource:  # fmt: skip
    """A problem or diagnosis; `over`: the day on which it had passed."""
    made: Resource = {
        "resourceType": "Condition",
        "clinicalStatus": plain("condition-clinical", "active" if over is None else "resolved"),
        "verificationStatus": plain("condition-ver-status", "confirmed"),
        "category": [plain("condition-category", "problem-list-item" if over is None else "encounter-diagnosis")],
        "code": concept(text, *codes),
        "subject": {"reference": person.reference},
        "onsetDateTime": onset.isoformat(),
        "recordedDate": (recorded or onset).isoformat(),
        "recorder": by(author),
    }
    if over is not None:
        made["abatementDateTime"] = over.isoformat()
    if encounter is not None:
        made["encounter"] = {"reference": encounter}
    return made


def allergy(person: Person, atc: str, name: str, reaction: str, severe: bool, day: date, author: Staff) -> Resource:
    """An allergy to a medicine, or to something else when there is no ATC code."""
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": plain("allergyintolerance-clinical", "active"),
        "verificationStatus": plain("allergyintolerance-verification", "confirmed"),
        "type": "allergy",
        "category": ["medication" if atc else "food" if name in _FOODS else "environment"],
        "criticality": "high" if severe else "low",
        "code": concept(name, *(((ATC, atc),) if atc else ())),
        "patient": {"reference": person.reference},
        "recordedDate": day.isoformat(),
        "recorder": by(author),
        "reaction": [{"manifestation": [{"text": reaction}], "severity": "severe" if severe else "mild"}],
    }


_FOODS = frozenset({"Egg", "Peanøtt", "Skalldyr", "Nøtter", "Kumelk"})


def prescription(
    person: Person, drug: Drug, day: date, author: Staff, reason: str, *, end: date | None = None
) -> Resource:
    """A prescribed medicine; `end`: the last day of a course, or the day on which it was stopped."""
    dose: Resource = {"text": drug.dose}
    if drug.amount:
        dose["doseAndRate"] = [{"doseQuantity": {"value": drug.amount, "unit": drug.unit}}]
    if drug.times:
        repeat: Resource = {"frequency": drug.times, "period": drug.every, "periodUnit": "d"}
        when = parts_of_day(drug.dose)
        if drug.course:
            repeat["boundsPeriod"] = {"start": day.isoformat(), "end": (day + timedelta(days=drug.days)).isoformat()}
        dose["timing"] = {"repeat": repeat | ({"when": when} if when else {})}
    if drug.as_needed:
        dose["asNeededBoolean"] = True
    made: Resource = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": concept(drug.name, (ATC, drug.atc)),
        "subject": {"reference": person.reference},
        "authoredOn": day.isoformat(),
        "requester": by(author),
        "reasonCode": [{"text": reason}],
        "dosageInstruction": [dose],
    }
    if drug.course:
        made["courseOfTherapyType"] = plain("medicationrequest-course-of-therapy", "acute")
    if end is not None:
        stop(made, end, completed=drug.course)
    return made


def stop(made: Resource, day: date, *, completed: bool = False, why: str = "") -> None:
    """End a MedicationRequest on a day."""
    made["status"] = "completed" if completed else "stopped"
    made["dispenseRequest"] = {"validityPeriod": {"start": made["authoredOn"], "end": day.isoformat()}}
    if why:
        made["statusReason"] = {"text": why}


def result(
    person: Person,
    test: Test,
    value: float,
    when: Moment,
    author: Staff,
    encounter: str | None,
    reference: Range = (None, None),
) -> Resource:
    """A laboratory result or a measurement with one value, as it is printed."""
    codings = [(LOINC, test.loinc), *([(NLK, test.nlk)] if test.nlk else [])]
    made = _observation(person, "vital-signs" if test.vital else "laboratory", when, author, encounter)
    made["code"] = concept(test.name, *codings)
    made["valueQuantity"] = _quantity(value, test.unit, test.ucum)
    low, high = reference
    if low is not None or high is not None:
        bounds = {"low": low, "high": high}
        made["referenceRange"] = [
            {side: _quantity(limit, test.unit, test.ucum) for side, limit in bounds.items() if limit is not None}
        ]
        flag = "L" if low is not None and value < low else "H" if high is not None and value > high else "N"
        made["interpretation"] = [plain("v3-ObservationInterpretation", flag)]
    return made


def blood_pressure(
    person: Person, upper: int, lower: int, when: Moment, author: Staff, encounter: str | None
) -> Resource:
    """A blood pressure, as R4's vital-signs profile has it."""
    parts = (("8480-6", "Systolisk blodtrykk", upper), ("8462-4", "Diastolisk blodtrykk", lower))
    made = _observation(person, "vital-signs", when, author, encounter)
    made["code"] = concept("Blodtrykk", (LOINC, "85354-9"))
    made["component"] = [
        {"code": concept(text, (LOINC, code)), "valueQuantity": _quantity(value, "mmHg", "mm[Hg]")}
        for code, text, value in parts
    ]
    return made


def finding(
    person: Person, text: str, loinc: str, value: Resource, when: Moment, author: Staff, *,
    encounter: str | None = None, category: str = "social-history",
) -> Resource:  # fmt: skip
    """A finding whose value is not a plain number: `value` is one of Observation.value[x]."""
    made = _observation(person, category, when, author, encounter)
    made["code"] = concept(text, *(((LOINC, loinc),) if loinc else ()))
    return made | value


def _observation(person: Person, category: str, when: Moment, author: Staff, encounter: str | None) -> Resource:
    made: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [plain("observation-category", category)],
        "code": {},
        "subject": {"reference": person.reference},
        "effectiveDateTime": moment(*when),
        "performer": [by(author)],
    }
    if encounter is not None:
        made["encounter"] = {"reference": encounter}
    return made


def _quantity(value: float, unit: str, code: str) -> Resource:
    return {"value": value, "unit": unit or "1", "system": UCUM, "code": code}


def contact(
    person: Person, kind: str, text: str, organisation: Organisation, author: Staff, start: Moment, end: Moment | None
) -> Resource:
    """A contact: `kind` AMB (at the clinic), HH (at home), VR (by phone or video), EMER or IMP (admitted).

    An admission without an end is still going on.
    """
    period: dict[str, Any] = {"start": moment(*start)}
    if end is not None:
        period["end"] = moment(*end)
    return {
        "resourceType": "Encounter",
        "status": "in-progress" if end is None else "finished",
        "class": {"system": _HL7 + "v3-ActCode", "code": kind},
        "subject": {"reference": person.reference},
        "participant": [{"individual": by(author)}],
        "period": period,
        "reasonCode": [{"text": text}],
        "serviceProvider": at(organisation),
    }


def appointment(
    person: Person, text: str, organisation: Organisation, staff: Staff, start: Moment, *,
    minutes: int = 20, status: str = "booked", created: date | None = None,
) -> Resource:  # fmt: skip
    """An appointment, past or coming."""
    day, hour, minute = start
    past = minute + minutes
    made = {
        "resourceType": "Appointment",
        "status": status,
        "description": text,
        "start": moment(day, hour, minute),
        "end": moment(day, hour + past // 60, past % 60),
        "minutesDuration": minutes,
        "created": moment(created or day - timedelta(days=21), 12),
        "comment": f"{organisation.name}. {directions(organisation)}".rstrip(". ") + ".",
        "participant": [
            {"actor": {"reference": person.reference}, "status": "accepted"},
            {"actor": by(staff), "status": "accepted"},
        ],
    }
    if status == "booked" and (before := preparation(text)):
        made["patientInstruction"] = before
    return made


def referral(
    person: Person,
    text: str,
    reason: str,
    to: Organisation,
    author: Staff,
    day: date,
    *,
    answered: bool = False,
    urgent: bool = False,
) -> Resource:
    """A referral that was sent; `answered`: those it went to have seen the person and written back.

    What is urgent must be seen within two weeks.
    """
    made: Resource = {
        "resourceType": "ServiceRequest",
        "status": "completed" if answered else "active",
        "intent": "order",
        "priority": "urgent" if urgent else "routine",
        "category": [concept("Henvisning", (SNOMED, "3457005"))],
        "code": {"text": text},
        "subject": {"reference": person.reference},
        "authoredOn": moment(day, 11),
        "requester": by(author),
        "performer": [at(to)],
        "reasonCode": [{"text": reason}],
    }
    if urgent:
        made["occurrencePeriod"] = {"start": day.isoformat(), "end": (day + timedelta(days=14)).isoformat()}
    return made


def task(
    person: Person,
    text: str,
    owner: Resource,
    author: Staff,
    day: date,
    due: date,
    *,
    done: bool = False,
    focus: str | None = None,
) -> Resource:
    """Something somebody is to do for the person."""
    made: Resource = {
        "resourceType": "Task",
        "status": "completed" if done else "requested",
        "intent": "order",
        "code": {"text": text},
        "description": text,
        "for": {"reference": person.reference},
        "authoredOn": moment(day, 12),
        "requester": by(author),
        "owner": owner,
        "restriction": {"period": {"end": due.isoformat()}},
    }
    if focus is not None:
        made["focus"] = {"reference": focus}
    return made


def vaccine(person: Person, name: str, atc: str, day: date, author: Staff | None, dose: int) -> Resource:
    """A vaccine that was given; without author: taken over from the register of vaccinations (SYSVAK)."""
    made: Resource = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": concept(name, (ATC, atc)),
        "patient": {"reference": person.reference},
        "occurrenceDateTime": day.isoformat(),
        "primarySource": author is not None,
        "protocolApplied": [{"doseNumberPositiveInt": dose}],
    }
    if author is None:
        made["reportOrigin"] = {"text": "Nasjonalt vaksinasjonsregister"}
    else:
        made["performer"] = [{"actor": by(author)}]
    return made


def flag(person: Person, text: str, day: date, author: Staff, *, category: str = "safety") -> Resource:
    """Something all who meet the person should know at once."""
    code = concept(text, (LOINC, "75773-2")) if category == "clinical" else {"text": text}
    return {
        "resourceType": "Flag",
        "status": "active",
        "category": [plain("flag-category", category)],
        "code": code,
        "subject": {"reference": person.reference},
        "period": {"start": day.isoformat()},
        "author": by(author),
    }


def plan(
    person: Person,
    title: str,
    measures: list[tuple[str, str]],
    owner: Organisation,
    author: Staff,
    start: date,
    *,
    end: date | None = None,
    category: str = "",
) -> Resource:
    """A plan of measures: (what, how often), which `owner` carries out."""
    period = {"start": start.isoformat()}
    if end is not None:
        period["end"] = end.isoformat()
    made: Resource = {
        "resourceType": "CarePlan",
        "status": "active" if end is None else "completed",
        "intent": "plan",
        "title": title,
        "subject": {"reference": person.reference},
        "period": period,
        "created": start.isoformat(),
        "author": by(author),
        "contributor": [at(owner)],
        "activity": [
            {
                "detail": {
                    "status": "in-progress" if end is None else "completed",
                    "description": what,
                    "scheduledString": often,
                    "performer": [at(owner)],
                }
            }
            for what, often in measures
        ],
    }
    if category:
        made["category"] = [{"text": category}]
    return made


def goal(person: Person, text: str, start: date, *, until: date | None = None, own: bool = True) -> Resource:
    """What is worked for; `own`: in the person's own words."""
    made: Resource = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "achievementStatus": plain("goal-achievement", "in-progress"),
        "description": {"text": text},
        "subject": {"reference": person.reference},
        "startDate": start.isoformat(),
    }
    made["achievementStatus"]["text"] = "Underveis"
    if own:
        made["expressedBy"] = {"reference": person.reference, "display": person.full_name}
    if until is not None:
        made["target"] = [{"dueDate": until.isoformat()}]
    return made


def procedure(
    person: Person,
    text: str,
    start: Moment,
    end: Moment,
    author: Staff,
    encounter: str | None,
    *,
    code: tuple[str, str] | None = None,
) -> Resource:
    """Something that was done: an operation, a birth."""
    made: Resource = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": concept(text, *((code,) if code else ())),
        "subject": {"reference": person.reference},
        "performedPeriod": {"start": moment(*start), "end": moment(*end)},
        "performer": [{"actor": by(author)}],
    }
    if encounter is not None:
        made["encounter"] = {"reference": encounter}
    return made
