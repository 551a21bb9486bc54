# ruff: noqa: E501 - tables read by their columns
"""Stays in hospital: why, what was measured in and out, what nurses and doctors wrote, the letter and what follows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from felles.demo import build, planned
from felles.demo.calendar import open_day
from felles.demo.chart import Chart, Visit
from felles.demo.discharge import begun, discharged
from felles.demo.problems import PROBLEMS
from felles.demo.wishes import admitted

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Illness:
    """Why somebody is admitted: `rate` a year between `ages` for those with `needs`, to which unit, for how many days.

    `came` and `left`: (test, lowest, highest) on the first and the last day; `nursing` in the order of the days.
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
    operation: str = ""
    """What was done, on the day she came."""


_ROWS = (
    Illness(
        "pneumonia", "J18", "R81", "Lungebetennelse", (66, 99), 0.018, "medisin-sengepost", (3, 7),
        ("Fire dager med feber, hoste og økende slapphet.", "Falt om på badet, feber siden i går, hoste."),
        ("Knatrelyder basalt venstre side. Temp {temperatur}, SpO2 {spo2} %, RF {respirasjon}. CRP {crp}. Rtg thorax med infiltrat.",),
        ("Behandlet med penicillin intravenøst, overgang til tabletter etter to døgn. God bedring, CRP falt til {crp}.",),
        ("Trenger hjelp av en til forflytning. Hoster opp gult slim. Drikker lite.", "Mobilisert til stol. Spiser halve porsjoner. Mindre feber.", "Går på rommet. Feberfri siden i går.", "Går i gangen uten støtte. Puster rolig, sover godt.", "Klar for hjemreise, vasker seg selv."),
        (("temperatur", 38.2, 39.6), ("spo2", 87, 92), ("respirasjon", 22, 30), ("crp", 120, 290), ("kreatinin", 0, 0), ("hb", 0, 0), ("leukocytter", 12, 19)),
        (("temperatur", 36.6, 37.3), ("spo2", 93, 97), ("crp", 18, 55), ("kreatinin", 0, 0)), ("fenoksymetyl-7",), follow="Kontroll av CRP og allmenntilstand hos fastlege om to uker.",
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
        ("Daglig vekt. Sover halvt sittende. Hjelp til å ta på støttestrømper.", "Mindre tungpust i dag. Går til toalettet med rullator.", "Sover flatere. Mindre hovne bein."),
        (("spo2", 86, 91), ("vekt", 0, 0), ("probnp", 4200, 8800), ("kreatinin", 0, 0), ("kalium", 0, 0), ("hb", 0, 0)),
        (("spo2", 93, 96), ("vekt", 0, 0), ("kreatinin", 0, 0), ("kalium", 0, 0)), (), "heart-failure", "Vekt daglig hjemme, nyreprøver hos fastlege om en uke.",
    ),
    Illness(
        "appendicitis", "K35", "D88", "Blindtarmbetennelse", (9, 42), 0.002, "kirurgi-sengepost", (1, 3),
        ("Smerter rundt navlen siden i går, nå nede til høyre. Kvalm.",),
        ("Slippøm over McBurney. Temp {temperatur}, CRP {crp}, leukocytter {leukocytter}.",),
        ("Laparoskopisk appendektomi uten komplikasjoner. Utreise i god allmenntilstand.",),
        ("Lite smerter etter operasjonen. Spist frokost, oppe og går.",),
        (("temperatur", 37.6, 38.6), ("crp", 22, 96), ("leukocytter", 12, 17), ("hb", 0, 0)), (("temperatur", 36.6, 37.4), ("crp", 15, 40)), ("paracetamol",), "", "Stingene fjernes hos fastlege om ti dager.", operation="Fjerning av blindtarmen med kikkhull",
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
        (("kreatinin", 0, 0), ("hb", 0, 0), ("glukose", 0, 0)), (("puls", 62, 84),), ("klopidogrel", "atorvastatin-80"), "", "Rehabilitering i kommunen. Kontroll på poliklinikken om tre måneder.",
    ),
    Illness(
        "sepsis", "N10", "U70", "Nyrebekkenbetennelse", (70, 99), 0.008, "medisin-sengepost", (3, 7),
        ("Feber med frysninger, forvirret siden i natt.",),
        ("Bankeøm over venstre nyrelosje. Temp {temperatur}, BT {bt}, CRP {crp}, kreatinin {kreatinin}.",),
        ("Antibiotika intravenøst etter lokale retningslinjer, god effekt. CRP {crp} ved utreise.",),
        ("Klar og orientert i dag. Drikker godt.",),
        (("temperatur", 38.6, 40.1), ("crp", 140, 320), ("kreatinin", 0, 0), ("leukocytter", 13, 21), ("hb", 0, 0)), (("temperatur", 36.6, 37.3), ("crp", 20, 60), ("kreatinin", 0, 0)), ("pivmecillinam-7",), "", "Ny urinprøve ved plager.",
    ),
    Illness(
        "hip", "S72", "L75", "Lårhalsbrudd", (75, 99), 0.014, "ortopedi-sengepost", (4, 8),
        ("Snublet på vei til badet i natt. Klarte ikke å reise seg.", "Falt på isen utenfor huset.", "Falt på kjøkkengulvet, ble liggende en time."),
        ("Forkortet og utadrotert venstre bein. Rtg: dislosert lårhalsbrudd. BT {bt}. Hb {hb}, kreatinin {kreatinin}.",),
        ("Operert med hemiprotese første døgn. Mobilisert med prekestol fra første dag. Hb {hb} ved utreise.",),
        ("Opp på sengekanten med hjelp av to. Smertelindret, litt kvalm.", "Stått ved senga med prekestol, hjelp av to. Spist halv porsjon.", "Gått til badet med prekestol og en hjelper. Sovet fem timer.", "Går på rommet med prekestol og tilsyn. Bandasjen er tørr.", "Prøvd trapp med fysioterapeut. Mindre smerter."),
        (("hb", 0, 0), ("kreatinin", 0, 0), ("kalium", 0, 0), ("crp", 4, 40), ("temperatur", 36.4, 37.6)),
        (("hb", 9.4, 11.2), ("crp", 30, 70), ("kreatinin", 0, 0)), ("paracetamol-fast", "dalteparin"), "", "Fysioterapi i kommunen. Kontroll på ortopedisk poliklinikk om seks uker.", operation="Hemiprotese i venstre hofte",
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
        # The old are in hospital more than the table's rates, which are those of all of an age with the illness.
        rate = illness.rate * (2.2 if age >= 75 else 1)
        if chart.rng.random() < rate * years and len(ends) < 3:
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
    hour = chart.rng.randrange(8, 20)
    stay, intro = _came(chart, illness, day, hour, end)
    _nursed(chart, illness, stay, 2 if (end - day).days > 2 else 1)
    doctor = stay.author
    out = Visit(stay.reference, doctor, end, 8, 30)
    left = {test: chart.rng.uniform(low, high) for test, low, high in illness.left if high}
    chart.measure(out, *(test for test, _, high in illness.left if not high), **left)
    text = chart.choose(illness.course, day)
    medicines = " ".join(discharged(chart, illness, doctor, end))
    chart.letter(
        out,
        "Epikrise",
        f"Innlagt {_short(day)}–{_short(end)}: {illness.name.lower()}.\n{intro}\n{text}\n{medicines}\n{illness.follow}",
        (end, 14, 10),
    )
    _afterwards(chart, illness, end)
    return end


def _came(chart: Chart, illness: Illness, day: date, hour: int, end: date | None) -> tuple[Visit, str]:
    """The first day of a stay, and how its note begins: emergency department, ward, results, diagnosis, operation."""
    if illness.key == "hip":
        chart.fell = day
    doctor = chart.district.units[illness.unit][1][0]
    _emergency(chart, illness, day, hour)
    stay = chart.stay(doctor, illness.name, (day, min(hour + 2, 23)), None if end is None else (end, 13))
    came = {test: chart.rng.uniform(low, high) for test, low, high in illness.came if high}
    if "vekt" in [test for test, _, _ in illness.came]:
        came["vekt"] = chart.body.value("vekt", day) + chart.rng.uniform(3, 6)
    chart.measure(stay, *(test for test, _, high in illness.came if not high and test != "vekt"), **came)
    chart.pressure(stay)
    over = None if end is None else end + timedelta(days=10)
    chart.diagnose(doctor, (illness.icpc, illness.icd), illness.name, day, over=over, visit=stay)
    age = chart.person.age(day)
    who = ("kvinne" if chart.person.female else "mann") if age >= 18 else ("jente" if chart.person.female else "gutt")
    intro = f"{age} år gammel {who}. {_known(chart, day)}{chart.choose(illness.told, day)}"
    chart.note(stay, "Innkomstjournal", f"{intro}\nStatus: {chart.choose(illness.found, day)}", minutes=40)
    staff = chart.district.units[illness.unit][1]
    admitted(chart, stay, next(key for key in staff if chart.staff(key).role == "nurse"))
    if illness.operation:
        _operated(chart, illness, stay, day + timedelta(days=1))
    return stay, intro


def _operated(chart: Chart, illness: Illness, stay: Visit, day: date) -> None:
    """The operation, early on the day after she came."""
    made = build.procedure(
        chart.person, chart.said(stay.author, illness.operation), (day, 8, 10), (day, 9, 25), chart.staff(stay.author),
        stay.reference,
    )  # fmt: skip
    chart.add(stay.author, made)
    done = Visit(stay.reference, stay.author, day, 9, 30)
    chart.note(done, "Operasjonsnotat", f"{illness.operation}. Uten komplikasjoner. Blødning under 300 ml.", minutes=5)


def _nursed(chart: Chart, illness: Illness, stay: Visit, days: int) -> None:
    """The ward's notes of so many days, each in its place in the course."""
    staff = chart.district.units[illness.unit][1]
    nurse = next(key for key in staff if chart.staff(key).role == "nurse")
    for later, text in enumerate(illness.nursing[:days], start=1):
        chart.note(Visit(stay.reference, nurse, stay.day + timedelta(days=later), 14, 30), "Sykepleienotat", text)


def admit_now(chart: Chart, illness: Illness, days: int) -> None:
    """A stay that began so many days ago and goes on; medicines are to be reviewed by the hospital pharmacist."""
    day = chart.today - timedelta(days=days)
    if chart.meets(day, chart.today):
        return
    stay, _ = _came(chart, illness, day, 9, None)
    _nursed(chart, illness, stay, days - 1)
    begun(chart, illness, stay.author, day)
    pharmacy = build.at(chart.place(chart.district.pharmacy))
    text = chart.said(stay.author, "Legemiddelgjennomgang før utreise")
    until = chart.today + timedelta(days=2)
    doctor = chart.staff(stay.author)
    chart.add(doctor.key, planned.task(chart.person, text, pharmacy, doctor, chart.today, until, focus=stay.reference))


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
    if not chart.alive(day) or day > chart.last or chart.meets(day, day):
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
