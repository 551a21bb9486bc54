# ruff: noqa: E501 - notes are read by their lines
"""People for the first task of a group, beside those of whom more is told: nobody else's task needs them.

Randi, 47, bleeds heavily and comes to her GP today; what was taken came back low, and her blood pressure is high.
Gudrun, 79, broke her arm; her list, what she says and what was collected do not agree.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from felles.demo import build, courses, planned, taking
from felles.demo.calendar import open_before, open_day
from felles.demo.chart import Chart
from felles.demo.drugs import DRUGS
from felles.demo.lives import begin, finish
from felles.demo.ordered import Sample, order
from felles.demo.places import PHARMACY
from felles.demo.problems import PROBLEMS
from felles.demo.today import cast_today

if TYPE_CHECKING:
    from felles.demo.districts import Places
    from felles.demo.people import Household
    from felles.demo.world import Life, Person


def bleeding(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Randi: for the GP, who changes a dose and refers her; and for the gynaecologist."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    chart.settled = frozenset({"ramipril"})
    chart.body.begin("hypertension", today - timedelta(days=1100))
    courses.follow(chart, [PROBLEMS["hypertension"]])
    if chart.taken("ramipril") is None:
        chart.prescribe("ingrid", "ramipril", open_before(today - timedelta(days=900)), "Høyt blodtrykk")
    chart.body.begin("bleeding", today - timedelta(days=240))
    chart.body.begin("iron", today - timedelta(days=120))
    visit = chart.consult("Kraftige blødninger", today - timedelta(days=6))
    chart.pressure(visit, (154, 98))
    chart.diagnose(visit.author, ("X06", "N92"), "Kraftige menstruasjoner", visit.day, key="bleeding", visit=visit)
    chart.note(
        visit,
        "Kraftige blødninger",
        "Blør i ni dager, store bind de fire første, siste åtte måneder. Sliten.\nUS: BT {bt}. Gyn. us.: livmoren føles noe stor.\n"
        "V: Blodprøver i dag. Time til svar, og da henvises hun hvis hun vil. Blodtrykket tas på nytt.",
    )
    back = open_day(visit.day + timedelta(days=2))
    tests = ["hb", "ferritin"]
    order(chart, Sample(visit, "Blodprøver: Hb, ferritin", "Kraftige blødninger", back), tests)
    cast_today(chart)
    return finish(chart)


def reviewed(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Gudrun: for the pharmacist, who proposes a change, and the ward doctor, who answers."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    chart.settled = frozenset({"ramipril"})
    for key, days in (("hypertension", 2400), ("af", 1200)):
        chart.body.begin(key, today - timedelta(days=days))
    courses.follow(chart, [PROBLEMS["hypertension"], PROBLEMS["af"]])
    reasons = {"metoprolol": "Atrieflimmer", "apixaban": "Atrieflimmer", "ramipril": "Høyt blodtrykk"}
    for key, reason in reasons.items():
        if chart.taken(key) is None:
            chart.prescribe(chart.gp(today), key, open_before(today - timedelta(days=600)), reason)
    for key, ago in (("apixaban", (290, 195, 98, 11)), ("ramipril", (280, 182, 85)), ("metoprolol", (300,))):
        for days in ago:
            day = open_before(today - timedelta(days=days))
            chart.add(chart.gp(day), taking.collected(person, DRUGS[key], day, 196 if key == "apixaban" else 98))
    _broken_arm(chart)
    return finish(chart)


def _broken_arm(chart: Chart) -> None:
    """Admitted two days ago; what she said at the bed, and what the ward doctor asks the pharmacist."""
    person, day = chart.person, chart.today - timedelta(days=2)
    chart.fell = day
    stay = chart.stay("jonas", "Brudd i overarmen", (day, 15), None)
    chart.pressure(stay, (128, 70))
    chart.measure(stay, "hb", "kreatinin", "kalium", puls=92)
    chart.diagnose("jonas", ("L76", "S42.2"), "Brudd i overarmen", day, key="arm", visit=stay)
    chart.note(
        stay,
        "Innkomstjournal",
        "79 år gammel kvinne, falt da hun sto opp om natta. Brudd i venstre overarm, fatle. Ingen operasjon.\nUS: BT {bt}, puls {puls}, uregelmessig. Hb {hb}, kreatinin {kreatinin}, K {kalium}.\n"
        "Medisiner: se listen; hun er usikker på hva hun tar. Farmasøyt bes gå gjennom.",
        minutes=40,
    )
    since = day - timedelta(days=60)
    for name, atc, dose, why in (
        ("Ramipril kapsler 5 mg", "C09AA05", "2 kapsler om morgenen", "Tok én til da trykket var høyt hos fastlegen"),
        ("Ibuprofen tabletter 400 mg", "M01AE01", "1 tablett ved behov", "Vondt i skulderen, kjøpt uten resept"),
    ):
        chart.add("amir", taking.told(person, name, atc, dose, since, day, why=why))
    text = "Gå gjennom medisinene: hun forteller noe annet enn listen, metoprolol er ikke hentet på lenge, falt da hun sto opp"
    owed = build.at(chart.place(PHARMACY))
    chart.add(
        "jonas",
        planned.task(person, text, owed, chart.staff("jonas"), day, open_day(chart.today), focus=stay.reference),
    )
