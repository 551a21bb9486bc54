"""What comes and goes: a complaint, a contact, a note, sometimes a course of medicine; and vaccines of grown-ups."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from felles.demo import build
from felles.demo.calendar import open_before, open_day
from felles.demo.chart import Chart
from felles.demo.complaints import COMPLAINTS, Complaint
from felles.demo.drugs import DRUGS, clashes

_CHILDREN: Final = {"fenoksymetyl": "fenoksymetyl-mikstur", "erytromycin": "", "doksysyklin": "", "pivmecillinam": ""}


def complaints(chart: Chart, years: float) -> None:
    """Some complaints over the years, more for small children and the old."""
    age = chart.person.years(chart.last)
    often = 1.3 if age < 6 else 0.45 if age < 18 else 0.7 if age < 60 else 0.9
    count = sum(chart.rng.random() < often * years / 6 for _ in range(6))
    span = ((chart.moved or chart.last) - chart.start).days - 20
    for _ in range(count):
        if span < 30:
            return
        day = chart.start + timedelta(days=15 + chart.rng.randrange(span - 15))
        complain(chart, day)


def complain(chart: Chart, day: date, complaint: Complaint | None = None) -> None:
    """One complaint on about that day (`complaint`: which; else one that fits her)."""
    complaint = complaint or _pick(chart, day)
    if complaint is None or chart.absent(day) or chart.absent(open_before(day)):
        return
    seen = day if complaint.urgent else open_before(day)
    if chart.meets(seen, seen):
        return
    if complaint.urgent:
        author = chart.rng.choice(chart.district.out_of_hours_staff[:1])
        visit = chart.visit(
            author, "AMB", complaint.name, day, chart.rng.choice((10, 13, 16, 18, 19, 21)), 20, minutes=30
        )
    else:
        if open_before(day) < chart.start:
            return
        visit = chart.consult(complaint.name, day)
    given = {test: chart.rng.uniform(low, high) for test, low, high in complaint.tests if high}
    chart.measure(visit, *(test for test, _, high in complaint.tests if not high), **given)
    if "{bt}" in "".join(complaint.found):
        chart.pressure(visit)
    if "{puls}" in "".join(complaint.found) and "puls" not in visit.values:
        chart.measure(visit, "puls")
    drug, agreed = _drug(chart, complaint, visit.day), chart.choose(complaint.agreed, visit.day)
    over = visit.day + timedelta(days=complaint.days)
    chart.diagnose(
        visit.author, (complaint.icpc, ""), complaint.name, visit.day, over=min(over, chart.last), visit=visit
    )
    if drug:
        chart.prescribe(visit.author, drug, visit.day, complaint.name)
        if drug != complaint.drug:
            agreed = f"{DRUGS[drug].short}, {DRUGS[drug].dose.split(' i ')[-1]}."
    elif complaint.drug:
        agreed = "Ser an uten medisin. Ny kontakt ved forverring."
    chart.note(
        visit,
        complaint.name,
        f"{chart.choose(complaint.told, visit.day)}\nUS: {chart.choose(complaint.found, visit.day)}\nV: {agreed}",
    )
    if complaint.then is not None and chart.rng.random() < 0.85:
        _after(chart, complaint.then, visit.day)


def _after(chart: Chart, agreed: tuple[int, str, str], day: date) -> None:
    """The contact at the GP's that was agreed, where its day has come."""
    days, title, text = agreed
    day = open_day(day + timedelta(days=days))
    if day >= chart.last or not chart.alive(day) or chart.absent(day) or chart.meets(day, day):
        return
    visit = chart.consult(title, day)
    if "{bt}" in text:
        chart.pressure(visit)
        chart.measure(visit, "puls", "ldl", "hba1c")
    chart.note(visit, title, text)


def _pick(chart: Chart, day: date) -> Complaint | None:
    age = chart.person.age(day)
    pregnant = chart.body.week(day) is not None
    sex = "f" if chart.person.female else "m"
    fit = [
        c for c in COMPLAINTS
        if c.ages[0] <= age <= c.ages[1] and sex in c.sexes and (20 <= age <= 66 or c.icpc != "P02")
        and not (pregnant and c.icpc in ("T99", "K02", "A04"))
        and not (c.icpc == "R80" and not (day.month <= 3 or day.month == 12))
        and not (c.icpc == "S12" and not 5 <= day.month <= 10)
        and not (c.icpc in ("T99", "A04") and chart.body.problems)
    ]  # fmt: skip
    return chart.rng.choices(fit, [c.weight for c in fit])[0] if fit else None


def _drug(chart: Chart, complaint: Complaint, day: date) -> str:
    """The key of the course she can have, "" for none."""
    for key in (complaint.drug, complaint.instead):
        chosen = _CHILDREN.get(key, key) if chart.person.age(day) < 12 else key
        if not chosen or clashes(DRUGS[chosen], chart.allergies):
            continue
        if chosen == "doksysyklin" and chart.body.week(day) is not None:
            continue
        if chosen == "nitrofurantoin" and (chart.body.has("ckd", day) or (chart.body.week(day) or 0) > 34):
            continue
        return chosen
    return ""


def adult_vaccines(chart: Chart) -> None:
    """Influenza each autumn and pneumococci for those of 65 and more who want it (FHI, influensavaksinasjon)."""
    if chart.rng.random() > 0.65:
        return
    pneumococci = False
    for year in range(chart.start.year, chart.last.year + 1):
        day = open_day(date(year, 10, 12) + timedelta(days=chart.rng.randrange(35)))
        if chart.person.age(day) < 65 or not chart.start < day <= chart.last or not chart.alive(day):
            continue
        gp = chart.gp(day)
        chart.add(gp, build.vaccine(chart.person, "Influensavaksine", "J07BB02", day, chart.staff(gp), 1))
        if not pneumococci and chart.rng.random() < 0.5:
            pneumococci = True
            chart.add(gp, build.vaccine(chart.person, "Pneumokokkvaksine", "J07AL02", day, chart.staff(gp), 1))
