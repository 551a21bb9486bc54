"""The parts of those around a person that this page shows; they ignore every other element."""

from __future__ import annotations

from msgspec import field

from felles.access.codes import RELATED_PATIENT
from felles.care.shapes import Address, Concept, HumanName, Period, Reference, Shape
from felles.record.codes import MANDATE_SYSTEM, PARENTAL_RESPONSIBILITY

NEAREST = "N"
"""HL7 table 0131 (contact role): next of kin."""
EMERGENCY = "C"
"""HL7 table 0131: emergency contact."""
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
"""FHIR R4 extension on Patient (boolean): whether an interpreter is needed."""


class Point(Shape):
    """A telephone or mail address; `rank` is the order in which they are tried."""

    system: str | None = None
    value: str | None = None
    use: str | None = None
    rank: int | None = None


class Extension(Shape):
    """An extension's value, of the types that are read here."""

    url: str = ""
    value_boolean: bool | None = None
    value_reference: Reference | None = None


class Spoken(Shape):
    """A language that the person speaks."""

    language: Concept = field(default_factory=Concept)
    preferred: bool | None = None


class Patient(Shape):
    """The person, as those around her need it."""

    birth_date: str | None = None
    id: str = ""
    extension: list[Extension] = field(default_factory=list)
    telecom: list[Point] = field(default_factory=list)
    address: list[Address] = field(default_factory=list)
    marital_status: Concept | None = None
    communication: list[Spoken] = field(default_factory=list)
    general_practitioner: list[Reference] = field(default_factory=list)


class Kin(Shape):
    """A RelatedPerson: an entry of this person's record, never of the relative's own."""

    id: str = ""
    active: bool = True
    relationship: list[Concept] = field(default_factory=list)
    name: list[HumanName] = field(default_factory=list)
    telecom: list[Point] = field(default_factory=list)
    period: Period | None = None
    extension: list[Extension] = field(default_factory=list)

    @property
    def phone(self) -> Point | None:
        """The telephone that is tried first."""
        found = [each for each in self.telecom if each.system in ("phone", "sms") and each.value and each.use != "old"]
        return min(found, key=lambda each: each.rank or 99, default=None)

    @property
    def responsible(self) -> bool:
        """Whether she has parental responsibility."""
        return any(c.system == PARENTAL_RESPONSIBILITY for concept in self.relationship for c in concept.coding)

    @property
    def patient(self) -> str:
        """The Patient that she is here (Patient/x), or ""."""
        values = (each.value_reference for each in self.extension if each.url == RELATED_PATIENT)
        return next((value.reference or "" for value in values if value), "")


class Actor(Shape):
    """Whom a Consent is about."""

    reference: Reference | None = None


class Provision(Shape):
    """What a Consent says."""

    type: str | None = None
    period: Period | None = None
    actor: list[Actor] = field(default_factory=list)
    action: list[Concept] = field(default_factory=list)


class Consent(Shape):
    """A Consent: what kin may be told, or a mandate to act."""

    id: str = ""
    status: str = ""
    date_time: str | None = None
    category: list[Concept] = field(default_factory=list)
    provision: Provision | None = None

    @property
    def mandate(self) -> str:
        """Its code of MANDATE_SYSTEM, or ""."""
        codings = (coding for concept in self.category for coding in concept.coding)
        return next((c.code or "" for c in codings if c.system == MANDATE_SYSTEM), "")


class Illness(Shape):
    """An illness of a relative."""

    code: Concept = field(default_factory=Concept)
    onset_age: dict[str, object] | None = None


class History(Shape):
    """A FamilyMemberHistory: what the person told about her family."""

    id: str = ""
    status: str = ""
    relationship: Concept = field(default_factory=Concept)
    name: str | None = None
    condition: list[Illness] = field(default_factory=list)
