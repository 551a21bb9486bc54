"""What the region has of the very day: who comes today."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from felles.demo import planned
from felles.demo.books import SPARE, slot_of
from felles.demo.calendar import SLOTS, open_day, slot
from felles.demo.childhood import VISITS

if TYPE_CHECKING:
    from felles.demo.chart import Chart
    from felles.demo.complaints import Complaint

_HALFWAY: Final = 20
"""The week of a pregnancy from which the blood pressure is measured at the midwife's between the controls."""
_JUST: Final = 6
"""Days before today: whoever was seen then is not called again."""
_WEIGHED: Final = (20, 700)
"""Days of age of those who are weighed, or talked of, between the consultations."""
_YEAR: Final = 365
_SHIFTS: Final = (7 * 60 + 30, 15 * 60)
"""When the visits of the day and of the evening begin, in minutes."""
_QUARTERS: Final = 30
"""Quarters of an hour of a shift."""
_STEP: Final = 7
"""Quarters from one user to the next: the visits of a small region stand spread over the day."""
_PUPIL: Final = (7 * 365, 15 * 365)
"""Days of age of those of whom some talk with the nurse of their school."""
_CAST: Final = {
    "jon": ("ingrid", "Kontroll: astma", 1),
    "elias": ("ingrid", "Eksem, vurdering", 2),
    "marit": ("per-arne", "Blodprøve og blodtrykk", 0),
    "randi": ("ingrid", "Svar på blodprøver, kraftige blødninger", 0),
}
"""By key: with whom, about what, and which of the spare times."""


def cast_today(chart: Chart) -> None:
    """The appointment of one of the cast today, or on the first day on which the office is open."""
    author, text, place = _CAST[chart.person.key]
    day, time = open_day(chart.today), slot(SPARE[place])
    chart.book(author, text, day, *time, slot=slot_of(chart.staff(author), day, *time))


def round_of(number: int, nurses: int) -> tuple[int, int, int]:
    """Which of so many nurses comes to the user of this number, and at which hour and minute.

    A quarter of an hour each, the first nurse by day first, the evenings last: as many times of their own as a district
    has people who may have help at home.
    """
    turn, place = divmod(number, _QUARTERS)
    shift, nurse = divmod(turn, nurses)
    begins = _SHIFTS[shift % len(_SHIFTS)] + place * _STEP % _QUARTERS * 15
    return nurse, *divmod(begins, 60)


def visit_today(chart: Chart) -> None:
    """The visits of home care today and tomorrow, whatever day it is; no nurse is at two places at once."""
    place, hour, minute = round_of(chart.person.among_old, len(chart.district.home_nurses))
    nurse = chart.district.home_nurses[place]
    created = chart.today - timedelta(days=14)
    for ahead in range(2):
        made = planned.home_visit(
            chart.person, chart.said(nurse, "Hjemmebesøk"), chart.place_of(nurse), chart.staff(nurse),
            (chart.today + timedelta(days=ahead), hour, minute), created=created,
        )  # fmt: skip
        chart.add(nurse, made)


def checked_today(chart: Chart, ahead: date | None) -> None:
    """From week 20 her blood pressure today, when nobody saw her this week and her control (`ahead`) is not soon."""
    week, day = chart.body.week(chart.today), open_day(chart.today)
    soon = ahead is not None and (ahead - day).days <= _JUST
    if week is not None and week >= _HALFWAY and not soon and not chart.meets(day - timedelta(days=_JUST // 2), day):
        chart.book(chart.district.midwife, "Blodtrykkskontroll", day, *_time(chart), minutes=10)


def child_today(chart: Chart) -> None:
    """A small child whom the health station weighs today, or a pupil who talks with its nurse today."""
    day, age = open_day(chart.today), (chart.today - chart.person.born).days
    soon = any(-_JUST <= at - age <= 2 * _JUST for at, _ in VISITS)
    pupil = _PUPIL[0] <= age <= _PUPIL[1] and chart.person.ordinal % 4 == 0
    if soon or not (pupil or _WEIGHED[0] <= age <= _WEIGHED[1]) or chart.meets(day - timedelta(days=_JUST), day):
        return
    small = "Veiekontroll" if age < _YEAR else "Samtale om mat og søvn"
    text = "Samtale med helsesykepleier på skolen" if pupil else small
    chart.book(chart.district.health_nurse, text, day, *_time(chart), minutes=20)


def _time(chart: Chart) -> tuple[int, int]:
    """A time that nobody else in the district, of the first households, has."""
    place = ord(chart.person.key[-1]) - ord("a")
    return slot((int(chart.home.key[1:]) // 6 + place) % SLOTS)


def urgent_today(chart: Chart, complaint: Complaint) -> None:
    """A time at the out-of-hours clinic this evening, given by telephone when she rang."""
    doctor, quarter = chart.district.out_of_hours_staff[0], chart.person.ordinal % 24
    made = planned.appointment(
        chart.person, chart.said(doctor, complaint.name), chart.place_of(doctor), chart.staff(doctor),
        (chart.today, 16 + quarter // 4, quarter % 4 * 15), created=chart.today - timedelta(days=1),
    )  # fmt: skip
    chart.add(doctor, made)
