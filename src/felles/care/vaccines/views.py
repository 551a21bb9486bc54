"""What the pages of vaccinations need, read by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec import field
from msgspec.json import Decoder

from felles.care import shapes
from felles.care.doors.strip import WANTS as STRIP
from felles.care.overview.views import Read
from felles.care.reading import rows
from felles.record.wants import Coming, Want

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.record.store import Store

MOST: Final = 200
WANTS: Final = (*STRIP, Want("Immunization", MOST), Want("ImmunizationRecommendation", 5), Coming("Appointment", 20))


class Performer(shapes.Shape):
    """Who gave it."""

    actor: shapes.Reference | None = None


class Applied(shapes.Shape):
    """Which dose it was."""

    dose_number_positive_int: int | None = None
    dose_number_string: str | None = None


class Immunization(shapes.Shape):
    """A vaccine that was given, or not."""

    id: str = ""
    status: str = ""
    status_reason: shapes.Concept | None = None
    vaccine_code: shapes.Concept = field(default_factory=shapes.Concept)
    occurrence_date_time: str | None = None
    occurrence_string: str | None = None
    report_origin: shapes.Concept | None = None
    lot_number: str | None = None
    performer: list[Performer] = field(default_factory=list)
    protocol_applied: list[Applied] = field(default_factory=list)
    note: list[dict[str, Any]] = field(default_factory=list)


class Criterion(shapes.Shape):
    """A day of a recommendation."""

    value: str | None = None


class Recommended(shapes.Shape):
    """One vaccine that somebody recommends."""

    vaccine_code: list[shapes.Concept] = field(default_factory=list)
    target_disease: shapes.Concept | None = None
    date_criterion: list[Criterion] = field(default_factory=list)


class Recommendation(shapes.Shape):
    """What was recommended to the person."""

    id: str = ""
    recommendation: list[Recommended] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """All that the pages show; lists are newest first, appointments nearest first. Each may be `reading.Unread`."""

    patient: shapes.Patient
    given: list[Read[Immunization]]
    recommended: list[Read[Recommendation]]
    appointments: list[Read[shapes.Appointment]]


_patients: Final = Decoder(list[Read[shapes.Patient]]).decode
_given: Final = Decoder(list[Read[Immunization]]).decode
_recommended: Final = Decoder(list[Read[Recommendation]]).decode
_appointments: Final = Decoder(list[Read[shapes.Appointment]]).decode


async def vaccines(store: Store, grant: PersonGrant, patient_id: str) -> PersonPage:
    """The rows of the vaccinations of the person of `grant`. Raises `Absent`, `Busy`."""
    return await store.page(grant, WANTS, "vaccines", f"Patient/{patient_id}")


def decoded(page: PersonPage) -> Record:
    """The rows of `WANTS` as shapes; what cannot be read is `reading.Unread`."""
    patients, (given, recommended, appointments) = page.found[0], page.found[len(STRIP) :]
    found = _patients(patients)
    patient = found[0].entry if found else shapes.Patient()
    return Record(patient, rows(_given, given), rows(_recommended, recommended), rows(_appointments, appointments))
