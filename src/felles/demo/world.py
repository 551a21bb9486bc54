"""The nouns of the synthetic region."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from felles.record.ids import derived_id

SOURCE = "http://felles.example/demo"
"""What the ids of the region are derived from: a second run meets the first one's entries."""

Resource = dict[str, Any]
_OSLO = ZoneInfo("Europe/Oslo")


def id_of(type_name: str, key: str) -> str:
    """The id of an entry of the region."""
    return derived_id(SOURCE, f"{type_name}/{key}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation, or a unit of `part_of` (its key). `stem`: eight digits of its organisation number."""

    key: str
    name: str
    municipality: str
    stem: int | None = None
    part_of: str | None = None

    @property
    def reference(self) -> str:
        """`Organization/x`."""
        return f"Organization/{id_of('Organization', self.key)}"


@dataclass(frozen=True, slots=True)
class Staff:
    """One who works in the region, in one role at one organisation (keys), staffing `units` of it."""

    key: str
    name: tuple[str, str]
    gender: str
    role: str
    profession: str
    organisation: str
    units: tuple[str, ...] = ()

    @property
    def practitioner(self) -> str:
        """`Practitioner/x`."""
        return f"Practitioner/{id_of('Practitioner', self.key)}"

    @property
    def reference(self) -> str:
        """`PractitionerRole/x`."""
        return f"PractitionerRole/{id_of('PractitionerRole', self.key)}"

    @property
    def full_name(self) -> str:
        """Given name and family name."""
        return " ".join(self.name)


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen. `number` is her synthetic identity number, `gp` the key of her GP."""

    key: str
    name: tuple[str, str]
    gender: str
    born: date
    number: str
    municipality: str
    gp: str

    @property
    def id(self) -> str:
        """The id of her Patient."""
        return id_of("Patient", self.key)

    @property
    def reference(self) -> str:
        """`Patient/x`."""
        return f"Patient/{self.id}"

    def age(self, day: date) -> int:
        """Whole years on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(slots=True)
class Life:
    """A person's entries, each with the key of the staff who wrote it, in the order they were written."""

    person: Person
    today: date
    entries: list[tuple[str, Resource]] = field(default_factory=list)

    def add(self, author: str, resource: Resource) -> str:
        """Put an entry into the life; its id follows from its number. Gives its reference back."""
        type_name = resource["resourceType"]
        resource["id"] = id_of(type_name, f"{self.person.key}/{len(self.entries)}")
        self.entries.append((author, resource))
        return f"{type_name}/{resource['id']}"

    def ago(self, days: int) -> date:
        """The day so many days before today (after it, when negative)."""
        return self.today - timedelta(days=days)


def moment(day: date, hour: int = 9, minute: int = 0) -> str:
    """A FHIR instant at a time of day in Norway."""
    return datetime.combine(day, time(hour, minute), _OSLO).isoformat()
