"""What a page wants of named codes: one step into the index for each, for pages that ask for a value or two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from felles.fhir.search.marks import code_mark
from felles.record.numbers import TYPES
from felles.record.standing import marks

if TYPE_CHECKING:
    from felles.record.wants import Coded

_NEVER: Final = (("status", "entered-in-error"),)


def marks_of(want: Coded) -> list[int]:
    """The marks of its codes, in their order."""
    return [code_mark("code", code) for code in want.codes]


def coded(number: int, want: Coded, *, mine: str, live: str, line: str) -> str:
    """The SELECT that answers `want`, the page's want `number`; the rest are the fragments of the page's statement."""
    live = f"{live} and not e.marks && {marks(_NEVER)}"
    if want.newest == 1:
        return _last(number, want, mine, live, line)
    codes = ", ".join(f"({mark}::bigint)" for mark in marks_of(want))
    return f"""(select {number}::smallint as want,
               convert_to('[' || string_agg(v.line, ',' order by v.low desc, v.id desc) || ']', 'UTF8') as rows
          from (values {codes}) c(code)
         cross join lateral (select e.low, e.id, {line} from entry e
            where {mine.format(type=TYPES[want.type])} and e.code = c.code and {live}
            order by e.low desc, e.id desc limit {want.newest}) v)"""


def _last(number: int, want: Coded, mine: str, live: str, line: str) -> str:
    """The newest of each code by one scan of them all: less than a step for each, where a person has few of them.

    The codes come by a sublink: of constants the planner knows how rare they are, and reads the region's.
    """
    codes = ",".join(map(str, marks_of(want)))
    return f"""(select {number}::smallint as want,
               convert_to('[' || string_agg(v.line, ',' order by v.low desc, v.id desc) || ']', 'UTF8') as rows
          from (select distinct on (e.code) e.low, e.id, {line} from entry e
            where {mine.format(type=TYPES[want.type])} and {live}
              and e.code = any(array(select unnest('{{{codes}}}'::bigint[])))
            order by e.code, e.low desc, e.id desc) v)"""
