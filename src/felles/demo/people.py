"""The citizens: three whom stories are told about, a child, and as many more as are asked for."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from felles.demo.places import MUNICIPALITIES
from felles.demo.world import Person
from felles.fhir.norway.identity import synthetic_number

_WOMEN = (
    "Anne", "Berit", "Eva", "Gunn", "Hilde", "Ida", "Ingeborg", "Jorunn", "Kari", "Lena", "Liv", "Marit", "Mona",
    "Nora", "Randi", "Sigrid", "Silje", "Solveig", "Tone", "Turid", "Unni", "Vigdis", "Astrid", "Emma", "Frida",
    "Amina", "Zahra", "Daria", "Lan", "Maryam",
)  # fmt: skip
_MEN = (
    "Arne", "Bjørn", "Egil", "Einar", "Geir", "Håkon", "Ivar", "Jan", "Kjell", "Lars", "Magnus", "Odd", "Per",
    "Rolf", "Sindre", "Stian", "Svein", "Terje", "Tor", "Trond", "Vidar", "Øyvind", "Jakob", "Emil", "Noah", "Ali",
    "Tomasz", "Minh", "Yusuf", "Samuel",
)  # fmt: skip
_FAMILIES = (
    "Aune", "Berg", "Bjerkan", "Bolme", "Brekken", "Dahlen", "Eidem", "Engan", "Fagerli", "Flaten", "Forbord",
    "Garberg", "Grande", "Halset", "Hammer", "Hjelde", "Hofstad", "Holte", "Kjelstad", "Kolstad", "Krogstad",
    "Kvaløy", "Lium", "Lund", "Myhre", "Nesset", "Okkenhaug", "Overvik", "Reitan", "Rostad", "Ryan", "Sandvik",
    "Skaget", "Skjerve", "Solem", "Stavrum", "Storli", "Svorkmo", "Tiller", "Torgård", "Trøan", "Ulset", "Viken",
    "Vollan", "Wold", "Øyen", "Ahmed", "Nowak", "Nguyen", "Haddad",
)  # fmt: skip

PREGNANT = "ida"
OLD_MAN = "olav"
MOTHER = "sara"
CHILD = "elias"


def people(seed: int, today: date, count: int = 60) -> list[Person]:
    """So many citizens, the four of the stories first. The same for the same seed and day."""
    rng = Random(seed)
    taken: set[str] = set()
    told = [
        (PREGNANT, ("Ida", "Nordmarken"), "female", _years(today, 31, 140), "5001", "ingrid"),
        (OLD_MAN, ("Olav", "Sæterbø"), "male", _years(today, 84, 40), "5001", "ingrid"),
        (MOTHER, ("Sara", "Haile"), "female", _years(today, 34, 201), "5001", "ingrid"),
        (CHILD, ("Elias", "Haile"), "male", today - timedelta(days=480), "5001", "ingrid"),
    ]
    found = [
        Person(key, name, gender, born, _number(rng, gender, born, taken), place, gp)
        for key, name, gender, born, place, gp in told
    ]
    found += [_anybody(rng, number, today, taken) for number in range(len(told), count)]
    return found


def _anybody(rng: Random, number: int, today: date, taken: set[str]) -> Person:
    gender = rng.choice(("female", "male"))
    given = rng.choice(_WOMEN if gender == "female" else _MEN)
    born = today - timedelta(days=rng.randrange(200, 93 * 365))
    gp = rng.choices(("ingrid", "per-arne", "ola"), (5, 3, 3))[0]
    place = "5059" if gp == "ola" else rng.choice([m for m in MUNICIPALITIES if m != "5059"])
    name = (given, rng.choice(_FAMILIES))
    return Person(f"c{number}", name, gender, born, _number(rng, gender, born, taken), place, gp)


def _years(today: date, years: int, days: int) -> date:
    return date(today.year - years, 1, 1) + timedelta(days=days % 365 if today.timetuple().tm_yday > days else 0)


def _number(rng: Random, gender: str, born: date, taken: set[str]) -> str:
    """A synthetic number nobody else here has."""
    low, high = (0, 499) if born.year < 2000 else (500, 999)
    while True:
        series = rng.randrange(low, high + 1)
        if series % 2 == (gender == "male"):
            number = synthetic_number(born, series)
            if number is not None and number not in taken:
                taken.add(number)
                return number
