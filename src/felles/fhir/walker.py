"""The slow path: a body read as plain JSON and held against the definitions, element by element.

It lists everything that is wrong, each with its FHIRPath. It decides alone whether a body is refused; the
fast path (`codec`) only says when it must be asked. A property test holds that the two agree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from felles.fhir import xhtml
from felles.fhir.issues import Issue
from felles.fhir.model import HUGE, INTEGERS, PATTERNS, expanded, load
from felles.fhir.targets import wrong_target

_FORMATS = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
_HUGE = re.compile(HUGE)
LONGEST = 1024 * 1024
"""Characters of a string or of what is made of one (R4, data types: a string does not exceed 1 MB)."""
_MOST = 200
"""Issues listed at most: past that a body is noise."""


class _Object(dict[str, Any]):
    """A JSON object that remembers the keys it had twice."""

    doubles: tuple[str, ...] = ()


class _Number(Decimal):
    """A JSON number with a point, an exponent or many digits, exact; NaN where no decimal can hold it."""


def _number(text: str) -> _Number:
    try:
        return _Number(text)
    except InvalidOperation:
        return _Number("NaN")


def _whole(text: str) -> int | _Number:
    # Past 18 digits no integer of FHIR fits, and Python refuses to make an int of thousands.
    return int(text) if len(text) <= 18 else _number(text)


def _pairs(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        made.doubles = tuple(k for k, _ in pairs if k in seen or seen.add(k))  # type: ignore[func-returns-value]
    return made


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


def parse(raw: bytes) -> Any:
    """JSON with doubles remembered and decimals exact. Raises `ValueError` (also for text that is not UTF-8)."""
    return json.loads(
        raw.decode("utf-8"),
        object_pairs_hook=_pairs,
        parse_float=_number,
        parse_int=_whole,
        parse_constant=_refuse_constant,
    )


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    kind: str
    many: bool
    required: bool
    choice: str | None
    targets: frozenset[str]
    codes: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class _Type:
    resource: bool
    elements: dict[str, _Element]
    choices: dict[str, bool]


@lru_cache(maxsize=1)
def _types() -> dict[str, _Type]:
    model = load()
    made: dict[str, _Type] = {}
    for name, definition in model["types"].items():
        elements: dict[str, _Element] = {}
        choices: dict[str, bool] = {}
        for element in definition["elements"]:
            choice = element["name"] if element["name"].endswith("[x]") else None
            if choice:
                choices[choice] = element["min"] > 0
            codes = frozenset(model["codes"][element["codes"]]) if "codes" in element else None
            targets = frozenset(element.get("targets", ()))
            for json_name, kind in expanded(element):
                required = element["min"] > 0 and choice is None
                elements[json_name] = _Element(json_name, kind, element["many"], required, choice, targets, codes)
        made[name] = _Type(definition["resource"], elements, choices)
    return made


@dataclass(slots=True)
class _Scope:
    """What rules need to know of the resource an element stands in."""

    contained: frozenset[str] = frozenset()
    inside: bool = False


@dataclass(slots=True)
class _Walk:
    max_depth: int
    issues: list[Issue] = field(default_factory=list)
    primitives: frozenset[str] = field(default_factory=lambda: frozenset(load()["primitives"]))

    def say(self, code: str, path: str, text: str) -> None:
        if len(self.issues) < _MOST:
            self.issues.append(Issue("error", code, path, text))


def walk(raw: bytes, max_depth: int) -> list[Issue]:
    """Everything that is wrong with `raw` as a FHIR R4 resource in JSON; empty when nothing is."""
    work = _Walk(max_depth)
    try:
        node = parse(raw)
    except UnicodeDecodeError as error:
        return [Issue("fatal", "structure", "", f"the body is not UTF-8 (byte {error.start})")]
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        return [Issue("fatal", "structure", "", f"the body is not JSON: {reason}")]
    if not isinstance(node, _Object):
        return [Issue("fatal", "structure", "", "a resource is a JSON object")]
    if _depth(node) > max_depth:
        return [Issue("fatal", "too-costly", "", f"nested deeper than {max_depth} levels")]
    if b"\\ud" in raw.lower() and _has_lone_surrogate(node):
        return [Issue("fatal", "structure", "", "half a surrogate pair is no text")]
    _resource(work, node, "", _Scope())
    return work.issues


def _depth(node: Any) -> int:
    deepest, level = 0, [node]
    while level:
        deepest += 1
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, dict | list)
        ]
    return deepest


def _has_lone_surrogate(node: Any) -> bool:
    if isinstance(node, str):
        return any("\ud800" <= letter <= "\udfff" for letter in node)
    if isinstance(node, dict):
        return any(_has_lone_surrogate(k) or _has_lone_surrogate(v) for k, v in node.items())
    return isinstance(node, list) and any(map(_has_lone_surrogate, node))


def _resource(work: _Walk, node: Any, path: str, scope: _Scope) -> None:
    if not isinstance(node, _Object):
        work.say("structure", path, "a resource is a JSON object")
        return
    name = node.get("resourceType")
    known = _types().get(name) if isinstance(name, str) else None
    if known is None or not known.resource:
        text = "resourceType is missing" if name is None else f"{name!r} is no resource type of FHIR R4"
        work.say("structure" if name is None else "not-supported", path, text)
        return
    path = path or str(name)
    contained = node.get("contained")
    if not scope.inside:
        listed = contained if isinstance(contained, list) else []
        ids = (c.get("id") for c in listed if isinstance(c, dict))
        scope = _Scope(frozenset(i for i in ids if isinstance(i, str)))
        _contained(work, node, listed, path)
    else:
        if contained is not None:
            work.say("invariant", f"{path}.contained", "dom-2: a contained resource contains no other")
        meta = node.get("meta")
        for each in ("versionId", "lastUpdated", "security"):
            if isinstance(meta, dict) and each in meta:
                work.say("invariant", f"{path}.meta.{each}", f"dom-4, dom-5: a contained resource has no meta.{each}")
    _object(work, node, str(name), path, scope)


def _contained(work: _Walk, node: _Object, contained: list[Any], path: str) -> None:
    if not contained:
        return
    local = set(_local(node))
    for position, each in enumerate(contained):
        name = each.get("id") if isinstance(each, dict) else None
        if isinstance(name, str) and "#" not in local and f"#{name}" not in local:
            text = f"dom-3: the contained resource {name} is referred to, or refers to what contains it"
            work.say("invariant", f"{path}.contained[{position}]", text)


def _local(node: Any) -> Iterator[str]:
    """Every string in `node` that can lead to something contained. An entry of a Bundle is another scope."""
    if isinstance(node, str) and node.startswith("#"):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _local(child)


def _object(work: _Walk, node: _Object, type_name: str, path: str, scope: _Scope) -> None:
    known = _types()[type_name]
    for double in node.doubles:
        work.say("structure", f"{path}.{double}", f"the key {double} stands there twice")
    if not known.resource and node.keys() <= {"id"}:
        work.say("invariant", path, "ele-1: an element has a value or children, besides its id")
    chosen: dict[str, set[str]] = {}
    for key in node:
        if key == "resourceType" and known.resource:
            continue
        name = key.removeprefix("_")
        element = known.elements.get(name)
        if element is None or (key.startswith("_") and element.kind not in work.primitives):
            work.say("structure", f"{path}.{key}", f"{type_name} has no element {key}")
            continue
        if element.choice:
            chosen.setdefault(element.choice, set()).add(name)
        _element(work, node, element, key, f"{path}.{name}", scope)
    _cardinality(work, node, known, chosen, path)
    _rules(work, node, type_name, path)


def _cardinality(work: _Walk, node: _Object, known: _Type, chosen: dict[str, set[str]], path: str) -> None:
    for name, element in known.elements.items():
        if element.required and name not in node and f"_{name}" not in node:
            work.say("required", f"{path}.{name}", f"{name} is required")
    for choice, required in known.choices.items():
        names = chosen.get(choice, set())
        base = f"{path}.{choice[:-3]}"
        if len(names) > 1:
            work.say("structure", base, f"{choice} has several values: {', '.join(sorted(names))}")
        elif required and not names:
            work.say("required", base, f"{choice} needs exactly one value")


def _rules(work: _Walk, node: _Object, type_name: str, path: str) -> None:
    if type_name == "Extension":
        has_value = any(k.lstrip("_").startswith("value") for k in node)
        if has_value == ("extension" in node):
            work.say("invariant", path, "ext-1: an extension has one value or extensions, and not both")


def _element(work: _Walk, node: _Object, element: _Element, key: str, path: str, scope: _Scope) -> None:
    value = node[key]
    if value is None:
        work.say("structure", path, "null stands for nothing in FHIR: leave the element out")
        return
    if not element.many:
        if isinstance(value, list):
            work.say("structure", path, f"{element.name} has one value, not a list")
        else:
            _value(work, value, element, key, path, scope)
        return
    if not isinstance(value, list):
        work.say("structure", path, f"{element.name} is a list")
        return
    if not value:
        work.say("structure", path, "an empty list says nothing: leave the element out")
    sibling = node.get(key[1:] if key.startswith("_") else f"_{key}")
    if key.startswith("_") and isinstance(sibling, list) and len(sibling) != len(value):
        work.say("structure", path, f"{element.name} and {key} are lists of one length, with null for what is absent")
    for position, item in enumerate(value):
        here = f"{path}[{position}]"
        if item is not None:
            _value(work, item, element, key, here, scope)
        elif element.kind not in work.primitives or not _has_partner(sibling, position):
            work.say("structure", here, "null in a list needs a value in its sibling list")


def _has_partner(sibling: Any, position: int) -> bool:
    return isinstance(sibling, list) and position < len(sibling) and sibling[position] is not None


def _value(work: _Walk, value: Any, element: _Element, key: str, path: str, scope: _Scope) -> None:
    kind = element.kind
    if key.startswith("_"):
        _complex(work, value, "Element", path, scope)
    elif kind.startswith("bare:"):
        _primitive(work, value, kind[5:], path, None)
    elif kind in work.primitives:
        _primitive(work, value, kind, path, element.codes)
    elif kind == "Resource":
        inside = element.name == "contained"
        _resource(work, value, path, _Scope(scope.contained, inside=True) if inside else _Scope())
    else:
        _complex(work, value, kind, path, scope)
        if kind == "Reference" and isinstance(value, _Object):
            _reference(work, value, element, path, scope)


def _complex(work: _Walk, value: Any, type_name: str, path: str, scope: _Scope) -> None:
    if isinstance(value, _Object):
        _object(work, value, type_name, path, scope)
    else:
        work.say("structure", path, f"{type_name} is a JSON object")


def _reference(work: _Walk, value: _Object, element: _Element, path: str, scope: _Scope) -> None:
    reference, type_name = value.get("reference"), value.get("type")
    text = wrong_target(
        reference if isinstance(reference, str) else None,
        type_name if isinstance(type_name, str) else None,
        element.targets,
        scope.contained,
    )
    if text is not None:
        work.say("value", f"{path}.reference" if reference is not None else f"{path}.type", text)


def _primitive(work: _Walk, value: Any, kind: str, path: str, codes: frozenset[str] | None) -> None:
    if kind == "boolean":
        if not isinstance(value, bool):
            work.say("value", path, "a boolean is true or false")
    elif kind in INTEGERS:
        low, high = INTEGERS[kind]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            work.say("value", path, f"{kind} is a whole number from {low} to {high}")
    elif kind == "decimal":
        _decimal(work, value, path)
    elif not isinstance(value, str):
        work.say("value", path, f"{kind} is a JSON string")
    else:
        _text(work, value, kind, path, codes)


def _text(work: _Walk, value: str, kind: str, path: str, codes: frozenset[str] | None) -> None:
    if len(value) > LONGEST and kind not in ("base64Binary", "xhtml"):
        work.say("too-long", path, f"{kind} has at most {LONGEST} characters")
    elif "\0" in value:
        work.say("value", path, "a text holds no NUL character (U+0000)")
    elif kind == "xhtml":
        if (text := xhtml.problem(value)) is not None:
            work.say("invariant", path, text)
    elif not _FORMATS[kind].search(value):
        work.say("value", path, f"{value[:80]!r} is no {kind}" if value.strip() else f"{kind} has no empty value")
    elif codes is not None and value not in codes:
        listed = ", ".join(sorted(codes)) if len(codes) <= 12 else f"{len(codes)} codes"
        work.say("code-invalid", path, f"{value[:80]!r} is not among the codes that are required here ({listed})")


def _decimal(work: _Walk, value: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | _Number):
        work.say("value", path, "a decimal is a JSON number")
    elif isinstance(value, _Number) and (not value.is_finite() or _HUGE.search(str(value))):
        work.say("value", path, "a decimal has at most 308 digits, or an exponent of 307")
