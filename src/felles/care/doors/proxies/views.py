"""What the pages about proxies read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec import field
from msgspec.json import Decoder

from felles import access
from felles.access.codes import ENDED, REASON, RELATED_PATIENT
from felles.access.holding import BARRED
from felles.care import shapes
from felles.care.shapes import Coding, Concept, Period, Reference, Shape
from felles.record.codes import MANDATE_SYSTEM, PARENTAL_RESPONSIBILITY, RESTRICTION_SYSTEM
from felles.record.errors import Absent
from felles.record.kinds import MANDATES
from felles.record.read_person import Want

if TYPE_CHECKING:
    from felles.access import Actor
    from felles.record.grants import PersonGrant
    from felles.record.read_person import Seen
    from felles.record.read_represented import Represented
    from felles.record.store import Store


class _Actor(Shape):
    reference: Reference | None = None


class Provision(Shape):
    """How far and until when."""

    period: Period | None = None
    actor: list[_Actor] = field(default_factory=list)
    action: list[Concept] = field(default_factory=list)
    class_: list[Coding] = field(name="class", default_factory=list)


class _Extension(Shape):
    url: str = ""
    value_reference: Reference | None = None
    value_string: str | None = None


class Consent(Shape):
    """A Consent that lets somebody act."""

    id: str = ""
    status: str = ""
    date_time: str | None = None
    category: list[Concept] = field(default_factory=list)
    extension: list[_Extension] = field(default_factory=list)
    provision: Provision | None = None

    @property
    def mandate(self) -> str:
        """Its code of MANDATE_SYSTEM, or ""."""
        codings = (coding for concept in self.category for coding in concept.coding)
        return next((c.code or "" for c in codings if c.system == MANDATE_SYSTEM), "")

    @property
    def bars(self) -> bool:
        """Whether it bars parents now."""
        codings = (coding for concept in self.category for coding in concept.coding)
        return self.status == "active" and any(c.system == RESTRICTION_SYSTEM and c.code == BARRED for c in codings)

    @property
    def actors(self) -> list[Reference]:
        """Whom it is about."""
        return [each.reference for each in (self.provision.actor if self.provision else []) if each.reference]

    @property
    def reason(self) -> str:
        """Why, in words, or ""."""
        return self._said(REASON)

    @property
    def end(self) -> str:
        """Why it was ended before its time, in words, or ""."""
        return self._said(ENDED)

    def _said(self, url: str) -> str:
        return next((each.value_string or "" for each in self.extension if each.url == url), "")


class Related(Shape):
    """A RelatedPerson with parental responsibility."""

    id: str = ""
    active: bool = True
    relationship: list[Concept] = field(default_factory=list)
    name: list[shapes.HumanName] = field(default_factory=list)
    extension: list[_Extension] = field(default_factory=list)

    @property
    def responsible(self) -> bool:
        """Whether it says who has parental responsibility."""
        return any(c.system == PARENTAL_RESPONSIBILITY for concept in self.relationship for c in concept.coding)

    @property
    def patient(self) -> str:
        """The Patient that she is here (Patient/x), or ""."""
        values = (each.value_reference for each in self.extension if each.url == RELATED_PATIENT)
        return next((value.reference or "" for value in values if value), "")


GIVEN: Final = (
    Want("Patient", 1),
    Want("Consent", 100, having=tuple(("category", code) for code in MANDATES)),
    Want("RelatedPerson", 20),
)
_patient: Final = Decoder(shapes.Patient).decode
_consent: Final = Decoder(Consent).decode
_related: Final = Decoder(Related).decode


@dataclass(slots=True)
class Given:
    """The person, the mandates in her record (newest first), and those with parental responsibility for her."""

    patient: shapes.Patient
    consents: list[Consent]
    parents: list[Related]


async def given(store: Store, grant: PersonGrant, reference: str) -> Given:
    """Who may act for the person of `grant`. Raises `Absent`, `Busy`."""
    page = await store.page(grant, GIVEN, "proxies", reference)
    patients, consents, related = page.rows
    found = [_consent(row.body) for row in consents]
    return Given(_patient(patients[0].body) if patients else shapes.Patient(), found, parents_of(related))


def parents_of(rows: list[Seen]) -> list[Related]:
    """Those with parental responsibility among RelatedPersons."""
    return [each for each in (_related(row.body) for row in rows) if each.responsible and each.active]


def mandates_of(rows: list[Seen]) -> list[Consent]:
    """The mandates in force among Consents."""
    return [each for each in (_consent(row.body) for row in rows) if each.mandate and each.status == "active"]


def ended_of(rows: list[Seen]) -> list[Consent]:
    """The guardians' mandates among Consents that were ended, newest first."""
    found = (_consent(row.body) for row in rows)
    return [each for each in found if each.mandate == "guardian" and each.status == "inactive"]


def bars_of(rows: list[Seen]) -> list[Consent]:
    """The bars in force among Consents."""
    return [each for each in (_consent(row.body) for row in rows) if each.bars]


async def consent_body(store: Store, grant: PersonGrant, resource_id: str) -> tuple[bytes, int]:
    """A Consent of one's own as it is stored, and its version. Raises `Absent`, `Gone`, `Busy`."""
    row = await store.read(grant, "Consent", resource_id)
    return row.body.encode(), row.version


async def receiver(store: Store, actor: Actor, number: str) -> tuple[str, shapes.Patient] | None:
    """The person with this national number (Patient/y, look-up form), if there is one here; logged about her."""
    hits = await store.look_up_number(access.receiver(actor), number)
    return (f"Patient/{hits[0].id}", _patient(hits[0].body)) if hits else None


async def represented(store: Store, actor: Actor) -> list[tuple[Represented, shapes.Patient]]:
    """All for whom the actor may act now, by name. Raises `Forbidden` for staff, `Busy`."""
    found = await store.represented(access.represent(actor, "", ()))
    pairs = [(each, _patient(each.body)) for each in found]
    return sorted(pairs, key=lambda pair: pair[1].shown_name.full.casefold())


def patient_of(rows: list[Any]) -> shapes.Patient:
    """The Patient of a page's rows. Raises `Absent` where who it is may not be seen."""
    if not rows:
        raise Absent("there is no record here that you may see")
    return _patient(rows[0].body)
