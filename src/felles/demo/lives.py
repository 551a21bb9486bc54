"""An ordinary life: a GP list, problems that are followed for years, and what comes and goes."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from felles.access.codes import GP_LIST
from felles.demo import build
from felles.demo.catalog import ALLERGIES, ILLNESSES, MEDICINES, PROGRAMME, SHORT, TESTS, Illness
from felles.demo.places import HEALTH_STATION, STAFF
from felles.demo.world import Life, Person

YEARS = 5
"""How far back a life is told."""


def ordinary(person: Person, today: date, rng: Random) -> Life:
    """The life of somebody about whom no story is told."""
    life = begin(person, today)
    age = person.age(today)
    if age < 6:
        grow(life, rng)
    ill = [each for each in ILLNESSES if each.ages[0] <= age <= each.ages[1] and rng.random() < each.share]
    for illness in ill[:3]:
        follow(life, illness, rng)
    if rng.random() < 0.3:
        substance, reaction, severe = rng.choice(ALLERGIES)
        day = life.ago(rng.randrange(400, 1500))
        if day > person.born:
            life.add(person.gp, build.allergy(person, substance, reaction, severe, day, person.gp))
    for _ in range(rng.randrange(1, 3)):
        complain(life, rng)
    if rng.random() < 0.3:
        book(life, "Kontroll hos fastlegen", rng)
    return life


def begin(person: Person, today: date) -> Life:
    """A life with its Patient and its place on a GP's list."""
    life = Life(person, today)
    office = STAFF[person.gp].organisation
    life.entries.append((person.gp, build.patient(person)))
    start = max(person.born, date(today.year - 7, 3, 1))
    life.add(person.gp, build.episode(person, GP_LIST, "Fastlegeliste", office, person.gp, start))
    return life


def follow(life: Life, illness: Illness, rng: Random) -> None:
    """A problem with its medicines, controlled twice a year."""
    person, gp = life.person, life.person.gp
    back = min(rng.randrange(2 * 365, YEARS * 365), (life.today - person.born).days - 30)
    onset = life.ago(back)
    life.add(gp, build.condition(person, illness.icpc, illness.name, onset, gp))
    for key in illness.medicines:
        started = onset + timedelta(days=rng.randrange(0, 60))
        life.add(gp, build.prescription(person, MEDICINES[key], started, gp))
    count = max(3, min(8, back // 200))
    for turn in range(count):
        day = onset + timedelta(days=(back - 20) * turn // max(1, count - 1))
        control(life, illness, day, turn / max(1, count - 1), rng)
    if illness.refer_to is not None and rng.random() < 0.5:
        unit, text = illness.refer_to
        life.add(gp, build.referral(person, text, illness.name, unit, gp, life.ago(rng.randrange(10, 60))))


def control(life: Life, illness: Illness, day: date, share: float, rng: Random) -> None:
    """One control at the GP's: measurements as far as the course has come (0 to 1), and a note."""
    person, gp = life.person, life.person.gp
    text = f"Kontroll: {illness.name.lower()}"
    encounter = life.add(gp, build.contact(person, "AMB", text, STAFF[gp].organisation, gp, day))
    for course in illness.courses:
        value = course.begin + (course.end - course.begin) * share + rng.uniform(-course.stray, course.stray)
        life.add(gp, build.result(person, TESTS[course.test], value, day, gp, encounter))
    if illness.pressure is not None:
        first, last = illness.pressure
        upper, lower = (round(a + (b - a) * share + rng.uniform(-5, 5)) for a, b in zip(first, last, strict=True))
        life.add(gp, build.blood_pressure(person, upper, lower, day, gp, encounter))
    life.add(gp, build.note(person, text, rng.choice(illness.notes), day, gp, encounter))


def complain(life: Life, rng: Random) -> None:
    """A passing complaint: a contact, a note, and a problem that is over."""
    person, gp = life.person, life.person.gp
    day = life.ago(rng.randrange(15, min(900, (life.today - person.born).days - 10)))
    icpc, name, text = rng.choice(SHORT)
    encounter = life.add(gp, build.contact(person, "AMB", name, STAFF[gp].organisation, gp, day))
    life.add(gp, build.condition(person, icpc, name, day, gp, over=True))
    if icpc in {"R74", "A04"}:
        life.add(gp, build.result(person, TESTS["crp"], rng.uniform(1, 18), day, gp, encounter))
    life.add(gp, build.note(person, name, text, day, gp, encounter))


def book(life: Life, text: str, rng: Random) -> None:
    """An appointment at the GP's within the next weeks."""
    person, gp = life.person, life.person.gp
    day = weekday(life.today + timedelta(days=rng.randrange(1, 30)))
    life.add(gp, build.appointment(person, text, STAFF[gp].organisation, gp, day, rng.randrange(8, 15)))


def weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday()) % 7) if day.weekday() > 4 else day


def grow(life: Life, rng: Random) -> None:
    """A small child: the childhood programme's vaccines, weight and height at the health station."""
    person = life.person
    age = (life.today - person.born).days
    tall, heavy = rng.uniform(-2, 2), rng.uniform(-0.6, 0.8)
    for days in (42, 91, 152, 240, 365, 456, 730, 1460):
        if days < age:
            day = person.born + timedelta(days=days)
            text = "Kontroll på helsestasjonen"
            encounter = life.add("hanne", build.contact(person, "AMB", text, HEALTH_STATION, "hanne", day))
            months = days / 30.4
            weight = 3.5 + 0.75 * min(months, 6) + 0.32 * max(0, min(months, 18) - 6) + 0.19 * max(0, months - 18)
            height = 50 + 3 * min(months, 6) + 1.3 * max(0, min(months, 18) - 6) + 0.75 * max(0, months - 18)
            life.add("hanne", build.result(person, TESTS["vekt"], weight + heavy, day, "hanne", encounter))
            life.add("hanne", build.result(person, TESTS["hoyde"], height + tall, day, "hanne", encounter))
    for days, name, atc in PROGRAMME:
        if days < age:
            given = person.born + timedelta(days=days)
            life.add("hanne", build.vaccine(person, name, atc, given, "hanne"))
