"""What the region has of the very day: who comes today, and which times are free.

In a GP's book nobody has one of these times of the first day as her own (`Chart.own_time` never gives these numbers
for it, whatever the size of the district), so that nobody is booked twice.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from felles.demo.build import by
from felles.demo.calendar import coming, is_open, open_day, slot
from felles.demo.world import Resource, Staff, id_of, moment

if TYPE_CHECKING:
    from felles.demo.chart import Chart

SPARE: Final = (0, 7, 12, 17)
"""Numbers of appointments (`calendar.slot`) that are nobody's own on the first day."""
FREE: Final = ((15, 20), (15, 40))
"""Times after the last appointment of a day, kept for who rings."""
_DAYS: Final = 5
_CAST: Final = {
    "jon": ("ingrid", "Kontroll: astma", 1),
    "elias": ("ingrid", "Eksem, vurdering", 2),
    "marit": ("per-arne", "Blodprøve og blodtrykk", 0),
}
"""By key: with whom, about what, and which of the spare times."""


def cast_today(chart: Chart) -> None:
    """The appointment of one of the cast today, or on the first day on which the office is open."""
    author, text, place = _CAST[chart.person.key]
    chart.book(author, text, open_day(chart.today), *slot(SPARE[place]))


def visit_today(chart: Chart) -> None:
    """The visit of home care today, or on the next day on which offices are open; each user has a time of her own."""
    number = chart.person.ordinal
    hour, minute = 8 + number % 7, number // 7 % 4 * 15
    chart.book(chart.district.home_nurses[0], "Hjemmebesøk", open_day(chart.today), hour, minute, minutes=30)


def book_of(staff: Staff, today: date) -> list[Resource]:
    """The Schedule of somebody whose times are given out, and the free ones of the next days."""
    days = [*((today,) if is_open(today) else ()), *coming(today, _DAYS)][:_DAYS]
    schedule: Resource = {
        "resourceType": "Schedule",
        "id": id_of("Schedule", staff.key),
        "active": True,
        "actor": [by(staff)],
        "planningHorizon": {"start": moment(days[0], 8), "end": moment(days[-1] + timedelta(days=1), 0)},
    }
    return [schedule, *(_free(staff, schedule["id"], day, *time) for day in days for time in FREE)]


def _free(staff: Staff, schedule: str, day: date, hour: int, minute: int) -> Resource:
    return {
        "resourceType": "Slot",
        "id": id_of("Slot", f"{staff.key}/{day.isoformat()}/{hour}{minute}"),
        "schedule": {"reference": f"Schedule/{schedule}"},
        "status": "free",
        "start": moment(day, hour, minute),
        "end": moment(day, hour + (minute + 20) // 60, (minute + 20) % 60),
    }
