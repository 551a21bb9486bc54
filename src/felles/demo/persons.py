"""People as resources: the Patient, who is close to her, what each may be told, who may act for her."""

from __future__ import annotations

from datetime import date

from felles.access.codes import KIND_SYSTEM, RELATED_PATIENT
from felles.access.representation import FAMILY_SYSTEM
from felles.demo.build import BASIS, HL7, at, by, concept, plain
from felles.demo.municipalities import MUNICIPALITIES
from felles.demo.streets import street_of
from felles.demo.world import Organisation, Person, Resource, Staff
from felles.fhir.norway.systems import FNR, MUNICIPALITY, MUNICIPALITY_EXTENSION
from felles.record.codes import MANDATE_SYSTEM, PARENTAL_RESPONSIBILITY

BLOCKING_LAW = "http://hl7.no/fhir/CodeSystem/no-basis-legal-formality-or-basis"
"""The law that a block stands on, as the Norwegian profile of Consent names it."""


def patient(person: Person, gp: Staff, phone: str, *, language: str = "nb") -> Resource:
    """The Patient of a person."""
    given, family = person.name
    place = {"system": MUNICIPALITY, "code": person.municipality}
    made: Resource = {
        "resourceType": "Patient",
        "id": person.id,
        "meta": {"profile": [BASIS + "Patient"]},
        "identifier": [{"system": FNR, "value": person.number}],
        "active": True,
        "name": [{"use": "official", "family": family, "given": given.split()}],
        "gender": person.gender,
        "birthDate": person.born.isoformat(),
        "address": [
            {
                "use": "home",
                "line": [street_of(person.household, person.municipality)],
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
        "meta": {"profile": [BASIS + "RelatedPerson"]},
        "active": True,
        "patient": {"reference": person.reference},
        "relationship": [concept(text, (HL7 + "v3-RoleCode", code))],
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
        nearest = {"system": HL7 + "v2-0131", "code": "N"}
        made["relationship"].append({"coding": [nearest], "text": "Nærmeste pårørende"})
    for point in made.get("telecom", ()):
        point["rank"] = rank
    return made


def may_know(person: Person, kin: str, name: str, what: str, day: date, *, refused: bool = False) -> Resource:
    """What the person lets `kin` (RelatedPerson/x) be told (pasient- og brukerrettighetsloven § 3-3)."""
    role = {"coding": [{"system": HL7 + "v3-RoleClass", "code": "NOK"}]}
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
    role = {"coding": [{"system": HL7 + "v3-RoleCode", "code": "DELEGATEE"}]}
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


def closes(person: Person, kinds: tuple[str, ...], against: Organisation, day: date) -> Resource:
    """A block that the person set: `kinds` of entries, against all who work at one place (pbrl § 5-3)."""
    role = {"coding": [{"system": HL7 + "v3-ParticipationType", "code": "IRCP"}]}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": plain("consentscope", "patient-privacy"),
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": person.reference},
        "dateTime": day.isoformat(),
        "performer": [{"reference": person.reference}],
        "policyRule": {"coding": [{"system": BLOCKING_LAW, "code": "PBRL5-3"}]},
        "provision": {
            "type": "deny",
            "actor": [{"role": role, "reference": at(against)}],
            "class": [{"system": KIND_SYSTEM, "code": kind} for kind in kinds],
        },
    }
