"""A made-up woman with a full chart, as rows of the overview's statement; no database needed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from felles.care.overview.views import WANTS
from felles.record.read_person import Coming, Course, PersonPage
from felles.record.wants import Coded

NOW = int(datetime(2026, 11, 24, 9, 30, tzinfo=UTC).timestamp() * 1_000_000)


def at(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)


def concept(text: str, code: str = "", system: str = "http://snomed.info/sct") -> dict:
    return {"coding": [{"system": system, "code": code or "1"}], "text": text}


def observation(
    name: str, code: str, value: float, unit: str, when: str, *, category="laboratory", low=None, high=None, said=""
) -> tuple:
    entry: dict = {
        "resourceType": "Observation",
        "id": f"o{code}{when}".replace(":", ""),
        "status": "final",
        "category": [{"coding": [{"code": category}]}],
        "code": concept(name, code, "urn:oid:2.16.578.1.12.4.1.1.7280"),
        "effectiveDateTime": when,
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
    }
    if low is not None or high is not None:
        entry["referenceRange"] = [
            {k: {"value": v, "unit": unit} for k, v in (("low", low), ("high", high)) if v is not None}
        ]
    if said:
        entry["interpretation"] = [{"coding": [{"code": said}]}]
    return when, entry


def pressure(upper: int, lower: int, when: str) -> tuple:
    def part(code: str, value: int) -> dict:
        return {
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg", "code": "mm[Hg]"},
        }

    return when, {
        "resourceType": "Observation",
        "id": f"bt{when}",
        "status": "final",
        "code": concept("Blodtrykk", "85354-9", "http://loinc.org"),
        "effectiveDateTime": when,
        "component": [part("8480-6", upper), part("8462-4", lower)],
    }


PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"use": "official", "family": "Nordlund", "given": ["Marit", "Elise"]}],
    "gender": "female",
    "birthDate": "1954-03-14",
    "generalPractitioner": [{"reference": "Practitioner/g", "display": "Ingrid Solbakken"}],
}


def medicine(identity: str, name: str, dose: str, when: str, status: str = "active") -> dict:
    return {
        "resourceType": "MedicationRequest",
        "id": identity,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": concept(name),
        "authoredOn": when,
        "dosageInstruction": [{"text": dose}],
    }


RECORD: dict[str, list[tuple]] = {
    "Patient": [("2020-01-01", PATIENT)],
    "AllergyIntolerance": [
        (
            "2011-05-02",
            {
                "resourceType": "AllergyIntolerance",
                "id": "a1",
                "code": concept("Penicillin – anafylaksi"),
                "criticality": "high",
                "clinicalStatus": {"coding": [{"code": "active"}]},
                "recordedDate": "2011-05-02",
            },
        ),
        (
            "2015-01-02",
            {
                "resourceType": "AllergyIntolerance",
                "id": "a2",
                "code": concept("Jodholdig kontrast – utslett"),
                "criticality": "low",
            },
        ),
    ],
    "Flag": [],
    "Condition": [
        (
            "2026-11-20",
            {
                "resourceType": "Condition",
                "id": "c0",
                "code": concept("Lårhalsbrudd høyre side"),
                "onsetDateTime": "2026-11-20",
            },
        ),
        (
            "2021-03-10",
            {
                "resourceType": "Condition",
                "id": "c1",
                "code": concept("Kronisk nyresykdom stadium 3b"),
                "onsetDateTime": "2021-03-10",
            },
        ),
        (
            "2018-06-01",
            {"resourceType": "Condition", "id": "c2", "code": concept("Atrieflimmer"), "onsetDateTime": "2018-06"},
        ),
        (
            "2009-01-01",
            {"resourceType": "Condition", "id": "c3", "code": concept("Hypertensjon"), "onsetDateTime": "2009"},
        ),
        (
            "2022-01-01",
            {
                "resourceType": "Condition",
                "id": "c4",
                "code": concept("Mild kognitiv svikt"),
                "onsetDateTime": "2022-09-14",
                "verificationStatus": {"coding": [{"code": "provisional"}]},
            },
        ),
    ],
    "MedicationRequest": [
        (
            "2026-11-21",
            medicine("m1", "Paracetamol tabletter 500 mg", "2 tabletter inntil 4 ganger daglig", "2026-11-21"),
        ),
        ("2026-11-21", medicine("m2", "Dalteparin injeksjon 2500 IE", "1 injeksjon daglig kl. 20", "2026-11-21")),
        (
            "2024-02-01",
            medicine("m3", "Apiksaban tabletter 2,5 mg", "1 tablett morgen og kveld", "2024-02-01", "on-hold"),
        ),
        ("2023-08-15", medicine("m4", "Metoprolol depottabletter 50 mg", "1 tablett daglig", "2023-08-15")),
        ("2022-08-15", medicine("m5", "Atorvastatin tabletter 40 mg", "1 tablett kveld", "2022-08-15")),
    ],
    "MedicationStatement": [],
    "Observation": [
        *[
            observation("Hemoglobin", "NPU28309", v, "g/dL", d, low=11.7, high=15.3)
            for v, d in (
                (9.8, "2026-11-23"),
                (10.4, "2026-11-22"),
                (11.2, "2026-11-21"),
                (12.9, "2026-06-02"),
                (13.1, "2026-01-12"),
            )
        ],
        *[
            observation("Kreatinin", "NPU18016", v, "µmol/L", d, low=45, high=90, said=s)
            for v, d, s in (
                (148, "2026-11-23", "H"),
                (139, "2026-11-21", "H"),
                (121, "2026-06-02", "H"),
                (118, "2025-12-01", "H"),
                (104, "2025-03-01", "H"),
            )
        ],
        *[
            observation("Kalium", "NPU03230", v, "mmol/L", d, low=3.6, high=4.6, said=s)
            for v, d, s in ((6.1, "2026-11-23", "HH"), (4.9, "2026-11-21", "H"), (4.4, "2026-06-02", ""))
        ],
        *[
            observation("CRP", "NPU19748", v, "mg/L", d, high=5)
            for v, d in ((64, "2026-11-23"), (92, "2026-11-22"), (12, "2026-11-21"))
        ],
        *[
            observation("eGFR (CKD-EPI)", "NPU54009", v, "mL/min/1.73m2", d)
            for v, d in ((31, "2026-11-23"), (34, "2026-11-21"), (41, "2026-06-02"))
        ],
        pressure(118, 64, "2026-11-24"),
        pressure(126, 70, "2026-11-23"),
        pressure(142, 81, "2026-11-21"),
        pressure(148, 84, "2026-06-02"),
        *[
            observation("Kroppsvekt", "29463-7", v, "kg", d, category="vital-signs")
            for v, d in ((58.4, "2026-11-21"), (61.0, "2026-06-02"), (63.25, "2025-06-02"))
        ],
        (
            "2026-11-22",
            {
                "resourceType": "Observation",
                "id": "ur",
                "status": "final",
                "code": concept("Urin, dyrkning", "u1"),
                "valueString": "E. coli > 100 000/mL, følsom for mecillinam og nitrofurantoin",
            },
        ),
    ],
    "Encounter": [
        (
            "2026-11-20",
            {
                "resourceType": "Encounter",
                "id": "e1",
                "status": "in-progress",
                "class": {"code": "IMP"},
                "type": [concept("Lårhalsbrudd, operert")],
                "serviceProvider": {
                    "reference": "Organization/h",
                    "display": "Ortopedisk sengepost, Fjordheim sykehus",
                },
                "period": {"start": "2026-11-20"},
                "participant": [{"individual": {"reference": "Practitioner/l", "display": "Jonas Hammer"}}],
            },
        ),
        (
            "2026-11-18",
            {
                "resourceType": "Encounter",
                "id": "e2",
                "status": "finished",
                "class": {"code": "HH"},
                "serviceProvider": {"reference": "Organization/k", "display": "Hjemmetjenesten Nordvåg"},
                "period": {"start": "2026-11-18", "end": "2026-11-18"},
            },
        ),
        (
            "2026-06-02",
            {
                "resourceType": "Encounter",
                "id": "e3",
                "status": "finished",
                "class": {"code": "AMB"},
                "type": [concept("Årskontroll")],
                "participant": [{"individual": {"reference": "Practitioner/g", "display": "Ingrid Solbakken"}}],
                "period": {"start": "2026-06-02", "end": "2026-06-02"},
                "serviceProvider": {"display": "Strandgata legesenter"},
            },
        ),
    ],
    "DocumentReference": [
        (
            "2026-11-21",
            {
                "resourceType": "DocumentReference",
                "id": "d1",
                "status": "current",
                "type": concept("Operasjonsbeskrivelse"),
            },
        )
    ],
    "DiagnosticReport": [
        (
            "2026-11-20",
            {
                "resourceType": "DiagnosticReport",
                "id": "r1",
                "status": "final",
                "code": concept("Røntgen hofte høyre side"),
            },
        )
    ],
    "Appointment": [
        (
            "2026-12-18T10:30:00+01:00",
            {
                "resourceType": "Appointment",
                "id": "t1",
                "status": "booked",
                "description": "Kontroll ortopedisk poliklinikk",
                "start": "2026-12-18T10:30:00+01:00",
            },
        )
    ],
    "ServiceRequest": [
        (
            "2026-11-22",
            {
                "resourceType": "ServiceRequest",
                "id": "s1",
                "status": "active",
                "code": concept("Korttidsopphold etter utskrivning"),
                "performer": [{"display": "Tildelingskontoret Nordvåg"}],
            },
        )
    ],
    "EpisodeOfCare": [
        (
            "2024-01-01",
            {
                "resourceType": "EpisodeOfCare",
                "id": "ep",
                "status": "active",
                "type": [concept("Hjemmesykepleie")],
                "managingOrganization": {"display": "Hjemmetjenesten Nordvåg"},
            },
        )
    ],
}
"""Entries by type: (when, resource)."""


def record() -> dict[str, list[tuple]]:
    """Entries by type: (when, resource)."""
    return RECORD


def code_of(resource: dict) -> str:
    return resource["code"]["coding"][0]["code"]


def rows(entries: dict[str, list[tuple]]) -> PersonPage:
    """`entries` as the statement would give them."""
    found: list[bytes] = []
    for want in WANTS:
        of_type = sorted(entries.get(want.type, []), key=lambda pair: pair[0], reverse=True)
        kept = [pair for pair in of_type if not isinstance(want, Coming) or at(pair[0]) > NOW]
        lines = [(r, [at(w), 7, "", r]) for w, r in kept]
        if isinstance(want, Coded):
            lines = [(r, line) for r, line in lines if code_of(r) in want.codes]
        if isinstance(want, Course):
            codes = dict.fromkeys(code_of(r) for r, _ in lines)
            courses = [[n, [line for r, line in lines if code_of(r) == code]] for n, code in enumerate(codes)]
            found.append(json.dumps(courses).encode())
        else:
            found.append(json.dumps([line for _, line in lines]).encode())
    return PersonPage("34:Encounter/e1", False, 12, WANTS, tuple(found))
