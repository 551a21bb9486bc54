# ruff: noqa: E501 - notes are read by their lines
"""What the municipality does for the old: the decision, home care with its plan and visits, and nursing homes.

Kinds of service: Volven 9151. The order of things (application, decision, plan, visits) is that of helse- og
omsorgstjenesteloven § 3-2 and pasient- og brukerrettighetsloven § 2-7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zlib import crc32

from felles.access.codes import MUNICIPAL_SERVICE
from felles.demo import planned
from felles.demo.calendar import open_before, open_day
from felles.demo.chart import Chart
from felles.demo.people import OLD
from felles.demo.today import visit_today
from felles.demo.wishes import LIMITS, LIVING, MATTERS, WISHED, lives
from felles.fhir.norway.systems import volven

HOME_NURSING, LONG_STAY = "15", "21"
_EXTRA: Final = (
    ("6", "Trygghetsalarm", "Døgnet rundt"),
    ("5", "Matombringing", "Middag tre dager i uka"),
    ("1", "Praktisk bistand", "Rengjøring hver tredje uke"),
)
GOALS: Final = (
    "Gå til postkassen hver dag.",
    "Lage middag selv to ganger i uka.",
    "Ta medisinene til rett tid uten påminning.",
    "Dusje med tilsyn, ikke med hjelp.",
    "Gå ned trappa og ut på egen hånd.",
)
"""What somebody and those who help her at home work for."""
_MORNING: Final = (
    "I godt humør. Medisinene tatt. Spist frokost selv.",
    "Hjulpet med stell og påkledning. Fin hud.",
    "Sovet dårlig, ellers som vanlig. Drukket to kopper te mens vi var der.",
    "Dusjet med hjelp av en. Smurt på leggene.",
    "Stått opp selv i dag. Gikk ut og hentet avisen.",
)
"""Told of the morning's visits only."""
_EVENING: Final = (
    "Kveldsmedisin tatt. Hjulpet i nattøy.",
    "Satt opp med radioen. Spist to skiver til kvelds.",
    "Låst og slukket. Trøtt, men fornøyd med dagen.",
)
"""Told of the evening's visits only."""
_VISITS: Final = (
    "Dosett fylt for uka, sjekket mot medisinlisten.",
    "Litt ustø i dag, brukte rullatoren inne. Minnet om å gå rolig.",
    "Besøk av familien i går, fornøyd med det.",
    "Lite matlyst de siste dagene. Kontaktet pårørende om handling.",
)
_SPECIAL: Final = {
    "dementia": (
        "Husket ikke om medisinene var tatt; dosetten viste at de var det.",
        "Rolig, kjente oss igjen. Klokka på kjøkkenet stilt.",
    ),
    "heart-failure": (
        "Vekt {vekt} kg i dag. Lett hovne ankler, ikke mer tungpust enn før.",
        "Støttestrømper på. Vekt {vekt} kg.",
    ),
    "copd": ("Pusten som vanlig. Inhalasjoner tatt med hjelp.",),
    "t2d": ("Blodsukker {glukose} før frokost.",),
    "hypertension": ("BT {bt} sittende, ingen svimmelhet.",),
}
_LONG_STAY: Final = (
    "Spist godt i dag, deltok på sang i dagligstua.",
    "Urolig i kveldinga, roet seg med en tur i gangen.",
    "Stell i seng. Hel hud over halebeinet.",
    "Besøk i helga. Trøtt etterpå.",
    "Sitter godt i stolen med pute. Drikker med sugerør.",
    "BT {bt}, puls {puls}. Våken og blid.",
)


@dataclass(frozen=True, slots=True)
class Care:
    """What was granted: home care since a day, a place in a nursing home since another."""

    home: date | None
    moved: date | None


def decide(chart: Chart) -> Care:
    """Whether somebody old has services, and since when; nothing is written yet."""
    age, rng = chart.person.years(chart.last), chart.rng
    if age < OLD:
        return Care(None, None)
    need = (0.06, 0.2, 0.36, 0.55, 0.75)[min(int((age - OLD) / 5), 4)]
    need += 0.4 * chart.body.has("dementia", chart.last) + 0.3 * chart.body.has("parkinson", chart.last)
    need += 0.12 * (len(chart.home.grown()) == 1) + (0.8 if chart.person.district == 0 else 0.3) * chart.home.near
    if rng.random() > need:
        return Care(None, None)
    home = open_day(chart.last - timedelta(days=rng.randrange(70, 900)))
    home = max(home, open_day(chart.start + timedelta(days=20)))
    likely = 0.03 + 0.3 * (chart.body.has("dementia", chart.last) and age > 83) + 0.2 * (age > 92)
    moved = None
    if rng.random() < likely and (chart.last - home).days > 130:
        moved = open_day(home + timedelta(days=rng.randrange(60, (chart.last - home).days - 40)))
        if not chart.alive(moved + timedelta(days=15)):
            moved = None
    return Care(home, moved)


def care(chart: Chart, granted: Care, *, seen_until: date | None = None) -> None:
    """Write what was granted and what came of it; `seen_until`: no visit at home from that day on."""
    if granted.home is None:
        return
    ended = granted.moved or chart.person.died
    _decision(chart, granted.home, ended)
    _living(chart, granted.home)
    _home_visits(chart, granted.home, seen_until or ended or chart.today)
    if granted.moved is not None:
        _nursing_home(chart, granted.moved)
    elif chart.person.died is None and not chart.absent(chart.today):
        visit_today(chart)


def _decision(chart: Chart, since: date, ended: date | None) -> None:
    """The allocation office's decision, the service, its plan."""
    rng, district = chart.rng, chart.district
    officer = district.case_officer
    extra = rng.sample(_EXTRA, rng.randrange(0, 3))
    names = ["Helsetjenester i hjemmet", *(name for _, name, _ in extra)]
    when = _at_home(chart, open_day(since - timedelta(days=rng.randrange(5, 14))))
    why = "Søknad fra pårørende" if rng.random() < 0.5 else "Henvendelse fra fastlegen"
    living = "Bor alene" if len(chart.home.grown()) == 1 else "Bor med ektefelle"
    text = (
        f"{why}. Kartlagt på hjemmebesøk. {living}.\nVurdering: {_why(chart)} Trenger bistand for å bo hjemme.\n"
        f"Vedtak: {', '.join(name.lower() for name in names)} fra {since.day}.{since.month}.{since.year}. Klagefrist fire uker."
    )
    visit = chart.visit(officer, "HH", "Kartlegging ved tildelingskontoret", when, 10, 0, minutes=60)
    chart.note(visit, "Vedtak om helse- og omsorgstjenester", text, minutes=150)
    manager = chart.one_of(district.home_nurses, since)
    place = chart.place(district.home_care)
    chart.add(
        officer,
        planned.episode(
            chart.person, MUNICIPAL_SERVICE, "Hjemmesykepleie", place, chart.staff(manager), since, end=ended,
            more=((volven(9151), HOME_NURSING),),
        ),
    )  # fmt: skip
    measures = [
        ("Hjelp med medisiner, dosett", "Fylles en gang i uka"),
        ("Stell og tilsyn", "Hver morgen"),
        *((name, often) for _, name, often in extra),
    ]
    if chart.body.has("heart-failure", chart.last):
        measures.append(("Vekt, støttestrømper", "Mandag og torsdag"))
    chart.add(
        manager,
        planned.plan(
            chart.person, "Tiltaksplan, hjemmesykepleie", measures, place, chart.staff(manager), since, end=ended
        ),
    )
    if chart.body.has("dementia", chart.last):
        _individual_plan(chart, manager, since, ended)
    if rng.random() < 0.5:
        day = open_day(since + timedelta(days=rng.randrange(2, 40)))
        if chart.alive(day):
            chart.add(manager, planned.flag(chart.person, "Fare for fall. Bruker rullator.", day, chart.staff(manager)))


def _at_home(chart: Chart, day: date) -> date:
    """The day, or the last open one before it on which she is not in hospital."""
    while chart.absent(day):
        day = open_before(day - timedelta(days=1))
    return day


def _individual_plan(chart: Chart, manager: str, since: date, ended: date | None) -> None:
    """One who needs long and coordinated services has one plan for all of them (pbrl § 2-5)."""
    place = chart.place(chart.district.home_care)
    measures = [
        ("Dagsenter", "Tirsdag og torsdag"),
        ("Samarbeidsmøte med pårørende og fastlege", "Hver sjette måned"),
        ("Avlastning for pårørende", "En helg i måneden"),
    ]
    start = open_day(since + timedelta(days=14))
    if chart.alive(start):
        made = planned.plan(
            chart.person, "Individuell plan", measures, place, chart.staff(manager), start, end=ended,
            category="Individuell plan",
        )  # fmt: skip
        chart.add(manager, made)


def _living(chart: Chart, day: date) -> None:
    """How she lives and what matters to her, asked at the first visit."""
    nurse = chart.district.home_nurses[0]
    told = (("Bosituasjon", LIVING, lives(chart)), ("Hva er viktig for deg?", WISHED, chart.rng.choice(MATTERS)))
    for minutes, (name, loinc, said) in enumerate(told):
        chart.find(nurse, name, loinc, {"valueString": chart.said(nurse, said)}, (day, 11, minutes * 10))
    own = chart.said(nurse, GOALS[crc32(chart.person.key.encode()) % len(GOALS)])
    chart.add(nurse, planned.goal(chart.person, own, day, until=chart.today + timedelta(days=60)))


def _home_visits(chart: Chart, since: date, until: date) -> None:
    """Visits worth a note: once a month, and oftener in the last two months."""
    rng, district = chart.rng, chart.district
    day, last = since + timedelta(days=1), ""
    while day < until:
        if chart.alive(day) and not chart.absent(day):
            nurse = rng.random() < 0.6
            author = chart.one_of(district.home_nurses if nurse else district.care_workers, day)
            hour = rng.choice((8, 9, 10, 12, 17))
            visit = chart.visit(author, "HH", "Hjemmebesøk", day, hour, rng.choice((0, 15, 40)), minutes=30)
            text = last = _seen(chart, day, hour, last, special=nurse and rng.random() < 0.5)
            if "{vekt}" in text or "{glukose}" in text:
                chart.measure(visit, "vekt" if "{vekt}" in text else "glukose")
            if "{bt}" in text:
                chart.pressure(visit)
            chart.note(visit, "Hjemmebesøk", text, minutes=30)
        recent = (min(until, chart.today) - day).days < 50
        day += timedelta(days=rng.randrange(6, 12) if recent else rng.randrange(28, 60))


def _seen(chart: Chart, day: date, hour: int, last: str, *, special: bool) -> str:
    """What is written of a visit at an hour, not what was written of the `last` one; `special`: of her illness."""
    texts = (*_VISITS, *(_MORNING if hour < 11 else _EVENING if hour > 15 else ()))
    if special:
        own = tuple(t for key, told in _SPECIAL.items() if chart.body.has(key, day) for t in told)
        texts = tuple(t for t in own if t != last and (hour < 11 or "frokost" not in t)) or texts
    return chart.choose(tuple(t for t in texts if t != last), day)


def _why(chart: Chart) -> str:
    """Why she needs help at home, as the decision says it."""
    found = [text for key, text in _NEEDS.items() if chart.body.has(key, chart.last)]
    return " ".join(found[:2]) or chart.rng.choice(_NEEDS_OF_AGE)


_NEEDS: Final = {
    "dementia": "Glemmer måltider og medisiner, går seg bort.",
    "parkinson": "Stiv og langsom, trenger hjelp til stell og til medisin på faste tider.",
    "heart-failure": "Tungpust av lite, klarer ikke støttestrømper og dusj.",
    "copd": "Tungpust ved stell og påkledning.",
    "rheuma": "Stive hender, får ikke åpnet dosett og bokser.",
    "hip": "Vond hofte, kommer ikke ned i dusjen eller til føttene.",
    "knee": "Vonde knær, klarer ikke badekar og trapp alene.",
    "t2d": "Trenger hjelp med medisiner og med føttene.",
}
"""Problem → what it makes hard at home."""
_NEEDS_OF_AGE: Final = (
    "Nedsatt syn og kraft i hendene. Klarer ikke dosett og dusj alene.",
    "Ustø etter fall. Trenger tilsyn i dusjen og hjelp med medisiner.",
    "Lite krefter det siste året, har gått ned i vekt. Trenger hjelp til stell og mat.",
)


def _nursing_home(chart: Chart, since: date) -> None:
    """A long-term place: decision, arrival with the doctor, notes, what is agreed about treatment."""
    rng, district = chart.rng, chart.district
    officer, (doctor, nurse) = district.case_officer, district.nursing_home_staff
    place = chart.place(district.nursing_home)
    before = _at_home(chart, open_day(since - timedelta(days=7)))
    visit = chart.visit(officer, "HH", "Kartlegging ved tildelingskontoret", before, 13, 0, minutes=60)
    chart.note(
        visit,
        "Vedtak om langtidsopphold",
        f"Tilsyn dag og natt er nødvendig. Vedtak: langtidsopphold ved {place.name} fra {since.day}.{since.month}.{since.year}.",
        minutes=90,
    )
    made = planned.episode(
        chart.person, MUNICIPAL_SERVICE, "Langtidsopphold i sykehjem", place, chart.staff(nurse), since, end=chart.person.died,
        more=((volven(9151), LONG_STAY),),
    )  # fmt: skip
    chart.add(officer, made)
    came = chart.visit(doctor, "AMB", "Innkomst sykehjem", since, 13, 0, minutes=60)
    chart.pressure(came)
    chart.measure(came, "puls", "vekt", "kreatinin", "hb")
    chart.note(
        came,
        "Legenotat ved innkomst",
        "Innkomstsamtale med pårørende til stede. BT {bt}, puls {puls}, vekt {vekt} kg.\nMedisinlisten gått gjennom. Avklart: skal behandles her ved infeksjon, ikke hjerte-lunge-redning.",
        minutes=60,
    )
    chart.add(
        doctor,
        planned.flag(
            chart.person,
            "Behandlingsnivå avklart: ikke hjerte-lunge-redning.",
            since,
            chart.staff(doctor),
            category="clinical",
        ),
    )
    agreed = "Behandles her ved infeksjon. Ikke hjerte-lunge-redning, ikke innleggelse uten at det lindrer. Avklart med pårørende."
    said = {"valueString": chart.said(doctor, agreed)}
    chart.find(doctor, "Avklart om behandling", LIMITS, said, (since, 14, 0), encounter=came.reference)
    day = since + timedelta(days=3)
    while day < (chart.person.died or chart.today):
        if chart.alive(day):
            visit = chart.visit(nurse, "AMB", "Tilsyn", day, rng.choice((8, 12, 15, 20)), 10, minutes=15)
            text = rng.choice(_LONG_STAY)
            if "{bt}" in text:
                chart.pressure(visit)
                chart.measure(visit, "puls")
            chart.note(visit, "Sykepleienotat", text, minutes=15)
        day += timedelta(days=rng.randrange(8, 16) if (chart.today - day).days < 60 else rng.randrange(30, 60))
