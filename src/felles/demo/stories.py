# ruff: noqa: E501 - notes are read by their lines
"""The lives of the cast: told in full, so that every persona has somebody to work with.

Ida is 32 weeks and 4 days pregnant and her blood pressure rises; Live is her child of 15 months. Olav, 84, broke his
hip four days ago; Marit is his daughter. Sara and her son Elias are their neighbours in the record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from felles.demo import build, courses, persons, planned
from felles.demo.at_home import cared
from felles.demo.calendar import coming, open_before, open_day
from felles.demo.chart import Chart
from felles.demo.childhood import childhood
from felles.demo.first_tasks import asked_for, bleeding, ready, reviewed, rising, seen_next, untaken
from felles.demo.lives import CHILD_HEALTH, begin, finish
from felles.demo.olav import old_man
from felles.demo.people import (
    ASKED_FOR,
    BLEEDING,
    CARED,
    CHILD,
    DAUGHTER,
    MOTHER,
    OLD_MAN,
    PARTNER,
    PREGNANT,
    READY,
    REVIEWED,
    RISING,
    SEEN_NEXT,
    TODDLER,
    UNTAKEN,
)
from felles.demo.places import OUT_OF_HOURS
from felles.demo.pregnancy import Course, born_here, newborn
from felles.demo.problems import PROBLEMS
from felles.demo.today import cast_today

if TYPE_CHECKING:
    from felles.demo.districts import Places
    from felles.demo.people import Household
    from felles.demo.world import Life, Person

Story = Callable[["Person", "Household", "Places", date, date, int], "Life"]


def pregnant(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Ida, second pregnancy, 32+4: midwife, GP, gynaecologist, out-of-hours clinic and hospital all know something."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    chart.smokes = False
    chart.body.tall, chart.body.build, chart.body.pressure = 168.0, 24.2, (112.0, 70.0)
    chart.body.blood = "A Rh(D) positiv"
    chart.allergy("J01C", "Penicilliner", "Utslett", False, open_before(chart.start + timedelta(days=200)))
    child = next(p for p in home.people if p.key == TODDLER)
    _cells(chart, child.born - timedelta(days=420))
    born_here(chart, child)
    assert home.due is not None  # noqa: S101 - the cast's household has it
    course = Course(chart, home.due)
    course.told(until=course.day(24))
    _early_bleeding(chart, course)
    for week, pressure, protein, told in (
        (24, (118, 72), "Negativ", "Kjenner liv. Ingen hodepine eller synsforstyrrelser."),
        (28, (126, 80), "Negativ", "Kjenner liv. Litt sliten med en ettåring i huset."),
        (
            31,
            (136, 87),
            "Spor",
            "Kjenner godt liv. Hodepine to kvelder siste uke, gikk over av hvile. Ingen synsforstyrrelser.",
        ),
    ):
        day = open_before(course.conceived + timedelta(days=week * 7 + 2))
        course.control(week, day, pressure=pressure, protein=protein, told=told)
    _to_hospital(chart, course)
    _out_of_hours(chart, course)
    _wishes(chart, course)
    soon = coming(today, 12)
    chart.book("kristin", "Vurdering av blodtrykk i svangerskapet", soon[0], 10, 30, minutes=45)
    chart.book("synne", "Svangerskapskontroll uke 33", soon[3], 9, 20, minutes=30)
    chart.book("ingrid", "Samtale om sykmelding", soon[6], 11, 0)
    chart.book("vibeke", "Kolposkopi etter fødsel", open_day(home.due + timedelta(days=92)), 10, 0, minutes=30)
    return finish(chart)


def _wishes(chart: Chart, course: Course) -> None:
    """What Ida told the midwife about the birth, and what they agreed."""
    person, synne, day = chart.person, chart.staff("synne"), open_before(course.conceived + timedelta(days=28 * 7 + 2))
    told = (
        (
            "Hva er viktig for deg?",
            "95541-9",
            "At noen forklarer hva som skjer, og at Jon er med. Forrige gang gikk det fort, og ingen sa noe.",
        ),
        ("Bosituasjon", "63503-7", "Bor med samboer og en datter på ett år, i rekkehus. Farmor kan passe datteren."),
    )
    for name, loinc, said in told:
        chart.add("synne", build.finding(person, name, loinc, {"valueString": said}, (day, 9, 30), synne))
    measures = [
        ("Kontroll av blodtrykk og urin", "Hver uke fra uke 32"),
        ("Måle blodtrykket hjemme", "Morgen og kveld, skriv det ned"),
        ("Ringe fødeavdelingen", "Ved hodepine, flimring for øynene eller smerter under ribbene"),
    ]
    place = chart.place(chart.district.health_station)
    chart.add("synne", planned.plan(person, "Plan for svangerskapet", measures, place, synne, day))
    chart.add("synne", planned.goal(person, "Føde på Fjordsykehuset med Jon til stede.", day, until=course.due))


def _cells(chart: Chart, day: date) -> None:
    """The cervical sample before the first pregnancy, and the referral that still waits for after this one."""
    visit = chart.consult("Livmorhalsprøve", max(day, chart.start + timedelta(days=30)))
    gp = chart.staff(visit.author)
    made = {"valueCodeableConcept": {"text": "Påvist, ikke type 16 eller 18"}}
    chart.add(
        visit.author,
        build.finding(
            chart.person,
            "HPV-test, livmorhals",
            "",
            made,
            visit.when(5),
            gp,
            encounter=visit.reference,
            category="laboratory",
        ),
    )
    chart.note(
        visit,
        "Livmorhalsprøve",
        "Masseundersøkelse. Ingen symptomer.\nUS: Livmorhals uten synlige forandringer. Prøve tatt.\nV: Svar i brev.",
    )


def _early_bleeding(chart: Chart, course: Course) -> None:
    """Week 9: bleeding, seen by the contract gynaecologist; and what she is asked again, for after the birth."""
    sent = open_before(course.conceived + timedelta(days=64))
    referral = chart.add(
        "ingrid",
        planned.referral(
            chart.person,
            "Blødning tidlig i svangerskapet",
            "Uke 9, sparsom blødning i to døgn, ingen smerter. Lever fosteret?",
            chart.place("stormo"),
            chart.staff("ingrid"),
            sent,
            answered=True,
            urgent=True,
        ),
    )
    seen = open_day(sent + timedelta(days=2))
    reason = "Blødning tidlig i svangerskapet"
    visit = chart.visit("vibeke", "AMB", reason, seen, 13, 0, minutes=30, icd="O20", because=referral)
    chart.note(
        visit,
        "Gynekologisk undersøkelse",
        "Henvist for sparsom blødning i uke 9.\nUltralyd: ett levende foster, hjerteaksjon 168. Lite hematom ved fosterhinnen. Livmorhals lukket.\nIngen tiltak. Fortsetter vanlige kontroller.",
    )
    again = open_before(chart.today - timedelta(days=40))
    question = (
        "HPV påvist og lavgradige celleforandringer på kontrollprøve før svangerskapet. Gravid, termin "
        f"{course.due.day}.{course.due.month}. Ønsker kolposkopi tre måneder etter fødsel. Ultralyd og HPV-svar ligger i journalen."
    )
    chart.add(
        "ingrid",
        planned.referral(chart.person, "Kolposkopi", question, chart.place("stormo"), chart.staff("ingrid"), again),
    )


def _to_hospital(chart: Chart, course: Course) -> None:
    """The midwife asks the hospital, and the GP sees her the day after."""
    day = open_before(chart.today - timedelta(days=5))
    visit = chart.visit("synne", "AMB", "Ekstra blodtrykkskontroll", day, 14, 0, minutes=30)
    chart.pressure(visit, (142, 91))
    chart.measure(visit, "vekt", "puls", sf=30, fosterlyd=146)
    course.urine(visit, "1+")
    week = (day - course.conceived).days
    chart.note(
        visit,
        "Ekstra blodtrykkskontroll",
        f"Uke {week // 7}+{week % 7}. BT {{bt}} etter ti minutters hvile, målt to ganger. Urin: protein 1+. Lett hodepine på morgenen, ingen synsforstyrrelser, ingen smerter under ribbene. Godt med liv. SF {{sf}} cm, fosterlyd {{fosterlyd}}.\nHenviser kvinneklinikken. Fastlegen tar blodprøver i morgen.",
    )
    reason = "BT 142/91 og protein 1+ i uke 31, stigende fra 118/72 i uke 24. Lett hodepine. Spørsmål om svangerskapsforgiftning, plan for videre kontroll."
    chart.add(
        "synne",
        planned.referral(
            chart.person,
            "Vurdering av blodtrykk i svangerskapet",
            reason,
            chart.place("kvinneklinikk"),
            chart.staff("synne"),
            day,
            urgent=True,
        ),
    )
    tests = chart.consult(
        "Blodprøver, blodtrykk",
        open_day(day + timedelta(days=1)) if open_day(day + timedelta(days=1)) < chart.today else day,
    )
    chart.pressure(tests, (140, 90))
    chart.measure(tests, "hb", kreatinin=62, alat=24, trombocytter=192, urat=312)
    chart.note(
        tests,
        "Blodprøver ved stigende blodtrykk",
        "Ringt av jordmor. BT {bt}. Hb {hb}, trombocytter {trombocytter}, kreatinin {kreatinin}, ALAT {alat}, urat {urat}.\nV: Hvile, ny kontroll hos jordmor. Oppstart labetalol avventes til sykehuset har vurdert. Ring fødeavdelingen ved hodepine, flimring for øynene eller smerter under ribbene.",
    )
    chart.add(
        "ingrid",
        planned.flag(
            chart.person,
            "Gravid, stigende blodtrykk. Ring fødeavdelingen ved hodepine, synsforstyrrelser eller magesmerter.",
            tests.day,
            chart.staff("ingrid"),
        ),
    )


def _out_of_hours(chart: Chart, course: Course) -> None:
    """Last evening at the out-of-hours clinic."""
    day = chart.today - timedelta(days=1)
    visit = chart.visit("aksel", "AMB", "Hodepine, gravid i uke 32", day, 20, 40, minutes=40)
    chart.pressure(visit, (146, 92))
    chart.measure(visit, "puls", "temperatur", "spo2")
    course.urine(visit, "1+")
    chart.note(
        visit,
        "Legevaktnotat",
        "Hodepine siden ettermiddagen, letter etter paracetamol. Ingen synsforstyrrelser eller magesmerter. Godt med liv.\nUS: BT {bt}, puls {puls}, temp {temperatur}. Urin: protein 1+. Ingen ødem i ansiktet, refleksene er vanlige.\nKonferert med vakthavende på kvinneklinikken: time i morgen formiddag er bekreftet, innlegges ved forverring.",
    )


def partner(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Jon, Ida's partner, with asthma: for the out-of-hours doctor, to whom his problems are closed."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    chart.body.begin("asthma", chart.start + timedelta(days=100))
    courses.follow(chart, [PROBLEMS["asthma"]])
    closed = persons.closes(person, ("problem",), chart.place(OUT_OF_HOURS), open_before(today - timedelta(days=40)))
    chart.add(chart.gp(today), closed)
    cast_today(chart)
    return finish(chart)


def toddler(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Live, fifteen months: grows as she should; the vaccine of fifteen months is due."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    _small(chart)
    childhood(chart, spared=("J07BD52",))
    chart.book("hanne", "Kontroll på helsestasjonen, 15 måneder, med vaksine", coming(today, 4)[2], 10, 20, minutes=30)
    day = open_before(today - timedelta(days=75))
    visit = chart.consult("Feber og hoste", day)
    chart.measure(visit, temperatur=38.4, crp=8)
    chart.diagnose(
        visit.author, ("R74", ""), "Luftveisinfeksjon", visit.day, over=visit.day + timedelta(days=9), visit=visit
    )
    chart.note(
        visit,
        "Feber og hoste",
        "Feber i to døgn, hoster, drikker godt.\nUS: Våken, temp {temperatur}. Lungene rene, trommehinner uten anm. CRP {crp}.\nV: Ser an, ny kontakt ved tungpust eller slapphet.",
    )
    return finish(chart)


def _small(chart: Chart) -> None:
    newborn(chart)
    nurse = chart.staff(chart.district.health_nurse)
    station = chart.place(chart.district.health_station)
    since = open_day(chart.person.born + timedelta(days=7))
    chart.add(nurse.key, planned.episode(chart.person, CHILD_HEALTH, "Helsestasjon 0–5 år", station, nurse, since))


def mother(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Sara, Elias' mother, with migraine and an appointment of her own."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    born_here(chart, next(p for p in home.people if p.key == CHILD))
    chart.body.begin("migraine", chart.start + timedelta(days=200))
    courses.follow(chart, [PROBLEMS["migraine"]])
    chart.book("ingrid", "Samtale om migrene", coming(today, 10)[8], 13, 0)
    chart.wait("ingrid", "Migrene, ønsker tidligere time", today - timedelta(days=3))
    return finish(chart)


def child(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Elias, sixteen months: growth, vaccines, eczema."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    _small(chart)
    childhood(chart)
    day = open_before(today - timedelta(days=120))
    chart.allergy("", "Egg", "Elveblest rundt munnen", False, day)
    chart.body.begin("eczema", today - timedelta(days=200))
    visit = chart.consult("Eksem", open_before(today - timedelta(days=200)))
    chart.diagnose(visit.author, ("S87", "L20"), "Atopisk eksem", visit.day, key="eczema")
    chart.prescribe(visit.author, "hydrokortison", visit.day, "Atopisk eksem")
    cast_today(chart)
    chart.note(
        visit,
        "Eksem",
        "Klør om natta, verst i knehasene.\nUS: Tørr hud, eksem i knehaser og albuebøyer.\nV: Fuktighetskrem daglig, hydrokortison i to uker.",
    )
    return finish(chart)


def daughter(person: Person, home: Household, places: Places, today: date, start: date, seed: int) -> Life:
    """Marit, 56, Olav's daughter and next of kin, with high blood pressure and low thyroid of her own."""
    chart = Chart(person, home, places, today, start, seed)
    begin(chart)
    chart.body.begin("hypertension", chart.start + timedelta(days=300))
    chart.body.begin("thyroid", chart.start - timedelta(days=900))
    courses.follow(chart, [PROBLEMS["hypertension"], PROBLEMS["thyroid"]])
    cast_today(chart)
    chart.book("per-arne", "Kontroll: hypertensjon", coming(today, 15)[11], 9, 40)
    chart.wait("per-arne", "Blodtrykk, ønsker tidligere time", today - timedelta(days=5))
    return finish(chart)


STORIES: dict[str, Story] = {
    PREGNANT: pregnant, PARTNER: partner, TODDLER: toddler, OLD_MAN: old_man, DAUGHTER: daughter, MOTHER: mother, CHILD: child,
    CARED: cared,
    BLEEDING: bleeding, REVIEWED: reviewed, RISING: rising, ASKED_FOR: asked_for, SEEN_NEXT: seen_next, READY: ready,
    UNTAKEN: untaken,
}  # fmt: skip
