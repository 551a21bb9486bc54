"""The nouns of the synthetic region."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
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


_reference = lru_cache(maxsize=65536)(lambda type_name, key: f"{type_name}/{id_of(type_name, key)}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation, or a unit of `part_of` (its key). `stem`: eight digits of its organisation number."""

    key: str
    name: str
    municipality: str
    kind: str
    stem: int | None = None
    part_of: str | None = None

    @property
    def reference(self) -> str:
        """`Organization/x`."""
        return _reference("Organization", self.key)


@dataclass(frozen=True, slots=True)
class Staff:
    """One who works in the region, in one role at one organisation (keys), staffing `units` of it.

    `since` and `until` are the first day and, of those who left, the last. `nynorsk`: how she writes.
    """

    key: str
    name: tuple[str, str]
    gender: str
    role: str
    profession: str
    organisation: str
    units: tuple[str, ...] = ()
    since: date = date(2010, 1, 4)
    until: date | None = None
    nynorsk: bool = False

    @property
    def practitioner(self) -> str:
        """`Practitioner/x`."""
        return _reference("Practitioner", self.key)

    @property
    def reference(self) -> str:
        """`PractitionerRole/x`."""
        return _reference("PractitionerRole", self.key)

    @property
    def full_name(self) -> str:
        """Given name and family name."""
        return " ".join(self.name)

    @property
    def works_in(self) -> str:
        """The key of the unit, or of the organisation when there is no unit."""
        return self.units[0] if self.units else self.organisation

    def employed(self, day: date) -> bool:
        """Whether she works there on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A citizen. `number` is her synthetic identity number; `lists` when and on which GP's list (key) she came.

    `household` is what those who live together have in common, `member` her place among them, `district` where
    they live, `ordinal` her number within the district (she has times of her own in the offices' books by it),
    `among_old` her number among those of the district who may have help at home (their visits go by it).
    """

    key: str
    name: tuple[str, str]
    gender: str
    born: date
    number: str
    municipality: str
    district: int
    ordinal: int
    among_old: int
    household: str
    member: str
    lists: tuple[tuple[date, str], ...]
    died: date | None = None

    @property
    def id(self) -> str:
        """The id of her Patient."""
        return id_of("Patient", self.key)

    @property
    def reference(self) -> str:
        """`Patient/x`."""
        return _reference("Patient", self.key)

    @property
    def full_name(self) -> str:
        """Given name and family name."""
        return " ".join(self.name)

    @property
    def gp(self) -> str:
        """The key of her GP."""
        return self.lists[-1][1]

    @property
    def female(self) -> bool:
        """Whether she is a woman."""
        return self.gender == "female"

    def gp_on(self, day: date) -> str:
        """The key of her GP on a day; the first one's before there was any."""
        return next((gp for start, gp in reversed(self.lists) if start <= day), self.lists[0][1])

    def age(self, day: date) -> int:
        """Whole years on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def years(self, day: date) -> float:
        """Age in years, with decimals."""
        return (day - self.born).days / 365.25


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


@lru_cache(maxsize=65536)
def moment(day: date, hour: int = 9, minute: int = 0) -> str:
    """A FHIR instant at a time of day in Norway."""
    return datetime.combine(day, time(hour, minute), _OSLO).isoformat()
