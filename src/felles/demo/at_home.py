# ruff: noqa: E501 - notes are read by their lines
"""Asbjørn, 81, whom home care visits: his GP saw him after their last visit, and something was changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from felles.demo import courses, municipal
from felles.demo.calendar import open_before, open_day
from felles.demo.chart import Chart
from felles.demo.lives import begin, finish
from felles.demo.problems import PROBLEMS

if TYPE_CHECKING:
    from felles.demo.districts import Places
    from felles.demo.people import Household
    from felles.demo.world import Life, Person


def cared(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """For the home-care nurse: heart failure, a dose changed yesterday, a visit today."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    chart.settled = frozenset({"kandesartan"})
    chart.body.begin("hypertension", today - timedelta(days=2400))
    chart.body.begin("heart-failure", today - timedelta(days=1200))
    courses.follow(chart, [PROBLEMS["hypertension"], PROBLEMS["heart-failure"]])
    day = open_before(today - timedelta(days=1))
    municipal.care(chart, municipal.Care(open_day(today - timedelta(days=230)), None), seen_until=day)
    visit = chart.consult("Hovne ankler", day)
    chart.pressure(visit)
    chart.measure(visit, "vekt", "kreatinin", "kalium")
    if chart.taken("furosemid") is not None:
        chart.stop("furosemid", day, "Økt dose ved hjertesvikt")
    chart.prescribe(visit.author, "furosemid-80", day, "Hjertesvikt")
    chart.note(
        visit,
        "Hovne ankler",
        "Hovnere i anklene siste uke, sover med to puter.\nUS: BT {bt}, vekt {vekt} kg. Ødem til midt på leggen. Kreatinin {kreatinin}, K {kalium}.\n"
        "V: Furosemid økt til 80 mg om morgenen. Hjemmesykepleien veier ham, og melder fra ved mer enn to kilo på tre døgn.",
    )
    return finish(chart)
