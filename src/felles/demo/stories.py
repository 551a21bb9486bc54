"""Four lives that are told in full, so that every persona has somebody to work with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from felles.access.codes import MUNICIPAL_SERVICE, PREGNANCY
from felles.demo import build
from felles.demo.catalog import ILLNESSES, MEDICINES, TESTS
from felles.demo.lives import begin, complain, follow, grow, weekday
from felles.demo.people import CHILD, MOTHER, OLD_MAN, PREGNANT
from felles.demo.places import EMERGENCY, HEALTH_STATION, HOME_CARE, MATERNITY, PHARMACY, WARD
from felles.demo.world import Life, Person

Story = Callable[[Person, date, Random, dict[str, Person]], Life]

_ILLNESS = {each.icpc: each for each in ILLNESSES}


def pregnant(person: Person, today: date, rng: Random, _: dict[str, Person]) -> Life:
    """Ida, in week 29 of her first pregnancy, followed by the midwife and the GP."""
    life = begin(person, today)
    complain(life, rng)
    week = 29
    conceived = life.ago(week * 7)
    term = conceived + timedelta(days=280)
    start = conceived + timedelta(days=56)
    follow_up = build.episode(person, PREGNANCY, "Svangerskapsomsorg", HEALTH_STATION, "synne", start)
    life.add("ingrid", follow_up)
    life.add("ingrid", build.condition(person, "W78", "Svangerskap", start, "ingrid"))
    life.add("ingrid", build.allergy(person, ("J01C", "Penicilliner"), "Utslett", False, life.ago(2000), "ingrid"))
    status = {"valueCodeableConcept": build.concept("http://loinc.org", "LA15173-0", "Gravid")}
    life.add("ingrid", build.finding(person, ("82810-3", "Svangerskap"), status, start, "ingrid"))
    due = {"valueDateTime": term.isoformat()}
    life.add("ingrid", build.finding(person, ("11778-8", "Termin"), due, start, "ingrid"))
    _pregnancy_controls(life, conceived, week, rng)
    text = "Ultralyd i uke 19. Ett levende foster, størrelse som ventet. Morkake foran, normal fostervannsmengde."
    day = conceived + timedelta(weeks=19)
    seen = life.add("kristin", build.contact(person, "AMB", "Ultralyd", MATERNITY, "kristin", day))
    life.add("kristin", build.note(person, "Ultralyd uke 19", text, day, "kristin", seen))
    life.add("synne", build.prescription(person, MEDICINES["jern"], life.ago(30), "ingrid", reason="Lav blodprosent"))
    reason = "Blodtrykk på vei opp, førstegangsfødende i uke 29"
    life.add("synne", build.referral(person, "Vurdering av blodtrykk", reason, MATERNITY, "synne", life.ago(3)))
    soon = weekday(life.ago(-6))
    life.add("synne", build.appointment(person, "Svangerskapskontroll uke 30", HEALTH_STATION, "synne", soon, 10))
    return life


def _pregnancy_controls(life: Life, conceived: date, week: int, rng: Random) -> None:
    person = life.person
    for at in (10, 18, 24, 28):
        if at > week:
            break
        day = weekday(conceived + timedelta(weeks=at))
        text = f"Svangerskapskontroll uke {at}"
        seen = life.add("synne", build.contact(person, "AMB", text, HEALTH_STATION, "synne", day))
        upper, lower = 112 + (at - 10) + rng.randrange(0, 4), 68 + (at - 10) * 3 // 4 + rng.randrange(0, 3)
        life.add("synne", build.blood_pressure(person, upper, lower, day, "synne", seen))
        values = {"vekt": 64 + (at - 10) * 0.42, "hb": 13.1 - (at - 10) * 0.12}
        if at >= 24:
            values |= {"sf": at - 0.5, "fosterlyd": 142 + rng.randrange(-6, 7)}
        for test, value in values.items():
            life.add("synne", build.result(person, TESTS[test], value, day, "synne", seen))
        told = "Kjenner liv. Ingen hodepine eller synsforstyrrelser." if at >= 24 else "Kvalm om morgenen, ellers bra."
        life.add(
            "synne", build.note(person, text, f"{told}\nUrin uten protein. Neste kontroll avtalt.", day, "synne", seen)
        )


def old_man(person: Person, today: date, rng: Random, _: dict[str, Person]) -> Life:
    """Olav, 84, lives at home with home care; admitted two days ago with worse heart failure."""
    life = begin(person, today)
    for code in ("K78", "T90", "K86"):
        follow(life, _ILLNESS[code], rng)
    life.add("ingrid", build.condition(person, "K77", "Hjertesvikt", life.ago(620), "ingrid"))
    life.add("ingrid", build.prescription(person, MEDICINES["furosemid"], life.ago(610), "ingrid"))
    life.add(
        "ingrid", build.allergy(person, ("J01C", "Penicilliner"), "Utslett og tungpust", True, life.ago(3000), "ingrid")
    )
    life.add("lise", build.flag(person, "Fare for fall. Går med rullator.", life.ago(200), "lise"))
    service = build.episode(person, MUNICIPAL_SERVICE, "Hjemmesykepleie", HOME_CARE, "lise", life.ago(400))
    life.add("lise", service)
    _home_visits(life, rng)
    _admission(life)
    return life


def _home_visits(life: Life, rng: Random) -> None:
    person = life.person
    for days in (90, 60, 30, 14, 7, 4):
        day = life.ago(days)
        seen = life.add("lise", build.contact(person, "HH", "Hjemmebesøk", HOME_CARE, "lise", day))
        weight = 81.5 + max(0, 14 - days) * 0.3 + rng.uniform(-0.2, 0.2)
        life.add("lise", build.result(person, TESTS["vekt"], weight, day, "lise", seen))
        life.add("lise", build.blood_pressure(person, 128 + rng.randrange(-6, 7), 74, day, "lise", seen))
        told = (
            "Hovne ankler og tyngre pust enn sist. Ringt fastlegen."
            if days < 10
            else "I godt humør. Tatt medisinene sine."
        )
        life.add("lise", build.note(person, "Hjemmebesøk", told, day, "lise", seen))


def _admission(life: Life) -> None:
    person, day = life.person, life.ago(2)
    text = "Økende tungpust og hovne bein"
    life.add("berit", build.contact(person, "EMER", text, EMERGENCY, "berit", day, end=day))
    stay = life.add("jonas", build.contact(person, "IMP", text, WARD, "jonas", day))
    values = {"probnp": 4850, "kreatinin": 142, "kalium": 4.9, "crp": 12, "hb": 12.4, "spo2": 91, "temperatur": 37.4}
    for test, value in values.items():
        life.add("jonas", build.result(person, TESTS[test], value, day, "jonas", stay))
    better = {"spo2": 94, "kreatinin": 131, "kalium": 4.4, "vekt": 82.1}
    for test, value in better.items():
        life.add("amir", build.result(person, TESTS[test], value, life.ago(1), "amir", stay))
    arrival = (
        "84 år gammel mann med kjent hjertesvikt, atrieflimmer og diabetes. Fire dager med økende tungpust.\n"
        "Knatrelyder over begge lungene, pittingødem til knærne. Gir furosemid intravenøst, daglig vekt og nyreprøver."
    )
    life.add("jonas", build.note(person, "Innkomstjournal", arrival, day, "jonas", stay))
    told = "Sovet bedre i natt. Ned 1,4 kg. Går til toalettet med rullator. Ønsker å komme hjem før helgen."
    life.add("amir", build.note(person, "Sykepleienotat", told, life.ago(1), "amir", stay))
    review = "Gå gjennom medisinene før hjemreise: nyrefunksjon, blodfortynnende og vanndrivende"
    owner = build.at(PHARMACY)
    life.add("jonas", build.task(person, review, owner, "jonas", life.ago(1), life.ago(-1)))
    ready = "Forbered hjemreise: daglig vekt og hjelp med medisiner den første uken"
    life.add("amir", build.task(person, ready, build.at(HOME_CARE), "amir", life.ago(0), life.ago(-2)))


def mother(person: Person, today: date, rng: Random, _: dict[str, Person]) -> Life:
    """Sara, Elias' mother, with migraine and an appointment of her own."""
    life = begin(person, today)
    follow(life, _ILLNESS["N89"], rng)
    soon = weekday(life.ago(-12))
    life.add("ingrid", build.appointment(person, "Samtale om migrene", "fjordglott", "ingrid", soon, 13))
    return life


def child(person: Person, today: date, rng: Random, others: dict[str, Person]) -> Life:
    """Elias, sixteen months: growth, vaccines, eczema, one vaccine left to give."""
    life = begin(person, today)
    if MOTHER in others:
        life.add("hanne", build.related(person, others[MOTHER], "MTH", "Mor"))
    grow(life, rng)
    life.add("ingrid", build.condition(person, "S87", "Atopisk eksem", life.ago(200), "ingrid"))
    life.add("ingrid", build.prescription(person, MEDICINES["hydrokortison"], life.ago(190), "ingrid"))
    life.add("ingrid", build.allergy(person, ("", "Egg"), "Elveblest rundt munnen", False, life.ago(120), "ingrid"))
    soon = weekday(life.ago(-9))
    life.add("hanne", build.appointment(person, "Kontroll og vaksine", HEALTH_STATION, "hanne", soon, 9))
    return life


STORIES: dict[str, Story] = {PREGNANT: pregnant, OLD_MAN: old_man, MOTHER: mother, CHILD: child}
