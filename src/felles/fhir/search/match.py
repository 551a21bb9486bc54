"""Whether an index meets a criterion: the meaning of a query in memory, which SQL must agree with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from felles.fhir.search.index import Index
from felles.fhir.search.prefixes import compare, compare_numbers
from felles.fhir.search.query import Criterion, Dates, Mark, Numbers, Text


def matches(criterion: Criterion, param: str, index: Index) -> bool:
    """Whether the resource of `index` matches one value asked of `param`.

    Several values of one parameter are alternatives, except negated ones, which must all hold; `_id` and
    `_lastUpdated` are not in an index.
    """
    if isinstance(criterion, Mark):
        return (criterion.mark in index.marks) != criterion.negated
    terms = index.terms.get(param, ())
    match criterion:
        case Dates(prefix, low, high):
            return any(compare(prefix, term, (low, high)) for term in terms)
        case Numbers():
            return any(_number(criterion, term) for term in terms)
        case Text(text, "starts"):
            return any(term.startswith(text) for term in terms)
        case Text(text):
            return any(text in term for term in terms)


def _number(criterion: Numbers, term: tuple[Any, ...]) -> bool:
    if criterion.unit is not None and criterion.unit != term[2 if criterion.system else 3]:
        return False
    value = Decimal(term[0]), Decimal(term[1])
    return compare_numbers(criterion.prefix, value, (Decimal(criterion.low), Decimal(criterion.high)))
