# ruff: noqa: E501 - notes are read by their lines
"""People for the first task of a group, beside those of whom more is told: nobody else's task needs them.

Randi, 47, bleeds heavily and comes to her GP today; what was taken came back low, and her blood pressure is high.
Gudrun, 79, broke her arm; her list, what she says and what was collected do not agree.
Maren, 33+1, comes to the midwife today, and her blood pressure rises; Silje, 35+2, is referred by the midwife today.
Tove, 52, bleeds again, and waits for a time. Torleif, 84, can go home. Of Kåre, 73, his GP asked, and nobody answered.

Which of the cast each first task begins on is said once, in `cards` (`Card.people`).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from felles.access.handovers.states import UNTAKEN
from felles.demo import build, courses, municipal, planned, taking
from felles.demo.calendar import SLOTS, coming, open_before, open_day, slot
from felles.demo.chart import Chart, Visit
from felles.demo.drugs import DRUGS
from felles.demo.lives import begin, finish
from felles.demo.ordered import Sample, order
from felles.demo.places import CLINIC, GYNAECOLOGIST, MATERNITY, PHARMACY
from felles.demo.pregnancy import Course
from felles.demo.problems import PROBLEMS
from felles.demo.today import cast_today
from felles.record.codes import HANDOVER_STATE_SYSTEM

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
    tests, low = ["hb", "ferritin"], {"hb": 10.1, "ferritin": 6.0}
    order(chart, Sample(visit, "Blodprøver: Hb, ferritin", "Kraftige blødninger", back, told=low), tests)
    _unanswered(chart)
    cast_today(chart)
    return finish(chart)


def _unanswered(chart: Chart) -> None:
    """What the laboratory got three weeks ago and never answered."""
    day = open_before(chart.today - timedelta(days=20))
    visit = chart.visit("ingrid", "AMB", "Sliten, blodprøver", day, 9, 10, minutes=10)
    chart.note(
        visit,
        "Prøver tatt",
        "Sliten i høst. Stoffskifteprøver i dag: TSH og fritt T4. Svar om to til fem dager.",
        minutes=8,
    )
    order(chart, Sample(visit, "Blodprøver: TSH, fritt T4", "Sliten", None), ["tsh", "ft4"])


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
    for text, why, back, tests in (
        ("Blodprøver: CRP, Hb", "Feber i natt", chart.today, ["crp", "hb"]),
        ("Blodprøver: vitamin D, B12", "Falt, osteoporose?", None, ["d-vitamin", "b12"]),
    ):
        order(chart, Sample(stay, text, why, back, told={"crp": 86.0}), tests)
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


def _expecting(chart: Chart) -> Course:
    """Healthy, her first child: what was written until a week ago."""
    begin(chart)
    chart.smokes = False
    chart.body.pressure = (116.0, 72.0)
    assert chart.home.due is not None  # noqa: S101 - the households of those who expect have it
    course = Course(chart, chart.home.due)
    course.told(until=chart.today - timedelta(days=7))
    return course


def rising(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Maren: for the midwife, who measures twice and rings."""
    chart = Chart(person, home, places, today, start, seed)
    course = _expecting(chart)
    day = open_before(today - timedelta(days=3))
    week = (day - course.conceived).days // 7
    course.control(week, day, pressure=(138, 88), protein="Spor", told="Godt med liv. Litt hodepine i går kveld.")
    chart.book("synne", "Blodtrykkskontroll", open_day(today), *slot(SLOTS - 1), minutes=10)
    return finish(chart)


def asked_for(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Silje: for the obstetrician, whom the midwife asks today."""
    chart = Chart(person, home, places, today, start, seed)
    course = _expecting(chart)
    day = open_before(today)
    week = (day - course.conceived).days // 7
    course.control(
        week, day, pressure=(144, 94), protein="1+", told="Hodepine siden i går. Godt med liv. Ringes opp i dag."
    )
    reason = f"BT 144/94 og protein 1+ i uke {week}, før det normalt trykk. Hodepine siden i går. Hva gjør vi, og når?"
    asked = planned.referral(
        person, "Høyt blodtrykk i svangerskapet", reason, chart.place(MATERNITY), chart.staff("synne"), day, urgent=True
    )
    chart.add("synne", asked)
    return finish(chart)


def seen_next(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Tove: for the gynaecologist, who gives her a time and answers her GP."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    visit = chart.consult("Blødning etter overgangsalderen", today - timedelta(days=4))
    chart.pressure(visit)
    chart.measure(visit, "hb")
    chart.note(
        visit,
        "Blødning etter overgangsalderen",
        "To blødninger siste måned, siste menstruasjon for halvannet år siden.\nUS: BT {bt}, Hb {hb}. Livmorhals uten synlige forandringer.\nV: Henvises gynekolog.",
    )
    reason = (
        "52 år, to blødninger halvannet år etter siste menstruasjon. Hb i journalen. Ultralyd og prøve fra livmoren?"
    )
    gp, to = chart.staff(visit.author), chart.place(GYNAECOLOGIST)
    chart.add(visit.author, planned.referral(person, "Blødning etter overgangsalderen", reason, to, gp, visit.day))
    return finish(chart)


def ready(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Torleif: for the ward nurse, who reports him ready, and the municipality, which answers."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    chart.body.begin("hypertension", today - timedelta(days=2000))
    courses.follow(chart, [PROBLEMS["hypertension"]])
    day = today - timedelta(days=5)
    stay = chart.stay("jonas", "Brudd i bekkenet", (day, 13), None)
    municipal.care(chart, municipal.Care(open_day(today - timedelta(days=300)), None), seen_until=day)
    home_told = {"valueString": "Bor alene i enebolig på ett plan. Rullator inne, to trinn til inngangen."}
    chart.find("lise", "Bosituasjon", "63503-7", home_told, (day - timedelta(days=12), 10, 0))
    chart.fell = day
    chart.pressure(stay, (136, 76))
    chart.measure(stay, "hb", "kreatinin", puls=84)
    chart.diagnose("jonas", ("L76", "S32.5"), "Brudd i bekkenet", day, key="pelvis", visit=stay)
    chart.prescribe("jonas", "paracetamol-fast", day, "Brudd i bekkenet")
    chart.note(
        stay,
        "Innkomstjournal",
        "84 år gammel mann, falt på trappa. Stabilt brudd i bekkenet, ingen operasjon.\nUS: BT {bt}, puls {puls}. Hb {hb}, kreatinin {kreatinin}.\nPlan: opp og gå med full belastning, smertelindring, hjem når han går på rommet.",
        minutes=40,
    )
    morning = Visit(stay.reference, "amir", today, 7, 30)
    chart.pressure(morning, (128, 72))
    chart.note(
        morning, "Sykepleienotat, natt", "Sovet godt. Går på rommet med rullator uten hjelp. BT {bt}.", minutes=10
    )
    return finish(chart)


def untaken(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Kåre: for the operator. His GP asked, nobody came, and it is his GP's again."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    visit = chart.consult("Vondt i hofta", today - timedelta(days=16))
    chart.note(
        visit,
        "Vondt i hofta",
        "Vondt i lysken når han går, verre siste halvår. Sover dårlig.\nUS: Nedsatt innadrotasjon. Røntgen viser slitasje.\nV: Spør ortopedene om tid til vurdering.",
    )
    gp = chart.staff(visit.author)
    asked = planned.task(
        person,
        "Når kan hofta vurderes? Sover dårlig av smertene",
        build.at(chart.place(CLINIC)),
        gp,
        visit.day,
        coming(today, 2)[1],
    )
    said = {"coding": [{"system": HANDOVER_STATE_SYSTEM, "code": UNTAKEN}], "text": "Ingen har tatt den"}
    chart.add(visit.author, asked | {"businessStatus": said})
    return finish(chart)
