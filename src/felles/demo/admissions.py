# ruff: noqa: E501 - tables read by their columns
"""Stays in hospital: why, what was measured in and out, what nurses and doctors wrote, the letter and what follows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from felles.demo import build
from felles.demo.calendar import open_day
from felles.demo.chart import Chart, Visit
from felles.demo.problems import PROBLEMS

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Illness:
    """Why somebody is admitted: `rate` a year between `ages` for those with `needs`, to which unit, for how many days.

    `came` and `left`: (test, lowest, highest) on the first and the last day.
    """

    key: str
    icd: str
    icpc: str
    name: str
    ages: tuple[int, int]
    rate: float
    unit: str
    days: tuple[int, int]
    told: tuple[str, ...]
    found: tuple[str, ...]
    course: tuple[str, ...]
    nursing: tuple[str, ...]
    came: tuple[tuple[str, float, float], ...]
    left: tuple[tuple[str, float, float], ...]
    drugs: tuple[str, ...] = ()
    needs: str = ""
    follow: str = ""
    sexes: str = "fm"


_ROWS = (
    Illness(
        "pneumonia", "J18", "R81", "Lungebetennelse", (66, 99), 0.018, "medisin-sengepost", (3, 7),
        ("Fire dager med feber, hoste og økende slapphet.", "Falt om på badet, feber siden i går, hoste."),
        ("Knatrelyder basalt venstre side. Temp {temperatur}, SpO2 {spo2} %, RF {respirasjon}. CRP {crp}. Rtg thorax med infiltrat.",),
        ("Behandlet med penicillin intravenøst, overgang til tabletter etter to døgn. God bedring, CRP falt til {crp}.",),
        ("Sover godt. Mobilisert til stol. Spiser halve porsjoner.", "Trenger hjelp av en til forflytning første døgn, går nå på rommet. Feberfri."),
        (("temperatur", 38.2, 39.6), ("spo2", 87, 92), ("respirasjon", 22, 30), ("crp", 120, 290), ("kreatinin", 0, 0), ("hb", 0, 0), ("leukocytter", 12, 19)),
        (("temperatur", 36.6, 37.3), ("spo2", 93, 97), ("crp", 18, 55), ("kreatinin", 0, 0)), follow="Kontroll av CRP og allmenntilstand hos fastlege om to uker.",
    ),
    Illness(
        "copd-worse", "J44", "R95", "Forverring av kols", (56, 95), 0.11, "medisin-sengepost", (3, 6),
        ("Økende tungpust og gult oppspytt i tre dager.",),
        ("Pipelyder og forlenget ekspirium. SpO2 {spo2} %, RF {respirasjon}, CRP {crp}.",),
        ("Inhalasjoner på forstøver og prednisolon i fem dager. Ved utreise SpO2 {spo2} %, tilbake til vanlig funksjon.",),
        ("Bruker leppepust ved anstrengelse. Klarer stell selv med pauser.",),
        (("spo2", 83, 88), ("respirasjon", 24, 32), ("crp", 12, 60), ("puls", 96, 118), ("hb", 0, 0)),
        (("spo2", 90, 93), ("crp", 4, 14)), ("prednisolon",), "copd", "Kontroll hos fastlege om to uker. Inhalasjonsteknikk repeteres.",
    ),
    Illness(
        "heart-worse", "I50", "K77", "Forverret hjertesvikt", (70, 99), 0.13, "medisin-sengepost", (3, 8),
        ("En uke med økende tungpust og hovne bein. Har gått opp i vekt.",),
        ("Knatrelyder over begge lungene, pittingødem til knærne. SpO2 {spo2} %, vekt {vekt} kg. NT-proBNP {probnp}, kreatinin {kreatinin}.",),
        ("Furosemid intravenøst med god diurese. Vekt ved utreise {vekt} kg, kreatinin {kreatinin}.",),
        ("Daglig vekt. Sover halvt sittende. Hjelp til å ta på støttestrømper.", "Mindre tungpust i dag. Går til toalettet med rullator."),
        (("spo2", 86, 91), ("vekt", 0, 0), ("probnp", 4200, 8800), ("kreatinin", 0, 0), ("kalium", 0, 0), ("hb", 0, 0)),
        (("spo2", 93, 96), ("vekt", 0, 0), ("kreatinin", 0, 0), ("kalium", 0, 0)), (), "heart-failure", "Vekt daglig hjemme, nyreprøver hos fastlege om en uke.",
    ),
    Illness(
        "appendicitis", "K35", "D88", "Blindtarmbetennelse", (9, 42), 0.002, "kirurgi-sengepost", (1, 3),
        ("Smerter rundt navlen siden i går, nå nede til høyre. Kvalm.",),
        ("Slippøm over McBurney. Temp {temperatur}, CRP {crp}, leukocytter {leukocytter}.",),
        ("Laparoskopisk appendektomi uten komplikasjoner. Utreise i god allmenntilstand.",),
        ("Lite smerter etter operasjonen. Spist frokost, oppe og går.",),
        (("temperatur", 37.6, 38.6), ("crp", 22, 96), ("leukocytter", 12, 17), ("hb", 0, 0)), (("temperatur", 36.6, 37.4), ("crp", 15, 40)), ("paracetamol",), "", "Stingene fjernes hos fastlege om ti dager.",
    ),
    Illness(
        "gallbladder", "K80", "D98", "Gallesteinsanfall", (32, 74), 0.004, "kirurgi-sengepost", (1, 3),
        ("Sterke smerter under høyre ribbebue etter middag, kvalm.",),
        ("Øm under høyre kurvatur. CRP {crp}, ALAT {alat}. Ultralyd: konkrementer i galleblæra.",),
        ("Smertelindret, gradvis bedring. Settes på venteliste for operasjon.",),
        ("Smertefri i natt. Drikker, spiser lett kost.",),
        (("crp", 8, 60), ("alat", 60, 180), ("leukocytter", 9, 13), ("hb", 0, 0)), (("crp", 5, 18), ("alat", 40, 90)), ("paracetamol",), "", "Fettfattig kost til operasjonen.",
    ),
    Illness(
        "stroke", "I63", "K90", "Hjerneinfarkt", (66, 95), 0.006, "medisin-sengepost", (4, 9),
        ("Plutselig skjev i munnen og svak i høyre arm. Varslet av pårørende, ambulanse.",),
        ("Lett facialisparese og kraftsvikt i høyre arm. BT {bt}. CT uten blødning.",),
        ("Trombolyse gitt innen to timer. God bedring, lett nedsatt finmotorikk ved utreise.",),
        ("Svelgtest godkjent. Trener armen med fysioterapeut to ganger daglig.",),
        (("kreatinin", 0, 0), ("hb", 0, 0), ("glukose", 0, 0)), (("puls", 62, 84),), ("klopidogrel", "atorvastatin"), "", "Rehabilitering i kommunen. Kontroll på poliklinikken om tre måneder.",
    ),
    Illness(
        "sepsis", "N10", "U70", "Nyrebekkenbetennelse", (70, 99), 0.008, "medisin-sengepost", (3, 7),
        ("Feber med frysninger, forvirret siden i natt.",),
        ("Bankeøm over venstre nyrelosje. Temp {temperatur}, BT {bt}, CRP {crp}, kreatinin {kreatinin}.",),
        ("Antibiotika intravenøst etter lokale retningslinjer, god effekt. CRP {crp} ved utreise.",),
        ("Klar og orientert i dag. Drikker godt.",),
        (("temperatur", 38.6, 40.1), ("crp", 140, 320), ("kreatinin", 0, 0), ("leukocytter", 13, 21), ("hb", 0, 0)), (("temperatur", 36.6, 37.3), ("crp", 20, 60), ("kreatinin", 0, 0)), (), "", "Ny urinprøve ved plager.",
    ),
    Illness(
        "hip", "S72", "L75", "Lårhalsbrudd", (75, 99), 0.014, "ortopedi-sengepost", (4, 8),
        ("Snublet på vei til badet i natt. Klarte ikke å reise seg.", "Falt på isen utenfor huset.", "Falt på kjøkkengulvet, ble liggende en time."),
        ("Forkortet og utadrotert venstre bein. Rtg: dislosert lårhalsbrudd. BT {bt}. Hb {hb}, kreatinin {kreatinin}.",),
        ("Operert med hemiprotese første døgn. Mobilisert med prekestol fra første dag. Hb {hb} ved utreise.",),
        ("Opp på sengekanten med hjelp av to. Smertelindret, litt kvalm.", "Gått til badet med prekestol og en hjelper. Spist halv porsjon."),
        (("hb", 0, 0), ("kreatinin", 0, 0), ("kalium", 0, 0), ("crp", 4, 40), ("temperatur", 36.4, 37.6)),
        (("hb", 9.4, 11.2), ("crp", 30, 70), ("kreatinin", 0, 0)), ("paracetamol-fast", "dalteparin"), "", "Fysioterapi i kommunen. Kontroll på ortopedisk poliklinikk om seks uker.",
    ),
)  # fmt: skip
ILLNESSES = {each.key: each for each in _ROWS}


def admissions(chart: Chart, years: float) -> list[date]:
    """Stays of somebody over the years; the days on which they ended."""
    ends: list[date] = []
    for illness in ILLNESSES.values():
        age = chart.person.age(chart.last)
        if not illness.ages[0] <= age <= illness.ages[1] or (illness.needs and illness.needs not in chart.conditions):
            continue
        if illness.key == "stroke" and ("af" in chart.conditions or "ihd" in chart.conditions):
            continue
        if chart.rng.random() < illness.rate * years and len(ends) < 2:
            begins = chart.start
            if illness.needs:
                begins = max(begins, date.fromisoformat(chart.conditions[illness.needs]["recordedDate"]))
            span = (chart.last - begins).days - 45
            if span < 10:
                continue
            day = begins + timedelta(days=10 + chart.rng.randrange(span))
            if chart.person.age(day) >= illness.ages[0] and all(abs((day - end).days) > 30 for end in ends):
                end = admit(chart, illness, day)
                if end is not None:
                    ends.append(end)
    return ends


def admit(chart: Chart, illness: Illness, day: date) -> date | None:
    """A whole stay that began on a day; when it ended, or None when there was no time for it."""
    end = open_day(day + timedelta(days=chart.rng.randint(*illness.days)))
    if not chart.alive(end + timedelta(days=3)) or chart.body.week(day) is not None or chart.meets(day, end):
        return None
    if illness.key == "hip":
        chart.fell = day
    units = chart.district.units
    doctor, hour = units[illness.unit][1][0], chart.rng.randrange(8, 20)
    nurse = next(key for key in units[illness.unit][1] if chart.staff(key).role == "nurse")
    _emergency(chart, illness, day, hour)
    stay = chart.stay(doctor, illness.name, (day, min(hour + 2, 23)), (end, 13))
    came = {test: chart.rng.uniform(low, high) for test, low, high in illness.came if high}
    if "vekt" in [test for test, _, _ in illness.came]:
        came["vekt"] = chart.body.value("vekt", day) + chart.rng.uniform(3, 6)
    chart.measure(stay, *(test for test, _, high in illness.came if not high and test != "vekt"), **came)
    chart.pressure(stay)
    chart.diagnose(doctor, (illness.icpc, illness.icd), illness.name, day, over=end + timedelta(days=10), visit=stay)
    age = chart.person.age(day)
    who = ("kvinne" if chart.person.female else "mann") if age >= 18 else ("jente" if chart.person.female else "gutt")
    intro = f"{age} år gammel {who}. {_known(chart, day)}{chart.choose(illness.told, day)}"
    chart.note(stay, "Innkomstjournal", f"{intro}\nStatus: {chart.choose(illness.found, day)}", minutes=40)
    during = Visit(stay.reference, nurse, day + timedelta(days=1), 10, 30)
    chart.note(during, "Sykepleienotat", chart.choose(illness.nursing, day))
    out = Visit(stay.reference, doctor, end, 8, 30)
    left = {test: chart.rng.uniform(low, high) for test, low, high in illness.left if high}
    chart.measure(out, *(test for test, _, high in illness.left if not high), **left)
    started = [key for key in illness.drugs if chart.prescribe(doctor, key, end, illness.name)]
    text = chart.choose(illness.course, day)
    medicines = (
        "Medisinlisten er gått gjennom; ny medisin: se listen."
        if started
        else "Medisinlisten er gått gjennom, ingen endringer."
    )
    chart.letter(
        out,
        "Epikrise",
        f"Innlagt {_short(day)}–{_short(end)}: {illness.name.lower()}.\n{intro}\n{text}\n{medicines}\n{illness.follow}",
        (end, 14, 10),
    )
    _afterwards(chart, illness, end)
    return end


def admit_now(chart: Chart, illness: Illness, days: int) -> None:
    """A stay that began so many days ago and goes on; medicines are to be reviewed by the hospital pharmacist."""
    day = chart.today - timedelta(days=days)
    if chart.meets(day, chart.today):
        return
    units = chart.district.units
    doctor = units[illness.unit][1][0]
    nurse = next(key for key in units[illness.unit][1] if chart.staff(key).role == "nurse")
    if illness.key == "hip":
        chart.fell = day
    _emergency(chart, illness, day, 9)
    stay = chart.stay(doctor, illness.name, (day, 11), None)
    came = {test: chart.rng.uniform(low, high) for test, low, high in illness.came if high}
    if "vekt" in [test for test, _, _ in illness.came]:
        came["vekt"] = chart.body.value("vekt", day) + chart.rng.uniform(3, 6)
    chart.measure(stay, *(test for test, _, high in illness.came if not high and test != "vekt"), **came)
    chart.pressure(stay)
    chart.diagnose(doctor, (illness.icpc, illness.icd), illness.name, day, visit=stay)
    who = "kvinne" if chart.person.female else "mann"
    intro = f"{chart.person.age(day)} år gammel {who}. {_known(chart, day)}{chart.choose(illness.told, day)}"
    chart.note(stay, "Innkomstjournal", f"{intro}\nStatus: {chart.choose(illness.found, day)}", minutes=40)
    for later in range(1, days):
        during = Visit(stay.reference, nurse, day + timedelta(days=later), 10, 30)
        chart.note(during, "Sykepleienotat", chart.choose(illness.nursing, day))
    pharmacy = build.at(chart.place(chart.district.pharmacy))
    text = "Legemiddelgjennomgang før utreise"
    task = build.task(
        chart.person,
        chart.said(doctor, text),
        pharmacy,
        chart.staff(doctor),
        chart.today,
        chart.today + timedelta(days=2),
        focus=stay.reference,
    )
    chart.add(doctor, task)


def _emergency(chart: Chart, illness: Illness, day: date, hour: int) -> None:
    staff = chart.district.units["akuttmottak"][1]
    nurse = next(key for key in staff if chart.staff(key).role == "nurse")
    visit = chart.visit(nurse, "EMER", illness.name, day, hour, 5, minutes=55)
    chart.measure(visit, "puls" if "puls" not in [t for t, _, _ in illness.came] else "hb")


def _known(chart: Chart, day: date) -> str:
    """`Kjent med hypertensjon og DM2. ` of those whose problems are in the record."""
    known = [key for key, made in chart.conditions.items() if made["recordedDate"] <= day.isoformat()]
    names = [PROBLEMS[key].short for key in known if key in PROBLEMS][:4]
    if not names:
        return "Tidligere stort sett frisk. "
    return f"Kjent med {', '.join(names[:-1])}{' og ' if len(names) > 1 else ''}{names[-1]}. "


def _short(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def _afterwards(chart: Chart, illness: Illness, end: date) -> None:
    """The control at the GP's some weeks later."""
    day = open_day(end + timedelta(days=chart.rng.randrange(12, 24)))
    if not chart.alive(day) or day > chart.last:
        return
    visit = chart.consult(f"Kontroll etter innleggelse: {illness.name.lower()}", day)
    chart.pressure(visit)
    crp = any(test == "crp" for test, _, _ in illness.came)
    chart.measure(visit, "puls", *(("crp",) if crp else ()))
    lab = " CRP {crp}." if crp else ""
    chart.note(
        visit,
        "Kontroll etter innleggelse",
        f"Kommer seg etter oppholdet på sykehuset. Epikrise lest.\nUS: BT {{bt}}, puls {{puls}}.{lab}\nV: Fortsetter som avtalt i epikrisen.",
    )
