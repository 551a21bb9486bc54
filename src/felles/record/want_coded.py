"""What a page wants of named codes: one step into the index for each, for pages that ask for a value or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.fhir.search.marks import code_mark
from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.wants import Coded


def coded(number: int, want: Coded, *, mine: str, live: str, line: str) -> str:
    """The SELECT that answers `want`, the page's want `number`; the rest are the fragments of the page's statement."""
    codes = ", ".join(f"({code_mark('code', code)}::bigint)" for code in want.codes)
    return f"""(select {number}::smallint as want,
               convert_to('[' || string_agg(v.line, ',' order by v.low desc) || ']', 'UTF8') as rows
          from (values {codes}) c(code)
         cross join lateral (select e.low, {line} from entry e
            where {mine.format(type=TYPES[want.type])} and e.code = c.code and {live}
            order by e.low desc, e.id desc limit {want.newest}) v)"""
