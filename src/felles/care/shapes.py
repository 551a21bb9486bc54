"""The parts of FHIR resources that pages show, as small structs.

A page decodes only what it shows: these ignore every other element, so that a row costs a few
microseconds. What is written to the record is checked against the full types of `felles.fhir`; these
read what has passed that check.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Raw, Struct, field


class Shape(Struct, rename="camel", gc=False):
    """Base of all shapes: FHIR's names, no cycles."""


class Coding(Shape):
    """A code of a system."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class Concept(Shape):
    """A CodeableConcept; `words` is what a person reads."""

    coding: list[Coding] = field(default_factory=list)
    text: str | None = None

    @property
    def words(self) -> str:
        """The text, else the first display, else the first code; "" when there is none of them."""
        if self.text:
            return self.text
        for coding in self.coding:
            if coding.display:
                return coding.display
        return next((coding.code for coding in self.coding if coding.code), "")

    def has(self, *codes: str) -> bool:
        """Whether one of the codings carries one of `codes`, in whatever system."""
        # A loop, for `any` over a generator takes three times as long.
        for coding in self.coding:  # noqa: SIM110
            if coding.code in codes:
                return True
        return False

    @property
    def code(self) -> str:
        """The first coding's code, or ""."""
        return (self.coding[0].code or "") if self.coding else ""


class Quantity(Shape):
    """A measured amount, its decimals as they were written."""

    value: Decimal | None = None
    unit: str | None = None
    code: str | None = None
    comparator: str | None = None


class Identifier(Shape):
    """An identifier."""

    system: str | None = None
    value: str | None = None


class Reference(Shape):
    """A reference with the name its writer gave it."""

    reference: str | None = None
    display: str | None = None
    identifier: Identifier | None = None


class Note(Shape):
    """What somebody said of an entry, with when."""

    author_reference: Reference | None = None
    time: str | None = None
    text: str = ""


class Period(Shape):
    """From and to, as FHIR dateTimes."""

    start: str | None = None
    end: str | None = None


class Span(Shape):
    """A FHIR Range."""

    low: Quantity | None = None
    high: Quantity | None = None
    text: str | None = None


class HumanName(Shape):
    """A person's name."""

    use: str | None = None
    text: str | None = None
    family: str | None = None
    given: list[str] = field(default_factory=list)

    @property
    def full(self) -> str:
        """Given and family name, else the text."""
        return " ".join([*self.given, *([self.family] if self.family else [])]) or self.text or ""


class Address(Shape):
    """Where somebody lives; only the place is shown in lists."""

    city: str | None = None
    district: str | None = None
    country: str | None = None


class Patient(Shape):
    """Who this is."""

    id: str = ""
    name: list[HumanName] = field(default_factory=list)
    gender: str | None = None
    birth_date: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None
    address: list[Address] = field(default_factory=list)
    general_practitioner: list[Reference] = field(default_factory=list)

    @property
    def shown_name(self) -> HumanName:
        """The official name, else the usual, else the first that is not old."""
        for use in ("official", "usual", None):
            for name in self.name:
                if name.use == use:
                    return name
        return next((name for name in self.name if name.use != "old"), HumanName())


class Component(Shape):
    """A part of an observation, such as the two pressures."""

    code: Concept = field(default_factory=Concept)
    value_quantity: Quantity | None = None
    value_codeable_concept: Concept | None = None
    value_string: str | None = None
    data_absent_reason: Concept | None = None


class Observation(Shape):
    """A result or measurement."""

    id: str = ""
    status: str = ""
    code: Concept = field(default_factory=Concept)
    category: list[Concept] = field(default_factory=list)
    effective_date_time: str | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: Concept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_date_time: str | None = None
    data_absent_reason: Concept | None = None
    interpretation: list[Concept] = field(default_factory=list)
    reference_range: list[Span] = field(default_factory=list)
    component: list[Component] = field(default_factory=list)
    performer: list[Reference] = field(default_factory=list)


class Measured(Shape):
    """One value of a course: an `Observation` with what only the newest one is asked for left as JSON.

    A page shows dozens of them, and half the time of reading one goes to its code and range.
    """

    id: str = ""
    status: str = ""
    code: Raw = Raw(b"{}")
    value_quantity: Quantity | None = None
    value_codeable_concept: Concept | None = None
    value_string: str | None = None
    value_boolean: bool | None = None
    value_integer: int | None = None
    value_date_time: str | None = None
    data_absent_reason: Concept | None = None
    interpretation: Raw = Raw(b"[]")
    reference_range: Raw = Raw(b"[]")
    component: list[Component] = field(default_factory=list)
    performer: Raw = Raw(b"[]")


class Condition(Shape):
    """A problem or diagnosis."""

    id: str = ""
    code: Concept = field(default_factory=Concept)
    clinical_status: Concept | None = None
    verification_status: Concept | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    onset_string: str | None = None
    recorded_date: str | None = None
    recorder: Reference | None = None


class Reaction(Shape):
    """How an allergy showed itself."""

    manifestation: list[Concept] = field(default_factory=list)
    severity: str | None = None


class AllergyIntolerance(Shape):
    """An allergy, or the statement that there is none."""

    id: str = ""
    code: Concept = field(default_factory=Concept)
    clinical_status: Concept | None = None
    verification_status: Concept | None = None
    criticality: str | None = None
    recorded_date: str | None = None
    reaction: list[Reaction] = field(default_factory=list)


class Flag(Shape):
    """A warning about the person."""

    id: str = ""
    status: str = ""
    code: Concept = field(default_factory=Concept)
    period: Period | None = None


class Repeat(Shape):
    """How often: the part of FHIR's Timing that we put into words; at which times of the day, and until when."""

    frequency: int | None = None
    period: Decimal | None = None
    period_unit: str | None = None
    when: list[str] | None = None
    time_of_day: list[str] | None = None
    bounds_period: Period | None = None


class Timing(Shape):
    """When a dose is taken."""

    repeat: Repeat | None = None
    code: Concept | None = None


class DoseAndRate(Shape):
    """How much."""

    dose_quantity: Quantity | None = None


class Dosage(Shape):
    """How a medicine is taken."""

    text: str | None = None
    patient_instruction: str | None = None
    timing: Timing | None = None
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: Concept | None = None
    dose_and_rate: list[DoseAndRate] = field(default_factory=list)


class Medicine(Shape):
    """A MedicationRequest or MedicationStatement."""

    id: str = ""
    resource_type: str = ""
    status: str = ""
    intent: str | None = None
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    authored_on: str | None = None
    date_asserted: str | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    dosage_instruction: list[Dosage] = field(default_factory=list)
    dosage: list[Dosage] = field(default_factory=list)


class Participant(Shape):
    """Somebody who took part in a contact."""

    individual: Reference | None = None


class Encounter(Shape):
    """A contact."""

    id: str = ""
    status: str = ""
    class_: Coding | None = field(default=None, name="class")
    type: list[Concept] = field(default_factory=list)
    period: Period | None = None
    service_provider: Reference | None = None
    participant: list[Participant] = field(default_factory=list)
    reason_code: list[Concept] = field(default_factory=list)


class Document(Shape):
    """A DocumentReference, Composition, DiagnosticReport or Procedure, as a line of the time line."""

    id: str = ""
    resource_type: str = ""
    status: str = ""
    type: Concept | None = None
    code: Concept | None = None
    title: str | None = None
    description: str | None = None


class Attending(Shape):
    """Somebody, or a place, of an appointment."""

    actor: Reference | None = None


class Appointment(Shape):
    """An appointment."""

    id: str = ""
    status: str = ""
    service_type: list[Concept] = field(default_factory=list)
    appointment_type: Concept | None = None
    description: str | None = None
    start: str | None = None
    end: str | None = None
    participant: list[Attending] = field(default_factory=list)


class Restriction(Shape):
    """When a task must be done."""

    period: Period | None = None


class Planned(Shape):
    """A ServiceRequest, Task or CarePlan: something that somebody owes."""

    id: str = ""
    resource_type: str = ""
    status: str = ""
    code: Concept | None = None
    category: list[Concept] = field(default_factory=list)
    title: str | None = None
    description: str | None = None
    occurrence_date_time: str | None = None
    period: Period | None = None
    restriction: Restriction | None = None
    performer: list[Reference] = field(default_factory=list)
    owner: Reference | None = None


class Episode(Shape):
    """An EpisodeOfCare: who follows the person over time."""

    id: str = ""
    status: str = ""
    type: list[Concept] = field(default_factory=list)
    managing_organization: Reference | None = None
    care_manager: Reference | None = None
    period: Period | None = None


class Member(Shape):
    """A member of a care team."""

    role: list[Concept] = field(default_factory=list)
    member: Reference | None = None


class CareTeam(Shape):
    """Those who follow the person together."""

    id: str = ""
    status: str | None = None
    name: str | None = None
    participant: list[Member] = field(default_factory=list)
    managing_organization: list[Reference] = field(default_factory=list)


class Named(Shape):
    """An Organization, Practitioner, Location or the like: only its name."""

    id: str = ""
    name: str | list[HumanName] | None = None

    @property
    def words(self) -> str:
        """The name as it is read."""
        if isinstance(self.name, str):
            return self.name
        return next((name.full for name in self.name or [] if name.use != "old"), "")
