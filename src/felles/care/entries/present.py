"""One entry as it is read: a heading that says what it is, the facts that matter most, then all the rest. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from msgspec import convert
from msgspec.json import Decoder

from felles.care import shapes, words
from felles.care.corrections import corrections, is_wrong
from felles.care.entries import labels
from felles.care.entries.narrative import clean
from felles.care.entries.tree import Node, Reader
from felles.care.overview import present as overview
from felles.care.overview import rules
from felles.record.codes import HANDOVER_SYSTEM

if TYPE_CHECKING:
    from felles.care.entries.views import Entry, Version
    from felles.record.read_person import Seen
    from felles.ui.i18n import Language

_any: Final = Decoder(Any, float_hook=Decimal).decode

# Type → (elements that name it, elements shown first). A type not here is named by its own heading alone.
_KNOWN: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "Observation": (
        ("code",),
        ("value", "component", "interpretation", "referenceRange", "effective", "status", "note"),
    ),
    "Condition": (
        ("code",),
        ("clinicalStatus", "verificationStatus", "onset", "abatement", "severity", "bodySite", "note"),
    ),
    "MedicationRequest": (
        ("medication",),
        ("dosageInstruction", "status", "authoredOn", "requester", "reasonCode", "note"),
    ),
    "MedicationStatement": (("medication",), ("dosage", "status", "effective", "reasonCode", "note")),
    "AllergyIntolerance": (
        ("code",),
        ("criticality", "clinicalStatus", "verificationStatus", "reaction", "onset", "note"),
    ),
    "Encounter": (
        ("reasonCode", "type", "class"),
        ("class", "status", "period", "serviceProvider", "participant", "reasonCode"),
    ),
    "Procedure": (("code",), ("status", "performed", "performer", "reasonCode", "reasonReference", "note")),
    "Immunization": (("vaccineCode",), ("status", "occurrence", "doseQuantity", "lotNumber", "performer", "note")),
    "DiagnosticReport": (("code",), ("conclusion", "result", "status", "effective", "performer")),
    "DocumentReference": (("description", "type"), ("content", "type", "date", "author", "status")),
    "Composition": (("title", "type"), ("section", "date", "author", "status")),
    "CarePlan": (("title", "category"), ("status", "period", "addresses", "goal", "activity", "note")),
    "Goal": (("description",), ("lifecycleStatus", "achievementStatus", "start", "target", "note")),
    "Appointment": (
        ("description", "serviceType", "appointmentType"),
        ("status", "start", "end", "participant", "comment"),
    ),
    "ServiceRequest": (("code",), ("status", "priority", "authoredOn", "requester", "performer", "reasonCode", "note")),
    "Task": (("code", "description"), ("status", "owner", "priority", "authoredOn", "note")),
    "EpisodeOfCare": (("type",), ("status", "period", "managingOrganization", "careManager")),
    "Patient": (("name",), ("birthDate", "gender", "address", "telecom", "generalPractitioner", "contact")),
    "Flag": (("code",), ("status", "period", "author")),
    "Communication": (("topic", "payload"), ("payload", "sent", "sender", "recipient", "status", "priority")),
}
_VALUES: Final = ("Observation",)


def wanted_names(entry: Entry) -> set[str | int]:
    """The references of the entry that carry no name of their own, and who wrote its versions for whom."""
    wanted: set[str | int] = {entry.author, entry.org}
    for version in entry.versions:
        wanted |= {version.author, version.entered, version.org}
    stack: list[Any] = [entry.resource]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if isinstance(value.get("reference"), str) and not value.get("display"):
                wanted.add(value["reference"])
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return wanted


def entry_page(t: Language, base: str, entry: Entry, names: dict[str | int, str]) -> dict[str, Any]:
    """The template's context for the entry itself."""
    resource = entry.resource
    type_name = str(resource.get("resourceType", ""))
    reader = Reader(t, base, names)
    naming, first = _KNOWN.get(type_name, ((), ()))
    kind = _kind(t, base, resource)
    lead = _lead(t, reader, resource, naming)
    meta = resource.get("meta", {})
    versions = [_version(t, version, names) for version in entry.versions]
    narrative = resource.get("text", {}).get("div") if isinstance(resource.get("text"), dict) else None
    return {
        "kind": kind or labels.plain(type_name).capitalize(),
        "kind_english": not kind,
        "lead": lead,
        "first": reader.tree(resource, first) if first else [],
        "rest": reader.tree(resource, without=tuple(first)),
        "narrative": clean(narrative) if narrative else "",
        "remarks": [{"when": t.fhir_moment(when), "text": words} for when, words in entry.remarks],
        "by": names.get(entry.author) or _unnamed(t, entry.author),
        "at": names.get(entry.org) or t("virksomhet ikke registrert"),
        "entered": versions[0]["entered"] if versions else "",
        "versions": versions,
        "updated": t.fhir_moment(str(meta.get("lastUpdated", ""))),
        "version": str(meta.get("versionId", "")),
        "unsigned": bool(words.unsigned(t, type_name, resource.get("status"))),
        "wrong": is_wrong(resource),
        "corrections": [
            {"by": each.by, "when": t.fhir_moment(each.when), "text": each.text} for each in corrections(resource)
        ],
        "was": _was(t, reader, entry, first),
    }


def _version(t: Language, version: Version, names: dict[str | int, str]) -> dict[str, Any]:
    acting = version.entered.startswith("Patient/") and version.entered != version.author
    unnamed = t("en som handler for pasienten") if acting else _unnamed(t, version.entered)
    entered = version.entered and (names.get(version.entered) or unnamed)
    return {
        "number": version.number,
        "when": t.moment(version.written),
        "by": names.get(version.author) or _unnamed(t, version.author),
        "at": names.get(version.org) or t("virksomhet ikke registrert"),
        "entered": entered,
        "deleted": version.deleted,
    }


def _was(t: Language, reader: Reader, entry: Entry, first: tuple[str, ...]) -> dict[str, Any] | None:
    """The earlier version that is asked for, as it stood; None where none is, or the reader does not see it."""
    found = next((each for each in entry.versions if each.body), None)
    if found is None:
        return None
    narrative = found.body["text"].get("div") if isinstance(found.body.get("text"), dict) else ""
    return {
        "number": found.number,
        "when": t.moment(found.written),
        "tree": _whole(reader, found.body, first),
        "narrative": clean(narrative) if narrative else "",
    }


def heading(t: Language, base: str, resource: dict[str, Any]) -> tuple[str, str]:
    """What sort of entry it is and what it is about, for a line of a list."""
    type_name = str(resource.get("resourceType", ""))
    naming = _KNOWN.get(type_name, ((), ()))[0]
    kind = _kind(t, base, resource) or labels.plain(type_name).capitalize()
    return kind, _lead(t, Reader(t, base, {}), resource, naming)


def seen(t: Language, base: str, resource: dict[str, Any], *, whole: bool = False) -> list[Node]:
    """What an entry says, as its own page does: what is said first of its type, or all of it."""
    reader, first = Reader(t, base, {}), _KNOWN.get(str(resource.get("resourceType", "")), ((), ()))[1]
    return reader.tree(resource, first) if first and not whole else _whole(reader, resource, first)


def _whole(reader: Reader, resource: dict[str, Any], first: tuple[str, ...]) -> list[Node]:
    """All that an entry says, these elements first."""
    return [*(reader.tree(resource, first) if first else []), *reader.tree(resource, without=first)]


def _kind(t: Language, base: str, resource: dict[str, Any]) -> str:
    """What sort of entry it is, to a citizen (whose pages lie below /meg and /for) in her own words; "" for unknown."""
    type_name = str(resource.get("resourceType", ""))
    if type_name == "Observation" and _told(resource):
        return t("Opplysning")
    plain = {} if base.startswith("/p/") else labels.plain_types(t)
    return plain.get(type_name) or labels.types(t).get(type_name, "")


def _told(resource: dict[str, Any]) -> bool:
    """Whether an observation is how somebody lives or what she said: no test, and nothing that was measured."""
    codes = {
        coding.get("code")
        for concept in resource.get("category", ())
        if isinstance(concept, dict)
        for coding in concept.get("coding", ())
    }
    return bool(codes & {"social-history", "survey"})


def listed(view: overview.View, rows: list[Seen]) -> list[dict[str, Any]]:
    """Single entries of any type as lines of a list, in their order."""
    lines: list[dict[str, Any]] = []
    for row in rows:
        resource = _any(row.body)
        kind, lead = heading(view.t, view.base, resource)
        href = view.entry(str(resource["resourceType"]), row.id)
        lines.append(overview.line(lead or kind, href, view.t.brief(row.low), kind if lead else ""))
    return lines


def _unnamed(t: Language, author: str) -> str:
    kinds = {"Device": t("et datasystem"), "Patient": t("pasienten selv")}
    return kinds.get(author.partition("/")[0]) or t("navn ikke registrert")


def _lead(t: Language, reader: Reader, resource: dict[str, Any], naming: tuple[str, ...]) -> str:
    name = ""
    codes = resource.get("code", {}).get("coding", []) if resource.get("resourceType") == "Task" else []
    if any(coding.get("system") == HANDOVER_SYSTEM for coding in codes):
        naming = naming[::-1]  # the code of a hand-over says only what kind it is
    for element in naming:
        nodes = reader.tree(resource, (element,))
        name = next((node.text for node in nodes if node.text), "")
        if name:
            break
    if resource.get("resourceType") in _VALUES:
        value = _value(t, resource)
        return ": ".join(part for part in (name, value) if part)
    return words.short(name) if resource.get("resourceType") in ("Communication", "Task") else name


def _value(t: Language, resource: dict[str, Any]) -> str:
    observation = convert(resource, shapes.Observation, strict=False)
    quantity = observation.value_quantity
    if quantity is not None:
        return words.amount(t, quantity, exact=True)
    value = rules.value(0, observation)
    if value.number is not None and value.second is not None:
        both = f"{words.rounded(value.number)}/{words.rounded(value.second)}"
        return f"{t.number(both)} {words.unit(value.unit)}"
    return words.spoken(t, observation)


__all__ = ["Node", "entry_page", "heading", "wanted_names"]
