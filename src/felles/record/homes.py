"""One home per resource: the way from each R4 type to the person it belongs to.

Three outcomes. *Shared*: the closed list, in tables of its own, the same for everybody who is signed in:
the types outside R4's patient compartment, and Schedule, but not those that are about one person all the
same (`_ABOUT_SOMEBODY`). *Of a person*: `refs` lead to her. *Nobody's*: of the organisation that wrote it,
until it gets a person.

Source of the ways: CompartmentDefinition/patient of FHIR 4.0.1, narrowed to the elements that say whom the
entry is about; an author or a performer who happens to be a Patient is a reference like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from felles.record.codes import NATIONAL_NUMBER_SYSTEMS
from felles.record.errors import Unprocessable
from felles.record.numbers import TYPES

# One line a type. Tiers parted by "|": the first that holds any reference decides. "~" before a path: the
# home is that of what it refers to, and all it refers to must lie with one person. Without "~" a Patient on
# the tier decides alone; Group, Device and shared types on it lead nowhere. "-": never anybody's.
_TABLE = """
Account subject
AdverseEvent subject | ~encounter
AllergyIntolerance patient
Appointment participant.actor
AppointmentResponse actor | ~appointment
AuditEvent ~entity.what | agent.who
Basic subject
Binary ~securityContext
BodyStructure patient
Bundle -
CarePlan subject
CareTeam subject | ~encounter
ChargeItem subject
Claim patient
ClaimResponse patient
ClinicalImpression subject
Communication subject | ~encounter | sender,recipient
CommunicationRequest subject | ~encounter | sender,recipient
Composition subject | ~encounter
Condition subject
Consent patient
Contract subject
Coverage beneficiary
CoverageEligibilityRequest patient
CoverageEligibilityResponse patient
DetectedIssue patient | ~implicated
Device patient
DeviceRequest subject
DeviceUseStatement subject
DiagnosticReport subject | ~encounter
DocumentManifest subject
DocumentReference subject | ~context.encounter
Encounter subject | ~partOf
EnrollmentRequest candidate
EpisodeOfCare patient
ExplanationOfBenefit patient
FamilyMemberHistory patient
Flag subject
Goal subject
Group -
GuidanceResponse subject | ~encounter
ImagingStudy subject
Immunization patient
ImmunizationEvaluation patient
ImmunizationRecommendation patient
Invoice subject | recipient
Linkage ~item.resource
List subject | ~encounter
MeasureReport subject
Media subject | ~encounter
MedicationAdministration subject
MedicationDispense subject
MedicationRequest subject
MedicationStatement subject
MessageHeader ~focus
MolecularSequence patient | ~specimen
NutritionOrder patient
Observation subject | ~encounter
Patient -
Person link.target
Procedure subject
Provenance ~target
QuestionnaireResponse subject | ~encounter | source
RelatedPerson patient
RequestGroup subject | ~encounter
ResearchSubject individual
RiskAssessment subject
ServiceRequest subject
Specimen subject | ~parent
SupplyDelivery patient
SupplyRequest deliverTo
Task for | ~focus | ~encounter
VisionPrescription patient
"""

_ABOUT_SOMEBODY = frozenset(
    {"Task", "Device", "GuidanceResponse", "Binary", "Bundle", "Contract", "Linkage", "MessageHeader"}
)
"""Outside R4's patient compartment, and yet about one person."""

_PEOPLE = frozenset({"Patient", "RelatedPerson", "Person"})
_NO_WAY = frozenset({"Group", "Device"})
"""As a subject these lead to no person: a Group has many, a Device may pass from one to another."""


class SeveralPersons(Unprocessable):
    """The way home leads to several persons: one entry for each."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where an entry belongs.

    `refs` are references as the resource has them (`Type/id`, without version; also `urn:` and absolute URLs
    of the same bundle). `via` False: they are Patients. `via` True: the entry lies where they lie, all with
    one person. `expression` is the FHIRPath of the element that led there. `follows`: a Binary, which takes
    the home of what refers to it in the same transaction.
    """

    refs: tuple[str, ...] = ()
    via: bool = False
    expression: str | None = None
    shared: bool = False
    follows: bool = False

    @property
    def nobody(self) -> bool:
        """Whether it belongs to no person and is not shared: the organisation's that wrote it."""
        return not self.refs and not self.shared


NOBODY = Home()
SHARED = Home(shared=True)


@dataclass(frozen=True, slots=True)
class _Tier:
    paths: tuple[str, ...]
    walks: tuple[tuple[str, ...], ...]
    """The same as attributes."""
    via: bool
    expression: str


def _tiers(type_name: str, text: str) -> tuple[_Tier, ...]:
    tiers: list[_Tier] = []
    for part in text.split("|"):
        paths = part.strip()
        if paths != "-":
            names = tuple(paths.removeprefix("~").split(","))
            walks = tuple(tuple("for_" if step == "for" else step for step in name.split(".")) for name in names)
            tiers.append(
                _Tier(names, walks, paths.startswith("~"), " | ".join(f"{type_name}.{name}" for name in names))
            )
    return tuple(tiers)


WAYS: dict[str, tuple[_Tier, ...]] = {
    name: _tiers(name, way) for name, _, way in (line.partition(" ") for line in _TABLE.split("\n") if line)
}
"""Type → its tiers, for every type that is not shared."""

SHARED_TYPES: frozenset[str] = frozenset(TYPES.keys() - WAYS.keys())
"""The closed list: types whose entries belong to nobody and are the same for all."""


def home_of(resource: Any, types: Mapping[str, str] | None = None) -> Home:
    """The home of a resource (a struct of `felles.fhir.r4`).

    `types` tells the type of what a full URL of the same bundle (`urn:uuid:…`) stands for; a URL it does not
    know is taken for a person where the element is about persons. A Patient has no way: it is a person.
    Raises `SeveralPersons`.
    """
    name = type(resource).__name__
    tiers = WAYS.get(name)
    if tiers is None:
        return SHARED
    if name == "Bundle":
        return _home_of_bundle(resource)
    for tier in tiers:
        found = _on_tier(resource, tier)
        if found:
            home = _decide(name, tier, found, types or {})
            return Home(follows=True) if name == "Binary" and home.nobody else home
    return Home(follows=True) if name == "Binary" else NOBODY


def _on_tier(resource: Any, tier: _Tier) -> list[str]:
    return [
        reference.reference
        for walk in tier.walks
        for reference in _walk(resource, walk)
        if reference.reference is not msgspec.UNSET
    ]


def _walk(node: Any, names: tuple[str, ...]) -> Iterator[Any]:
    """All nodes at a path, through lists, as far as they are there."""
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, names)
    elif node is not msgspec.UNSET and node is not None:
        if names:
            yield from _walk(getattr(node, names[0], msgspec.UNSET), names[1:])
        else:
            yield node


_LITERAL = re.compile(
    r"(?:[a-z][a-z0-9+.\-]*:.*/)?(?P<local>(?P<type>[A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64})(?:/_history/.*)?"
)


def _parse(reference: str, types: Mapping[str, str]) -> tuple[str | None, str] | None:
    """(type or None when unknown, reference without version); None for what leads nowhere (`#contained`)."""
    if reference in types:
        return types[reference], reference
    if reference.startswith("#"):
        return None
    if match := _LITERAL.fullmatch(reference):
        whole = match["local"] if match.start("local") == 0 else reference[: match.end("local")]
        return match["type"], whole
    kind, mark, _ = reference.partition("?")
    return (kind if mark else None), reference


def _decide(name: str, tier: _Tier, found: list[str], types: Mapping[str, str]) -> Home:
    patients: dict[str, None] = {}
    others: dict[str, None] = {}
    for kind, reference in filter(None, (_parse(r, types) for r in found)):
        if kind == "Patient" or (kind is None and not tier.via):
            patients[reference] = None
        elif kind not in SHARED_TYPES and not (kind == "Group" or (kind in _NO_WAY and not tier.via)):
            others[reference] = None
    if not tier.via and patients:
        others = {}
    if others:
        return Home((*patients, *others), via=True, expression=tier.expression)
    if len(patients) > 1:
        raise SeveralPersons(
            f"{name} leads to several persons ({', '.join(patients)}): write one for each", tier.expression
        )
    return Home(tuple(patients), expression=tier.expression) if patients else NOBODY


def _home_of_bundle(bundle: Any) -> Home:
    """A document's is that of its Composition's subject; another Bundle's the one its entries share."""
    entries = bundle.entry if isinstance(bundle.entry, list) else []
    inside: dict[str, Any] = {e.fullUrl: e.resource for e in entries if isinstance(e.fullUrl, str)}
    members = [e.resource for e in entries if e.resource is not msgspec.UNSET and e.resource is not None]
    if bundle.type == "document":
        members = members[:1]
    types = {url: type(entry).__name__ for url, entry in inside.items()}
    homes: dict[str, None] = {}
    for member in members:
        if type(member).__name__ == "Patient":
            found = [f"Patient/{member.id}"] if isinstance(member.id, str) else []
        else:
            home = home_of(member, types)
            found = [] if home.via else [_out_of(inside, ref) for ref in home.refs]
        homes.update(dict.fromkeys(filter(None, found)))
    if len(homes) > 1:
        raise SeveralPersons(
            f"Bundle leads to several persons ({', '.join(homes)}): write one for each", "Bundle.entry"
        )
    return Home(tuple(homes), expression="Bundle.entry") if homes else NOBODY


def _out_of(inside: Mapping[str, Any], reference: str) -> str | None:
    """The reference that leads out of the Bundle: of an entry of it, by that entry's own id."""
    if reference not in inside:
        return None if reference.startswith("urn:") else reference
    target = inside[reference]
    return f"Patient/{target.id}" if isinstance(getattr(target, "id", None), str) else None


def refuse_person_references(resource: Any) -> None:
    """Refuse an entry of the closed list that refers to a person, in itself or in what it contains.

    Literal references to Patient, RelatedPerson and Person, and logical ones by national number. Raises
    `Unprocessable`.
    """
    name = type(resource).__name__
    for inner in resource.contained if isinstance(getattr(resource, "contained", None), list) else ():
        if type(inner).__name__ not in SHARED_TYPES:
            raise Unprocessable(
                f"{name} is shared by all and cannot contain {type(inner).__name__}", f"{name}.contained"
            )
    for path, reference in _references(resource, name):
        if _is_person(reference):
            raise Unprocessable(f"{name} is shared by all and cannot refer to a person", path)


def _is_person(reference: Any) -> bool:
    if reference.type in _PEOPLE:
        return True
    if isinstance(reference.reference, str):
        parsed = _parse(reference.reference, {})
        if parsed is not None and parsed[0] in _PEOPLE:
            return True
    identifier = reference.identifier
    return isinstance(identifier, msgspec.Struct) and getattr(identifier, "system", None) in NATIONAL_NUMBER_SYSTEMS


def _references(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every Reference below a struct, with its FHIRPath."""
    if isinstance(node, list):
        for position, item in enumerate(node):
            yield from _references(item, f"{path}[{position}]")
    elif isinstance(node, msgspec.Struct):
        if type(node).__name__ == "Reference":
            yield path, node
        for field in node.__struct_fields__:
            value = getattr(node, field)
            if isinstance(value, list | msgspec.Struct):
                yield from _references(value, f"{path}.{field.rstrip('_')}")
