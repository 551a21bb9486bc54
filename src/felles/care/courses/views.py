"""What the pages of results need, each read by one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care import shapes
from felles.care.courses.shapes import Note, Order, Report, Result, Taken, Task
from felles.care.doors.strip import TOLD
from felles.care.doors.strip import WANTS as STRIP
from felles.care.overview.views import Read, S
from felles.care.pressure import watch
from felles.care.reading import derived, full, rows, there
from felles.record.kinds import Kind
from felles.record.wants import Course, OfCode, Standing, Want

if TYPE_CHECKING:
    from felles.care.pressure import Watch
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.record.store import Store
    from felles.record.wants import AnyWant

RECENT: Final = 1200
"""Values of all tests that the table reads, the newest; of each test its newest `EACH` besides."""
EACH: Final = 8
WHOLE: Final = 800
"""Values of one test that its own page reads."""
_VALUES: Final = (
    Want("Observation", RECENT),
    Course("Observation", EACH, ((Kind.RESULT, 80), (Kind.VITAL, 25), (Kind.PREGNANCY, 4))),
)
_BESIDE: Final[tuple[tuple[AnyWant, type[Any]], ...]] = (
    (Want("DiagnosticReport", 200), Report),
    (Want("ImagingStudy", 40), Report),
    (Standing("ServiceRequest", 60), Order),
    (Want("Task", 100), Task),
    (Want("Composition", 150), Note),
    (Want("MedicationRequest", 150), Taken),
    (Want("Encounter", 150), shapes.Encounter),
    (Want("ServiceRequest", 60), Order),
)
TABLE: Final = (*STRIP, *_VALUES, *(want for want, _ in _BESIDE))
ONE: Final = (*STRIP, OfCode("Observation", WHOLE), *(want for want, _ in _BESIDE))
_patients: Final = Decoder(list[Read[shapes.Patient]]).decode
_told: Final = Decoder(list[Read[shapes.Observation]]).decode
_values: Final = Decoder(list[Read[Result]]).decode
_courses: Final = Decoder(list[tuple[int, list[Read[Result]]]]).decode
_DECODERS: Final = tuple(Decoder(list[Read[shape]]) for _, shape in _BESIDE)


@dataclass(slots=True)
class Record:
    """All that a page shows; lists newest first. `values` may hold one twice; `cut`: there are older ones.

    `orders` are those that are open, `asked` the newest of all. Each list may be `reading.Unread`.
    `watch`: the rule of her blood pressure while she is pregnant.
    """

    patient: shapes.Patient
    values: list[Read[Result]]
    reports: list[Read[Report]]
    studies: list[Read[Report]]
    orders: list[Read[Order]]
    tasks: list[Read[Task]]
    notes: list[Read[Note]]
    medicines: list[Read[Taken]]
    contacts: list[Read[shapes.Encounter]]
    asked: list[Read[Order]]
    cut: bool
    watch: Watch | None = None


async def table(store: Store, grant: PersonGrant, patient_id: str) -> PersonPage:
    """The rows of all tests of the person of `grant`. Raises `Absent`, `Busy`."""
    return await store.page(grant, TABLE, "courses", f"Patient/{patient_id}")


async def one(store: Store, grant: PersonGrant, patient_id: str, code: int) -> PersonPage:
    """The rows of the test with this mark. Raises `Absent`, `Busy`."""
    return await store.page(grant, ONE, "courses", f"Patient/{patient_id}", code=code)


def decoded(page: PersonPage, now: int, bound: tuple[int, int]) -> Record:
    """The rows of `TABLE` or `ONE` as shapes; what cannot be read is `reading.Unread`.

    `now` (clinical micros) and `bound` (mmHg) say whether she is pregnant and from which pressure it is high.
    """
    beside: list[Any] = [
        rows(decoder.decode, found) for decoder, found in zip(_DECODERS, page.found[-len(_DECODERS) :], strict=True)
    ]
    patients = _patients(page.found[0])
    values = rows(_values, page.found[len(STRIP)])
    cut = full(values, RECENT if page.wants == TABLE else WHOLE)
    if page.wants == TABLE:
        values = derived(
            lambda: [*values, *(read for _, reads in rows(_courses, page.found[len(STRIP) + 1]) for read in reads)]
        )
    patient = patients[0].entry if patients else shapes.Patient()
    told = there(rows(_told, page.found[STRIP.index(TOLD)]))
    record = Record(patient, values, *beside, cut=cut)
    record.watch = watch(told, now, bound)
    return record


def live(reads: list[Read[S]]) -> list[Read[S]]:
    """Those that were not entered in error."""
    return [read for read in reads if getattr(read.entry, "status", "") != "entered-in-error"]
