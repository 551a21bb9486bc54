"""Whose times are given out: the Schedule of each and her free Slots.

In a GP's book nobody has one of the spare times of the first day as her own (`Chart.own_time` never gives these numbers
for it, whatever the size of the district), so that nobody is booked twice.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from felles.demo.build import by
from felles.demo.calendar import coming, is_open, slot
from felles.demo.world import Resource, Staff, id_of, moment

SPARE: Final = (0, 7, 12, 17)
"""Numbers of appointments (`calendar.slot`) that are nobody's own on the first day."""
FREE: Final = ((15, 20), (15, 40))
"""Times after the last appointment of a day, kept for who rings."""
_DAYS: Final = 8
GIVES: Final = ("gp", "specialist", "midwife", "health-nurse")
"""Roles whose times are given out."""


def book_of(staff: Staff, today: date) -> list[Resource]:
    """The Schedule of somebody whose times are given out, and the free ones of the next days."""
    days = [*((today,) if is_open(today) else ()), *coming(today, _DAYS)][:_DAYS]
    times = [(day, *time) for day in days for time in FREE]
    if staff.role == "gp":
        times += [(days[0], *slot(number)) for number in SPARE]
    schedule: Resource = {
        "resourceType": "Schedule",
        "id": id_of("Schedule", staff.key),
        "active": True,
        "actor": [by(staff)],
        "planningHorizon": {"start": moment(days[0], 8), "end": moment(days[-1] + timedelta(days=1), 0)},
    }
    return [schedule, *(_free(staff, schedule["id"], *time) for time in times)]


def slot_of(staff: Staff, day: date, hour: int, minute: int) -> str:
    """The reference of the Slot of a time that is given out."""
    return f"Slot/{id_of('Slot', f'{staff.key}/{day.isoformat()}/{hour}{minute}')}"


def _free(staff: Staff, schedule: str, day: date, hour: int, minute: int) -> Resource:
    return {
        "resourceType": "Slot",
        "id": slot_of(staff, day, hour, minute).partition("/")[2],
        "schedule": {"reference": f"Schedule/{schedule}"},
        "status": "free",
        "start": moment(day, hour, minute),
        "end": moment(day, hour + (minute + 20) // 60, (minute + 20) % 60),
    }
