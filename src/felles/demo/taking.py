"""What is told, collected and given of medicines, as entries: the sources beside the orders of a list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from zlib import crc32

from felles.demo import build
from felles.demo.calendar import open_before
from felles.demo.drugs import DRUGS
from felles.demo.world import moment
from felles.fhir.norway.systems import ATC

if TYPE_CHECKING:
    from felles.demo.build import Moment
    from felles.demo.chart import Chart
    from felles.demo.drugs import Drug
    from felles.demo.world import Person, Resource, Staff

_COUNTED: Final = ("tablett", "kapsel")
"""Units that are counted when they are handed out."""
_A_DAY: Final = 4
_PACKED: Final = 98
"""Days that one collected pack lasts."""
_MONTHS: Final = 91
PHARMACY = "Torgapoteket"
"""Where people here collect their medicines; it writes nothing itself."""


def _of(drug: Drug) -> Resource:
    return build.concept(drug.name, (ATC, drug.atc))


def told(
    person: Person, name: str, atc: str, dose: str, since: date, day: date, *, by: Staff | None = None, why: str = ""
) -> Resource:
    """What somebody takes since a day, told on another by the patient, or kept by one of staff in her own list."""
    made: Resource = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": build.concept(name, (ATC, atc)),
        "subject": {"reference": person.reference},
        "effectivePeriod": {"start": since.isoformat()},
        "dateAsserted": day.isoformat(),
        "informationSource": {"reference": person.reference} if by is None else build.by(by),
        "dosage": [{"text": dose}],
    }
    if why:
        made["reasonCode"] = [{"text": why}]
    return made


def collected(person: Person, drug: Drug, day: date, number: int) -> Resource:
    """A medicine collected at a pharmacy: `number` of its units."""
    return {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "medicationCodeableConcept": _of(drug),
        "subject": {"reference": person.reference},
        "note": [{"text": f"Hentet på {PHARMACY}"}],
        "quantity": {"value": number, "unit": drug.unit},
        "whenHandedOver": day.isoformat(),
    }


def fetched(chart: Chart) -> None:
    """What a grown-up has collected of the tablets she always takes: the last two times, three months apart."""
    for key in chart.taking():
        drug, made = DRUGS[key], chart.medicines[key]
        if drug.course or drug.as_needed or drug.unit not in _COUNTED or drug.times > drug.every * _A_DAY:
            continue
        first = crc32(f"{chart.person.key}/{key}".encode()) % _MONTHS
        for days in (first, first + _MONTHS):
            day = open_before(chart.today - timedelta(days=3 + days))
            if day.isoformat() >= made["authoredOn"][:10] and day > chart.start and not chart.absent(day):
                number = round(drug.amount * drug.times / drug.every * _PACKED)
                chart.add(chart.gp(day), collected(chart.person, drug, day, number))


def given(person: Person, drug: Drug, when: Moment, staff: Staff, stay: str) -> Resource:
    """A dose given in a ward."""
    made: Resource = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": _of(drug),
        "subject": {"reference": person.reference},
        "context": {"reference": stay},
        "effectiveDateTime": moment(*when),
        "performer": [{"actor": build.by(staff)}],
    }
    if drug.amount:
        made["dosage"] = {"dose": {"value": drug.amount, "unit": drug.unit}}
    return made
