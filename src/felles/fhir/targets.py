"""Where a reference may lead. One rule for structs and for the walker."""

from __future__ import annotations

import re
from collections.abc import Collection

from felles.fhir.r4 import RESOURCES

_RELATIVE = re.compile(r"(?P<type>[A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#.*)?")
_ABSOLUTE = re.compile(
    r"https?://.*/(?P<type>[A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#.*)?"
)
_CONDITIONAL = re.compile(r"(?P<type>[A-Za-z]+)\?.+")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}").fullmatch
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.+")


def is_plain_target(reference: str, targets: Collection[str]) -> bool:
    """Whether a reference is of the common kind (`Patient/1`) and leads to one of `targets` (empty: any type).

    False says nothing: `wrong_target` knows. This spares it for nearly all references.
    """
    type_name, _, logical_id = reference.partition("/")
    return type_name in (targets or RESOURCES) and _ID(logical_id) is not None


def wrong_target(
    reference: str | None, type_name: str | None, targets: Collection[str], contained: Collection[str]
) -> str | None:
    """What is wrong with a reference, in one sentence; None when nothing is.

    `type_name` is Reference.type, `targets` the types allowed (empty: any), `contained` the ids inside.
    """
    if type_name in RESOURCES and targets and type_name not in targets:
        return f"a reference to {type_name} is not allowed here"
    if reference is None:
        return None
    if reference.startswith("#"):
        known = len(reference) == 1 or reference[1:] in contained
        return None if known else f"there is no contained resource {reference}"
    match = _RELATIVE.fullmatch(reference) or _CONDITIONAL.fullmatch(reference)
    if match is not None:
        found = match["type"]
        return _wrong_type(found, type_name, targets) if found in RESOURCES else f"{found} is no resource type"
    match = _ABSOLUTE.fullmatch(reference)
    if match is not None and match["type"] in RESOURCES:
        return _wrong_type(match["type"], type_name, targets)
    return None if _SCHEME.fullmatch(reference) else f"{reference[:80]} is no reference"


def _wrong_type(found: str, type_name: str | None, targets: Collection[str]) -> str | None:
    if targets and found not in targets:
        return f"a reference to {found} is not allowed here"
    if type_name in RESOURCES and type_name != found:
        return f"Reference.type says {type_name}, the reference {found}"
    return None
