"""Who belongs together: parents and children, couples, and those close to people who live alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from zlib import crc32

from felles.demo import persons
from felles.demo.calendar import open_day

if TYPE_CHECKING:
    from felles.demo.chart import Chart
    from felles.demo.world import Person, Resource

WORDS: Final = {
    "MTH": "Mor", "FTH": "Far", "SPS": "Ektefelle", "DOMPART": "Samboer", "DAUC": "Datter", "SONC": "Sønn",
}  # fmt: skip
"""v3-RoleCode in our words."""
_PARENTS: Final = {"MTH": "mor", "FTH": "far"}
"""Those who have parental responsibility, as the register says it."""


def relatives(chart: Chart) -> None:
    """RelatedPerson entries in somebody's own record."""
    person, home = chart.person, chart.home
    if person.member.startswith("child"):
        for parent in home.grown():
            _add(chart, parent, "MTH" if parent.female else "FTH")
    else:
        for other in home.grown():
            if other.key != person.key:
                _add(chart, other, "SPS" if married(chart, other) else "DOMPART")
        for code, name, phone in home.relatives.get(person.key, ()):
            _near(chart, persons.related(person, name, code, WORDS[code], phone=phone))


def married(chart: Chart, other: Person) -> bool:
    """Whether she is married to the one she lives with, rather than living together."""
    return chart.home.shape in ("old-couple", "middle") or other.name[1] == chart.person.name[1]


def _add(chart: Chart, other: Person, code: str) -> None:
    if other.died is None:
        made = persons.related(chart.person, other.name, code, WORDS[code], number=other.number, phone=phone_of(other))
        if code in _PARENTS:
            persons.parental(made, other.reference, _PARENTS[code])
            chart.add(chart.person.gp, made)
        else:
            _near(chart, made)


def _near(chart: Chart, made: Resource) -> None:
    """One of those to ring, and, for most of those who are followed closely, what she may be told."""
    person = chart.person
    known = [entry for _, entry in chart.life.entries if entry["resourceType"] == "RelatedPerson"]
    reference = chart.add(person.gp, persons.next_of_kin(made, len(known) + 1))
    place = crc32(person.key.encode()) % len(MAY_KNOW)
    if person.age(chart.today) >= 62 and MAY_KNOW[place]:
        name = " ".join([*made["name"][0]["given"], made["name"][0]["family"]])
        day = open_day(chart.start + timedelta(days=40))
        chart.add(person.gp, persons.may_know(person, reference, name, MAY_KNOW[place], day))


MAY_KNOW: Final = (
    "Alt om helse og behandling", "Innleggelser og akutt sykdom", "", "Alt om helse og behandling",
    "Timer og hvilken hjelp som gis",
)  # fmt: skip
"""What kin may be told; nothing where it was never asked."""


def phone_of(person: Person) -> str:
    """A made-up telephone number, of those who are old enough to have one."""
    return "" if person.born > date(2014, 1, 1) else f"+47 9{person.number[-3:-1]} 00 {person.number[3:6]}"
