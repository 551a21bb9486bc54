"""What the overview needs, read by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.json import Decoder

from felles.care import shapes
from felles.record.kinds import Kind
from felles.record.read_person import Course, Want

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage, Seen
    from felles.record.store import Store

LISTED: Final = 60
"""At most so many problems or medicines; the page says so when there are more."""
STAFF: Final = "overview/board.html"
CITIZEN: Final = "overview/own.html"
"""The templates of what can be kept."""
RECENT: Final = 10
"""Contacts and documents on the time line, together."""

_PARTS: Final[tuple[tuple[str, Want | Course, type[Any]], ...]] = (
    ("patient", Want("Patient", 1), shapes.Patient),
    ("allergies", Want("AllergyIntolerance", 40), shapes.AllergyIntolerance),
    ("flags", Want("Flag", 40), shapes.Flag),
    (
        "problems",
        Want("Condition", LISTED, lacking=tuple(("clinical-status", c) for c in ("inactive", "remission", "resolved"))),
        shapes.Condition,
    ),
    (
        "orders",
        Want("MedicationRequest", LISTED, having=(("status", "active"), ("status", "on-hold"))),
        shapes.Medicine,
    ),
    (
        "statements",
        Want(
            "MedicationStatement", LISTED, having=(("status", "active"), ("status", "on-hold"), ("status", "intended"))
        ),
        shapes.Medicine,
    ),
    ("results", Course("Observation", 8, ((Kind.RESULT, 12), (Kind.VITAL, 7))), shapes.Observation),
    ("contacts", Want("Encounter", RECENT, by_code=True), shapes.Encounter),
    ("references", Want("DocumentReference", RECENT), shapes.Document),
    ("compositions", Want("Composition", RECENT), shapes.Document),
    ("reports", Want("DiagnosticReport", RECENT), shapes.Document),
    ("procedures", Want("Procedure", RECENT), shapes.Document),
    ("appointments", Want("Appointment", 6, coming=True), shapes.Appointment),
    ("requests", Want("ServiceRequest", 8, having=(("status", "active"), ("status", "on-hold"))), shapes.Planned),
    (
        "tasks",
        Want(
            "Task",
            8,
            lacking=tuple(("status", c) for c in ("completed", "cancelled", "rejected", "failed", "entered-in-error")),
        ),
        shapes.Planned,
    ),
    ("plans", Want("CarePlan", 6, having=(("status", "active"),)), shapes.Planned),
    ("episodes", Want("EpisodeOfCare", 10, having=(("status", "active"),)), shapes.Episode),
    ("teams", Want("CareTeam", 3, lacking=(("status", "inactive"), ("status", "entered-in-error"))), shapes.CareTeam),
)
WANTS: Final = tuple(want for _, want, _ in _PARTS)


class Read(Struct, gc=False):
    """One entry as the page shows it: when, whose, by whom, what."""

    at: int
    org: int
    author: str
    entry: Any


@dataclass(slots=True)
class Overview:
    """All that the overview shows. Lists are newest first; `appointments` nearest first."""

    patient: shapes.Patient
    allergies: list[Read]
    flags: list[Read]
    problems: list[Read]
    orders: list[Read]
    statements: list[Read]
    results: list[Read]
    contacts: list[Read]
    references: list[Read]
    compositions: list[Read]
    reports: list[Read]
    procedures: list[Read]
    appointments: list[Read]
    requests: list[Read]
    tasks: list[Read]
    plans: list[Read]
    episodes: list[Read]
    teams: list[Read]


_DECODE: Final = tuple((name, Decoder(shape).decode) for name, _, shape in _PARTS)


async def overview(store: Store, grant: PersonGrant, patient_id: str, held: int = -1) -> PersonPage:
    """The rows of the overview of the person of `grant`; none when the record is as `held`. Raises `Absent`, `Busy`."""
    return await store.page(grant, WANTS, "overview", f"Patient/{patient_id}", held)


def decoded(page: PersonPage) -> Overview:
    """The rows of `WANTS` as shapes."""
    parts: dict[str, list[Read]] = {}
    for (name, decode), rows in zip(_DECODE, page.rows, strict=True):
        parts[name] = [_read(row, decode) for row in rows]
    patients = parts.pop("patient")
    patient = patients[0].entry if patients else shapes.Patient()
    return Overview(patient, **parts)


def _read(row: Seen, decode: Any) -> Read:
    return Read(row.low, row.org, row.author, decode(row.body))
