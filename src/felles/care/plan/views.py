"""What the pages of what is planned read, each in one statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care import shapes
from felles.care.doors.strip import WANTS as STRIP
from felles.care.overview.views import Read, Reads
from felles.care.plan.shapes import Appointment, CarePlan, Goal, Work
from felles.care.reading import rows
from felles.record.kinds import Kind
from felles.record.read_person import Coming, Course, Standing, Want

if TYPE_CHECKING:
    from felles.record.read_person import AnyWant, PersonPage

LISTED: Final = 40
"""At most so many entries of each sort; a page says so when there may be more."""
PAST: Final = 60
"""Appointments looked back at, those ahead among them."""

_PLANNED: Final[tuple[tuple[str, AnyWant, type[Any]], ...]] = (
    ("plans", Standing("CarePlan", LISTED), CarePlan),
    ("goals", Want("Goal", LISTED), Goal),
    ("tasks", Standing("Task", LISTED), Work),
    ("requests", Standing("ServiceRequest", LISTED), Work),
    ("episodes", Standing("EpisodeOfCare", LISTED), shapes.Episode),
    ("teams", Standing("CareTeam", 6), shapes.CareTeam),
    ("social", Course("Observation", 1, ((Kind.SOCIAL, 12),)), Reads),
    ("ahead", Coming("Appointment", LISTED), Appointment),
    ("booked", Want("Appointment", PAST), Appointment),
)
PLAN: Final = (*STRIP, *(want for _, want, _ in _PLANNED))
"""The wants of both pages, behind those of the strip."""
_DECODERS: Final[tuple[tuple[str, Callable[[bytes], Any]], ...]] = tuple(
    (name, Decoder(list[shape] if shape is Reads else list[Read[shape]]).decode) for name, _, shape in _PLANNED
)
_patient: Final = Decoder(list[Read[shapes.Patient]]).decode


@dataclass(slots=True)
class Planned:
    """All that is planned. Lists are newest first; `ahead` nearest first; `social` the newest of each code."""

    patient: shapes.Patient
    plans: list[Read[CarePlan]]
    goals: list[Read[Goal]]
    tasks: list[Read[Work]]
    requests: list[Read[Work]]
    episodes: list[Read[shapes.Episode]]
    teams: list[Read[shapes.CareTeam]]
    social: list[Reads]
    ahead: list[Read[Appointment]]
    booked: list[Read[Appointment]]


def decoded(page: PersonPage) -> Planned:
    """The rows of `PLAN` as shapes."""
    found = page.found[len(STRIP) :]
    parts: dict[str, Any] = {name: rows(decode, each) for (name, decode), each in zip(_DECODERS, found, strict=True)}
    patients = _patient(page.found[0])
    return Planned(patients[0].entry if patients else shapes.Patient(), **parts)
