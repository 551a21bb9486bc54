"""Made-up lives for measuring: the right number of entries of the right sizes, the same for each seed.

Not the demo region (that one is to be read); here only shape counts: three hundred entries a person, some
1.2 kB each, two hundred of them Observations of a dozen codes over twenty years.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

LOINC = "http://loinc.org"
SYSTEM = "urn:example:bench"
"""Identifier system of the made-up people; no national number is made up."""
SEED = 1
"""The seed of the lives that are loaded; what a run writes has seeds of its own."""
BIG_SEED = 5000
BIG = 5000
"""Entries of the few long records that the chart's overview is opened of."""
CODES = (
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 13.5, 1.2),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.9, 0.2),
    ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 5.6, 0.6),
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 98, 14),
    ("8480-6", "Systolic blood pressure", "mm[Hg]", 128, 14),
    ("8462-4", "Diastolic blood pressure", "mm[Hg]", 79, 9),
    ("29463-7", "Body weight", "kg", 76, 12),
    ("8867-4", "Heart rate", "/min", 72, 9),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 4.2, 0.3),
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 140, 2),
    ("6299-2", "Urea nitrogen [Mass/volume] in Blood", "mg/dL", 14, 4),
    ("20565-8", "Carbon dioxide, total [Moles/volume] in Blood", "mmol/L", 25, 2),
)
COMMON = 6
"""The first so many codes come three times as often as the others: some 25 each in a life, so that a search for
the twenty newest of one finds twenty."""
_WEIGHTS = [3] * COMMON + [1] * (len(CODES) - COMMON)
FAMILY = (
    "Aune",
    "Brekke",
    "Dahle",
    "Eide",
    "Foss",
    "Grande",
    "Haugen",
    "Iversen",
    "Krogh",
    "Lund",
    "Moe",
    "Nes",
)
GIVEN = (
    "Anne",
    "Bjørn",
    "Cecilie",
    "Dag",
    "Eva",
    "Finn",
    "Guro",
    "Hans",
    "Ida",
    "Jon",
    "Kari",
    "Lars",
    "Marit",
)
NOTE = (
    "Kontroll som avtalt. Har det stort sett bra, sover noe urolig. Ingen brystsmerter eller tung pust. "
    "Undersøkelse uten nye funn. Fortsetter behandlingen, ny kontroll om tre måneder, ringer før ved behov."
)
PER_PERSON = 300


def person(number: int, seed: int = SEED, entries: int = PER_PERSON) -> list[dict[str, Any]]:
    """A life: a Patient first, then `entries` - 1 resources that refer to it by urn:uuid.

    The same `number` and `seed` give the same life. The identifier is under a system of its own, so that no
    national number is made up.
    """
    dice = random.Random(f"{seed}/{number}")
    patient = _patient(number, seed, dice)
    subject = {"reference": f"urn:uuid:{patient['id']}"}
    life = [patient]
    start = date(2006, 1, 1)
    encounter: dict[str, Any] | None = None
    for position in range(1, entries):
        day = start + timedelta(days=(position * 7300) // entries + dice.randrange(20))
        kind = position % 15
        if kind == 0 or encounter is None:
            encounter = _encounter(subject, day, dice)
            life.append(encounter)
        elif kind in (1, 2):
            life.append(_condition(subject, encounter, day, dice))
        elif kind == 3:
            life.append(_medication(subject, encounter, day, dice))
        elif kind == 4:
            life.append(_document(subject, encounter, day, dice))
        else:
            life.append(_observation(subject, encounter, day, dice))
    return life


def people(count: int, seed: int = SEED, entries: int = PER_PERSON) -> Iterator[list[dict[str, Any]]]:
    """`count` lives, one at a time."""
    return (person(number, seed, entries) for number in range(count))


def bundle(life: list[dict[str, Any]]) -> dict[str, Any]:
    """A life as a transaction Bundle that creates all of it."""
    entries = [
        {
            "fullUrl": f"urn:uuid:{r['id']}",
            "resource": {k: v for k, v in r.items() if k != "id"},
            "request": {"method": "POST", "url": r["resourceType"]},
        }
        for r in life
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _id(dice: random.Random) -> str:
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def _patient(number: int, seed: int, dice: random.Random) -> dict[str, Any]:
    family, given = dice.choice(FAMILY), dice.choice(GIVEN)
    return {
        "resourceType": "Patient",
        "id": _id(dice),
        "identifier": [{"system": SYSTEM, "value": f"{seed}-{number}"}],
        "name": [{"use": "official", "family": f"{family}{number % 997}", "given": [given, dice.choice(GIVEN)]}],
        "gender": "female" if dice.random() < 0.5 else "male",
        "birthDate": (date(1930, 1, 1) + timedelta(days=dice.randrange(34000))).isoformat(),
        "address": [
            {
                "line": [f"Storgata {dice.randrange(1, 99)}"],
                "postalCode": "7010",
                "city": "Trondheim",
                "country": "NO",
            }
        ],
        "telecom": [{"system": "phone", "value": f"+47 400 0{dice.randrange(1000):04d}", "use": "mobile"}],
    }


def _concept(system: str, code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def _encounter(subject: dict[str, Any], day: date, dice: random.Random) -> dict[str, Any]:
    hour = dice.randrange(8, 15)
    return {
        "resourceType": "Encounter",
        "id": _id(dice),
        "status": "finished",
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": "AMB",
            "display": "ambulatory",
        },
        "type": [_concept("http://snomed.info/sct", "185349003", "Encounter for check up")],
        "subject": subject,
        "period": {"start": f"{day}T{hour:02d}:00:00+01:00", "end": f"{day}T{hour:02d}:30:00+01:00"},
        "reasonCode": [{"text": NOTE}],
    }


def _condition(subject: dict[str, Any], encounter: dict[str, Any], day: date, dice: random.Random) -> dict[str, Any]:
    code, text = dice.choice(
        (("38341003", "Hypertensive disorder"), ("44054006", "Type 2 diabetes"), ("195967001", "Asthma"))
    )
    status = "active" if dice.random() < 0.3 else "resolved"
    return {
        "resourceType": "Condition",
        "id": _id(dice),
        "clinicalStatus": _concept("http://terminology.hl7.org/CodeSystem/condition-clinical", status, status),
        "verificationStatus": _concept(
            "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", "Confirmed"
        ),
        "category": [
            _concept("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item", "Problem")
        ],
        "code": _concept("http://snomed.info/sct", code, text),
        "subject": subject,
        "encounter": {"reference": f"urn:uuid:{encounter['id']}"},
        "onsetDateTime": f"{day}T08:00:00+01:00",
        "recordedDate": f"{day}T08:00:00+01:00",
        "note": [{"text": NOTE}],
    }


def _medication(subject: dict[str, Any], encounter: dict[str, Any], day: date, dice: random.Random) -> dict[str, Any]:
    code, text = dice.choice((("C07AB02", "Metoprolol"), ("A10BA02", "Metformin"), ("C10AA05", "Atorvastatin")))
    return {
        "resourceType": "MedicationRequest",
        "id": _id(dice),
        "status": "active" if dice.random() < 0.3 else "stopped",
        "intent": "order",
        "medicationCodeableConcept": _concept("http://www.whocc.no/atc", code, text),
        "subject": subject,
        "encounter": {"reference": f"urn:uuid:{encounter['id']}"},
        "authoredOn": f"{day}T09:00:00+01:00",
        "dosageInstruction": [
            {
                "text": "1 tablett morgen og kveld",
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
            }
        ],
        "note": [{"text": NOTE}],
    }


def _document(subject: dict[str, Any], encounter: dict[str, Any], day: date, dice: random.Random) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "id": _id(dice),
        "status": "current",
        "type": _concept(LOINC, "11506-3", "Progress note"),
        "category": [_concept(LOINC, "11506-3", "Progress note")],
        "subject": subject,
        "date": f"{day}T10:00:00+01:00",
        "description": NOTE,
        "content": [{"attachment": {"contentType": "text/plain", "language": "no", "title": "Notat"}}],
        "context": {
            "encounter": [{"reference": f"urn:uuid:{encounter['id']}"}],
            "period": {"start": f"{day}T09:00:00+01:00"},
        },
    }


def _observation(subject: dict[str, Any], encounter: dict[str, Any], day: date, dice: random.Random) -> dict[str, Any]:
    code, text, unit, mean, spread = dice.choices(CODES, _WEIGHTS)[0]
    value = round(dice.gauss(mean, spread), 1)
    return {
        "resourceType": "Observation",
        "id": _id(dice),
        "status": "final",
        "category": [
            _concept("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory")
        ],
        "code": _concept(LOINC, code, text),
        "subject": subject,
        "encounter": {"reference": f"urn:uuid:{encounter['id']}"},
        "effectiveDateTime": f"{day}T{dice.randrange(7, 16):02d}:{dice.randrange(60):02d}:00+01:00",
        "issued": f"{day}T16:00:00.000+01:00",
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        "referenceRange": [
            {
                "low": {"value": round(mean - 2 * spread, 1), "unit": unit},
                "high": {"value": round(mean + 2 * spread, 1), "unit": unit},
            }
        ],
        "note": [{"text": NOTE}],
    }
