"""Who belongs together: parents and children, couples, and those close to people who live alone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from felles.demo import build

if TYPE_CHECKING:
    from felles.demo.chart import Chart
    from felles.demo.world import Person

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
                married = home.shape in ("old-couple", "middle") or other.name[1] == person.name[1]
                _add(chart, other, "SPS" if married else "DOMPART")
        for code, name, phone in home.relatives.get(person.key, ()):
            chart.add(person.gp, build.related(person, name, code, WORDS[code], phone=phone))


def _add(chart: Chart, other: Person, code: str) -> None:
    if other.died is None:
        made = build.related(chart.person, other.name, code, WORDS[code], number=other.number, phone=phone_of(other))
        if code in _PARENTS:
            build.parental(made, other.reference, _PARENTS[code])
        chart.add(chart.person.gp, made)


def phone_of(person: Person) -> str:
    """A made-up telephone number, of those who are old enough to have one."""
    return "" if person.born > date(2014, 1, 1) else f"+47 9{person.number[-3:-1]} 00 {person.number[3:6]}"
