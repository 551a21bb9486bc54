"""A record of twenty years, long enough to be slow: what the pages' times are held against (docs/benchmarks).

No story is told: some long-standing problems are followed every nine days, with what is measured and written at each
control, so that there are `OBSERVATIONS` and `DOCUMENTS` at least. The same for the same seed and day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from felles.demo import courses, lives
from felles.demo.calendar import is_open
from felles.demo.chart import Chart
from felles.demo.people import Household
from felles.demo.problems import PROBLEMS
from felles.demo.world import Person

if TYPE_CHECKING:
    from felles.demo.region import Region
    from felles.demo.world import Life

YEARS: Final = 20
OBSERVATIONS: Final = 5_000
DOCUMENTS: Final = 800
KEY: Final = "lang"
_EVERY: Final = 9
"""Days between two controls."""
_FOLLOWED: Final = ("hypertension", "t2d", "copd", "heart-failure", "ckd", "af", "thyroid")
_TOGETHER: Final = 2
"""Problems followed at one control, at most: at every second one."""


def person(day: date) -> Person:
    """Who it is: a woman of 71 on the list of the cast's GP. She has no national number: the region's are given out."""
    born = date(day.year - 71, 3, 9)
    return Person(
        key=KEY, name=("Gudrun", "Langeland"), gender="female", born=born, number="", municipality="5001", district=0,
        ordinal=699, among_old=0, household="h-lang", member="a",
        lists=((date(day.year - YEARS, day.month, 1), "ingrid"),),
    )  # fmt: skip


def life(region: Region) -> Life:
    """Her life in a region, written by its staff."""
    who = person(region.today)
    home = Household("h-lang", "alone", [who])
    start = date(region.today.year - YEARS, region.today.month, min(region.today.day, 28))
    chart = Chart(who, home, region.places, region.today, start, region.seed)
    lives.begin(chart)
    del chart.life.entries[0][1]["identifier"]
    chart.allergy("J01C", "Penicilliner", "Utslett over hele kroppen", True, start + timedelta(days=40))
    known = [PROBLEMS[key] for key in _FOLLOWED]
    for place, problem in enumerate(known):
        chart.body.begin(problem.key, start + timedelta(days=30 * place))
    told: set[str] = set()
    for number in range((region.today - start).days // _EVERY):
        day = start + timedelta(days=_EVERY * number + 1)
        while not is_open(day):
            day -= timedelta(days=1)
        begun = [problem for problem in known if chart.body.problems[problem.key] <= day]
        due = [begun[(number + step) % len(begun)] for step in range(min(1 + number % _TOGETHER, len(begun)))]
        new = [problem for problem in due if problem.key not in told]
        if due:
            courses.control(chart, due, new, day)
            told |= {problem.key for problem in new}
    return lives.finish(chart)
