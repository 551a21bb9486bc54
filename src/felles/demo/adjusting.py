"""What a control changes: more against a pressure that stays high, iron that is ended when there is enough."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from felles.demo import build
from felles.demo.drugs import DRUGS

if TYPE_CHECKING:
    from felles.demo.chart import Chart, Visit
    from felles.demo.problems import Problem

HIGH: Final = 145
"""Upper pressure in mmHg above which more is taken here, by those who have taken something for a while."""
STORED: Final = 40
"""Ferritin in µg/L at which the stores count as full here, and iron is ended."""
AFTER: Final = 100
"""Days that a treatment is given before it is judged."""
OLDEST: Final = 84
MORE: Final = {
    "ramipril": "ramipril-10", "losartan": "losartan-100", "kandesartan": "kandesartan-16", "amlodipin": "amlodipin-10",
}  # fmt: skip
"""Medicine → its higher dose."""


def adjusted(chart: Chart, due: list[Problem], visit: Visit) -> list[str]:
    """What is changed at a control, done and said: sentences for the note's plan."""
    keys = {problem.key for problem in due}
    said: list[str] = []
    if "hypertension" in keys and "bt-o" in visit.values and (raised := _pressure(chart, visit)):
        said.append(raised)
    if "iron" in keys and (full := _iron(chart, visit)):
        said.append(full)
    return said


def lacks_iron(chart: Chart, visit: Visit) -> bool:
    """Whether the blood of a visit lacks iron."""
    return visit.values["hb"] < (11.7 if chart.person.female else 13.4) or visit.values["ferritin"] < 20


def _long(since: date | None, day: date) -> bool:
    return since is not None and (day - since).days >= AFTER


def _pressure(chart: Chart, visit: Visit) -> str:
    """More against a pressure that stays high: a higher dose of what is taken, else a second medicine."""
    body, day = chart.body, visit.day
    last = body.raised[-1] if body.raised else body.treated.get("hypertension")
    if visit.values["bt-o"] < HIGH or not _long(last, day) or len(body.raised) > 2 or chart.settled:
        return ""
    if body.week(day) is not None or chart.person.age(day) > OLDEST:
        return ""
    for key, more in MORE.items():
        old = chart.medicines.get(key)
        if old is not None and old["status"] == "active" and old["authoredOn"] < day.isoformat():
            chart.stop(key, day, chart.said(visit.author, "Økt dose"))
            chart.prescribe(visit.author, more, day, str(old["reasonCode"][0]["text"]))
            body.raised.append(day)
            return f"BT over målet; {_word(key)} økt til {DRUGS[more].strength:g} mg."
    if chart.taken("amlodipin") is None and chart.prescribe(visit.author, "amlodipin", day, "Høyt blodtrykk"):
        body.raised.append(day)
        return f"BT over målet; {_word('amlodipin')} {DRUGS['amlodipin'].strength:g} mg i tillegg."
    return ""


def _word(key: str) -> str:
    return DRUGS[key].name.split()[0].lower()


def _iron(chart: Chart, visit: Visit) -> str:
    """Iron is ended when the stores are full; the problem is over then."""
    day = visit.day
    if lacks_iron(chart, visit) or visit.values["ferritin"] < STORED or not _long(chart.body.treated.get("iron"), day):
        return ""
    chart.stop("jern", day, chart.said(visit.author, "Jernlagrene er fylt"))
    chart.body.over["iron"] = day
    condition = chart.conditions.pop("iron")
    condition["clinicalStatus"] = build.plain("condition-clinical", "resolved")
    condition["abatementDateTime"] = day.isoformat()
    return "Jernlagrene er fylt, jern avsluttes."
