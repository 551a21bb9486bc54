"""The want for a journal: all that was written and all that happened, as one list by time.

One scan over a person's entries of these types. What is attached to an entry is not what a list shows: of a body larger
than `LARGE` it stays behind, and whoever reads that entry asks for it alone (`One`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from felles.record.decide import IN_FORM, ORG, ROW_OPEN
from felles.record.numbers import TYPES
from felles.record.standing import marks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from felles.record.wants import Journal

WRITTEN: Final = (
    "Communication",
    "Composition",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "Procedure",
    "ServiceRequest",
)
"""Types whose entries are text, or tell what happened."""
LARGE: Final = 48 * 1024
"""Letters of a body above which what is attached is left out of the list."""
_NEVER: Final = (("status", "entered-in-error"),)


def journal_part(number: int, want: Journal) -> str:
    """The rows of the want as one JSON array: a part of a page's statement (`read_person.page_shape`)."""
    types = ", ".join(str(TYPES[name]) for name in WRITTEN)
    body = f"""case when octet_length(e.body) > {LARGE}
                  then regexp_replace(e.body, '"data":"[^"]*"', '"data":""', 'g') else e.body end"""
    return f"""(select {number}::smallint as want, convert_to('[' || string_agg(v.line, ',') || ']', 'UTF8') as rows
          from (select '[' || e.low || ',' || {ORG} || ',' || to_json(coalesce(e.behalf, e.author)) || ','
                       || {body} || ',' || e.high || ','
                       || to_json(case when e.behalf is null then '' else e.author end) || ',' || e.kind || ']' as line
                  from entry e
                 where e.bucket = q.bucket and e.person = q.person and e.state < 2 and e.state = 0
                   and e.type in ({types}) and {IN_FORM} and not e.deleted and not e.marks && {marks(_NEVER)}
                   and e.low <= q.clinical and {ROW_OPEN}
                 order by e.low desc, e.id desc limit {want.newest}) v)"""


class _Line(msgspec.Struct, array_like=True, gc=False):
    low: int
    org: int
    author: str
    body: msgspec.Raw
    high: int
    entered: str
    kind: int


_lines: Final = msgspec.json.Decoder(list[_Line]).decode


def journals_together(found: Iterable[bytes]) -> bytes:
    """The journals of a person with several keys as one."""
    lines = [line for rows in found for line in _lines(rows)]
    lines.sort(key=lambda line: -line.low)
    return msgspec.json.encode(lines)
