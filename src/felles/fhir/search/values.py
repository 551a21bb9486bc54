"""From a selected element to its marks and terms: what the generated code calls.

Each function serves one FHIR data type under one kind of search parameter. `group` names the parameters that
select the same element, so that a code that three parameters find is looked up once; the look-ups are
remembered, since codes, units and references repeat from entry to entry. What is absent is falsy.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET as _UNSET

from felles.fhir.search import marks as m
from felles.fhir.search.dates import OPEN_HIGH, OPEN_LOW, Range, date_range
from felles.fhir.search.fold import exact, fold
from felles.fhir.search.numbers import CURRENCY, amounts, compared, point, samples, span

Group = tuple[str, ...]
Filtered = tuple[tuple[str, str], ...]
"""Parameters with the type their reference must have (`where(resolve() is Patient)`), or ''."""
Terms = dict[str, list[Any]]
Refs = list[tuple[str, str]]

_UNSPOKEN = re.compile(r"[\s().\-\u00a0\u2010-\u2015/]+")
_TYPED = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?")


@lru_cache(maxsize=4096)
def presence(group: Group) -> tuple[int, ...]:
    """That each of the parameters has a value."""
    return tuple(m.present(param) for param in group)


def _tokens(group: Group, system: Any, code: Any) -> tuple[int, ...]:
    return tuple(mark for param in group for mark in m.token_marks(param, system or None, code or None))


token = lru_cache(maxsize=m.CACHED)(_tokens)
"""A code with its system (Coding, code, string, uri, boolean as text)."""

unique = _tokens
"""The same for what does not repeat (Identifier): not remembered."""


def contact(group: Group, value: Any) -> tuple[int, ...]:
    """A ContactPoint: its value alone, as `contact_text` gives it."""
    return _tokens(group, None, contact_text(value)) if value else presence(group)


def contact_text(value: str) -> str:
    """A phone number or address as it is compared: without case, spaces and the punctuation of phone numbers.

    R4 leaves it to the server how a ContactPoint is matched; an address with @ keeps its dots and hyphens.
    """
    text = value.strip().casefold()
    return text if "@" in text or ":" in text else _UNSPOKEN.sub("", text)


def identified(group: Group, reference: Any) -> tuple[int, ...]:
    """The identifier of a Reference or of an Identifier element, under the names `param:identifier`."""
    identifier = reference.identifier
    if not identifier:
        return ()
    return tuple(
        mark
        for param in group
        for mark in m.token_marks(f"{param}:identifier", identifier.system or None, identifier.value or None)
    )


def target_type(text: str) -> str:
    """The resource type a literal reference names (`Patient/1`, a URL that ends so), or ''."""
    match = _TYPED.fullmatch(text)
    return match[1] if match else ""


def literal(text: str) -> str:
    """A reference as it is hashed: without version; relative or absolute as written."""
    return text.split("/_history/", 1)[0]


@lru_cache(maxsize=m.CACHED)
def _literal(group: Filtered, text: str) -> tuple[tuple[int, ...], tuple[tuple[str, str], ...]]:
    """Marks and include entries of a literal reference that is not `#contained`."""
    kind = target_type(text)
    target = literal(text)
    local = target.count("/") == 1 and bool(kind)
    hashes = [m.reference_hash(target)]
    if local:
        hashes.append(m.digest(target[target.index("/") :]))
    marks: list[int] = []
    refs: list[tuple[str, str]] = []
    for param, wanted in group:
        if wanted and kind != wanted:
            continue
        marks.append(m.present(param))
        marks += [each ^ m.key(param) for each in hashes]
        if local:
            refs.append((param, target))
    return tuple(marks), tuple(refs)


def resolved_type(reference: Any, resource: Any) -> str:
    """What `resolve() is` can know without a look-up: from the text, the contained resource, or `Reference.type`."""
    text = reference.reference
    if text and text[0] == "#":
        for contained in resource.contained or ():
            if contained.id == text[1:]:
                return type(contained).__name__
    return (target_type(text) if text else "") or reference.type or ""


def reference(group: Filtered, node: Any, marks: list[int], refs: Refs, resource: Any) -> None:
    """A Reference: by type and id, by id, by URL, by identifier; and its entry for includes."""
    text = node.reference
    if text and text[0] != "#" and not node.identifier and not node.type:
        found, named = _literal(group, text)
        marks += found
        refs += named
        return
    kind = resolved_type(node, resource)
    params = tuple(param for param, wanted in group if not wanted or wanted == kind)
    marks += presence(params)
    marks += identified(params, node)
    if text and text[0] != "#":
        found, named = _literal(tuple((param, "") for param in params), text)
        marks += found
        refs += named


@lru_cache(maxsize=m.CACHED)
def canonical(group: Group, url: str) -> tuple[int, ...]:
    """A canonical or URI under a reference parameter: as written, and without its version."""
    hashes = [m.digest(text) for text in dict.fromkeys((url, url.split("|", 1)[0]))]
    return presence(group) + tuple(each ^ m.key(param) for param in group for each in hashes)


def inline(group: Group, targets: tuple[str, ...], resource: Any, marks: list[int]) -> None:
    """A resource that stands where a reference is asked for (`Bundle.entry[0].resource`)."""
    kind = type(resource).__name__
    if kind not in targets:
        return
    marks += presence(group)
    if resource.id:
        for text in (f"{kind}/{resource.id}", f"/{resource.id}"):
            marks += [m.reference_mark(param, text) for param in group]


@lru_cache(maxsize=m.CACHED)
def _uri(group: Group, value: str) -> tuple[int, ...]:
    return presence(group) + tuple(m.uri_mark(param, value) for param in group)


def uri(group: Group, value: str, marks: list[int], terms: Terms) -> None:
    """A URI: whole, and as text."""
    marks += _uri(group, value)
    for param in group:
        terms.setdefault(param, []).append(value)


def put(group: Group, found: Any, marks: list[int], terms: Terms) -> None:
    """A range (or None, which has presence only) as a term of each parameter."""
    marks += presence(group)
    if found is not None:
        for param in group:
            terms.setdefault(param, []).append(found)


def moment(group: Group, text: str, zone: ZoneInfo, marks: list[int], terms: Terms) -> None:
    """A date, dateTime or instant."""
    put(group, date_range(text, zone), marks, terms)


def period_range(node: Any, zone: ZoneInfo) -> Range | None:
    """From the start's beginning to the end's end, open where one is absent; None when both are."""
    start, end = node.start, node.end
    if not start and not end:
        return None
    low = date_range(start, zone)[0] if start else OPEN_LOW
    high = date_range(end, zone)[1] if end else OPEN_HIGH
    # A period that ends before it starts says nothing reliable about its end: it is where it starts.
    return (low, high) if low < high else date_range(start, zone)


def period(group: Group, node: Any, zone: ZoneInfo, marks: list[int], terms: Terms) -> None:
    """A Period."""
    put(group, period_range(node, zone), marks, terms)


def timing(group: Group, node: Any, zone: ZoneInfo, marks: list[int], terms: Terms) -> None:
    """A Timing: its outer limits, by events and bounds; the schedule between them does not count."""
    ranges = [date_range(event, zone) for event in node.event or () if event]
    if node.repeat and node.repeat.boundsPeriod:
        bounds = period_range(node.repeat.boundsPeriod, zone)
        if bounds is not None:
            ranges.append(bounds)
    limits = (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None
    put(group, limits, marks, terms)


def number(group: Group, value: Any, marks: list[int], terms: Terms) -> None:
    """A decimal or an integer."""
    put(group, point(value), marks, terms)


def number_range(group: Group, node: Any, marks: list[int], terms: Terms) -> None:
    """A Range under a number parameter."""
    put(group, span(node.low, node.high), marks, terms)


def _put_all(group: Group, found: list[Any], marks: list[int], terms: Terms) -> None:
    marks += presence(group)
    if found:
        for param in group:
            terms.setdefault(param, []).extend(found)


def quantity(group: Group, node: Any, marks: list[int], terms: Terms) -> None:
    """A Quantity, or one of its kinds (Age, Count, Distance, Duration)."""
    value = node.value
    bounds = None if value is None or value is _UNSET else compared(value, node.comparator)
    _put_all(group, amounts(bounds, node.system, node.code, node.unit), marks, terms)


def money(group: Group, node: Any, marks: list[int], terms: Terms) -> None:
    """Money: the currency is a code of ISO 4217."""
    bounds = None if node.value is _UNSET else point(node.value)
    _put_all(group, amounts(bounds, CURRENCY, node.currency, None), marks, terms)


def quantity_range(group: Group, node: Any, marks: list[int], terms: Terms) -> None:
    """A Range under a quantity parameter; the unit is that of an end that has one."""
    unit = node.low or node.high
    found = amounts(span(node.low, node.high), unit.system, unit.code, unit.unit) if unit else []
    _put_all(group, found, marks, terms)


def sampled(group: Group, node: Any, marks: list[int], terms: Terms) -> None:
    """SampledData under a quantity parameter: from its least to its greatest value."""
    unit = node.origin
    _put_all(group, amounts(samples(node), unit.system, unit.code, unit.unit), marks, terms)


def _text(group: Group, value: str) -> tuple[tuple[int, ...], str]:
    """Marks of a string, and the string folded."""
    whole = exact(value)
    return presence(group) + tuple(m.exact_mark(param, whole) for param in group), fold(value)


_short_text = lru_cache(maxsize=m.CACHED)(_text)


def text(group: Group, value: str, marks: list[int], terms: Terms) -> None:
    """A string: whole for `:exact`, folded for the rest. Names of people and places repeat and are remembered."""
    found, folded = (_short_text if len(value) < 64 else _text)(group, value)
    marks += found
    for param in group:
        terms.setdefault(param, []).append(folded)


def _texts(group: Group, values: list[Any], marks: list[int], terms: Terms) -> None:
    marks += presence(group)
    for value in values:
        if value:
            text(group, value, marks, terms)


def human_name(group: Group, node: Any, marks: list[int], terms: Terms) -> None:
    """A HumanName: each part by itself."""
    values = [node.family, *(node.given or ()), *(node.prefix or ()), *(node.suffix or ()), node.text]
    _texts(group, values, marks, terms)


def address(group: Group, node: Any, marks: list[int], terms: Terms) -> None:
    """An Address: each part by itself."""
    lines = node.line or ()
    values = [*lines, node.city, node.district, node.state, node.postalCode, node.country, node.text]
    _texts(group, values, marks, terms)


def name_parts(names: Any) -> list[tuple[str, str]]:
    """(part, folded text) of every part of the HumanNames, once each; parts as in FHIR."""
    found: list[tuple[str, str]] = []
    for name in names or ():
        if name.family:
            found.append(("family", fold(name.family)))
        for part in ("given", "prefix", "suffix"):
            found += [(part, fold(each)) for each in getattr(name, part) or () if each]
        if name.text:
            found.append(("text", fold(name.text)))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=m.CACHED)
def one_code(param: str, code: str) -> int:
    """The mark of a bare code, remembered."""
    return m.code_mark(param, code)
