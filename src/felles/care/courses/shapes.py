"""What of an entry these pages show, beside what `care.shapes` has."""

from __future__ import annotations

from typing import Any

from msgspec import field

from felles.care.corrections import CORRECTION
from felles.care.shapes import Concept, Medicine, Observation, Period, Reference, Shape


class Meta(Shape):
    """When this version was written."""

    last_updated: str | None = None


class Annotation(Shape):
    """A comment."""

    text: str | None = None
    extension: list[dict[str, Any]] = field(default_factory=list)

    @property
    def corrects(self) -> bool:
        """Whether it says that the entry was set right, or is wrong."""
        return any(each.get("url") == CORRECTION for each in self.extension)


class Result(Observation):
    """An observation with what it was part of and who made it."""

    encounter: Reference | None = None
    performer: list[Reference] = field(default_factory=list)
    method: Concept | None = None
    meta: Meta | None = None
    based_on: list[Reference] = field(default_factory=list)
    issued: str | None = None
    note: list[Annotation] = field(default_factory=list)


class Report(Shape):
    """A DiagnosticReport, or an ImagingStudy: what was answered, and of which values it is made."""

    id: str = ""
    resource_type: str = ""
    meta: Meta | None = None
    status: str = ""
    code: Concept = field(default_factory=Concept)
    category: list[Concept] = field(default_factory=list)
    result: list[Reference] = field(default_factory=list)
    based_on: list[Reference] = field(default_factory=list)
    issued: str | None = None
    performer: list[Reference] = field(default_factory=list)
    conclusion: str | None = None
    description: str | None = None


class Order(Shape):
    """A ServiceRequest: what was asked for."""

    id: str = ""
    status: str = ""
    category: list[Concept] = field(default_factory=list)
    code: Concept = field(default_factory=Concept)
    performer: list[Reference] = field(default_factory=list)
    requester: Reference | None = None


class Said(Shape):
    """What came of a task, in words."""

    value_string: str | None = None


class Task(Shape):
    """A task, or the note that a doctor has looked."""

    id: str = ""
    meta: Meta | None = None
    status: str = ""
    code: Concept = field(default_factory=Concept)
    description: str | None = None
    focus: Reference | None = None
    requester: Reference | None = None
    owner: Reference | None = None
    last_modified: str | None = None
    business_status: Concept | None = None
    note: list[Annotation] = field(default_factory=list)
    output: list[Said] = field(default_factory=list)


class Note(Shape):
    """A Composition: of which contact, by whom."""

    id: str = ""
    status: str = ""
    title: str | None = None
    encounter: Reference | None = None
    author: list[Reference] = field(default_factory=list)


class Validity(Shape):
    """Until when a prescription holds."""

    validity_period: Period | None = None


class Taken(Medicine):
    """A medicine with the days it was taken, as far as they are known."""

    dispense_request: Validity | None = None
