# ruff: noqa: E501 - notes are read by their lines
"""The course of long-standing problems: found, treated, followed at controls where one note covers all of them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from felles.demo import planned
from felles.demo.adjusting import MORE, adjusted, lacks_iron
from felles.demo.calendar import coming, is_open, open_before, open_day
from felles.demo.chart import Chart, Visit, printed
from felles.demo.drugs import DRUGS, clashes
from felles.demo.nynorsk import nynorsk
from felles.demo.problems import FIRST, PROBLEMS, Problem

_INSTEAD: Final = {"ramipril": "losartan", "asa": "klopidogrel"}
MOST: Final = 6
"""At most so many long-standing problems are given to one person."""
APART: Final = 21
"""Days between controls at least."""
_ALLERGIES: Final = (
    ("J01C", "Penicilliner", "Utslett over hele kroppen", True, 5),
    ("J01EE01", "Sulfametoksazol og trimetoprim", "Kløende utslett", False, 1),
    ("M01A", "Betennelsesdempende midler (NSAID)", "Tungpust", True, 1),
    ("", "Peanøtt", "Hevelse i lepper og hals", True, 2),
    ("", "Egg", "Elveblest", False, 1),
    ("", "Skalldyr", "Elveblest og kløe i halsen", True, 1),
    ("", "Nikkel", "Eksem", False, 2),
    ("", "Bjørkepollen", "Rennende øyne og nese", False, 3),
)


def allergies(chart: Chart) -> None:
    """Now and then an allergy, told to the GP some years ago."""
    if chart.person.years(chart.last) < 2 or chart.rng.random() > 0.16 + 0.002 * chart.person.age(chart.last):
        return
    options = [row for row in _ALLERGIES if row[1] != "Nikkel" or chart.person.age(chart.last) > 15]
    atc, name, reaction, severe, _ = chart.rng.choices(options, [row[4] for row in options])[0]
    span = max((chart.last - chart.start).days - 40, 1)
    day = open_before(chart.start + timedelta(days=30 + chart.rng.randrange(span)))
    chart.allergy(atc, name, reaction, severe, max(day, chart.start))


def assign(chart: Chart, *, spared: tuple[str, ...] = ()) -> list[Problem]:
    """The long-standing problems of somebody, each with the day it was found told to her body."""
    person, rng = chart.person, chart.rng
    age = person.age(chart.last)
    found: list[Problem] = []
    keys: set[str] = set()
    for problem in PROBLEMS.values():
        share = problem.share[0 if person.female else 1]
        if not problem.ages[0] <= age <= problem.ages[1] or problem.key in spared or len(found) >= MOST:
            continue
        if not set(problem.needs) <= keys or keys & set(problem.not_with):
            continue
        younger = (age - problem.ages[0]) / max(1, problem.ages[1] - problem.ages[0])
        if rng.random() < share * (0.6 + 0.9 * younger):
            found.append(problem)
            keys.add(problem.key)
    for problem in found:
        chart.body.begin(problem.key, _onset(chart, problem))
    return found


def _onset(chart: Chart, problem: Problem) -> date:
    """When it was found: since the earliest age for it, no earlier than what it needs, some before this region's time."""
    person, rng = chart.person, chart.rng
    first = date(person.born.year + problem.ages[0], person.born.month, min(person.born.day, 28))
    earliest = max([first, chart.last - timedelta(days=15 * 365), *(chart.body.problems[key] for key in problem.needs)])
    latest = chart.last - timedelta(days=60)
    if latest <= earliest:
        return min(earliest, chart.last - timedelta(days=1))
    return open_day(earliest + timedelta(days=rng.randrange((latest - earliest).days)))


def follow(chart: Chart, problems: list[Problem]) -> None:
    """Controls of all problems together, from when each was found (or this region begins) until now."""
    if not problems:
        return
    days = _controls(chart, problems)
    told: set[str] = set()
    for day in days:
        over = chart.body.over
        due = [
            p
            for p in problems
            if chart.body.problems[p.key] <= day <= over.get(p.key, day) or p.key in told - set(over)
        ]
        new = [p for p in due if p.key not in told]
        if due:
            control(chart, due, new, day)
            told |= {p.key for p in new}
    for problem in problems:
        if problem.key in told:
            _refer(chart, problem)


def _controls(chart: Chart, problems: list[Problem]) -> list[date]:
    """Days of controls: when a problem was found, and then as often as the one followed most often asks."""
    rng = chart.rng
    limit = (chart.moved or chart.last) - timedelta(days=rng.randrange(4, 60))
    if chart.person.died is not None:
        limit = min(limit, chart.person.died - timedelta(days=1))
    first = chart.start + timedelta(days=rng.randrange(5, 90))
    starts = sorted({max(chart.body.problems[p.key], first) for p in problems})
    found = {open_before(day) for day in starts if chart.start <= open_before(day) <= limit}
    day = starts[0]
    while True:
        often = min((p.every for p in problems if chart.body.problems[p.key] <= day), default=1.0)
        day += timedelta(days=int(365 * often * rng.uniform(0.8, 1.25)))
        if day > limit:
            break
        found.add(open_before(day))
    kept: list[date] = []
    for day in sorted(found):
        apart = not kept or (day - kept[-1]).days >= APART
        if apart and chart.start <= day <= limit and is_open(day) and not chart.absent(day):
            kept.append(day)
    return kept


def control(chart: Chart, due: list[Problem], new: list[Problem], day: date) -> None:
    """One control of the problems `due`, of which `new` are found at it: measured, adjusted, written down."""
    title = "Kontroll: " + ", ".join(p.short for p in due[:3])
    fresh = [p for p in new if not _known(chart, p, day)]
    if new and len(new) == len(due):
        kind = "Utredning: " if len(fresh) == len(new) else "Gjennomgang: "
        title = kind + ", ".join(p.short for p in new[:3])
    by_phone = not new and not any(p.pressure or p.tests for p in due) and chart.rng.random() < 0.3
    visit = chart.consult(title, day, kind="VR" if by_phone else "AMB")
    for problem in new:
        onset = chart.body.problems[problem.key]
        chart.diagnose(
            visit.author, (problem.icpc, problem.icd), problem.name, day, key=problem.key, onset=min(onset, day)
        )
        _start(chart, problem, visit, known=problem not in fresh)
    _measured(chart, due, visit, by_phone=by_phone)
    changed = adjusted(chart, due, visit)
    chart.note(visit, title, _text(chart, due, fresh, visit, changed, by_phone=by_phone))
    _remember(chart, visit)


def _start(chart: Chart, problem: Problem, visit: Visit, *, known: bool) -> None:
    """The medicines of a problem; of those who have had it for long they were begun then."""
    for key in problem.drugs:
        chosen = _chosen(chart, key, visit.day)
        if chosen:
            chart.prescribe(visit.author, chosen, visit.day, problem.name)
    since = chart.body.problems[problem.key] if known else visit.day
    if problem.key == "prostate-cancer":  # treated in hospital before the GP follows it
        chart.body.treat(problem.key, since - timedelta(days=150))
    elif problem.drugs:
        chart.body.treat(problem.key, since)
        if problem.key == "ihd":
            chart.body.treat("lipids", since)


def _chosen(chart: Chart, key: str, day: date) -> str:
    """Which medicine she gets where this one is usual; "" for none."""
    if clashes(DRUGS[key], chart.allergies) or (
        key == "ramipril" and key not in chart.settled and chart.rng.random() < 0.35
    ):
        return _INSTEAD.get(key, "")
    if key in ("empagliflozin", "kandesartan", "amlodipin") and chart.rng.random() < 0.4:
        return ""
    kidneys = chart.body.has("ckd", day)
    if (key == "metformin" and kidneys) or (
        key == "kandesartan" and {"ramipril", "ramipril-10", "losartan", "losartan-100"} & set(chart.taking())
    ):
        return ""
    if key == "budesonid" and chart.person.age(day) < 12:
        return "flutikason-barn"
    if key == "apixaban" and kidneys and chart.person.age(day) >= 80:
        return "apixaban-lav"
    return key


def _measured(chart: Chart, due: list[Problem], visit: Visit, *, by_phone: bool) -> None:
    if by_phone:
        return
    tests: list[str] = []
    for problem in due:
        tests += [test for test in problem.tests if test not in tests]
    if chart.person.age(visit.day) < 18:
        tests = [test for test in tests if test not in ("fev1", "ldl", "acr")]
    chart.measure(visit, *tests)
    if any(problem.pressure for problem in due):
        chart.pressure(visit)


def _known(chart: Chart, problem: Problem, day: date) -> bool:
    """Whether it was found long before this day, and comes with the person. Iron is low until it is treated here."""
    return (day - chart.body.problems[problem.key]).days > 120 and problem.key != "iron"


def _text(
    chart: Chart, due: list[Problem], fresh: list[Problem], visit: Visit, changed: list[str], *, by_phone: bool
) -> str:
    """What the GP writes: what was told, found, measured, changed and agreed."""
    values = visit.values
    spoken = sorted(due, key=lambda p: p not in fresh)[:3]
    texts = [_told(chart, p, visit, fresh=p in fresh) for p in spoken if p.told or p in fresh]
    told = _unlike(_breathing(texts))
    first = "Telefonkonsultasjon." if by_phone else "Kommer til time." if fresh else "Kommer til kontroll."
    lines = [" ".join([first, *dict.fromkeys(t for t in told if t)])]
    found = [] if by_phone else _found(chart, due, visit, " ".join(told))
    signs = [f"BT {values['bt-o']}/{values['bt-u']}."] if "bt-o" in values else []
    signs += [f"{name} {printed(test, values[test])}{unit}." for test, name, unit in _SIGNS if test in values]
    if found or signs:
        lines.append("US: " + " ".join([*signs, *(f for f in found if f)]))
    measured = [_named(chart, test, values[test]) for test in _BLOOD if test in values]
    if measured:
        lines.append("Lab: " + ", ".join(measured) + ".")
    plan = list(dict.fromkeys([*changed, *_agreed(chart, spoken, fresh, visit, changed)]))
    if plan:
        lines.append("V: " + " ".join(plan))
    return "\n".join(lines)


def _told(chart: Chart, problem: Problem, visit: Visit, *, fresh: bool) -> str:
    """What she tells of one problem."""
    if problem.key == "iron" and not fresh:
        return problem.told[0] if lacks_iron(chart, visit) else problem.told[1]
    return chart.choose(FIRST[problem.key] if fresh else problem.told, visit.day)


def _agreed(chart: Chart, spoken: list[Problem], fresh: list[Problem], visit: Visit, changed: list[str]) -> list[str]:
    """What is begun, renewed and agreed, beside what is changed."""
    going_on = [p for p in spoken if p.agreed and p not in fresh and p.key not in chart.body.over]
    agreed = _unlike([chart.choose(p.agreed, visit.day) for p in going_on])
    begins = _both({p.name for p in fresh})
    raised = {*MORE.values(), "amlodipin"}
    begun = [
        f"{'Oppstart' if made['reasonCode'][0]['text'] in begins else 'Fornyet'} {DRUGS[key].short}."
        for key, made in chart.medicines.items()
        if made["authoredOn"] == visit.day.isoformat() and not (visit.day in chart.body.raised and key in raised)
    ]
    if fresh and not begun:
        begun = ["Ny vurdering om noen uker."]
    new = begun or changed
    return [*begun, *(a for a in agreed if a and not (new and a.startswith("Fortsetter")))]


def _found(chart: Chart, due: list[Problem], visit: Visit, told: str) -> list[str]:
    """What was found, none of it against what was told or what else is wrong."""
    irregular, swollen = chart.body.has("af", visit.day), "ankler" in told or "hovne" in told
    found: list[str] = []
    for problem in due[:3]:
        if problem.key == "iron" and not lacks_iron(chart, visit):
            continue
        fit = tuple(
            text for text in problem.found
            if not (irregular and ("Rm puls" in text or "fys. forh" in text)) and not (swollen and "ødem" in text and "Ingen" in text)
        )  # fmt: skip
        if fit:
            found.append(chart.choose(fit, visit.day))
    return list(dict.fromkeys(found))


def _both(names: set[str]) -> set[str]:
    """Names as both written languages have them."""
    return names | {nynorsk(name) for name in names}


def _breathing(texts: list[str]) -> list[str]:
    """Nobody is short of breath and not short of breath in one note."""
    short = any(re.search(r"(?<!ngen )[Tt]ungpust|Tyngre|stoppe i trappa", text) for text in texts)
    return [re.sub(r" ?Ingen tungpust\.", "", text) if short else text for text in texts]


def _unlike(texts: list[str]) -> list[str]:
    """Texts that do not begin alike: nobody writes "Fortsetter" three times."""
    first: dict[str, str] = {}
    for text in texts:
        if text:
            first.setdefault(text.split()[0], text)
    return list(first.values())


_SIGNS: Final = (
    ("puls", "Puls", ""), ("vekt", "Vekt", " kg"), ("spo2", "SpO2", " %"), ("pef", "PEF", ""), ("fev1", "FEV1", " L"),
)  # fmt: skip
_BLOOD: Final = {
    "hba1c": "HbA1c", "kreatinin": "kreatinin", "egfr": "eGFR", "kalium": "K", "natrium": "Na", "hb": "Hb", "ferritin": "ferritin",
    "ldl": "LDL", "tsh": "TSH", "ft4": "FT4", "probnp": "NT-proBNP", "urat": "urat", "crp": "CRP", "psa": "PSA",
    "d-vitamin": "vit. D", "b12": "B12", "acr": "U-AKR", "alat": "ALAT",
}  # fmt: skip


def _named(chart: Chart, test: str, value: float) -> str:
    """`HbA1c 52 (56 sist)`."""
    last = chart.before.get(test)
    said = f"{_BLOOD[test]} {printed(test, value)}"
    return said if last is None or last == value else f"{said} ({printed(test, last)} sist)"


def _remember(chart: Chart, visit: Visit) -> None:
    chart.before.update({test: value for test, value in visit.values.items() if test in _BLOOD})


def _refer(chart: Chart, problem: Problem) -> None:
    """Now and then a referral: answered after a visit there, or still waiting for its appointment."""
    if problem.refer is None or chart.rng.random() > problem.refer_share:
        return
    where, question, answers = problem.refer
    recorded = date.fromisoformat(chart.conditions[problem.key]["recordedDate"])
    span = (chart.last - recorded).days - 20
    if span < 10:
        return
    sent = open_before(recorded + timedelta(days=chart.rng.randrange(5, span + 5)))
    if sent < recorded:
        return
    refer(chart, where, f"{problem.name}: vurdering", question, answers, sent, problem.icd)


def refer(chart: Chart, where: str, text: str, question: str, answers: tuple[str, ...], sent: date, icd: str) -> None:
    """A referral from the GP on a day: seen some weeks later with a note as answer, or an appointment to come."""
    gp = chart.gp(sent)
    place, author = there(chart, where)
    seen = open_day(sent + timedelta(days=chart.rng.randrange(18, 95)))
    answered = chart.alive(seen) and seen <= chart.last
    if not answered and chart.person.died is not None:
        return
    organisation, staff = chart.place(place), chart.staff(gp)
    made = planned.referral(
        chart.person, chart.said(gp, text), chart.said(gp, question), organisation, staff, sent, answered=answered
    )
    sent_as = chart.add(gp, made)
    if not answered:
        if chart.rng.random() < 0.6:
            chart.book(author, f"Poliklinisk time: {text.lower()}", seen, 9 + chart.rng.randrange(6), 0, minutes=30)
        return
    hour = 9 + chart.rng.randrange(6)
    visit = chart.visit(author, "AMB", question, seen, hour, 0, minutes=30, icd=icd, place=place, because=sent_as)
    pressure = chart.staff(author).role == "doctor" and where == "medisin-poliklinikk"
    if pressure:
        chart.pressure(visit)
    told = f"Henvist fra fastlege: {question[0].lower()}{question[1:]}."
    answer = chart.rng.choice(answers)
    chart.note(visit, "Poliklinisk notat", f"{told}{' BT {bt}.' if pressure else ''}\n{answer}")
    if chart.rng.random() < 0.6:
        day = open_day(seen + timedelta(days=2))
        if day <= chart.last and chart.alive(day):
            text = f"Takk for henvisningen av {sent.day}.{sent.month}. {answer}"
            chart.letter(visit, "Poliklinisk epikrise", text, (day, 14, 20))


def there(chart: Chart, where: str) -> tuple[str, str]:
    """(organisation or unit, somebody there) of a unit of her hospital or a specialist's field."""
    if where in chart.district.units:
        place, staff = chart.district.units[where]
        return place, staff[0]
    return chart.district.specialists[where]


def coming_control(chart: Chart, problems: list[Problem]) -> None:
    """The next control at the GP's, at her own time, for most who are followed."""
    problems = [problem for problem in problems if problem.key in chart.conditions]
    if not problems or chart.person.died is not None or chart.rng.random() > 0.55:
        return
    own = chart.own_time()
    if own is not None:
        days, hour, minute = own
        ahead = ((chart.today,) if is_open(chart.today) else ()) + coming(chart.today, 81)
        chart.book(chart.person.gp, f"Kontroll: {problems[0].short}", ahead[days], hour, minute)
