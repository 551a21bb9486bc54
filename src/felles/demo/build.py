"""Resources as the region's staff would have written them: one function for each sort of entry.

Codes of licensed systems stand without their display: the words beside them (`text`) are ours.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from felles.care.medicines.codes import STATUS_CHANGED
from felles.demo.analyses import Range, Test
from felles.demo.drugs import Drug, parts_of_day
from felles.demo.world import Organisation, Person, Resource, Staff, moment
from felles.fhir.norway.systems import (
    ATC,
    LOINC,
    NLK,
    UCUM,
)

HL7 = "http://terminology.hl7.org/CodeSystem/"
BASIS = "http://hl7.no/fhir/StructureDefinition/no-basis-"
Moment = tuple[date, int, int]
"""Day, hour and minute in Norway."""


def concept(text: str, *codings: tuple[str, str]) -> Resource:
    """A CodeableConcept of (system, code) pairs and its text."""
    coded = [{"system": system, "code": code} for system, code in codings]
    return {"coding": coded, "text": text} if coded else {"text": text}


def plain(system: str, code: str) -> Resource:
    """A CodeableConcept of one code of HL7's own systems."""
    return {"coding": [{"system": HL7 + system, "code": code}]}


def by(staff: Staff) -> Resource:
    """A reference to somebody in her role, with the name."""
    return {"reference": staff.reference, "display": staff.full_name}


def at(organisation: Organisation) -> Resource:
    """A reference to an organisation or unit, with the name."""
    return {"reference": organisation.reference, "display": organisation.name}


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


def pause(made: Resource, day: date, why: str) -> None:
    """Pause a MedicationRequest from a day on."""
    made |= {"status": "on-hold", "statusReason": {"text": why}}
    made["extension"] = [{"url": STATUS_CHANGED, "valueDateTime": day.isoformat()}]


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


def report(
    person: Person,
    text: str,
    taken: Moment,
    issued: Moment,
    laboratory: Organisation,
    order: str,
    results: list[str],
    encounter: str,
) -> Resource:
    """An answer from a laboratory: of what was taken when, because of which order, with its values."""
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "category": [plain("v2-0074", "LAB") | {"text": "Laboratoriesvar"}],
        "code": concept(text, (LOINC, "11502-2")),
        "subject": {"reference": person.reference},
        "encounter": {"reference": encounter},
        "basedOn": [{"reference": order}],
        "effectiveDateTime": moment(*taken),
        "issued": moment(*issued),
        "performer": [at(laboratory)],
        "result": [{"reference": each} for each in results],
    }


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
        "class": {"system": HL7 + "v3-ActCode", "code": kind},
        "subject": {"reference": person.reference},
        "participant": [{"individual": by(author)}],
        "period": period,
        "reasonCode": [{"text": text}],
        "serviceProvider": at(organisation),
    }


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
