"""A resource without what tells where its person is: the form that protected address has.

One function for everything: it takes addresses, contact points other than mobile phone and e-mail, places and
positions out, puts "Skjermet" in place of each reference to an organisation, a place or somebody who works at one,
removes generated narratives and attachments that cannot be read as text, and hides the known words (`place_words`)
in all text that is left. What it makes is a valid resource with the same id. What it cannot know: a place that is
described in words which no address and no name of hers has.

Grounds: forskrift om folkeregistrering §§ 10-1 to 10-4 (fortrolig and strengt fortrolig adresse); the list of what
gives somebody away is our own reading of R4's types.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import UNSET

from felles.fhir import encode, r4
from felles.fhir.links_r4 import FULL
from felles.record.codes import MUNICIPALITY_CODE, NATIONAL_NUMBER_SYSTEMS
from felles.record.place_words import Words, words_of

MASKED: Final = "Skjermet"
"""What a reference that was taken out shows, and a field that may not be empty."""

PLACES: Final = frozenset(
    {
        "CareTeam",
        "Endpoint",
        "HealthcareService",
        "InsurancePlan",
        "Location",
        "Organization",
        "OrganizationAffiliation",
        "Practitioner",
        "PractitionerRole",
        "Schedule",
        "Slot",
    }
)
"""Types that are a place, belong to one, or lead to one in a step."""

_PLACE_EXTENSIONS: Final = frozenset(
    {
        MUNICIPALITY_CODE,
        "http://hl7.no/fhir/StructureDefinition/no-basis-urban-district",
        "http://hl7.no/fhir/StructureDefinition/no-basis-propertyinformation",
        "http://hl7.no/fhir/StructureDefinition/no-basis-address-official",
        "http://hl7.org/fhir/StructureDefinition/geolocation",
        "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-censusTract",
        "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
        "http://hl7.org/fhir/StructureDefinition/encounter-associatedEncounter",
        "http://felles.example/fhir/StructureDefinition/unit",
    }
)

# Elements that are about a place and nothing else, beside all Addresses and references to places.
_CUT: Final[dict[str, tuple[str, ...]]] = {
    "Patient": ("generalPractitioner", "managingOrganization", "photo"),
    "Person": ("managingOrganization", "photo"),
    "RelatedPerson": ("photo",),
    "PatientContact": ("organization",),
    "Encounter": ("location", "serviceProvider"),
    "CareTeam": ("name", "managingOrganization"),
    "Media": ("deviceName",),
    "Bundle": ("signature",),
    "Meta": ("source",),
    "Claim": ("facility",),
    "ExplanationOfBenefit": ("facility",),
    "Attachment": ("hash", "size"),
}
_EMAIL: Final = "email"
_TEXT_TYPE: Final = re.compile(r"text/|application/(?:[a-z.]+\+)?(?:json|xml)\b")
_STRING: Final = re.compile(r"\bT_(?:string|markdown|uri|url|canonical|code|xhtml)\b")
_AS_THEY_ARE: Final = frozenset({"id", "reference", "versionId", "language", "contentType"})


def without_place(resource: Any, known: frozenset[str]) -> Any:
    """`resource` (a struct of `felles.fhir.r4`), altered so that it does not tell where its person is.

    `known` are the words to hide (`place_words.known_strings`). Returns the same struct.
    """
    words = words_of(known)
    found = words.within(encode(resource).decode())
    _without(resource, found, words)
    return resource


def _without(resource: Any, words: Words, every: Words) -> None:
    """Mask `resource`; `words` may stand in it, `every` in what is packed inside."""
    contained = _contained(resource)
    _mask_references(resource, contained)
    _Walk(words, every).node(resource)
    if contained:
        _drop_contained(resource)


# -- references and contained resources ------------------------------------------------------------------


def _contained(resource: Any) -> dict[str, str]:
    """Id → type of what is contained."""
    inside = getattr(resource, "contained", UNSET) or []
    return {each.id: type(each).__name__ for each in inside if each.id}


def _mask_references(resource: Any, contained: dict[str, str]) -> None:
    found: list[tuple[Any, frozenset[str]]] = []
    FULL[type(resource)](resource, found)
    for reference, targets in found:
        kind = _kind(reference, contained)
        if kind in PLACES or (kind is None and (not targets or targets & PLACES) and _says_something(reference)):
            for name in reference.__struct_fields__:
                setattr(reference, name, UNSET)
            reference.display = MASKED


def _kind(reference: Any, contained: dict[str, str]) -> str | None:
    """The type a reference leads to, where it says so."""
    text = reference.reference or ""
    if text.startswith("#"):
        return contained.get(text[1:], "")
    parts = text.partition("/_history/")[0].split("/")
    if len(parts) > 1 and parts[-2] in r4.RESOURCES:
        return parts[-2]
    if text.startswith("urn:"):
        return reference.type or ""
    return reference.type or None


def _says_something(reference: Any) -> bool:
    return bool(reference.display or reference.identifier or reference.reference)


def _drop_contained(resource: Any) -> None:
    """Drop contained places, and what only they referred to (R4: each must be referred to)."""
    inside = [each for each in resource.contained if type(each).__name__ not in PLACES]
    while True:
        resource.contained = inside or UNSET
        text = encode(resource)
        kept = [each for each in inside if f'"#{each.id}"'.encode() in text or b'"#"' in encode(each)]
        if len(kept) == len(inside):
            return
        inside = kept


# -- every element ---------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def _texts(kind: type) -> frozenset[str]:
    """The attributes of a struct type that hold text in which a word may stand."""
    named = kind.__annotations__.items()
    return frozenset(name for name, hint in named if name not in _AS_THEY_ARE and _STRING.search(str(hint)))


class _Walk:
    """Goes through all elements of one resource."""

    def __init__(self, words: Words, every: Words) -> None:
        self._words = words
        self._every = every

    def node(self, node: Any) -> bool:
        """Mask what is in `node`. False: nothing is left of it, or it may not stay."""
        kind = type(node).__name__
        if kind in _DROPPED or (kind in _RULES and not _RULES[kind](self, node)):
            return False
        for name in _CUT.get(kind, ()):
            setattr(node, name, UNSET)
        texts = _texts(type(node))
        left = False
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if value is UNSET:
                continue
            value = self._value(value, text=name in texts)
            setattr(node, name, UNSET if value is None else value)
            left = left or (value is not None and (kind != "Extension" or name not in ("id", "url")))
        return left

    def _value(self, value: Any, *, text: bool) -> Any:
        """The masked value; None when it goes."""
        if isinstance(value, msgspec.Struct):
            return value if self.node(value) else _instead(value)
        if isinstance(value, list):
            return self._items(value, text=text)
        return self._words.hide(value) if text and isinstance(value, str) else value

    def _items(self, items: list[Any], *, text: bool) -> list[Any] | None:
        if any(item is None for item in items) or not any(isinstance(item, msgspec.Struct) for item in items):
            # A list of primitives, or of what stands beside them: places must not move.
            kept = [item if item is None else self._value(item, text=text) for item in items]
            return kept if any(item is not None for item in kept) else None
        kept = [kept for item in items if (kept := self._value(item, text=text)) is not None]
        return kept or None

    # -- types with a rule of their own ------------------------------------------------------------------

    def extension(self, node: Any) -> bool:
        """Extensions about a place go whole, and so do those whose URL names one."""
        if node.url in _PLACE_EXTENSIONS or node.valueAddress is not UNSET or self._words.found(node.url):
            return False
        return node.valueContactPoint is UNSET or _reaches_anywhere(node.valueContactPoint)

    def contact_point(self, node: Any) -> bool:
        """A mobile phone and an e-mail address follow the person; other numbers stand somewhere."""
        return _reaches_anywhere(node)

    def patient(self, node: Any) -> bool:
        """Numbers that an institution gave name the institution: those of the register stay."""
        if node.identifier is not UNSET:
            kept = [each for each in node.identifier if each.system in NATIONAL_NUMBER_SYSTEMS]
            node.identifier = kept or UNSET
        if node.contact is not UNSET:  # pat-1: a contact has at least a name, once the rest is gone
            node.contact = [each for each in node.contact if each.name is not UNSET] or UNSET
        return True

    def narrative(self, node: Any) -> bool:
        """What was generated from the data is not generated anew; what somebody wrote stays, without the words."""
        return node.status == "additional"

    def section(self, node: Any) -> bool:
        """A section's text is the note itself, whatever its status says."""
        if node.text is not UNSET:
            node.text.status = "additional"
        return True

    def attachment(self, node: Any) -> bool:
        """Text is masked; a scanned letter has a letterhead and nobody can see it from here."""
        if node.data is not UNSET:
            node.data = self._data(node.data, node.contentType or "")
            if node.data is UNSET and node.title is UNSET:
                node.title = MASKED
        return True

    def binary(self, node: Any) -> bool:
        """A Binary is masked as an attachment is."""
        if node.data is not UNSET:
            node.data = self._data(node.data, node.contentType)
        return True

    def bundle(self, node: Any) -> bool:
        """A document: each of its entries by itself, and none that is a place."""
        entries = [] if node.entry is UNSET else node.entry
        kept = [e for e in entries if e.resource is UNSET or type(e.resource).__name__ not in PLACES]
        for entry in kept:
            if entry.resource is not UNSET:
                _without(entry.resource, self._words, self._every)
        node.entry = kept or UNSET
        return True

    def _data(self, data: str, content_type: str) -> Any:
        if not _TEXT_TYPE.match(content_type.lower()):
            return UNSET
        try:
            text = base64.b64decode(data).decode()
        except (binascii.Error, UnicodeDecodeError):
            return UNSET
        return base64.b64encode(self._every.within(text).hide(text).encode()).decode() or UNSET


def _reaches_anywhere(point: Any) -> bool:
    return point.system == _EMAIL or (point.system in ("phone", "sms") and point.use == "mobile")


def _instead(node: Any) -> Any:
    """What stays of an element of which nothing is left: its name, where such an element may have one."""
    kind = type(node).__name__
    if kind in ("CodeableConcept", "Annotation"):
        node.text = MASKED
        return node
    if kind in ("Coding", "Reference"):
        node.display = MASKED
        return node
    return None


_DROPPED: Final = frozenset({"Address", "LocationPosition"})
_RULES: Final = {
    "Extension": _Walk.extension,
    "ContactPoint": _Walk.contact_point,
    "Patient": _Walk.patient,
    "Narrative": _Walk.narrative,
    "CompositionSection": _Walk.section,
    "Attachment": _Walk.attachment,
    "Binary": _Walk.binary,
    "Bundle": _Walk.bundle,
}
