"""What the pages of medicines need, read by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care import shapes
from felles.care.doors.strip import WANTS as STRIP
from felles.care.medicines import codes
from felles.care.medicines.lines import day_of, lines
from felles.care.medicines.shapes import Entry
from felles.care.overview.views import Read
from felles.care.reading import Unread, derived, full, rows
from felles.record.wants import Coded, Standing, Want

if TYPE_CHECKING:
    from felles.care.medicines.rules import Line
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.record.store import Store
    from felles.record.wants import AnyWant

MOST: Final = 400
"""Orders that are read, the newest first; those in use are read whatever their age."""
_PAST: Final[tuple[tuple[AnyWant, type[Any]], ...]] = (
    (Want("MedicationRequest", MOST), Entry),
    (Standing("MedicationRequest", 200), Entry),
    (Want("MedicationStatement", 200), Entry),
    (Standing("MedicationStatement", 100), Entry),
    (Want("MedicationDispense", 200), Entry),
    (Want("MedicationAdministration", 100), Entry),
)
_TAKEN: Final = 4
"""The wants of what was ordered or told; those after them are of what was handed out."""
_BESIDE: Final[tuple[tuple[AnyWant, type[Any]], ...]] = (
    (Coded("Observation", 1, codes.CREATININE), shapes.Observation),
    (Coded("Observation", 1, codes.FILTRATION), shapes.Observation),
    (Want("Encounter", 6, tuple(("class", code) for code in codes.STAYS)), shapes.Encounter),
    (Want("Condition", 200), shapes.Condition),
)
WANTS: Final = (*STRIP, *(want for want, _ in (*_PAST, *_BESIDE)))
_DECODERS: Final = tuple(Decoder(list[Read[shape]]) for _, shape in (*_PAST, *_BESIDE))
_allergies: Final = Decoder(list[Read[shapes.AllergyIntolerance]]).decode
_patients: Final = Decoder(list[Read[shapes.Patient]]).decode
_flags: Final = Decoder(list[Read[shapes.Flag]]).decode


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in hospital: from which day to which (None: it goes on), why, where (mark or reference)."""

    id: str
    start: date
    end: date | None
    reason: str
    org: int
    provider: shapes.Reference | None


@dataclass(slots=True)
class Record:
    """All that the pages show. `cut`: there may be older orders than were read; `stays` the newest first.

    Lists may be `reading.Unread`: `lines` when what was ordered or told is, `handed` when what was collected or
    given is (`lines` are then without it). `conditions` is None when they could not be read.
    """

    patient: shapes.Patient
    allergies: list[shapes.AllergyIntolerance]
    flags: list[shapes.Flag]
    lines: list[Line]
    handed: list[Read[Entry]]
    creatinine: list[Read[shapes.Observation]]
    filtration: list[Read[shapes.Observation]]
    stays: list[Stay]
    conditions: dict[str, str] | None
    cut: bool


async def medicines(store: Store, grant: PersonGrant, patient_id: str) -> PersonPage:
    """The rows of the list of the person of `grant`. Raises `Absent`, `Busy`."""
    return await store.page(grant, WANTS, "medicines", f"Patient/{patient_id}")


def decoded(page: PersonPage) -> Record:
    """The rows of `WANTS` as shapes and lines; what cannot be read is `reading.Unread`."""
    patients, allergies, flags = page.found[:3]
    parts: list[Any] = [
        rows(decode.decode, found) for decode, found in zip(_DECODERS, page.found[len(STRIP) :], strict=True)
    ]
    entries, (creatinine, filtration, contacts, conditions) = parts[: len(_PAST)], parts[len(_PAST) :]
    taken, handed = entries[:_TAKEN], derived(lambda: [read for part in entries[_TAKEN:] for read in part])
    beside = [] if isinstance(handed, Unread) else handed
    found = _patients(patients)
    return Record(
        found[0].entry if found else shapes.Patient(),
        derived(lambda: [read.entry for read in rows(_allergies, allergies)]),
        derived(lambda: [read.entry for read in rows(_flags, flags)]),
        derived(lambda: lines((read.at, read.org, read.entry) for part in (*taken, beside) for read in part)),
        handed,
        creatinine,
        filtration,
        derived(lambda: [stay for read in contacts if (stay := _stay(read)) is not None]),
        None if isinstance(conditions, Unread)
        else {f"Condition/{read.entry.id}": read.entry.code.words for read in conditions},
        full(entries[0], MOST),
    )  # fmt: skip


def value(reads: list[Read[shapes.Observation]]) -> Read[shapes.Observation] | None:
    """The newest that holds; None for none."""
    wrong = ("entered-in-error", "cancelled", "registered")
    return next((read for read in reads if read.entry.status not in wrong), None)


def _stay(read: Read[shapes.Encounter]) -> Stay | None:
    entry = read.entry
    start = day_of(entry.period.start) if entry.period else None
    if start is None or entry.status in ("entered-in-error", "cancelled", "planned"):
        return None
    end = day_of(entry.period.end) if entry.period else None
    if end is None and entry.status == "finished":
        end = start
    words = [concept.words for concept in (*entry.reason_code, *entry.type) if concept.words]
    return Stay(entry.id, start, end, words[0] if words else "", read.org, entry.service_provider)
