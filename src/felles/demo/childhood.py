# ruff: noqa: E501 - notes are read by their lines
"""Children at the health station and at school: how they grow, what they are vaccinated with, what is due next.

Consultations: Helsedirektoratet, retningslinje for helsestasjon (14 from birth to five years; here those with a
measurement). Vaccines: FHI, barnevaksinasjonsprogrammet.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from felles.demo import build
from felles.demo.calendar import SLOTS, coming, open_before, open_day, slot
from felles.demo.chart import Chart
from felles.demo.growth import score

VISITS: Final = (
    (28, "4 uker"), (42, "6 uker"), (91, "3 måneder"), (152, "5 måneder"), (183, "6 måneder"), (243, "8 måneder"),
    (304, "10 måneder"), (366, "12 måneder"), (457, "15 måneder"), (548, "18 måneder"), (735, "2 år"), (1470, "4 år"),
)  # fmt: skip
"""Age in days, and what the consultation is called."""

_SIX, _PNEUMO = "Vaksine mot difteri, stivkrampe, kikhoste, polio, hib og hepatitt B", "Pneumokokkvaksine"
EARLY: Final = (
    (42, "Rotavirusvaksine", "J07BH01", 1), (91, "Rotavirusvaksine", "J07BH01", 2),
    (91, _SIX, "J07CA09", 1), (91, _PNEUMO, "J07AL02", 1),
    (152, _SIX, "J07CA09", 2), (152, _PNEUMO, "J07AL02", 2),
    (366, _SIX, "J07CA09", 3), (366, _PNEUMO, "J07AL02", 3),
    (457, "Vaksine mot meslinger, kusma og røde hunder", "J07BD52", 1),
)  # fmt: skip
"""The programme before school: age in days (no earlier), vaccine, ATC, which dose."""
AT_SCHOOL: Final = (
    (7, 10, "Vaksine mot difteri, stivkrampe, kikhoste og polio", "J07CA02", 4),
    (11, 10, "Vaksine mot meslinger, kusma og røde hunder", "J07BD52", 2),
    (12, 9, "HPV-vaksine", "J07BM03", 1),
    (12, 15, "HPV-vaksine", "J07BM03", 2),
    (15, 10, "Vaksine mot difteri, stivkrampe, kikhoste og polio", "J07CA02", 5),
)  # fmt: skip
"""At school: in the year the child becomes so old, month (over 12: the next year), vaccine, ATC, which dose."""

_TOLD: Final = {
    400: (
        "Ammes fullt. God kontakt, følger med blikket. {hjemme} har det bra.",
        "Våken og fornøyd. Smiler og pludrer. Søvn gjennomgått.",
        "Smaker på grøt. Ruller rundt og griper etter leker.",
        "Spiser grøt og grønnsaker. Sitter støtt, babler.",
        "Nysgjerrig, krabber. Smaker på alt. Trygghet i hjemmet gjennomgått.",
    ),
    1000: (
        "Går selv, peker og sier flere ord. Sover hele natta.",
        "Begynt i barnehage, trives. Spiser familiens mat.",
        "Leker ved siden av andre barn. Tannpuss morgen og kveld.",
    ),
    9999: (
        "Snakker rent, tegner hode med bein. Gleder seg til skolen.",
        "Hopper på ett bein. Syn og hørsel undersøkt, uten anmerkning.",
    ),
}


def childhood(chart: Chart, *, spared: tuple[str, ...] = ()) -> None:
    """All that a health station and the schools write about a child until now; `spared`: ATC codes not given yet."""
    _growth(chart)
    early_vaccines(chart, spared)
    _school(chart)
    next_visit(chart)


def _growth(chart: Chart) -> None:
    person = chart.person
    for days, called in VISITS:
        day = open_day(person.born + timedelta(days=days))
        if day < chart.start or day >= chart.today:
            continue
        nurse = chart.district.health_nurse
        visit = chart.visit(
            nurse, "AMB", f"Kontroll på helsestasjonen, {called}", day, *slot(chart.rng.randrange(SLOTS)), minutes=30
        )
        tests = ("vekt", "hoyde", "hodeomkrets") if days < 800 else ("vekt", "hoyde")
        chart.measure(visit, *tests)
        text = chart.rng.choice(next(texts for until, texts in _TOLD.items() if days < until))
        if days < 400:
            text = _TOLD[400][sum(days > limit for limit in (40, 140, 200, 250))]
            text = text.replace("{hjemme}", _at_home(chart))
        length = score("height", visit.values["hoyde"], person.years(day), female=person.female)
        channel = (
            "følger egen kurve"
            if abs(length) < 1.6
            else "liten, men følger egen kurve"
            if length < 0
            else "lang, følger egen kurve"
        )
        chart.note(
            visit, f"Helsestasjonskontroll {called}", f"{text}\nVekt {{vekt}} kg, lengde {{hoyde}} cm; {channel}."
        )


def _at_home(chart: Chart) -> str:
    """Those who look after the child, as a note names them."""
    parents = [{True: "mor", False: "far"}[parent.female] for parent in chart.home.grown()]
    return " og ".join(dict.fromkeys(parents)).capitalize() if len(set(parents)) == len(parents) else "Foreldrene"


def early_vaccines(chart: Chart, spared: tuple[str, ...] = ()) -> None:
    """The programme before school, as far as the child is old enough."""
    for days, name, atc, dose in EARLY:
        day = open_day(chart.person.born + timedelta(days=days))
        if day < chart.today and atc not in spared:
            give(chart, name, atc, day, dose)


def give(chart: Chart, name: str, atc: str, day: date, dose: int) -> None:
    """A vaccine; what was given before this region's time comes from the national register."""
    nurse = chart.district.health_nurse
    ours = day >= chart.start and chart.staff(nurse).employed(day)
    author = nurse if ours else chart.gp(max(day, chart.start))
    chart.add(author, build.vaccine(chart.person, name, atc, day, chart.staff(nurse) if ours else None, dose))


def _school(chart: Chart) -> None:
    born, nurse = chart.person.born, chart.district.health_nurse
    for years, month, name, atc, dose in AT_SCHOOL:
        year = born.year + years + (month - 1) // 12
        day = open_before(date(year, (month - 1) % 12 + 1, 5 + chart.person.ordinal % 20))
        if day < chart.today:
            give(chart, name, atc, day, dose)
    for years, called in ((6, "skolestart"), (8, "3. trinn"), (13, "8. trinn")):
        day = open_before(date(born.year + years, 11, 2 + chart.person.ordinal % 25))
        if not chart.start <= day < chart.today:
            continue
        visit = chart.visit(nurse, "AMB", f"Skolehelsetjenesten: {called}", day, *slot(chart.rng.randrange(SLOTS)))
        chart.measure(visit, "vekt", "hoyde")
        chart.note(
            visit,
            f"Skolehelsetjenesten, {called}",
            f"{chart.rng.choice(('Trives på skolen, har venner.', 'Sover godt, liker gym.', 'Litt vondt i magen om morgenen, samtale om hverdagen.'))}\nVekt {{vekt}} kg, høyde {{hoyde}} cm.",
        )


def next_visit(chart: Chart) -> None:
    """The next consultation at the health station, when it is due within three months."""
    days = (chart.today - chart.person.born).days
    ahead = next(((at, called) for at, called in VISITS if days <= at < days + 90), None)
    if ahead is None:
        return
    day = max(
        open_day(chart.person.born + timedelta(days=ahead[0])), coming(chart.today, 5)[1 + chart.person.ordinal % 4]
    )
    vaccines = [name for at, name, _, _ in EARLY if at == ahead[0]]
    text = f"Kontroll på helsestasjonen, {ahead[1]}{' med vaksine' if vaccines else ''}"
    chart.book(chart.district.health_nurse, text, day, *slot(chart.person.ordinal % SLOTS), minutes=30)
