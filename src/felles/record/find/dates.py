"""Date parameters: ranges [low, high) in microseconds, with R4's prefixes.

The type's main date stands in the row's own columns, where an index can serve it; the others in `terms`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.record.find.ast import Form, Test
from felles.record.find.forms import Scope, compare, joined, quoted, renders

if TYPE_CHECKING:
    from felles.fhir.search import Dates


def test(name: str, dates: list[Dates], *, where: str) -> Test:
    """The condition on a date. `where`: `main` (the row's low and high), `date` (terms) or `updated`."""
    ends = tuple(("bigint", end) for date in dates for end in (date.low, date.high))
    return Test((where, name, *(date.prefix for date in dates)), ends)


@renders("main")
def _main(form: Form, scope: Scope) -> str:
    """The row's own columns; rows without this date have another or their lastUpdated there: they have no term."""
    tests = [compare(op, scope.take(), scope.take(), "e.low", "e.high") for op in form[2:]]
    return f"({joined(tests, 'or')} and coalesce(e.terms ? {quoted(form[1])}, false))"


@renders("date")
def _date(form: Form, scope: Scope) -> str:
    _, name, *ops = form
    tests = [compare(op, scope.take(), scope.take(), "(t.v->>0)::bigint", "(t.v->>1)::bigint") for op in ops]
    return f"""exists (select 1 from jsonb_array_elements(e.terms->{quoted(name)}) t(v)
        where {joined(tests, "or")})"""


@renders("updated")
def _updated(form: Form, scope: Scope) -> str:
    """`_lastUpdated`: an instant, one microsecond wide, in the row's own column: no feed."""
    tests = [compare(op, scope.take(), scope.take(), "e.updated", "(e.updated + 1)") for op in form[2:]]
    return joined(tests, "or")
