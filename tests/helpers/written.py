"""What forms are filled with in tests: entries of a person as the record has them, and what is written in each form."""

from datetime import UTC, datetime
from typing import Any

from felles.access.codes import EPISODE_SYSTEM, HOME_VISIT, MUNICIPAL_SERVICE
from felles.care.writing import rules
from felles.care.writing.form import Known, Receiver, Row
from felles.care.writing.forms import FORMS
from felles.fhir.norway.systems import ATC, LOINC, UCUM
from felles.record.clock import MICROSECONDS
from felles.record.codes import HANDOVER_SYSTEM, PARENTAL_RESPONSIBILITY
from felles.ui.i18n import language

NB = language("nb")
ALLERGIC = "http://terminology.hl7.org/CodeSystem/allergyintolerance-"
NOW = int(datetime(2026, 11, 26, 9, 30, tzinfo=UTC).timestamp()) * MICROSECONDS
ORG = 77
DOCTOR = {"reference": "Practitioner/p1", "display": "Ingrid Haugan"}
ORDER = {
    "resourceType": "MedicationRequest", "id": "m1", "meta": {"versionId": "3"}, "status": "active", "intent": "order",
    "medicationCodeableConcept": {"coding": [{"system": ATC, "code": "C09AA05"}], "text": "Ramipril kapsler 5 mg"},
    "subject": {"reference": "Patient/x"}, "authoredOn": "2025-01-10", "reasonCode": [{"text": "Høyt blodtrykk"}],
    "dosageInstruction": [{"text": "1 kapsel om morgenen"}],
}  # fmt: skip
KIN = {
    "resourceType": "RelatedPerson", "id": "k1", "meta": {"versionId": "1"}, "active": True,
    "patient": {"reference": "Patient/x"}, "name": [{"family": "Sæterbø", "given": ["Anne"]}],
    "relationship": [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "DAUC"}], "text": "Datter"},
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "C"}]},
    ],
    "telecom": [{"system": "phone", "value": "900 00 000", "rank": 2}, {"system": "email", "value": "a@b.no"}],
}  # fmt: skip
ONES = {
    "MedicationRequest": ORDER,
    "RelatedPerson": KIN,
    "Composition": {
        "resourceType": "Composition", "id": "c1", "meta": {"versionId": "1"}, "status": "final", "title": "Notat",
        "type": {"text": "Journalnotat"}, "date": "2026-11-20", "author": [DOCTOR],
        "subject": {"reference": "Patient/x"},
        "section": [{"title": "Notat", "text": {"status": "generated", "div": rules.paragraphs("Første")}}],
    },
    "Condition": {
        "resourceType": "Condition", "id": "p1", "meta": {"versionId": "1"}, "subject": {"reference": "Patient/x"},
        "clinicalStatus": {"coding": [{"code": "active",
                                       "system": "http://terminology.hl7.org/CodeSystem/condition-clinical"}]},
        "code": {"text": "Gikt"},
    },
    "Observation": {
        "resourceType": "Observation", "id": "o1", "meta": {"versionId": "1"}, "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                  "code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}], "text": "Blodtrykk"},
        "subject": {"reference": "Patient/x"}, "effectiveDateTime": "2026-11-26T08:05:11+01:00", "performer": [DOCTOR],
        "component": [
            {"code": {"coding": [{"system": LOINC, "code": loinc}], "text": text},
             "valueQuantity": {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}}
            for loinc, text, value in (("8480-6", "Systolisk blodtrykk", 184), ("8462-4", "Diastolisk blodtrykk", 96))
        ],
    },
    "AllergyIntolerance": {
        "resourceType": "AllergyIntolerance", "id": "a2", "meta": {"versionId": "1"},
        "clinicalStatus": {"coding": [{"system": f"{ALLERGIC}clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": f"{ALLERGIC}verification", "code": "confirmed"}]},
        "category": ["medication"], "criticality": "high", "patient": {"reference": "Patient/x"},
        "code": {"coding": [{"system": ATC, "code": "J01C"}], "text": "Penicilliner"},
        "reaction": [{"manifestation": [{"text": "Utslett"}], "severity": "severe"}],
    },
    "Immunization": {
        "resourceType": "Immunization", "id": "i1", "meta": {"versionId": "1"}, "status": "completed",
        "vaccineCode": {"coding": [{"system": ATC, "code": "J07BB"}], "text": "Influensa"},
        "patient": {"reference": "Patient/x"}, "occurrenceDateTime": "2026-11-20", "primarySource": True,
        "lotNumber": "AB12", "protocolApplied": [{"doseNumberPositiveInt": 1}],
    },
    "MedicationStatement": {
        "resourceType": "MedicationStatement", "id": "s1", "meta": {"versionId": "1"}, "status": "active",
        "medicationCodeableConcept": {"text": "Ibux"}, "subject": {"reference": "Patient/x"},
        "effectiveDateTime": "2026-01-01", "dosage": [{"text": "Ved behov"}],
    },
    "Appointment": {
        "resourceType": "Appointment", "id": "v1", "meta": {"versionId": "3"}, "status": "booked",
        "serviceCategory": [{"coding": [{"system": HOME_VISIT[0], "code": HOME_VISIT[1]}]}],
        "description": "Hjemmebesøk", "start": "2026-01-14T10:15:00+01:00", "end": "2026-01-14T10:45:00+01:00",
        "participant": [{"actor": {"reference": "Patient/x"}, "status": "accepted"}],
    },
    "Task": {
        "resourceType": "Task", "id": "t1", "meta": {"versionId": "2"}, "status": "accepted", "intent": "order",
        "code": {"coding": [{"system": HANDOVER_SYSTEM, "code": "call"}]}, "for": {"reference": "Patient/x"},
        "description": "BT 148/96", "requester": {"reference": "Practitioner/jm"}, "owner": DOCTOR,
    },
}  # fmt: skip
CHILD = {
    "resourceType": "Patient", "id": "x", "birthDate": "2025-08-20",
    "generalPractitioner": [{"reference": "Practitioner/gp", "display": "Ola Dragset"}],
}  # fmt: skip
PARENT = {
    "resourceType": "RelatedPerson", "id": "m1", "active": True, "name": [{"family": "Haile", "given": ["Sara"]}],
    "relationship": [
        {"text": "Mor"},
        {"coding": [{"system": PARENTAL_RESPONSIBILITY, "code": "mor"}]},
    ],
}  # fmt: skip
STAY = {
    "resourceType": "Encounter", "id": "e1", "status": "in-progress", "reasonCode": [{"text": "Kontroll av blodtrykk"}],
    "meta": {"versionId": "4"}, "class": {"code": "IMP"}, "period": {"start": "2026-11-22T08:00:00+01:00"},
    "subject": {"reference": "Patient/x"},
}  # fmt: skip
HOME = {
    "resourceType": "EpisodeOfCare", "id": "h1", "status": "active",
    "type": [{"coding": [{"system": EPISODE_SYSTEM, "code": MUNICIPAL_SERVICE}]}],
    "managingOrganization": {"reference": "Organization/lia", "display": "Lia hjemmetjeneste"},
}  # fmt: skip
REVIEW = {
    "resourceType": "Task", "id": "t0", "owner": {"reference": "Organization/o"},
    "requester": {"reference": "Practitioner/wd", "display": "Jonas Aasenhus"},
}  # fmt: skip
HIP = {
    "resourceType": "Procedure", "id": "p9", "status": "completed", "code": {"text": "Hemiprotese i høyre hofte"},
    "performedPeriod": {"start": "2026-11-23T10:20:00+01:00"},
}  # fmt: skip
ALLERGY = {
    "resourceType": "AllergyIntolerance", "id": "a1",
    "code": {"coding": [{"system": ATC, "code": "J01C"}], "text": "Penicilliner"},
}  # fmt: skip


def handed(kind, what="", said=""):
    """What a Task of this kind says, handed over to the doctor by name."""
    inputs = [{"type": {"text": what}, "valueString": said}, {"type": {"text": "Hvorfor"}, "valueString": "Nyrene"}]
    more: dict[str, Any] = {"input": inputs, "focus": {"reference": "MedicationRequest/m1"}} if what else {}
    return more | {"status": "requested", "code": {"coding": [{"system": HANDOVER_SYSTEM, "code": kind}]}}


def known_for(form, **rows):
    """What is known where `form` is filled in: entries by type, newest first; what it changes, whom it goes to."""
    found = {name: [Row(each, ORG, "Practitioner/p1", NOW) for each in listed] for name, listed in rows.items()}
    made = Known("Patient/x", NOW, DOCTOR, {"reference": "Organization/o", "display": "Kontoret"}, ORG, found)
    if form.sends:
        made.receivers = [Receiver("Organization/gyn", "Gynekolog Stormo", found=True)]
    if form.about:
        one: Any = ONES[form.about[0]] | FOR.get(form.name, {})
        made.one, made.version = Row(one, ORG, "Practitioner/p1", NOW), int(one["meta"]["versionId"])
    return made


FULL = {
    "Patient": [CHILD], "Encounter": [STAY], "RelatedPerson": [KIN, PARENT], "MedicationRequest": [ORDER],
    "Task": [REVIEW], "Condition": [ONES["Condition"]], "EpisodeOfCare": [HOME], "Procedure": [HIP],
}  # fmt: skip
FOR = {
    "svar-tilbud": handed("discharge"),
    "gjenoppta": {"status": "on-hold"},
    "rett-problem": {"onsetDateTime": "2020-03-01"},
    "signer-notat": {"status": "preliminary", "custodian": {"reference": "Organization/o"}},
    "godta-dose": handed("proposal", "Ny dose", "1 kapsel annenhver dag"),
    "godta-seponer": handed("proposal", "Seponer", "Seponer"),
}
WRITTEN = {
    "notat": {"tekst": "Ringte."}, "maling": {"overtrykk": "148", "undertrykk": "96", "vekt": "81,5",
                                             "urinprotein": "1+", "temperatur": "36.9"},
    "legemiddel": {"navn": "Metformin tabletter 500 mg", "dose": "1 tablett morgen og kveld", "hvorfor": "Diabetes"},
    "oppgitt": {"navn": "Ibux 400 mg", "dose": "Av og til"}, "problem": {"navn": "Høyt kolesterol"},
    "allergi": {"slag": "medication", "navn": "penicillin", "alvor": "high", "sikkerhet": "confirmed",
                "reaksjon": "Utslett"},
    "notat-sendt": {"tekst": "Så henne i natt."}, "avvik": {"tekst": "Medisinen var ikke levert."},
    "vaksine": {"batch": "AB12"}, "parorende": {"navn": "Per Ås", "forhold": "SONC", "telefon": "911 11 111"},
    "tillegg": {"tekst": "Skal stå 50."}, "dose": {"dose": "2 kapsler om morgenen"}, "seponer": {"hvorfor": "Svimmel"},
    "svar-plan": {"tiltak": "Innleggelse: i dag kl. 14\n- Blodprøver", "klartekst": "Du skal legges inn i dag."},
    "henvisning": {"til": "Organization/gyn", "hva": "Blødning", "sporsmal": "Hva er årsaken?"},
    "oppgave": {"til": "Organization/gyn", "tekst": "Ring henne."},
    "sporsmal": {"til": "Organization/gyn", "tekst": "Kan hun ta Ibux?"}, "melding": {"tekst": "Prøvene er fine."},
    "utskrivningsklar": {"til": "Organization/gyn", "trenger": "Tilsyn daglig"},
    "epikrise": {"fastlegen": "Kontroll av Hb: om ti dager", "kommunen": "Tilsyn: daglig",
                 "klartekst": "Du er operert."},
    "svar-tilbud": {"tekst": "Vi kommer hver dag."}, "godta-dose": {}, "godta-seponer": {},
    "foresla-dose": {"dose": "1 kapsel annenhver dag", "hvorfor": "Nyrene"}, "foresla-seponer": {"hvorfor": "Fall"},
    "bruker-ikke": {"hvorfor": "Sluttet"}, "problem-over": {}, "parorende-endre": {"telefon": "922 22 222"},
    "notat-til-signering": {"tekst": "Hjalp ham opp."}, "signer-notat": {"tekst": "Falt på badet."},
    "rett-maling": {"overtrykk": "148", "hvorfor": "Skrevet feil"},
    "rett-allergi": {"navn": "Jod", "hvorfor": "Skrevet feil"},
    "rett-vaksine": {"batch": "AB21", "hvorfor": "Lest feil"},
    "rett-problem": {"navn": "Artrose", "hvorfor": "Skrevet feil"},
    "rett-oppgitt": {"dose": "Daglig", "hvorfor": "Misforstått"},
    "utfort": {}, "pause": {"hvorfor": "Tørste og oppkast"}, "gjenoppta": {"hvorfor": "Drikker igjen"},
}  # fmt: skip


def made_by(name, known=None, **said):
    """The resources of the form `name`, filled in as `WRITTEN` says and with `said`; it must have no mistakes."""
    form = FORMS[name]
    known = known or known_for(form, **FULL)
    values = rules.cleaned(form, form.prefilled(known) | WRITTEN[name] | said)
    assert rules.mistakes(NB, form, values, known) == []
    return [each.resource for each in form.make(values, known)]
