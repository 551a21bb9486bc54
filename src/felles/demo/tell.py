# ruff: noqa: E501 - notes are read by their lines
"""A chart as text, to be read by people: everything about a person in the order in which it happened."""

from __future__ import annotations

import base64
import re
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from felles.demo.world import Life, Resource


def tell(life: Life) -> str:
    """The whole record of a person in lines."""
    person = life.person
    head = f"=== {person.key} {person.full_name}, {person.gender}, born {person.born}, {person.age(person.died or life.today)} years"
    died = f", died {person.died}" if person.died else ""
    lines = sorted(((_day(made), _line(made)) for _, made in life.entries), key=lambda pair: pair[0])
    return "\n".join([f"{head}{died}, {person.municipality}", *(f"{day[:16]} {line}" for day, line in lines if line)])


def _day(made: Resource) -> str:
    for name in ("effectiveDateTime", "date", "authoredOn", "recordedDate", "occurrenceDateTime", "start", "created"):
        if name in made:
            return made[name]
    for name in ("period", "performedPeriod"):
        if name in made:
            return made[name]["start"]
    return ""


def _line(made: Resource) -> str:
    kind = made["resourceType"]
    told = _TOLD.get(kind)
    return f"{kind}: {told(made)}" if told else ""


def _text(concept: Any) -> str:
    concept = concept[0] if isinstance(concept, list) else concept
    return str(concept.get("text") or concept.get("coding", [{}])[0].get("code", "")) if concept else ""


def _quantity(value: Any) -> str:
    return f"{value['value']} {value.get('unit', '')}"


def _observation(made: Resource) -> str:
    if "component" in made:
        return "BT " + "/".join(str(part["valueQuantity"]["value"]) for part in made["component"])
    flag = _text(made.get("interpretation")) if "interpretation" in made else ""
    value = next(made[name] for name in made if name.startswith("value"))
    shown = _quantity(value) if "valueQuantity" in made else _text(value) if isinstance(value, dict) else value
    return f"{_text(made['code'])} {shown} {'' if flag == 'N' else flag}"


def _words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html)).strip()


_TOLD = {
    "EpisodeOfCare": lambda m: f"{_text(m['type'])}, {m['managingOrganization']['display']}, {m['careManager']['display']}, {m['status']} {m['period']}",
    "RelatedPerson": lambda m: f"{_text(m['relationship'])} {m['name'][0]['given'][0]} {m['name'][0]['family']}",
    "Condition": lambda m: f"{_text(m['code'])} ({m['code']['coding'][0]['code']}), since {m['onsetDateTime']}, {_text(m['clinicalStatus'])} {m.get('abatementDateTime', '')}",
    "AllergyIntolerance": lambda m: f"{_text(m['code'])}: {m['reaction'][0]['manifestation'][0]['text']}",
    "MedicationRequest": lambda m: f"{_text(m['medicationCodeableConcept'])}, {m['dosageInstruction'][0]['text']}, for {_text(m['reasonCode'])}, {m['status']} {m.get('dispenseRequest', {}).get('validityPeriod', {}).get('end', '')}",
    "Observation": _observation,
    "Encounter": lambda m: f"{m['class']['code']} {_text(m['reasonCode'])}, {m['serviceProvider']['display']}, {m['participant'][0]['individual']['display']}, {m['status']} until {m['period'].get('end', '')[:16]}",
    "Composition": lambda m: f"{m['title']} [{m['author'][0]['display']}] {_words(m['section'][0]['text']['div'])}",
    "DocumentReference": lambda m: f"{m['description']} [{m['author'][0]['display']}] " + base64.b64decode(m["content"][0]["attachment"]["data"]).decode().replace("\n", " / "),
    "Appointment": lambda m: f"{m['description']}, {m['comment']}, {m['participant'][1]['actor']['display']}, {m['status']}",
    "ServiceRequest": lambda m: f"{m['code']['text']} to {m['performer'][0]['display']}: {_text(m['reasonCode'])}, {m['status']}",
    "Task": lambda m: f"{m['description']}, {m['owner']['display']}, {m['status']}",
    "Immunization": lambda m: f"{_text(m['vaccineCode'])} dose {m['protocolApplied'][0]['doseNumberPositiveInt']}",
    "Flag": lambda m: m["code"]["text"],
    "CarePlan": lambda m: f"{m['title']}: " + "; ".join(f"{a['detail']['description']} ({a['detail']['scheduledString']})" for a in m["activity"]),
    "Procedure": lambda m: _text(m["code"]),
}  # fmt: skip
