"""What an entry says once it is moved to the person it is about. Pure.

    rewritten   references to any Patient of the person it leaves, by id or by her national number, in contained entries
                too: they name the other Patient, and nothing of how the first was called
    cut         references to other entries of hers: what they lead to is not about the other person
    dropped     id, version and time; a narrative that was generated from the rest
    refused     what still names her after that; what has its person by way of another entry; what is not moved alone
Source: helsepersonelloven § 44 (an entry in the wrong person's record is taken out of it); docs/moving.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from msgspec.json import Decoder

from felles.fhir import decode, encode
from felles.fhir.issues import Invalid
from felles.record.codes import MOVED, NATIONAL_NUMBER_SYSTEMS
from felles.record.errors import Unprocessable
from felles.record.guarded import verbs_of
from felles.record.homes import home_of

_ALONE: Final = frozenset({"Patient", "Consent", "Bundle", "Binary", "Provenance"})
"""Not moved one by one: who somebody is, what she closed, what follows from other entries."""
_LOCAL: Final = re.compile(r"([A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})(?:/_history/.*)?")
_tree: Final = Decoder(Any, float_hook=Decimal).decode
_GONE: Final[Any] = object()


@dataclass(frozen=True, slots=True)
class Left:
    """The person an entry leaves: her Patients (`Patient/x`) and national numbers, her entries that it refers to.

    `files` maps each file that goes along (`Binary/x`) to what stands for it until it has its new id (`urn:uuid:…`).
    """

    patients: frozenset[str]
    numbers: frozenset[str]
    entries: frozenset[str] = frozenset()
    files: Mapping[str, str] = field(default_factory=dict)


def referred(body: str) -> tuple[set[str], set[str]]:
    """What an entry (JSON text) refers to, as `Type/id`, and the files (`Binary/x`) that it names."""
    references: set[str] = set()
    files: set[str] = set()
    for node in _nodes(_tree(body)):
        if (reference := _local(node.get("reference"))) is not None:
            references.add(reference)
        if (url := _local(node.get("url"))) is not None and url.startswith("Binary/"):
            files.add(url)
    return references - files, files | {each for each in references if each.startswith("Binary/")}


def numbers_in(patient: str) -> set[str]:
    """The national numbers of a Patient (JSON text)."""
    given = _tree(patient).get("identifier", [])
    return {each["value"] for each in given if each.get("system") in NATIONAL_NUMBER_SYSTEMS and "value" in each}


def moved(body: str, patient: str, left: Left) -> Any:
    """The resource that `body` (JSON text) becomes for `patient` (`Patient/y`). Raises `Unprocessable`."""
    tree = _tree(body)
    name = tree["resourceType"]
    if name in _ALONE or verbs_of(decode(body.encode())):
        raise Unprocessable(f"{name} is not moved by itself")
    resource = _decoded(_rewritten(tree, patient, left))
    home = home_of(resource)
    if home.refs != (patient,) or home.via:
        raise Unprocessable(f"this {name} is about its person by way of another entry: move that one")
    _refuse_named(resource, left)
    return resource


def moved_file(body: str, patient: str, left: Left) -> Any:
    """The same of a file that goes along with the entry that refers to it."""
    resource = _decoded(_rewritten(_tree(body), patient, left))
    _refuse_named(resource, left)
    return resource


def _rewritten(tree: dict[str, Any], patient: str, left: Left) -> dict[str, Any]:
    if any(each.get("resourceType") == "Patient" for each in tree.get("contained", [])):
        raise Unprocessable("it contains a Patient: write it anew without")
    made = _clean(tree, patient, left)
    meta = {name: value for name, value in tree.get("meta", {}).items() if name not in ("versionId", "lastUpdated")}
    tag = {"system": MOVED[0], "code": MOVED[1]}
    meta["tag"] = [*(each for each in meta.get("tag", []) if each != tag), tag]
    made["meta"] = meta
    made.pop("id", None)
    if made.get("text", {}).get("status") == "generated":
        del made["text"]
    return made


def _clean(node: Any, patient: str, left: Left) -> Any:
    if isinstance(node, list):
        kept = [each for each in (_clean(each, patient, left) for each in node) if each is not _GONE]
        return kept if kept or not node else _GONE
    if not isinstance(node, dict):
        return node
    reference = _local(node.get("reference"))
    if reference in left.patients or _by_number(node, left):
        return {"reference": patient}
    if reference in left.entries:
        return _GONE
    made = {name: each for name, value in node.items() if (each := _clean(value, patient, left)) is not _GONE}
    if node and not made:
        return _GONE
    for name in ("url", "reference"):
        if (file := left.files.get(_local(node.get(name)) or "")) is not None:
            made[name] = file
    return made


def _by_number(node: dict[str, Any], left: Left) -> bool:
    """Whether this is a reference to her that names her national number."""
    identifier = node.get("identifier")
    return (
        isinstance(identifier, dict)
        and identifier.get("system") in NATIONAL_NUMBER_SYSTEMS
        and identifier.get("value") in left.numbers
        and node.keys() <= {"reference", "identifier", "display", "type"}
    )


def _decoded(tree: dict[str, Any]) -> Any:
    try:
        return decode(encode(tree))
    except Invalid as error:
        raise Unprocessable(
            f"without what leads to the person it leaves it is not whole: {error.issues[0].diagnostics}",
            error.issues[0].expression,
        ) from error


def _refuse_named(resource: Any, left: Left) -> None:
    text = encode(resource).decode()
    if any(f'"{each}' in text for each in left.patients) or any(number in text for number in left.numbers):
        raise Unprocessable("its text still names the person it leaves: correct the text first")


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for each in node:
            yield from _nodes(each)
    elif isinstance(node, dict):
        yield node
        for each in node.values():
            yield from _nodes(each)


def _local(value: Any) -> str | None:
    match = _LOCAL.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None
