"""From bytes to structs and back, at msgspec's speed, with every rule of the definitions checked.

The fast path decodes, encodes again and compares counts: what msgspec lets by (duplicate keys, decimals as
strings, empty objects, nulls) changes them. Whatever looks wrong goes to the walker, which reads the body
anew and lists everything that is wrong with it; a body is refused only if the walker finds something.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET

from felles.fhir import r4, xhtml
from felles.fhir.issues import Invalid, Issue
from felles.fhir.links_r4 import FULL, PLAIN
from felles.fhir.targets import wrong_target
from felles.fhir.walker import walk

MAX_DEPTH = 64
_decoder = msgspec.json.Decoder(r4.AnyResource)
_encoder = msgspec.json.Encoder(decimal_format="number")
_HUGE_EXPONENT = re.compile(rb'":-?[0-9][0-9.]*[eE][+-]?[0-9]{3}')
_NOT_BRACKETS = bytes(b for b in range(256) if b not in b"{}[]")

encode = _encoder.encode
"""`encode(resource) -> bytes`: canonical JSON, in the definitions' order, with exact decimals."""


def decode(raw: bytes, expected: str | None = None, *, max_depth: int = MAX_DEPTH) -> Any:
    """The resource in `raw` (JSON, UTF-8) as a struct of `felles.fhir.r4`.

    `expected` is the type it must be. Raises `Invalid` with all that is wrong.
    """
    try:
        resource = _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        found = walk(raw, max_depth)
        raise Invalid(found or [Issue("fatal", "structure", "", str(error))]) from None
    if not _is_plain(raw, resource, max_depth):
        found = walk(raw, max_depth)
        if found:
            raise Invalid(found)
    name = type(resource).__name__
    if expected is not None and name != expected:
        raise Invalid([Issue("error", "invalid", name, f"a {expected} belongs here, not a {name}")])
    return resource


def _is_plain(raw: bytes, resource: Any, max_depth: int) -> bool:
    """Whether nothing hints at a rule that decoding did not check."""
    canonical = _encoder.encode(resource)
    if raw.count(b'"') != canonical.count(b'"') or b"\\u0022" in raw or b"{}" in canonical or b"null" in canonical:
        return False
    if _HUGE_EXPONENT.search(canonical) or b"\\ud" in raw.lower() or _too_deep(canonical, max_depth):
        return False
    has_extension = b'xtension":' in canonical
    return _follows_rules(resource, has_extension=has_extension)


def _too_deep(canonical: bytes, max_depth: int) -> bool:
    brackets = canonical.translate(None, _NOT_BRACKETS)
    if len(brackets) <= 2 * max_depth:
        return False
    for _ in range(max_depth):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return False
    return True


def _follows_rules(resource: Any, *, has_extension: bool) -> bool:
    found: list[tuple[Any, frozenset[str]]] = []
    (FULL if has_extension else PLAIN)[type(resource)](resource, found)
    contained = getattr(resource, "contained", UNSET)
    inside: frozenset[str] = frozenset()
    if contained is not UNSET:
        if not all(_is_containable(c) for c in contained):
            return False
        inside = frozenset(c.id for c in contained if c.id)
    for reference, targets in found:
        if wrong_target(reference.reference or None, reference.type or None, targets, inside) is not None:
            return False
    if not _has_plain_text(resource) or not all(map(_has_plain_text, contained or ())):
        return False
    if isinstance(resource, r4.Bundle) and resource.entry:
        return all(
            _follows_rules(e.resource, has_extension=has_extension) for e in resource.entry if e.resource is not UNSET
        )
    return True


def _is_containable(resource: Any) -> bool:
    if getattr(resource, "contained", UNSET) is not UNSET:
        return False
    meta = resource.meta
    return not meta or (meta.versionId is UNSET and meta.lastUpdated is UNSET and meta.security is UNSET)


def _has_plain_text(resource: Any) -> bool:
    text = getattr(resource, "text", UNSET)
    return not isinstance(text, r4.Narrative) or _problem(text.div) is None


_problem = lru_cache(maxsize=256)(xhtml.problem)
