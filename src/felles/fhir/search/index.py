"""The index of one resource: everything a search compares, taken out once, at write."""

from __future__ import annotations

from typing import Any

import msgspec

from felles.fhir.search import marks as m
from felles.fhir.search.dates import Range


class Index(msgspec.Struct):
    """What `extract` gives for one resource.

    `marks`: equality terms, signed 64-bit, each once (`marks.py`). `terms`: per parameter the values that are
    compared otherwise: date (low, high) in microseconds, high excluded; number (low, high) as decimal text, both
    included; quantity (low, high, mark of system and code, mark of the bare unit); string folded text; uri text.
    `refs`: (parameter, "Type/id") of literal references. `identifiers`: (system or "", value). `names`: (part,
    folded text) for people. `code`: mark of the first bare code of the type's main code, `many_codes` that it
    has others too. `low`, `high`: the clinical period [low, high), None when there is none.
    """

    marks: list[int]
    terms: dict[str, list[Any]]
    refs: list[tuple[str, str]]
    identifiers: list[tuple[str, str]]
    names: list[tuple[str, str]]
    code: int | None
    many_codes: bool
    low: int | None
    high: int | None

    def pointers(self, own: frozenset[str] = frozenset()) -> list[int]:
        """The marks by which the entry is found without knowing its person: identifiers and references.

        Each identifier gives `value`, `system|value` and `|value`; each literal reference whose target is not in
        `own` ("Type/id" of what lies with the same person) gives its mark with the type and that without.
        """
        found: dict[int, None] = {}
        for system, value in self.identifiers:
            found[m.code_mark("identifier", value)] = None
            exact = m.system_code_mark if system else None
            found[exact("identifier", system, value) if exact else m.bare_mark("identifier", value)] = None
        for param, target in self.refs:
            if target not in own:
                found[m.reference_mark(param, target)] = None
                found[m.reference_mark(param, target[target.index("/") :])] = None
        return list(found)


_NONE: tuple[None, None] = (None, None)


def period_of(params: tuple[str, ...], terms: dict[str, list[Any]]) -> Range | tuple[None, None]:
    """The clinical period: the value of the first of `params` that has one, when it has no second."""
    for param in params:
        found = terms.get(param)
        if found is not None:
            return found[0] if len(found) == 1 else _NONE
    return _NONE
