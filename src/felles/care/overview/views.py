"""What the overview needs, read by one statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from msgspec import Struct
from msgspec.json import Decoder

from felles.care import shapes
from felles.care.reading import rows
from felles.care.social import LIMITS, LIVING, MATTERS
from felles.record.kinds import Kind
from felles.record.read_person import Coming, Course, Standing, Want
from felles.record.wants import Coded, Looked, Met, News

if TYPE_CHECKING:
    from felles.care.pressure import Watch
    from felles.record.grants import PersonGrant
    from felles.record.read_person import AnyWant, PersonPage
    from felles.record.store import Store

S = TypeVar("S")

LISTED: Final = 60
"""At most so many problems or medicines; the page says so when there are more."""
STAFF: Final = "overview/board.html"
"""The template of what can be kept."""
RECENT: Final = 10
"""Contacts and documents on the time line, of each type."""
GRAVE: Final = 200
"""At most so many allergies or flags: none may be left out for want of room."""


class Read(Struct, Generic[S], array_like=True, gc=False):
    """One entry as the page shows it: when (clinical micros), by which organisation (its hash), what."""

    at: int
    org: int
    author: str
    entry: S


class Reads(Struct, array_like=True, gc=False):
    """The values of one code (its mark), newest first."""

    code: int
    reads: list[Read[shapes.Measured]]


PREGNANT: Final = ("82810-3", "11778-8", "8665-2")
"""LOINC: pregnancy status, delivery date estimated, date of last menstrual period."""
TOLD: Final = (*MATTERS, *LIMITS, *LIVING, *PREGNANT)
"""Codes of what stands above and beside the lists: each value by one step into the index."""


def _state(*codes: str) -> tuple[tuple[str, str], ...]:
    return tuple(("status", code) for code in codes)


_PARTS: Final[tuple[tuple[str, AnyWant, type[Any]], ...]] = (
    ("patient", Want("Patient", 1), shapes.Patient),
    ("allergies", Standing("AllergyIntolerance", GRAVE), shapes.AllergyIntolerance),
    ("flags", Standing("Flag", GRAVE), shapes.Flag),
    ("problems", Standing("Condition", LISTED), shapes.Condition),
    ("orders", Standing("MedicationRequest", LISTED, _state("active", "on-hold")), shapes.Medicine),
    ("statements", Standing("MedicationStatement", LISTED, _state("active", "on-hold", "intended")), shapes.Medicine),
    ("results", Course("Observation", 8, ((Kind.RESULT, 12), (Kind.VITAL, 7))), Reads),
    ("contacts", Standing("Encounter", RECENT, past=True), shapes.Encounter),
    ("references", Standing("DocumentReference", RECENT, past=True), shapes.Document),
    ("compositions", Standing("Composition", RECENT, past=True), shapes.Document),
    ("reports", Standing("DiagnosticReport", RECENT, past=True), shapes.Document),
    ("procedures", Standing("Procedure", RECENT, past=True), shapes.Document),
    ("appointments", Coming("Appointment", 12), shapes.Appointment),
    ("requests", Standing("ServiceRequest", 8, _state("active", "on-hold")), shapes.Planned),
    ("tasks", Standing("Task", 8), shapes.Planned),
    ("plans", Standing("CarePlan", 6, _state("active")), shapes.Planned),
    ("episodes", Standing("EpisodeOfCare", 10, _state("active")), shapes.Episode),
    ("teams", Standing("CareTeam", 3), shapes.CareTeam),
    ("told", Coded("Observation", 1, TOLD), shapes.Observation),
)
WANTS: Final = tuple(want for _, want, _ in _PARTS)
NEWEST: Final = 80
"""Entries that became known last, of which the news are made; the part says so when there may be more."""
LOG: Final = 200
"""Lines of the access log that the overview goes through for the reader's last look; the page of news reads more."""
_MET: Final = Met(among=400, written=150)
STAFF_WANTS: Final = (*WANTS, News(NEWEST, brief=True, since_met=True), _MET)
"""What staff see besides: what is new since their organisation last had contact."""
LOOKING: Final = (*WANTS, News(NEWEST, brief=True), _MET, Looked(LOG))
"""The same for who counts from her own last look."""


@dataclass(slots=True)
class Overview:
    """All that the overview shows. Lists are newest first; `appointments` nearest first; `results` by code.

    `watch`: the rule of her blood pressure while she is pregnant.
    """

    patient: shapes.Patient
    allergies: list[Read[shapes.AllergyIntolerance]]
    flags: list[Read[shapes.Flag]]
    problems: list[Read[shapes.Condition]]
    orders: list[Read[shapes.Medicine]]
    statements: list[Read[shapes.Medicine]]
    results: list[Reads]
    contacts: list[Read[shapes.Encounter]]
    references: list[Read[shapes.Document]]
    compositions: list[Read[shapes.Document]]
    reports: list[Read[shapes.Document]]
    procedures: list[Read[shapes.Document]]
    appointments: list[Read[shapes.Appointment]]
    requests: list[Read[shapes.Planned]]
    tasks: list[Read[shapes.Planned]]
    plans: list[Read[shapes.Planned]]
    episodes: list[Read[shapes.Episode]]
    teams: list[Read[shapes.CareTeam]]
    told: list[Read[shapes.Observation]]
    watch: Watch | None = field(default=None, init=False)


_DECODERS: Final[tuple[tuple[str, Decoder[Any]], ...]] = tuple(
    (name, Decoder(list[shape] if shape is Reads else list[Read[shape]])) for name, _, shape in _PARTS
)


async def overview(
    store: Store, grant: PersonGrant, patient_id: str, held: int = -1, wants: tuple[AnyWant, ...] = WANTS
) -> PersonPage:
    """The rows of the overview of the person of `grant`; none when the record is as `held`. Raises `Absent`, `Busy`.

    `wants` begins with `WANTS`.
    """
    return await store.page(grant, wants, "overview", f"Patient/{patient_id}", held, single=True)


def decoded(page: PersonPage) -> Overview:
    """The rows of `WANTS` as shapes; what cannot be read is `reading.Unread`."""
    parts: dict[str, Any] = {
        name: rows(decoder.decode, found)
        for (name, decoder), found in zip(_DECODERS, page.found[: len(WANTS)], strict=True)
    }
    patients = parts.pop("patient")
    return Overview(patients[0].entry if patients else shapes.Patient(), **parts)
