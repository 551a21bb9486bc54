"""Tests that are ordered: sent to the hospital's laboratory, answered some days later, looked at, or not yet.

An order is a ServiceRequest; its answer a DiagnosticReport with its values, based on the order; who is to look at it,
and what she did, a Task whose focus is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from zlib import crc32

from felles.demo import build, planned
from felles.demo.analyses import TESTS, egfr
from felles.demo.calendar import open_before, open_day, slot
from felles.demo.world import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from felles.demo.chart import Chart, Visit
    from felles.demo.problems import Problem
    from felles.demo.world import Resource

LABORATORY: Final = "laboratorium"
"""The unit (`districts`) that answers."""
_ANALYSED: Final = frozenset(
    "kreatinin kalium natrium hb ferritin hba1c ldl tsh ft4 psa urat crp alat b12 d-vitamin acr probnp sr".split()
)
_SEEN: Final = (
    "Sendt melding til pasienten: svarene er som ventet.",
    "Lagt til neste kontroll. Ingen endring nå.",
    "Sendt melding: svarene er fine, samme medisiner.",
)
_RUNG: Final = (
    "Ringt pasienten: litt utenfor det vanlige, ny prøve om tre måneder.",
    "Ringt pasienten: som sist, ingen endring i medisinene.",
    "Time hos fastlege neste uke for å gå gjennom svaret.",
)
WAITS, UNSEEN, LOOKED, NONE = range(4)


@dataclass(frozen=True, slots=True)
class Sample:
    """What was ordered at a visit, why, and how many days later its answer came (None: it has not come)."""

    visit: Visit
    title: str
    why: str
    back: date | None
    acted: str = ""
    """What was done with the answer; "" when nobody has looked at it."""
    told: Mapping[str, float] = field(default_factory=dict)
    """Values of its tests that are told, where the body would have had others."""


def blood_tests(chart: Chart, problems: list[Problem]) -> None:
    """Of those whose problems are followed by tests: last year's, seen; and for most one of these days."""
    tests = _tests(chart, problems)
    if not tests or chart.person.died is not None or chart.moved is not None:
        return
    number = crc32(chart.person.key.encode())
    before = chart.today - timedelta(days=140 + number % 190)
    now = (LOOKED, WAITS, UNSEEN, LOOKED, UNSEEN, NONE, WAITS, UNSEEN)[number // 7 % 8]
    for day, state in ((before, LOOKED), (_recent(chart, now, number), now)):
        if state != NONE and day > chart.start and _free(chart, open_before(day)):
            _sampled(chart, tests, open_before(day), state, problems)


def _recent(chart: Chart, state: int, number: int) -> date:
    """The day of a sample that is still waited for, came these days, or was seen some weeks ago."""
    came = (2 + chart.person.ordinal % 3) if number % 3 == 0 else 6 + number % 4  # answered today, or some days ago
    days = {WAITS: 1 + number % 3, UNSEEN: came}.get(state, 16 + number % 20)
    return chart.today - timedelta(days=days)


def _free(chart: Chart, day: date) -> bool:
    around = timedelta(days=1)
    return chart.alive(day) and day < chart.today and not chart.absent(day) and not chart.meets(day - around, day)


def _tests(chart: Chart, problems: list[Problem]) -> list[str]:
    """What her problems are followed by, of what a laboratory analyses; children are pricked for no routine."""
    if chart.person.age(chart.today) < 16:
        return []
    known = [problem for problem in problems if problem.key in chart.conditions]
    found = dict.fromkeys(test for problem in known for test in problem.tests if test in _ANALYSED)
    return list(found)[:6]


def _sampled(chart: Chart, tests: list[str], day: date, state: int, problems: list[Problem]) -> None:
    gp = chart.gp(day)
    visit = chart.visit(gp, "AMB", "Blodprøver før kontroll", day, 8, slot(chart.person.ordinal)[1], minutes=10)
    names = ", ".join(TESTS[test].name for test in tests)
    followed = ", ".join(p.short for p in problems if p.key in chart.conditions and set(p.tests) & set(tests))
    how = chart.rng.choice(("Fastende.", "Ikke fastende.", "Venstre arm.", "Tredje forsøk, fine prøver."))
    text = f"Tatt etter avtale, for {followed}: {names}. {how} Svar om to til fem dager."
    chart.note(visit, "Prøver tatt", text, minutes=8)
    back = open_day(day + timedelta(days=2 + chart.person.ordinal % 3)) if state != WAITS else None
    if back is not None and back > chart.today:
        back = None
    sample = Sample(visit, f"Blodprøver: {names}", f"Kontroll: {followed}", back, "" if state != LOOKED else "seen")
    order(chart, sample, tests)


def order(chart: Chart, sample: Sample, tests: list[str], findings: tuple[tuple[str, str], ...] = ()) -> None:
    """Write an order, and its answer: `tests` (keys) as the body has them, `findings` as (what, in words)."""
    asked = chart.add(sample.visit.author, _request(chart, sample))
    if sample.back is None:
        return
    place, (author, *_) = chart.district.units[LABORATORY]
    values: list[Resource] = []
    for test in tests:
        values += _values(chart, sample, author, test)
    when = sample.visit.when(3)
    for text, said in findings:
        found = {"valueCodeableConcept": {"text": said}}
        made = build.finding(chart.person, text, "", found, when, chart.staff(author), category="laboratory")
        values.append(made)
    for value in values:
        value["encounter"] = {"reference": sample.visit.reference}
        value["basedOn"] = [{"reference": asked}]
        value["issued"] = moment(*_answered(chart, sample.back))
    results = [chart.add(author, value) for value in values]
    report = chart.add(author, _report(chart, sample, asked, results, place))
    outside = any("'H'" in str(v.get("interpretation")) or "'L'" in str(v.get("interpretation")) for v in values)
    _looked(chart, sample, report, outside=outside)


def _request(chart: Chart, sample: Sample) -> Resource:
    visit = sample.visit
    place = chart.place(chart.district.units[LABORATORY][0])
    title, why = chart.said(visit.author, sample.title), chart.said(visit.author, sample.why)
    return planned.order(
        chart.person, title, why, place, chart.staff(visit.author), visit.when(3), answered=sample.back is not None,
        encounter=visit.reference,
    )  # fmt: skip


def _values(chart: Chart, sample: Sample, author: str, test: str) -> list[Resource]:
    visit, row = sample.visit, TESTS[test]
    value = sample.told.get(test, chart.body.value(test, visit.day))
    age, female = chart.person.years(visit.day), chart.person.female
    usual = row.reference(female=female, age=age, pregnant=chart.body.week(visit.day) is not None)
    made = [build.result(chart.person, row, value, visit.when(3), chart.staff(author), None, usual)]
    if test == "kreatinin" and age >= 18 and chart.body.week(visit.day) is None:
        rate, filtered = egfr(value, chart.person.age(visit.day), female=female), TESTS["egfr"]
        limits = filtered.reference(female=female, age=age)
        made.append(build.result(chart.person, filtered, rate, visit.when(3), chart.staff(author), None, limits))
    return made


def _answered(chart: Chart, day: date) -> tuple[date, int, int]:
    """When an answer came: after the day's round; one of today in the night, so that it is here whatever the hour."""
    return (day, 0, 40) if day == chart.today else (day, 13, 5)


def _report(chart: Chart, sample: Sample, asked: str, results: list[str], place: str) -> Resource:
    assert sample.back is not None  # noqa: S101 - only what came back has a report
    title = f"Svar på {sample.title[0].lower()}{sample.title[1:]}"
    return build.report(
        chart.person, title, sample.visit.when(3), _answered(chart, sample.back),
        chart.place(place), asked, results, sample.visit.reference,
    )  # fmt: skip


def _looked(chart: Chart, sample: Sample, report: str, *, outside: bool) -> None:
    """The Task of who ordered: to look at the answer, or what she did with it the day after it came."""
    assert sample.back is not None  # noqa: S101 - only what came back is looked at
    author = chart.gp(sample.back) if chart.staff(sample.visit.author).role == "gp" else sample.visit.author
    staff, looked = chart.staff(author), open_day(sample.back + timedelta(days=1))
    done = bool(sample.acted) and looked <= chart.today
    texts = _RUNG if outside else _SEEN
    said = sample.acted if sample.acted != "seen" else texts[crc32(report.encode()) % len(texts)]
    made = planned.task(
        chart.person, chart.said(author, "Vurdere prøvesvar"), build.by(staff), staff, sample.back,
        open_day(sample.back + timedelta(days=7)), done=done, focus=report,
    )  # fmt: skip
    made["description"] = chart.said(author, sample.title)
    if done:
        made["description"] = chart.said(author, said)
        made["lastModified"] = moment(looked, 9, 40)
    chart.add(author, made)
