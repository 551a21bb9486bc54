"""What the page of those around the person reads, in one statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles.care import shapes
from felles.care.doors.strip import WANTS as STRIP
from felles.care.family.shapes import Consent, History, Kin, Patient
from felles.care.overview.views import Read, Reads
from felles.care.reading import rows
from felles.record.kinds import Kind
from felles.record.read_person import Course, Standing, Want

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.read_person import AnyWant, PersonPage
    from felles.record.store import Store

_AROUND: Final[tuple[tuple[str, AnyWant, type[Any]], ...]] = (
    ("kin", Want("RelatedPerson", 40), Kin),
    ("consents", Want("Consent", 60), Consent),
    ("family", Want("FamilyMemberHistory", 40), History),
    ("episodes", Standing("EpisodeOfCare", 40), shapes.Episode),
    ("teams", Standing("CareTeam", 6), shapes.CareTeam),
    ("social", Course("Observation", 1, ((Kind.SOCIAL, 20),)), Reads),
)
WANTS: Final = (*STRIP, *(want for _, want, _ in _AROUND))
_DECODERS: Final[tuple[tuple[str, Callable[[bytes], Any]], ...]] = tuple(
    (name, Decoder(list[shape] if shape is Reads else list[Read[shape]]).decode) for name, _, shape in _AROUND
)
_patient: Final = Decoder(list[Read[Patient]]).decode


@dataclass(slots=True)
class Around:
    """All that the page shows, newest first."""

    patient: Patient
    kin: list[Read[Kin]]
    consents: list[Read[Consent]]
    family: list[Read[History]]
    episodes: list[Read[shapes.Episode]]
    teams: list[Read[shapes.CareTeam]]
    social: list[Reads]


async def family(store: Store, grant: PersonGrant, patient_id: str) -> PersonPage:
    """The rows of the page. Raises `Absent`, `Busy`."""
    return await store.page(grant, WANTS, "family", f"Patient/{patient_id}")


def decoded(page: PersonPage) -> Around:
    """The rows of `WANTS` as shapes."""
    found = page.found[len(STRIP) :]
    parts: dict[str, Any] = {name: rows(decode, each) for (name, decode), each in zip(_DECODERS, found, strict=True)}
    patients = _patient(page.found[0])
    return Around(patients[0].entry if patients else Patient(), **parts)
