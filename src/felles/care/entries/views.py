"""One entry and whom it is about, read by one statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.json import Decoder

from felles.care import shapes
from felles.record.errors import Absent, Gone
from felles.record.numbers import TYPES
from felles.record.read_person import One, Standing, Versions, Want

if TYPE_CHECKING:
    from felles.record.grants import PersonGrant
    from felles.record.read_person import PersonPage
    from felles.record.store import Store

WANTS: Final = (
    One(),
    Want("Patient", 1),
    Standing("AllergyIntolerance", 200),
    Standing("Flag", 200),
    Want("Communication", 40, having=(("category", "remark"),)),
    Versions(100),
)
_patient: Final = Decoder(shapes.Patient).decode
_allergy: Final = Decoder(shapes.AllergyIntolerance).decode
_flag: Final = Decoder(shapes.Flag).decode
_any: Final = Decoder(Any, float_hook=Decimal).decode


class _Version(Struct):
    """What the body of a version tells beside its columns."""

    id: str
    by: str
    deleted: bool
    body: dict[str, Any] | None = None


_version: Final = Decoder(_Version, float_hook=Decimal).decode


@dataclass(slots=True, frozen=True)
class Version:
    """One version: when (real micros), whose organisation (hash), who answers for it, and who entered it for her."""

    number: str
    written: int
    org: int
    author: str
    entered: str
    deleted: bool
    body: dict[str, Any] = field(default_factory=dict[str, Any])
    """What it said, of the one that is asked for."""


@dataclass(slots=True)
class Entry:
    """The entry as JSON, with its responsible organisation (hash), author (reference) and the person's strip."""

    resource: dict[str, Any]
    org: int
    author: str
    basis: str
    patient: shapes.Patient
    allergies: list[shapes.AllergyIntolerance]
    flags: list[shapes.Flag]
    remarks: list[tuple[str, str]] = field(default_factory=list)
    """The person's own remarks to this entry: (when, words)."""
    versions: list[Version] = field(default_factory=list)
    """Those that the reader sees, the newest first; at most a hundred."""
    drafting: bool = False
    """Whether the reader has a draft about this person."""


def version_of(asked: str) -> int:
    """The number of the version that an address asks for; 0 for none, or what can be none."""
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 0


async def entry(store: Store, grant: PersonGrant, type_name: str, resource_id: str, version: int = 0) -> Entry:
    """The entry `type_name/resource_id` of this person, with what its version `version` said (0: of none).

    Raises `Absent`, `Gone`, `Busy`.
    """
    if type_name not in TYPES:
        raise Absent("there is no such type")
    page = await store.page(grant, WANTS, "entry", f"{type_name}/{resource_id}", code=version, single=True)
    return entry_of(page)


def entry_of(page: PersonPage) -> Entry:
    """The entry of a page whose wants begin with `WANTS`. Raises `Absent`, `Gone`."""
    found, patients, allergies, flags, remarks, versions = page.rows[: len(WANTS)]
    if not found:
        raise Absent("there is no such entry here that you may see")
    if not found[0].body:
        raise Gone("the entry was deleted")
    resource = _any(found[0].body)
    about = f"{resource['resourceType']}/{resource['id']}"
    return Entry(
        resource,
        found[0].org,
        found[0].author,
        page.basis,
        _patient(patients[0].body) if patients else shapes.Patient(),
        [_allergy(row.body) for row in allergies],
        [_flag(row.body) for row in flags],
        [said for row in remarks if (said := _remark(_any(row.body), about))],
        [Version(row.id, row.low, row.org, row.author, more.by, more.deleted, more.body or {})
         for row in versions for more in [_version(row.body)]],
        page.drafting,
    )  # fmt: skip


def _remark(resource: dict[str, Any], about: str) -> tuple[str, str] | None:
    """When and what she remarked, if it is about this entry."""
    if about not in (each.get("reference") for each in resource.get("about", [])):
        return None
    words = " ".join(part.get("contentString", "") for part in resource.get("payload", []))
    return resource.get("sent", ""), words
