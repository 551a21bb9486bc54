"""One plain parameter, its modifier and its text, to a clause."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from felles.fhir.search import Context, Dates, Mark, Numbers, SearchValueError, Text, parse_value, split_values
from felles.record.errors import BadQuery
from felles.record.find import amounts, dates, strings, tokens
from felles.record.find.ast import Clause, Test
from felles.record.find.limits import DEFAULT, Limits
from felles.record.find.params import in_columns, leads_home, param_of, required
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.fhir.search import Criterion, Param

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_PLAIN = Context()
_EXPANDED = 8
"""A bare id stands for each of the parameter's target types, when they are at most so many."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads plain parameters; `context` is what values depend on beside their text."""

    context: Context = _PLAIN
    limits: Limits = DEFAULT

    def clause(self, type_name: str, key: str, text: str) -> Clause:
        """The clause of `key` (name and modifier) over `type_name`. Raises `BadQuery`."""
        param = param_of(type_name, key.partition(":")[0])
        if param is not None and param.type in _TIMELESS:
            return _remembered(type_name, key, text, self.context.base, self.limits.alternatives)
        return self.read(type_name, key, text)

    def read(self, type_name: str, key: str, text: str) -> Clause:
        """The same, read anew."""
        name, colon, modifier = key.partition(":")
        if colon and not modifier:
            raise BadQuery(f"{key}: a modifier is missing")
        values = self._values(key, text)
        if name == "_id":
            return _by_id(type_name, modifier, values)
        param = required(type_name, name)
        try:
            criteria = [parse_value(param, value, modifier or None, self.context) for value in values]
        except (SearchValueError, OverflowError) as error:
            raise BadQuery(str(error)) from error
        except ValueError as error:
            raise BadQuery(f"{key}: {error}") from error
        return _clause(type_name, param, modifier or None, values, criteria)

    def _values(self, key: str, text: str) -> list[str]:
        if "\0" in text:
            raise BadQuery(f"{key}: a value cannot hold the character NUL")
        values = split_values(text)
        if len(values) > self.limits.alternatives:
            raise BadQuery(f"{key}: at most {self.limits.alternatives} values can be given")
        if not all(value.strip() for value in values):
            raise BadQuery(f"{key}: a value is missing")
        return values


_TIMELESS = frozenset({"token", "reference"})
"""Kinds of parameters whose values mean the same at any moment, and come again and again."""


@lru_cache(maxsize=8192)
def _remembered(type_name: str, key: str, text: str, base: str | None, alternatives: int) -> Clause:
    limits = replace(DEFAULT, alternatives=alternatives)
    return Reader(Context(base=base), limits).read(type_name, key, text)


def _by_id(type_name: str, modifier: str, values: list[str]) -> Clause:
    if modifier:
        raise BadQuery(f"_id:{modifier} is not supported")
    # What is no id is nobody's id: it matches nothing, as one that is not here.
    asked = tuple(dict.fromkeys(value for value in values if _ID.fullmatch(value)))
    if not asked:
        return Clause("_id", "id", None, Test(("never",)), "_id")
    test = Test(("id", 1), (("text", asked[0]),)) if len(asked) == 1 else Test(("id", 2), (("text[]", asked),))
    targets = tuple(f"{type_name}/{i}" for i in asked)
    return Clause("_id", "id", None, test, "_id", targets=targets, home=type_name == "Patient")


def _clause(type_name: str, param: Param, modifier: str | None, values: list[str], criteria: list[Criterion]) -> Clause:
    said = tokens.said(param, modifier, ",".join(values))
    marks = tuple(c.mark for c in criteria if isinstance(c, Mark))
    if marks:
        negated = any(c.negated for c in criteria if isinstance(c, Mark))
        test = tokens.any_of(marks, negated=negated)
        if negated or modifier == "missing":
            return Clause(param.name, param.type, modifier, test, said)
        if param.type == "reference" and modifier != "identifier":
            return _reference(
                type_name, param, modifier, values, criteria, Clause(param.name, "reference", modifier, test, said)
            )
        codes = tokens.bare_codes(param, values) if param.type == "token" else ()
        return Clause(param.name, param.type, modifier, test, said, marks=marks, codes=codes)
    dated = [c for c in criteria if isinstance(c, Dates)]
    if dated:
        where = "updated" if param.name == "_lastUpdated" else "main" if in_columns(type_name, param.name) else "date"
        spans = tuple((c.prefix, c.low, c.high) for c in dated)
        return Clause(param.name, "date", None, dates.test(param.name, dated, where=where), said, spans=spans)
    texts = [c for c in criteria if isinstance(c, Text)]
    if texts:
        words = tuple(t.text for t in texts) if modifier is None else ()
        return Clause(param.name, "string", modifier, strings.test(param.name, texts), said, words=words)
    numbers = [c for c in criteria if isinstance(c, Numbers)]
    return Clause(param.name, param.type, None, amounts.test(param.name, numbers), said)


def _reference(
    type_name: str, param: Param, modifier: str | None, values: list[str], criteria: list[Criterion], plain: Clause
) -> Clause:
    """With the entries that the values may mean, so that the search can begin where those lie."""
    targets: list[str] = []
    marks: list[int] = []
    literal = True
    for value, criterion in zip(values, criteria, strict=True):
        assert isinstance(criterion, Mark)  # noqa: S101 - references are marks
        marks.append(criterion.mark)
        if criterion.target is not None:
            targets.append(criterion.target)
        elif modifier is None and _ID.fullmatch(value):
            if not 0 < len(param.targets) <= _EXPANDED:
                raise BadQuery(f"{param.name}: say which type is meant, as in {param.name}=Type/{value}")
            targets += [f"{target}/{value}" for target in param.targets]
        else:
            literal = False
    known = tuple(dict.fromkeys(targets)) if literal and all(t.partition("/")[0] in TYPES for t in targets) else ()
    return Clause(
        plain.name,
        plain.kind,
        plain.modifier,
        plain.test,
        plain.said,
        marks=tuple(marks),
        targets=known,
        home=bool(known) and any(t.startswith("Patient/") for t in known) and leads_home(type_name, param.name),
    )
