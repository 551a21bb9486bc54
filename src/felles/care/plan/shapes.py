"""The parts of what is planned that these pages show; they ignore every other element."""

from __future__ import annotations

from msgspec import field

from felles.care.shapes import Concept, Note, Period, Reference, Shape, Timing


class Detail(Shape):
    """What an activity of a plan is."""

    status: str | None = None
    description: str | None = None
    code: Concept | None = None
    scheduled_string: str | None = None
    scheduled_timing: Timing | None = None
    scheduled_period: Period | None = None
    performer: list[Reference] = field(default_factory=list)


class Activity(Shape):
    """An activity of a plan; `reference` points to an entry that says it instead."""

    detail: Detail | None = None
    reference: Reference | None = None


class CarePlan(Shape):
    """A plan that is followed."""

    id: str = ""
    status: str = ""
    intent: str | None = None
    title: str | None = None
    description: str | None = None
    category: list[Concept] = field(default_factory=list)
    period: Period | None = None
    author: Reference | None = None
    contributor: list[Reference] = field(default_factory=list)
    activity: list[Activity] = field(default_factory=list)


class Target(Shape):
    """When a goal should be reached."""

    due_date: str | None = None


class Goal(Shape):
    """What the person, or those who follow her, want to reach."""

    id: str = ""
    lifecycle_status: str = ""
    achievement_status: Concept | None = None
    description: Concept = field(default_factory=Concept)
    start_date: str | None = None
    target: list[Target] = field(default_factory=list)
    expressed_by: Reference | None = None


class Restriction(Shape):
    """When a task must be done."""

    period: Period | None = None


class Work(Shape):
    """A Task or ServiceRequest: something that somebody owes."""

    id: str = ""
    resource_type: str = ""
    status: str = ""
    intent: str | None = None
    priority: str | None = None
    code: Concept | None = None
    category: list[Concept] = field(default_factory=list)
    description: str | None = None
    business_status: Concept | None = None
    note: list[Note] = field(default_factory=list)
    authored_on: str | None = None
    occurrence_date_time: str | None = None
    occurrence_period: Period | None = None
    restriction: Restriction | None = None
    requester: Reference | None = None
    performer: list[Reference] = field(default_factory=list)
    owner: Reference | None = None
    reason_code: list[Concept] | Concept = field(default_factory=list[Concept])

    @property
    def reasons(self) -> list[Concept]:
        """Why: a Task has one reason at most, a ServiceRequest a list of them."""
        return self.reason_code if isinstance(self.reason_code, list) else [self.reason_code]


class Attending(Shape):
    """Somebody, or a place, of an appointment."""

    actor: Reference | None = None
    type: list[Concept] = field(default_factory=list)


class Appointment(Shape):
    """An appointment; `comment` says where to go, `patient_instruction` how to prepare."""

    id: str = ""
    status: str = ""
    cancelation_reason: Concept | None = None
    service_type: list[Concept] = field(default_factory=list)
    appointment_type: Concept | None = None
    reason_code: list[Concept] = field(default_factory=list)
    description: str | None = None
    created: str | None = None
    start: str | None = None
    end: str | None = None
    comment: str | None = None
    patient_instruction: str | None = None
    participant: list[Attending] = field(default_factory=list)
