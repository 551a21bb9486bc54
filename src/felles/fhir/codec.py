"""From bytes to structs and back, at msgspec's speed, with every rule of the definitions checked.

The fast path decodes, encodes again and compares counts: what msgspec lets by (duplicate keys, decimals as
strings, empty objects, nulls) changes them. Whatever looks wrong goes to the walker, which reads the body
anew and lists everything that is wrong with it; a body is refused only if the walker finds something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import InvalidOperation
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET

from felles.fhir import r4
from felles.fhir.issues import Invalid, Issue
from felles.fhir.links_r4 import FULL, PLAIN
from felles.fhir.model import HUGE
from felles.fhir.targets import is_plain_target, wrong_target
from felles.fhir.walker import LONGEST, walk

MAX_DEPTH = 64
_encoder = msgspec.json.Encoder(decimal_format="number")
_EXPONENT = re.compile(HUGE.encode())
_EACH_A_ZERO = bytes.maketrans(b"123456789", b"000000000")
_DIGITS = b"0" * 309
_NULL = re.compile(rb"[\[,]null[,\]]")
_ID_ALONE = re.compile(rb'\{"id":"(?:[^"\\]|\\.)*"\}')
_SIBLING_LIST = re.compile(rb'"_[A-Za-z]+":\[')
_NOT_BRACKETS = bytes(b for b in range(256) if b not in b"{}[]")
_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, InvalidOperation, ValueError)

encode = _encoder.encode
"""`encode(resource) -> bytes`: canonical JSON, in the definitions' order, with exact decimals."""


@lru_cache(maxsize=1)
def _decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(r4.AnyResource)


def warm() -> None:
    """Make the decoder of all types now (a third of a second), so that no request waits for it."""
    _decoder()


def decode(raw: bytes, expected: str | None = None, *, max_depth: int = MAX_DEPTH) -> Any:
    """The resource in `raw` (JSON, UTF-8) as a struct of `felles.fhir.r4`.

    `expected` is the type it must be. Raises `Invalid` with all that is wrong.
    """
    try:
        resource = _decoder().decode(raw)
    except _REFUSED as error:
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
    """Whether nothing hints at a rule that decoding did not check. Doubt says no: the walker then decides."""
    canonical = _encoder.encode(resource)
    # Keys that stood there twice and decimals written as strings had more quotes than what was made of them.
    if raw.count(b'"') != canonical.count(b'"') or (b"\\" in raw and b"\\u0022" in raw):
        return False
    if b"{}" in canonical or (b"null" in canonical and _NULL.search(canonical)):
        return False
    if b'{"id":"' in canonical and _ID_ALONE.search(canonical):
        return False
    if _may_be_huge(canonical) or _has_odd_text(canonical):
        return False
    # A single byte is found many times faster than a pair of them.
    if b"_" in canonical and b'"_' in canonical and _SIBLING_LIST.search(canonical):
        return False
    return not _may_be_too_deep(canonical, max_depth) and _follows_rules(resource, canonical)


def _may_be_huge(canonical: bytes) -> bool:
    """Whether a number may have more than 308 digits; the pattern alone would take half of all that decoding takes."""
    if b"E+" in canonical or b"E-" in canonical:
        return _EXPONENT.search(canonical) is not None
    return _DIGITS in canonical.translate(_EACH_A_ZERO)


def _has_odd_text(canonical: bytes) -> bool:
    """Whether a text may be longer than FHIR allows, or hold a NUL character."""
    if b"\\" in canonical and b"\\u0000" in canonical:
        return True
    return len(canonical) > LONGEST and max(map(len, canonical.split(b'"'))) > LONGEST


def _may_be_too_deep(canonical: bytes, max_depth: int) -> bool:
    if len(canonical.translate(None, _NOT_BRACKETS)) <= 2 * max_depth:
        return False
    # What stands in strings does not count: every second part between quotes, once escaped ones are gone.
    if b"\\" in canonical:
        canonical = canonical.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = b"".join(canonical.split(b'"')[::2]).translate(None, _NOT_BRACKETS)
    # One round takes away two levels at most, and what is left is no deeper than half its length.
    for level in range(0, max_depth, 2):
        if level + len(brackets) // 2 <= max_depth:
            return False
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    return True


def _follows_rules(resource: Any, canonical: bytes) -> bool:
    """Whether references and contained resources are as they must be, in `resource` and in its entries."""
    walkers = FULL if b'xtension":' in canonical else PLAIN
    left = canonical.count(b'"contained":[')
    for scope in _scopes(resource):
        inside: frozenset[str] = frozenset()
        contained = getattr(scope, "contained", UNSET) if left else UNSET
        if contained is not UNSET:
            left -= 1
            inside = frozenset(c.id for c in contained if c.id)
            if not _may_contain(scope, contained, inside):
                return False
        found: list[tuple[Any, frozenset[str]]] = []
        walkers[type(scope)](scope, found)
        for reference, targets in found:
            text, name = reference.reference, reference.type
            if name is UNSET and (text is UNSET or is_plain_target(text, targets)):
                continue
            if wrong_target(text or None, name or None, targets, inside) is not None:
                return False
    # A list of contained resources where none is expected (in Parameters, in each other): the walker looks.
    return left == 0


def _scopes(resource: Any) -> Iterator[Any]:
    """The resource, and those in the entries of a Bundle: each has its own contained resources."""
    yield resource
    if isinstance(resource, r4.Bundle) and resource.entry is not UNSET:
        for entry in resource.entry:
            if entry.resource is not UNSET:
                yield from _scopes(entry.resource)


def _may_contain(scope: Any, contained: list[Any], inside: frozenset[str]) -> bool:
    for resource in contained:
        meta = resource.meta
        if getattr(resource, "contained", UNSET) is not UNSET:
            return False
        if meta and (meta.versionId, meta.lastUpdated, meta.security) != (UNSET, UNSET, UNSET):
            return False
    canonical = _encoder.encode(scope)
    return b'"#"' in canonical or all(f'"#{name}"'.encode() in canonical for name in inside)
