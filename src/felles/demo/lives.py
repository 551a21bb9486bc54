# ruff: noqa: E501 - notes are read by their lines
"""An ordinary life: who somebody is, her GP's list, and the courses that her age and dice give her."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from felles.access.codes import GP_LIST
from felles.demo import courses, family, municipal, persons, planned
from felles.demo.admissions import ILLNESSES, admissions, admit_now
from felles.demo.calendar import open_before, open_day
from felles.demo.chart import Chart
from felles.demo.childhood import childhood
from felles.demo.complaints import COMPLAINTS
from felles.demo.ordered import blood_tests
from felles.demo.passing import adult_vaccines, complain, complaints
from felles.demo.pregnancy import SPARED, Course, born_here, newborn
from felles.demo.taking import fetched
from felles.demo.today import checked_today, child_today, urgent_today
from felles.demo.wishes import followed

if TYPE_CHECKING:
    from felles.demo.districts import Places
    from felles.demo.people import Household
    from felles.demo.world import Life, Person

CHILD_HEALTH = "child-health"
"""Our code for the follow-up of a small child by its health station."""


def begin(chart: Chart) -> None:
    """The Patient, her place on GPs' lists, who belongs to her."""
    person = chart.person
    gp = chart.staff(person.gp)
    chart.life.entries.append((person.gp, persons.patient(person, gp, family.phone_of(person))))
    for place, (start, key) in enumerate(person.lists):
        after = person.lists[place + 1][0] if place + 1 < len(person.lists) else None
        end = after - timedelta(days=1) if after is not None else person.died
        staff = chart.staff(key)
        office = chart.place(staff.organisation)
        chart.add(key, planned.episode(person, GP_LIST, "Fastlegeliste", office, staff, start, end=end))
    family.relatives(chart)


def finish(chart: Chart) -> Life:
    """The life, whole: what was taken ends with death."""
    if chart.person.died is not None:
        for key in chart.taking():
            chart.stop(key, chart.person.died, "Død")
    return chart.life


def ordinary(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """The life of somebody about whom no story is told."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    courses.allergies(chart)
    years = (chart.last - chart.start).days / 365.25
    if person.member.startswith("child"):
        _child(chart, years)
    else:
        _grown(chart, years)
    if _is_near(chart):
        _now(chart, int(home.key[1:]))
    if person.died is None and chart.moved is None and person.age(today) >= 18:
        fetched(chart)
    return finish(chart)


def _is_near(chart: Chart) -> bool:
    """Whether she is among those to whom more happens now."""
    return chart.home.near and chart.person.died is None


def _child(chart: Chart, years: float) -> None:
    newborn(chart)
    if (chart.today - chart.person.born).days < 6 * 365:
        nurse = chart.staff(chart.district.health_nurse)
        station = chart.place(chart.district.health_station)
        since = open_day(chart.person.born + timedelta(days=7))
        if since <= chart.today:
            chart.add(
                nurse.key, planned.episode(chart.person, CHILD_HEALTH, "Helsestasjon 0–5 år", station, nurse, since)
            )
    childhood(chart)
    if _is_near(chart):
        child_today(chart)
    problems = courses.assign(chart)
    courses.follow(chart, problems)
    complaints(chart, years)
    courses.coming_control(chart, problems)


def _grown(chart: Chart, years: float) -> None:
    home, person = chart.home, chart.person
    mother = person.female and next((p.key for p in home.grown() if p.female), "") == person.key
    children = [child for child in home.children() if child.born > chart.start + timedelta(days=60)] if mother else []
    expecting = home.due is not None and mother
    problems = courses.assign(chart, spared=SPARED if expecting or children else ())
    for child in sorted(children, key=lambda child: child.born):
        born_here(chart, child)
    if expecting and home.due is not None:
        course = Course(chart, home.due, high=chart.rng.random() < 0.12)
        course.told(until=chart.today)
        today = home.near and int(home.key[1:]) // 7 % 2 == 0
        ahead = course.book_next(today=today)
        if today:
            checked_today(chart, ahead)
    granted = municipal.decide(chart)
    chart.moved = granted.moved
    courses.follow(chart, problems)
    followed(chart, chart.last - timedelta(days=40 + person.ordinal % 300))
    admissions(chart, years)
    if _is_near(chart):
        _admitted_now(chart, int(home.key[1:]))
    complaints(chart, years)
    blood_tests(chart, problems)
    municipal.care(chart, granted)
    adult_vaccines(chart)
    if granted.moved is None:
        courses.coming_control(chart, problems)


def _admitted_now(chart: Chart, number: int) -> None:
    """Some of the old are in hospital these days."""
    person, near = chart.person, chart.person.district < 2
    oldest = min(chart.home.grown(), key=lambda other: other.born).key == person.key
    if not oldest or chart.moved is not None or "heart-failure" in chart.conditions or _was_admitted(chart):
        return
    if person.age(chart.today) >= (75 if near else 78) and (near or number % 3 == 0):
        admit_now(chart, ILLNESSES["hip" if near or person.ordinal % 2 else "pneumonia"], 1 + number % 5)


def _now(chart: Chart, number: int) -> None:
    """What happens these days in a small region: somebody at the out-of-hours clinic, on her way to a specialist."""
    age, rng = chart.person.age(chart.today), chart.rng
    if number % 6 == 1 and 4 <= age <= 70:
        urgent = [c for c in COMPLAINTS if c.urgent and c.ages[0] <= age <= c.ages[1] and c.icpc not in ("R80", "K02")]
        if urgent:
            complain(chart, chart.today - timedelta(days=1 + number // 6 % 9), rng.choice(urgent))
    if number % 7 == 4 and 4 <= age <= 70 and chart.person.key.endswith("a") and not chart.absent(chart.today):
        urgent_today(chart, rng.choice([c for c in COMPLAINTS if c.urgent and c.ages[0] <= age <= c.ages[1]]))
    if chart.person.female and 24 <= age <= 60 and number % 5 == 2 and chart.home.due is None:
        sent = open_before(chart.today - timedelta(days=6 + number % 30))
        while chart.meets(sent, sent):
            sent = open_before(sent - timedelta(days=1))
        place, author = courses.there(chart, "gyn")
        gp = chart.gp(sent)
        visit = chart.consult("Blødninger utenom menstruasjon" if age < 50 else "Blødning etter overgangsalderen", sent)
        chart.measure(visit, "hb", "ferritin")
        question = f"{'Uregelmessige blødninger i fire måneder' if age < 50 else 'Sparsom blødning etter overgangsalderen'}. Hb {{hb}}."
        chart.note(visit, "Henvisning til gynekolog", f"{question}\nGyn. us. uten sikkert funn. Henvises gynekolog.")
        text = chart.fill(question, visit) + " Spørsmål om ultralyd og prøve fra slimhinnen."
        chart.add(
            gp,
            planned.referral(
                chart.person,
                "Gynekologisk vurdering",
                chart.said(gp, text),
                chart.place(place),
                chart.staff(gp),
                visit.day,
                urgent=age >= 50,
            ),
        )
        if number % 2:
            chart.book(
                author,
                "Gynekologisk undersøkelse",
                open_day(chart.today + timedelta(days=3 + number % 20)),
                9 + number % 6,
                0,
                minutes=30,
            )


def _was_admitted(chart: Chart) -> bool:
    """Whether she was in hospital these last months."""
    limit = (chart.today - timedelta(days=60)).isoformat()
    return any(
        made["resourceType"] == "Encounter" and made["class"]["code"] == "IMP" and made["period"]["start"] > limit
        for _, made in chart.life.entries
    )
