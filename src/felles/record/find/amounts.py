"""Number and quantity parameters: exact decimals with R4's prefixes, and the unit as it was written.

A number of an entry is a range with both ends in it; `fhir/search/prefixes.py` defines the comparisons, this says
the same in SQL. Units are compared, not converted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.record.find.ast import Arg, Form, Test
from felles.record.find.forms import Scope, joined, quoted, renders

if TYPE_CHECKING:
    from felles.fhir.search import Numbers


def test(name: str, numbers: list[Numbers]) -> Test:
    """The condition on a number or quantity: per alternative its prefix, ends and, where given, unit."""
    form: list[tuple[str, int | None]] = []
    args: list[Arg] = []
    for number in numbers:
        args += [("numeric", number.low), ("numeric", number.high)]
        if number.unit is not None:
            args.append(("bigint", number.unit))
        form.append((number.prefix, None if number.unit is None else 2 if number.system else 3))
    return Test(("amount", name, *form), tuple(args))


_BEGIN, _END = "(t.v->>0)::numeric", "(t.v->>1)::numeric"
_COMPARE = {
    "eq": f"({_BEGIN} >= {{low}} and {_END} < {{high}})",
    "ne": f"not ({_BEGIN} >= {{low}} and {_END} < {{high}})",
    "gt": f"{_END} > {{high}}",
    "ge": f"{_END} >= {{low}}",
    "lt": f"{_BEGIN} < {{low}}",
    "le": f"{_BEGIN} <= {{high}}",
    "sa": f"{_BEGIN} > {{high}}",
    "eb": f"{_END} < {{low}}",
    "ap": f"({_BEGIN} < {{high}} and {_END} >= {{low}})",
}


@renders("amount")
def _amount(form: Form, scope: Scope) -> str:
    """`("amount", param, (prefix, place of the unit's mark in the term or None), ...)`."""
    tests: list[str] = []
    for op, place in form[2:]:
        test = _COMPARE[op].format(low=scope.take(), high=scope.take())
        # An amount without that unit has null there: no match.
        unit = None if place is None else f"coalesce((t.v->>{place})::bigint = {scope.take()}, false)"
        tests.append(test if unit is None else f"({test} and {unit})")
    return f"""exists (select 1 from jsonb_array_elements(e.terms->{quoted(form[1])}) t(v)
        where {joined(tests, "or")})"""
