"""The newest entries of one code, the one that a request names by its mark: one course whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from felles.record.numbers import TYPES

if TYPE_CHECKING:
    from felles.record.wants import OfCode


def of_code(number: int, want: OfCode, mine: str, live: str, line: str) -> str:
    """The part of a page's statement for an `OfCode` (`read_person` gives the conditions of its other wants)."""
    return f"""(select {number}::smallint as want,
               convert_to('[' || string_agg(v.line, ',') || ']', 'UTF8') as rows
          from (select {line} as line from entry e
            where {mine.format(type=TYPES[want.type])} and e.code = q.code and {live}
            order by e.low desc, e.id desc limit {want.newest}) v)"""
