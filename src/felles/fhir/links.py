"""The references in a resource: to read them, and to rewrite them in place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from felles.fhir import r4
from felles.fhir.codec import encode
from felles.fhir.links_r4 import FULL, URIS

Found = tuple[Any, frozenset[str]]
"""A Reference and the types it may lead to (empty: any)."""

_ATTRIBUTE = re.compile(r"""(\b(?:href|src)\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)


def references(resource: Any) -> list[Any]:
    """Every Reference struct in `resource`, the struct itself: what is set on it is set in the resource.

    In extensions and contained resources too, but not in the entries of a Bundle.
    """
    found: list[Found] = []
    FULL[type(resource)](resource, found)
    return [reference for reference, _ in found]


def links(resource: Any) -> list[str]:
    """Everything `rewrite` would look at: references, and URIs of elements that hold one."""
    found = [r.reference for r in references(resource) if r.reference]
    return found + [getattr(node, name) for node, name in _uris(resource)]


def rewrite(resource: Any, mapping: Callable[[str], str | None], *, oids: bool = False) -> None:
    """Put what `mapping` gives in place of references and URIs; None leaves them as they are.

    `oids` says that `mapping` knows `urn:oid:` too; otherwise only `urn:uuid:` is looked for in URIs, which
    spares most resources the search.

    References everywhere (also with `/_history/…` and fragments as they stand), elements of type uri, url,
    canonical, oid and uuid that hold a `urn:`, and href and src in narratives (R4 http.html, transactions).
    """
    urns = 0
    for reference in references(resource):
        if reference.reference:
            urns += reference.reference.startswith("urn:uuid:")
            if (target := mapping(reference.reference)) is not None:
                urns -= reference.reference.startswith("urn:uuid:") and not target.startswith("urn:uuid:")
                reference.reference = target
    if not oids and encode(resource).count(b'"urn:uuid:') <= urns:
        return
    for node, name in _uris(resource):
        if (target := mapping(getattr(node, name))) is not None:
            setattr(node, name, target)
    text = getattr(resource, "text", UNSET)
    if isinstance(text, r4.Narrative) and "urn:" in text.div:
        text.div = _ATTRIBUTE.sub(lambda m: f"{m[1]}{m[2]}{mapping(m[3]) or m[3]}{m[2]}", text.div)


def _uris(node: Any) -> Iterator[tuple[Any, str]]:
    """(struct, attribute) of every URI that begins with `urn:`."""
    for name in URIS.get(type(node), ()):
        value = getattr(node, name)
        if isinstance(value, str) and value.startswith("urn:"):
            yield node, name
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, msgspec.Struct):
            yield from _uris(value)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, msgspec.Struct):
                    yield from _uris(item)
