"""The citizens, household by household: the cast first, then as many more as are asked for.

Everything about a household follows from the seed and its number, and identity numbers are given in order: more
people do not change those who were there, and none of them need be kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from felles.demo import names
from felles.demo.districts import HOUSEHOLDS, PER_BLOCK, Places
from felles.demo.world import Person
from felles.fhir.norway.identity import synthetic_number

PREGNANT, PARTNER, TODDLER = "ida", "jon", "live"
OLD_MAN, DAUGHTER = "olav", "marit"
MOTHER, CHILD = "sara", "elias"
CARED = "asbjorn"
BLEEDING, REVIEWED = "randi", "gudrun"
RISING, ASKED_FOR, SEEN_NEXT = "maren", "silje", "tove"
READY, UNTAKEN = "torleif", "kaare"
CAST: Final = 15
"""How many of the citizens stories are told about; every region has them."""

TERM: Final = 283
"""Days from the last period to term, as the national method (eSnurra) counts them."""
EXPECTING: Final = 168
"""Among so many households first in the region every seventh expects a child, each in another week."""
NEAR: Final = 500
"""So many households are near."""
OLD: Final = 74
"""Years of age from which the municipality may help at home."""
_FIRST_ORDINAL: Final = 10

_SHAPES: Final = (
    # what sort of household, how many of a hundred
    ("young", 14),
    ("couple", 15),
    ("family", 29),
    ("single-parent", 6),
    ("middle", 15),
    ("old-couple", 11),
    ("old", 10),
)


@dataclass(slots=True)
class Household:
    """Those who live together: grown-ups first. `due`: when the first woman of it expects a child, by ultrasound."""

    key: str
    shape: str
    people: list[Person] = field(default_factory=list)
    due: date | None = None
    near: bool = False
    """Among the first in the region, where more happens now, so that a small one shows all that a large one has."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Identity numbers of people in other households who are close to somebody here, by their key."""
    relatives: dict[str, list[tuple[str, tuple[str, str], str]]] = field(default_factory=dict)
    """By a person's key: (v3-RoleCode, name, telephone) of those close to her who live elsewhere."""

    def grown(self) -> list[Person]:
        """Those who are grown up here."""
        return [person for person in self.people if not person.member.startswith("child")]

    def children(self) -> list[Person]:
        """The children of the grown-ups."""
        return [person for person in self.people if person.member.startswith("child")]


class Numbers:
    """Synthetic identity numbers, each given once. Which are given is a bit for each day and series."""

    _FIRST = date(1910, 1, 1).toordinal()

    def __init__(self) -> None:
        self._given = bytearray(130 * 366 * 1000 // 8)

    def new(self, rng: Random, gender: str, born: date) -> str:
        """A number nobody here has."""
        low, high = (0, 499) if born.year < 2000 else (500, 999)
        while True:
            series = rng.randrange(low, high + 1)
            place = (born.toordinal() - self._FIRST) * 1000 + series
            if series % 2 == (gender == "male") and not self._given[place >> 3] >> (place & 7) & 1:
                number = synthetic_number(born, series)
                if number is not None:
                    self._given[place >> 3] |= 1 << (place & 7)
                    return number


class People:
    """Makes households in their order."""

    def __init__(self, seed: int, today: date, places: Places) -> None:
        self._seed = seed
        self._today = today
        self._places = places
        self._numbers = Numbers()
        self._ordinals: dict[int, int] = {}
        self._old: dict[int, int] = {}

    def cast(self) -> list[Household]:
        """The households of the cast, all in the first district."""
        rng, today = Random(f"{self._seed}/cast"), self._today
        due, rising, asked = (
            today + timedelta(days=TERM - days) for days in (32 * 7 + 4, 33 * 7 + 1, 35 * 7 + 2)
        )  # weeks and days of three who expect
        told = (
            ("h-ida", "family", due, (
                (PREGNANT, ("Ida", "Nordmarken"), "female", _years(today, 31, 140), "grown1", 0),
                (PARTNER, ("Jon", "Brevik"), "male", _years(today, 33, 71), "grown2", 0),
                (TODDLER, ("Live", "Brevik"), "female", today - timedelta(days=461), "child1", 0),
            )),
            ("h-olav", "old", None, ((OLD_MAN, ("Olav", "Sæterbø"), "male", _years(today, 84, 40), "grown1", 0),)),
            ("h-marit", "middle", None,
             ((DAUGHTER, ("Marit", "Lian"), "female", _years(today, 56, 222), "grown1", 1),)),
            ("h-sara", "single-parent", None, (
                (MOTHER, ("Sara", "Haile"), "female", _years(today, 34, 201), "grown1", 0),
                (CHILD, ("Elias", "Haile"), "male", today - timedelta(days=494), "child1", 0),
            )),
            ("h-asbjorn", "old", None,
             ((CARED, ("Asbjørn", "Vikan"), "male", _years(today, 81, 75), "grown1", 0),)),
            ("h-randi", "middle", None,
             ((BLEEDING, ("Randi", "Solem"), "female", _years(today, 47, 61), "grown1", 0),)),
            ("h-gudrun", "old", None,
             ((REVIEWED, ("Gudrun", "Hegge"), "female", _years(today, 79, 102), "grown1", 0),)),
            ("h-maren", "young", rising,
             ((RISING, ("Maren", "Skjelstad"), "female", _years(today, 29, 118), "grown1", 0),)),
            ("h-silje", "young", asked,
             ((ASKED_FOR, ("Silje", "Hestdal"), "female", _years(today, 27, 33), "grown1", 0),)),
            ("h-tove", "middle", None,
             ((SEEN_NEXT, ("Tove", "Rian"), "female", _years(today, 52, 87), "grown1", 0),)),
            ("h-torleif", "old", None,
             ((READY, ("Torleif", "Grande"), "male", _years(today, 84, 150), "grown1", 0),)),
            ("h-kaare", "old", None,
             ((UNTAKEN, ("Kåre", "Aune"), "male", _years(today, 73, 19), "grown1", 0),)),
        )  # fmt: skip
        found: list[Household] = []
        for key, shape, expected, members in told:
            home = Household(key, shape, due=expected)
            for name, full, gender, born, member, gp in members:
                home.people.append(self._person(rng, name, full, gender, born, (0, gp), key, member))
            found.append(home)
        by_key = {person.key: person for home in found for person in home.people}
        found[1].numbers[DAUGHTER] = by_key[DAUGHTER].number
        return found

    def household(self, number: int) -> Household:
        """The household of this number among the ordinary ones; they must be asked for in their order."""
        rng, key = Random(f"{self._seed}/h{number}"), f"h{number}"
        # The first goes to the second district: the first already has the cast.
        in_block = number % (HOUSEHOLDS * PER_BLOCK)
        district = number // (HOUSEHOLDS * PER_BLOCK) * PER_BLOCK + (in_block + 1) % PER_BLOCK
        expecting = number < EXPECTING and number % 7 == 3
        shape = "couple" if expecting else rng.choices([s for s, _ in _SHAPES], [w for _, w in _SHAPES])[0]
        if number < NEAR and district == 0 and number // PER_BLOCK % 3 == 1 and not expecting:
            shape = "old" if number // PER_BLOCK % 2 else "old-couple"  # for those of the cast who care for them
        home = Household(key, shape, near=number < NEAR)
        if expecting:
            home.due = self._today + timedelta(days=TERM - (6 + number // 7 * 11 % 35) * 7 - rng.randrange(7))
        ages = _ages(rng, shape, expecting=expecting)
        surname = ""
        for place, (age, gender) in enumerate(ages):
            born = self._today - timedelta(days=int(age * 365.25))
            given = names.given(rng, gender, born.year)
            while surname and not names.fits(given, surname):
                given = names.given(rng, gender, born.year)
            member = f"grown{place + 1}" if place < 2 and age >= 18 else f"child{place + 1}"
            if not surname or (member.startswith("grown") and rng.random() < 0.4):
                surname = names.family(rng, given)
            key = f"{home.key}{'abcdefgh'[place]}"
            home.people.append(
                self._person(
                    rng, key, (given, surname), gender, born, (district, number // PER_BLOCK % 2), home.key, member
                )
            )
        if home.due is None and shape in ("couple", "family"):
            home.due = self._by_chance(rng, home)
        _relatives(rng, home, self._today)
        return home

    def _by_chance(self, rng: Random, home: Household) -> date | None:
        mother = next((p for p in home.grown() if p.female and 20 <= p.age(self._today) <= 41), None)
        youngest = min((self._today - child.born).days for child in home.children()) if home.children() else 9999
        if mother is None or youngest < 420 or rng.random() > 0.06:
            return None
        return self._today + timedelta(days=TERM - rng.randrange(35, 285))

    def _person(
        self,
        rng: Random,
        key: str,
        name: tuple[str, str],
        gender: str,
        born: date,
        place: tuple[int, int],
        home: str,
        member: str,
    ) -> Person:
        """`place`: the district, and which of its GPs."""
        district, gp = place
        there = self._places.district(district)
        ordinal = self._ordinals.get(district, 0 if key in _TOLD else _FIRST_ORDINAL)
        self._ordinals[district] = ordinal + 1
        among_old = self._old.get(district, 0)
        self._old[district] = among_old + (self._today.year - born.year >= OLD)
        age = (self._today - born).days / 365.25
        died = None
        if age > 76 and key not in _TOLD and rng.random() < 0.07:
            died = self._today - timedelta(days=rng.randrange(20, 500))
        start = max(born + timedelta(days=5), date(self._today.year - 7, 1 + ordinal % 6, 1))
        lists: tuple[tuple[date, str], ...] = ((start, there.gps[gp]),)
        if gp == 1 and there.former is not None:
            former, left = there.former
            since = self._places.staff[there.gps[1]].since
            if start <= left and (died is None or died > since):
                lists = ((start, former), (since, there.gps[1]))
            elif start <= left:
                lists = ((start, former),)
        return Person(
            key=key, name=name, gender=gender, born=born, number=self._numbers.new(rng, gender, born),
            municipality=there.municipality, district=district, ordinal=ordinal, among_old=among_old,
            household=home, member=member, lists=lists, died=died,
        )  # fmt: skip


_TOLD = frozenset({
    PREGNANT, PARTNER, TODDLER, OLD_MAN, DAUGHTER, MOTHER, CHILD, CARED, BLEEDING, REVIEWED, RISING, ASKED_FOR,
    SEEN_NEXT, READY, UNTAKEN,
})  # fmt: skip


def households(seed: int, today: date, places: Places, count: int) -> Iterator[Household]:
    """The cast's households and then others, until there are `count` people (at least CAST) in all."""
    maker = People(seed, today, places)
    left = count
    for home in maker.cast():
        left -= len(home.people)
        yield home
    number = 0
    while left > 0:
        home = maker.household(number)
        del home.people[left:]
        left -= len(home.people)
        number += 1
        yield home


def people(seed: int, today: date, count: int) -> list[Person]:
    """So many citizens, those of the cast first. The same for the same seed and day."""
    places = Places(seed, today)
    return [person for home in households(seed, today, places, count) for person in home.people]


def _years(today: date, years: int, days: int) -> date:
    """A birthday that makes somebody so many years old today: `days` before today, in that year."""
    return date(today.year - years, today.month, min(today.day, 28)) - timedelta(days=days)


def _ages(rng: Random, shape: str, *, expecting: bool) -> list[tuple[float, str]]:
    """(age in years, gender) of those in a household, grown-ups first."""
    if shape in ("family", "single-parent"):
        return _with_children(rng, shape)
    span = {"young": (19, 35), "couple": (24, 58), "middle": (45, 67), "old-couple": (66, 88), "old": (69, 99)}[shape]
    age = rng.uniform(21, 40) if expecting else rng.uniform(*span)
    gender = "female" if expecting or rng.random() < (0.64 if shape == "old" else 0.5) else "male"
    found = [(age, gender)]
    if shape in ("couple", "old-couple") or (shape == "middle" and rng.random() < 0.65):
        other = {"female": "male", "male": "female"}[gender]
        if rng.random() < 0.03 and not expecting:
            other = gender
        younger = -rng.uniform(-1, 6) if other == "female" else rng.uniform(-1, 6)
        found.append((max(19.5, age + younger), other))
    return found


def _with_children(rng: Random, shape: str) -> list[tuple[float, str]]:
    mother = rng.uniform(23, 52)
    found = [(mother, "female")]
    if shape == "family":
        found.append((mother + rng.uniform(-2, 7), "male"))
    elif rng.random() < 0.2:
        found = [(mother + 2, "male")]
    youngest = rng.uniform(max(0.1, mother - 42), min(17.5, mother - 21))
    age = youngest
    for _ in range(rng.choices((1, 2, 3), (30, 50, 20))[0]):
        if age > 17.9 or mother - age < 20:
            break
        found.append((age, rng.choice(("female", "male"))))
        age += rng.uniform(1.6, 4.2)
    return found


def _relatives(rng: Random, home: Household, today: date) -> None:
    """Grown-up children of the old, and a parent or friend of those who live alone."""
    for person in home.grown():
        age = person.age(today)
        if age < 62 and len(home.grown()) > 1:
            continue
        gender = rng.choice(("female", "male"))
        code = ("DAUC" if gender == "female" else "SONC") if age >= 62 else ("MTH" if gender == "female" else "FTH")
        year = person.born.year + (28 if age >= 62 else -29)
        given = names.given(rng, gender, year)
        while not names.fits(given, person.name[1]):
            given = names.given(rng, gender, year)
        surname = person.name[1] if rng.random() < 0.6 else names.family(rng, given)
        phone = f"+47 9{rng.randrange(100, 1000)} 00 {rng.randrange(100, 1000)}"
        home.relatives[person.key] = [(code, (given, surname), phone)]
