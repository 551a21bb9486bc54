"""The parts of entries about medicines that the list reads."""

from __future__ import annotations

from msgspec import field

from felles.care.shapes import Concept, Dosage, Period, Quantity, Reference, Shape


class Validity(Shape):
    """What was ordered of dispensing: only from when until when."""

    validity_period: Period | None = None


class Performer(Shape):
    """Who dispensed or gave it."""

    actor: Reference | None = None


class Given(Shape):
    """How much was given at a time."""

    text: str | None = None
    dose: Quantity | None = None


class Extension(Shape):
    """An extension that says when."""

    url: str = ""
    value_date_time: str | None = None


class Entry(Shape):
    """A MedicationRequest, MedicationStatement, MedicationDispense or MedicationAdministration."""

    id: str = ""
    resource_type: str = ""
    status: str = ""
    intent: str | None = None
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    status_reason: Concept | list[Concept] | None = None
    status_reason_codeable_concept: Concept | None = None
    authored_on: str | None = None
    date_asserted: str | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    when_handed_over: str | None = None
    when_prepared: str | None = None
    quantity: Quantity | None = None
    course_of_therapy_type: Concept | None = None
    dispense_request: Validity | None = None
    requester: Reference | None = None
    information_source: Reference | None = None
    performer: list[Performer] | Reference | None = None
    reason_code: list[Concept] = field(default_factory=list)
    reason_reference: list[Reference] = field(default_factory=list)
    dosage_instruction: list[Dosage] = field(default_factory=list)
    dosage: list[Dosage] | Given | None = None
    extension: list[Extension] = field(default_factory=list)
