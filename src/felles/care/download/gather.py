"""The entries of a record sorted by what they are in a printed one: what is shown of each is kept, no more. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.json import Decoder

from felles.care import shapes
from felles.care.courses.shapes import Result
from felles.care.journal import texts
from felles.care.journal.views import Row, Written
from felles.care.medicines.shapes import Entry as Medicine
from felles.care.overview.views import Read
from felles.care.plan.shapes import Appointment, CarePlan, Goal, Work
from felles.care.vaccines.views import Immunization
from felles.record.want_journal import WRITTEN
from felles.ui.dates import moment

if TYPE_CHECKING:
    from collections.abc import Iterable


class Portion(Struct):
    """Entries as they travel to the press, with the names of what they refer to.

    A row is (type, id, clinical microseconds, kind, organisation's mark, who answers for it, JSON).
    """

    rows: list[tuple[str, str, int, int, int, str, str]]
    refs: dict[str, str]
    orgs: dict[int, str]


class _Status(shapes.Shape):
    status: str | None = None


_status: Final = Decoder(_Status).decode
_written: Final = Decoder(Written).decode
_KEPT: Final[dict[str, tuple[str, type[Any]]]] = {
    "AllergyIntolerance": ("allergies", shapes.AllergyIntolerance),
    "Flag": ("flags", shapes.Flag),
    "Condition": ("problems", shapes.Condition),
    "MedicationRequest": ("medicines", Medicine),
    "MedicationStatement": ("medicines", Medicine),
    "MedicationDispense": ("medicines", Medicine),
    "MedicationAdministration": ("medicines", Medicine),
    "Observation": ("results", Result),
    "Immunization": ("vaccines", Immunization),
    "Appointment": ("appointments", Appointment),
    "CarePlan": ("plans", CarePlan),
    "Goal": ("goals", Goal),
    "Task": ("tasks", Work),
    "EpisodeOfCare": ("episodes", shapes.Episode),
}
"""Type → where its entries are kept, and as what; those of the journal are kept as `Written`."""
_DECODERS: Final = {name: Decoder(shape).decode for name, (_, shape) in _KEPT.items()}
_request: Final = Decoder(Work).decode
_patient: Final = Decoder(shapes.Patient).decode


@dataclass(slots=True)
class Whole:
    """All of a record that is printed. Lists hold `Read`s in the order they came; `other` counts what is not."""

    patient: shapes.Patient = field(default_factory=shapes.Patient)
    allergies: list[Read[shapes.AllergyIntolerance]] = field(default_factory=list)
    flags: list[Read[shapes.Flag]] = field(default_factory=list)
    problems: list[Read[shapes.Condition]] = field(default_factory=list)
    medicines: list[Read[Medicine]] = field(default_factory=list)
    results: list[Read[Result]] = field(default_factory=list)
    vaccines: list[Read[Immunization]] = field(default_factory=list)
    appointments: list[Read[Appointment]] = field(default_factory=list)
    plans: list[Read[CarePlan]] = field(default_factory=list)
    goals: list[Read[Goal]] = field(default_factory=list)
    tasks: list[Read[Work]] = field(default_factory=list)
    requests: list[Read[Work]] = field(default_factory=list)
    episodes: list[Read[shapes.Episode]] = field(default_factory=list)
    written: list[Row] = field(default_factory=list)
    other: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    """Entries that were made in error, and say so."""
    names: dict[int | str, str] = field(default_factory=dict)


def add(whole: Whole, portion: Portion) -> None:
    """Take one portion in. Raises `msgspec.DecodeError` for what is no JSON of FHIR."""
    whole.names |= portion.refs | portion.orgs
    for row in portion.rows:
        _take(whole, row)


def _take(whole: Whole, row: tuple[str, str, int, int, int, str, str]) -> None:
    name, _, at, kind, org, author, body = row
    if name == "Patient":
        whole.patient = _patient(body) if not whole.patient.id else whole.patient
    elif _status(body).status == "entered-in-error":
        whole.wrong += 1
    elif name in WRITTEN:
        whole.written.append(_row(at, kind, org, author, body))
        if name == "ServiceRequest":
            whole.requests.append(Read(at, org, author, _request(body)))
    elif name in _KEPT:
        getattr(whole, _KEPT[name][0]).append(Read(at, org, author, _DECODERS[name](body)))
    else:
        whole.other[name] += 1


def _row(at: int, kind: int, org: int, author: str, body: str) -> Row:
    entry = _written(body)
    for each in texts.attached(entry):
        if not (each.content_type or "").startswith("text/"):
            each.data = None  # an image may be larger than all texts together, and is not printed
    until = (moment(entry.period.end) or 0) if entry.period and entry.period.end else 0
    return Row(at, org, author, entry, until, "", kind)


def newest_first(reads: Iterable[Any]) -> list[Any]:
    """By their clinical moment, what has none last."""
    return sorted(reads, key=lambda read: -read.at)
