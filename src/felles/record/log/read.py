"""Who has looked: the lines about one person, for that person.

Made from the leaves themselves, so never behind the moment of asking. Reading them is a look like any other:
the statement decides, and leaves its own line.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from felles.record.decide import ASK, BASIS_TEXT, PERSON_OPEN, ask_values, basis_of, leaves
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.lane import Shape, unnest
from felles.record.log.text import Line, parse

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant
    from felles.record.lane import Lane

NEWEST = 9_223_372_036_854_775_807
"""`before` of the first page."""

_COLUMNS = (("bucket", "smallint"), ("person", "bigint"), ("before", "bigint"), ("many", "integer"), *ASK)

_LINES = Shape(
    f"""
    with q as materialized {unnest(_COLUMNS)},
    door as materialized (
        select q.*, {BASIS_TEXT} as basis, q.mode = {Mode.SELF:d} and {PERSON_OPEN} as open
          from q
          join person p on p.bucket = q.bucket and p.person = q.person
          {basis_of("p")}
    ),
    said as materialized (
        select f.bucket, f.person, f.real,
               '{{"who":' || f.who || ',"act":"' || case when f.open then 'log' else 'refused' end
               || '","what":"AuditEvent","basis":' || coalesce('"' || f.basis || '"', 'null')
               || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
          from door f
    ),
    logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
    select q.n, q.open, l.number, l.at, l.text
      from door q
      left join lateral (select l.number, l.at, l.text from leaf l
                          where l.bucket = q.bucket and l.person = q.person and l.number < q.before
                          order by l.number desc limit q.many) l on q.open""",
    _COLUMNS,
)


@dataclass(frozen=True, slots=True)
class Looked:
    """One line about the person. `number` is its place (for the next page), `at` real microseconds.

    `line` is None where its text was lawfully erased.
    """

    number: int
    at: int
    line: Line | None


async def lines_of(
    lane: Lane, clock: Clock, grant: PersonGrant, *, before: int = NEWEST, many: int = 50
) -> list[Looked]:
    """The newest `many` lines about the person of this Grant whose number is below `before`, newest first.

    Only a Grant for one's own record (mode SELF) opens them. Raises `Absent` for any other, `Busy`.
    """
    asked = [lane.submit(_LINES, (*key, before, many, *ask_values(grant, clock))) for key in grant.keys]
    found: list[Looked] = []
    for rows in await asyncio.gather(*asked):
        if not rows or not rows[0]["open"]:
            raise Absent("the log of this person is not open here")
        found.extend(
            Looked(row["number"], row["at"], parse(row["text"]) if row["text"] is not None else None)
            for row in rows
            if row["number"] is not None
        )
    return sorted(found, key=lambda each: -each.number)[:many]
