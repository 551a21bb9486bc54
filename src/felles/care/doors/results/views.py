"""What the pages about what is held back read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec.json import Decoder

from felles import fhir
from felles.access.representation import parties_of
from felles.care.doors.proxies.views import Related
from felles.care.entries import views as entries
from felles.care.entries.views import Entry
from felles.record.errors import Absent
from felles.record.numbers import TYPES
from felles.record.read_person import Want

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.read_held import HeldBack
    from felles.record.read_person import Seen
    from felles.record.store import Store

WANTS: Final = (*entries.WANTS, Want("RelatedPerson", 20))
_related: Final = Decoder(Related).decode


@dataclass(slots=True)
class Sheltered:
    """One entry (`item`: Type/id), what holds it back, and the parents there are: Patient/y → name.

    `patient` is the Patient whom the entry names: what is decided of it lies beside it, also when two are joined.
    """

    item: str
    patient: str
    entry: Entry
    held: list[HeldBack]
    parents: dict[str, str]


async def sheltered(store: Store, grant: PersonGrant, asked: str, type_name: str, resource_id: str) -> Sheltered:
    """An entry that this reader sees, with what holds it back; `asked` the Patient whose chart it was opened from.

    Raises `Absent`, `Gone`, `Busy`.
    """
    if type_name not in TYPES:
        raise Absent("there is no such type")
    item = f"{type_name}/{resource_id}"
    page = await store.page(grant, WANTS, "entry", item)
    entry = entries.entry_of(page)
    held = await store.held(grant, "page:entry", item)
    hers = {f"Patient/{fhir.decode(row.body.encode()).id}" for row in page.rows[1]}
    return Sheltered(item, _named(entry.resource, hers, asked), entry, held, _parents(page.rows[-1]))


def _named(resource: dict[str, Any], hers: set[str], asked: str) -> str:
    """The one of her Patients (`hers`) that an entry is about; `asked` where it names her elsewhere."""
    about = (resource.get(name) for name in ("subject", "patient", "for", "beneficiary"))
    named = (each.get("reference") for each in about if isinstance(each, dict))
    return next((reference for reference in named if reference in hers), asked)


def _parents(rows: list[Seen]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        related = fhir.decode(row.body.encode())
        names = _related(row.body).name
        for reference in parties_of([related], ()):
            found[reference] = names[0].full if names else reference
    return found
