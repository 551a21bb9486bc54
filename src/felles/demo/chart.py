# ruff: noqa: E501 - notes are read by their lines
"""One person's chart while it is being written: her body, what is wrong, what she takes, and who is around her.

All that the courses write goes through here, so that what holds for everything is held in one place: nothing after
death, nobody writes before she is employed, no medicine against an allergy, numbers in a note are those in the record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from felles.demo import build, papers, planned
from felles.demo.analyses import TESTS, egfr
from felles.demo.body import Body
from felles.demo.calendar import SLOTS, open_before, slot
from felles.demo.drugs import CHILDREN, DRUGS, UNSAFE, clashes
from felles.demo.nynorsk import nynorsk
from felles.demo.world import Life, Organisation, Person, Resource, Staff
from felles.fhir.norway.systems import ICD10, ICPC2

if TYPE_CHECKING:
    from felles.demo.districts import District, Places
    from felles.demo.people import Household

SEASONS: Final = {
    "snømåking": (11, 12, 1, 2, 3),
    "på isen": (11, 12, 1, 2, 3),
    "varmen": (6, 7, 8),
    "sommersola": (6, 7, 8, 9),
    "i sommer": (7, 8, 9),
    "skitur": (1, 2, 3, 4),
    "kulda": (11, 12, 1, 2, 3),
    "høytidene": (12, 1, 4),
    "flytting av ved": (3, 4, 5, 9, 10, 11),
}
"""Words in what is told, and the months in which it can be told."""
DECIMAL: Final = str.maketrans(".", ",")


@dataclass(slots=True)
class Visit:
    """A contact: its reference, who was met, when, and the values measured at it (by test)."""

    reference: str
    author: str
    day: date
    hour: int
    minute: int
    values: dict[str, float] = field(default_factory=dict)
    place: str = ""
    """Where, when it is not where the one who was met works first."""

    def when(self, minutes: int = 0) -> tuple[date, int, int]:
        """The moment so many minutes into it."""
        days, left = divmod(self.hour * 60 + self.minute + minutes, 24 * 60)
        return self.day + timedelta(days=days), left // 60, left % 60


class Chart:
    """What is being written about one person. `start` is the first day that this region tells of."""

    def __init__(self, person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> None:
        self.person = person
        self.home = home
        self.places = places
        self.district: District = places.district(person.district)
        self.today = today
        self.seed = seed
        self.start = max(start, person.born)
        self.last = person.died or today
        self.rng = Random(f"{seed}/{person.key}")
        self.life = Life(person, today)
        self.body = Body(person, self.rng)
        self.allergies: set[str] = set()
        self.medicines: dict[str, Resource] = {}
        self.conditions: dict[str, Resource] = {}
        self.before: dict[str, float] = {}
        self.fell: date | None = None
        self.settled: frozenset[str] = frozenset()
        """Medicines (keys) of which a story tells: no other one is begun instead."""
        self.moved: date | None = None
        self.smokes = person.age(today) > 15 and self.rng.random() < 0.09
        self.stays: list[tuple[date, date]] = []
        """(first, last day) of each stay in hospital."""
        self._booked = 0

    # -- who and where -----------------------------------------------------------------------------------

    def staff(self, key: str) -> Staff:
        """Somebody by key."""
        return self.places.staff[key]

    def place(self, key: str) -> Organisation:
        """An organisation or unit by key."""
        return self.places.organisations[key]

    def place_of(self, author: str) -> Organisation:
        """Where somebody works."""
        return self.places.organisations[self.places.staff[author].works_in]

    def gp(self, day: date) -> str:
        """Her GP on a day."""
        return self.person.gp_on(day)

    def where(self, visit: Visit, author: str) -> Organisation:
        """Where somebody met her at a visit."""
        return self.place(visit.place) if visit.place and author == visit.author else self.place_of(author)

    def absent(self, day: date) -> bool:
        """Whether she is in hospital on a day."""
        return any(first <= day <= last for first, last in self.stays)

    def meets(self, first: date, last: date) -> bool:
        """Whether she is seen by anybody between these days, in what is written so far."""
        low, high = first.isoformat(), (last + timedelta(days=1)).isoformat()
        seen = (made["period"]["start"] for _, made in self.life.entries if made["resourceType"] == "Encounter")
        return any(low <= start < high for start in seen)

    def one_of(self, keys: tuple[str, ...], day: date) -> str:
        """One of these who is employed on the day; the first always is."""
        return self.rng.choice([key for key in keys if self.staff(key).employed(day)] or [keys[0]])

    def alive(self, day: date) -> bool:
        """Whether she lives on a day, and it is not to come."""
        return self.person.born <= day <= self.last and (self.person.died is None or day < self.person.died)

    # -- writing -----------------------------------------------------------------------------------------

    def add(self, author: str, resource: Resource) -> str:
        """Put an entry into the life; its reference."""
        return self.life.add(author, resource)

    def visit(  # noqa: PLR0913 - each says one thing about a contact
        self,
        author: str,
        kind: str,
        reason: str,
        day: date,
        hour: int,
        minute: int = 0,
        *,
        minutes: int = 20,
        icd: str = "",
        place: str = "",
        because: str = "",
    ) -> Visit:
        """A contact that is over; `icd`: its diagnosis as hospitals code it; `place`: where (key); `because`: a referral."""
        visit = Visit("", author, day, hour, minute, place=place)
        staff, there = self.staff(author), self.where(visit, author)
        text = self.said(author, reason)
        made = build.contact(self.person, kind, text, there, staff, visit.when(), visit.when(minutes))
        if icd:
            made["reasonCode"][0]["coding"] = [{"system": ICD10, "code": icd}]
        if because:
            made["basedOn"] = [{"reference": because}]
        visit.reference = self.add(author, made)
        return visit

    def consult(self, reason: str, day: date, *, kind: str = "AMB") -> Visit:
        """A consultation at her GP's, on the day or the last one before it on which the office was open."""
        day = open_before(day)
        hour, minute = slot(self.rng.randrange(SLOTS))
        if (self.today - day).days < 60 and kind == "AMB":
            self.book(self.gp(day), reason, day, hour, minute, status="fulfilled")
        return self.visit(self.gp(day), kind, reason, day, hour, minute)

    def stay(self, author: str, reason: str, start: tuple[date, int], end: tuple[date, int] | None) -> Visit:
        """An admission, from (day, hour) to (day, hour), or still going on."""
        visit = Visit("", author, start[0], start[1], 30)
        until = None if end is None else (*end, 0)
        self.stays.append((start[0], self.today if end is None else end[0]))
        made = build.contact(
            self.person,
            "IMP",
            self.said(author, reason),
            self.place_of(author),
            self.staff(author),
            visit.when(),
            until,
        )
        visit.reference = self.add(author, made)
        return visit

    def measure(self, visit: Visit, *tests: str, **told: float) -> None:
        """Measure some tests at a visit as the body has them, and those in `told` as they are told."""
        for test in tests:
            self._result(visit, test, self.body.value(test, visit.day))
        for test, value in told.items():
            decimals = TESTS[test].decimals
            self._result(visit, test, round(value, decimals) if decimals else round(value))

    def _result(self, visit: Visit, test: str, value: float) -> None:
        age = self.person.years(visit.day)
        row = TESTS[test]
        reference = row.reference(female=self.person.female, age=age, pregnant=self.body.week(visit.day) is not None)
        who = visit.author
        made = build.result(self.person, row, value, visit.when(5), self.staff(who), visit.reference or None, reference)
        self.add(who, made)
        visit.values[test] = value
        if test == "kreatinin" and age >= 18 and self.body.week(visit.day) is None:
            self._result(visit, "egfr", egfr(value, self.person.age(visit.day), female=self.person.female))

    def pressure(self, visit: Visit, told: tuple[int, int] | None = None) -> None:
        """Measure the blood pressure."""
        upper, lower = told or self.body.blood_pressure(visit.day)
        made = build.blood_pressure(self.person, upper, lower, visit.when(5), self.staff(visit.author), visit.reference)
        self.add(visit.author, made)
        visit.values |= {"bt-o": upper, "bt-u": lower}

    def find(
        self, author: str, text: str, loinc: str, value: Resource, when: tuple[date, int, int], *,
        encounter: str | None = None, category: str = "social-history",
    ) -> str:  # fmt: skip
        """A finding whose value is no plain number (`value` is one of Observation.value[x])."""
        staff = self.staff(author)
        made = build.finding(self.person, text, loinc, value, when, staff, encounter=encounter, category=category)
        return self.add(author, made)

    def note(self, visit: Visit, title: str, text: str, *, minutes: int = 15, author: str | None = None) -> str:
        """A note about a visit. `{test}` in it becomes the value measured there, `{bt}` the blood pressure."""
        who = author or visit.author
        filled = self.fill(text, visit)
        return self.add(
            who,
            papers.note(
                self.person, self.said(who, title), self.said(who, filled), visit.when(minutes), self.staff(who),
                self.where(visit, who), visit.reference or None,
            ),
        )  # fmt: skip

    def letter(self, visit: Visit, title: str, text: str, when: tuple[date, int, int]) -> str:
        """A letter after a stay or visit."""
        who = visit.author
        filled = self.said(who, self.fill(text, visit))
        return self.add(
            who,
            papers.letter(
                self.person, self.said(who, title), filled, when, self.staff(who), self.where(visit, who),
                visit.reference or None,
            ),
        )  # fmt: skip

    def fill(self, text: str, visit: Visit) -> str:
        """Values of a visit put into a text."""
        if "{" not in text:
            return text
        said = {test: printed(test, value) for test, value in visit.values.items() if test in TESTS}
        if "bt-o" in visit.values:
            said["bt"] = f"{visit.values['bt-o']}/{visit.values['bt-u']}"
        return text.format_map(said)

    def said(self, author: str, text: str) -> str:
        """A text as its author writes it."""
        return nynorsk(text) if self.staff(author).nynorsk else text

    def choose(self, texts: tuple[str, ...], day: date) -> str:
        """One of some texts that fits her: those after `work:` are for people of working age."""
        working = 20 <= self.person.age(day) <= 66
        fit = [t.removeprefix("work:") for t in texts if working or not t.startswith("work:")]
        fit = [t for t in fit if all(day.month in months for word, months in SEASONS.items() if word in t)]
        if self.fell is not None and day >= self.fell:
            fit = [t for t in fit if "Ingen fall" not in t]
        return self.rng.choice(fit) if fit else ""

    # -- what is wrong, and what is taken -------------------------------------------------------------------

    def diagnose(
        self, author: str, codes: tuple[str, str], name: str, day: date, *, key: str = "", onset: date | None = None,
        over: date | None = None, visit: Visit | None = None,
    ) -> None:  # fmt: skip
        """A problem, by its codes (ICPC-2, ICD-10): GPs and municipalities write the first, hospitals the second."""
        staff = self.staff(author)
        hospital = staff.role in ("doctor", "specialist", "psychologist") and self.place_of(author).kind in (
            "unit",
            "specialist",
        )
        chosen = (ICD10, codes[1]) if hospital and codes[1] else (ICPC2, codes[0])
        encounter = visit.reference if visit is not None else None
        made = build.condition(
            self.person,
            (chosen,),
            self.said(author, name),
            onset or day,
            staff,
            recorded=day,
            over=over,
            encounter=encounter,
        )
        self.add(author, made)
        if key:
            self.conditions[key] = made

    def prescribe(self, author: str, key: str, day: date, reason: str, *, end: date | None = None) -> bool:
        """A medicine; False when an allergy forbids it, or she takes it already."""
        drug = DRUGS[key]
        taken = any(made["status"] == "active" and DRUGS[k].atc == drug.atc for k, made in self.medicines.items())
        if clashes(drug, self.allergies) or taken:
            return False
        if self.person.age(day) < 12 and key not in CHILDREN:
            return False
        if self.body.week(day) is not None and drug.atc.startswith(UNSAFE):
            return False
        if drug.course and end is None:
            ends = day + timedelta(days=drug.days)
            end = ends if ends < self.last else None
        made = build.prescription(self.person, drug, day, self.staff(author), self.said(author, reason), end=end)
        self.add(author, made)
        self.medicines[key] = made
        return True

    def stop(self, key: str, day: date, why: str) -> None:
        """End a medicine."""
        made = self.medicines.get(key)
        if made is not None and made["status"] == "active":
            build.stop(made, day, why=why)

    def taken(self, key: str) -> Resource | None:
        """What she takes of a medicine's substance, in whatever strength."""
        atc = DRUGS[key].atc
        return next((m for k, m in self.medicines.items() if m["status"] == "active" and DRUGS[k].atc == atc), None)

    def taking(self) -> list[str]:
        """Keys of the medicines she takes now."""
        return [key for key, made in self.medicines.items() if made["status"] == "active"]

    def allergy(self, atc: str, name: str, reaction: str, severe: bool, day: date) -> None:
        """An allergy, as her GP writes it."""
        author = self.gp(day)
        self.add(author, build.allergy(self.person, atc, name, reaction, severe, day, self.staff(author)))
        self.allergies.add(atc)

    # -- what is to come ---------------------------------------------------------------------------------

    def book(
        self, author: str, text: str, day: date, hour: int, minute: int, *, minutes: int = 20, status: str = "booked",
        slot: str = "",
    ) -> None:  # fmt: skip
        """An appointment, coming or past; `slot`: the Slot that it fills (a reference)."""
        made = planned.appointment(
            self.person, self.said(author, text), self.place_of(author), self.staff(author), (day, hour, minute),
            minutes=minutes, status=status, created=min(day - timedelta(days=14), self.today - timedelta(days=1)),
        )  # fmt: skip
        if slot:
            made["slot"] = [{"reference": slot}]
        self.add(author, made)

    def wait(self, author: str, text: str, since: date) -> None:
        """A place on the waiting list of whose times these are."""
        self.add(author, planned.waiting(self.person, self.said(author, text), self.staff(author), since))

    def own_time(self) -> tuple[int, int, int] | None:
        """Her own time in the GP's book, once: (how many open days ahead, 0 being today or the next one, hour, minute). Nobody else's is the same."""
        if self._booked:
            return None
        self._booked += 1
        days, number = self.person.ordinal * 7 % 80, self.person.ordinal // 80 % SLOTS
        # Small regions have few people in a district: spread over the day, too, by a step that meets each number.
        return days, *slot((number + self.person.ordinal * 5) % SLOTS)


def printed(test: str, value: float) -> str:
    """A value as it stands in notes: decimal comma, the test's decimals."""
    return f"{value:.{TESTS[test].decimals}f}".translate(DECIMAL)
