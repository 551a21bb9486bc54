"""The whole record of one person, as the reader may see it, in one round trip.

Each row comes back as the Bundle entry it will be, so that the server process only joins them. (Joining them
in the database with string_agg cost it twice as much as the rows cost both.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    DOOR_BITS,
    IN_FORM,
    PERSON_OPEN,
    ROW_OPEN,
    ask_values,
    basis_of,
    bits_of,
    leaves,
)
from felles.record.errors import Absent
from felles.record.joined import ALONE, WHOLE, over_keys
from felles.record.lane import Shape, unnest

if TYPE_CHECKING:
    from felles.record.clock import Clock
    from felles.record.grants import Grant, PersonKey
    from felles.record.lane import Lane

_COLUMNS = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    ("base", "text"),
    ("since", "bigint"),
    ("types", "text"),
    ("many", "integer"),
    ("what", "text"),
    WHOLE,
    *ASK,
)

_SQL = f"""
with q as materialized {unnest(_COLUMNS)},
door as materialized (
    select q.*, {DOOR_BITS}, {BASIS_TEXT} as basis, {PERSON_OPEN} as open
      from q
      join person p on p.bucket = q.bucket and p.person = q.person
      {basis_of("p")}
     where {ALONE}
),
said as materialized (
    select f.bucket, f.person, f.real,
           '{{"who":' || f.who || ',"act":"' || case when f.open then 'everything' else 'refused' end
           || '","what":"' || f.what || '","basis":' || coalesce('"' || f.basis || '"', 'null')
           || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
      from door f
),
logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
select q.n, q.open, x.entry
  from door q
  left join lateral (
      select '{{"fullUrl":"' || q.base || t.name || '/' || e.id || '","resource":' || e.body
             || ',"search":{{"mode":"match"}}}}' as entry
        from {bits_of("q")}
       cross join lateral (
            select e.type, e.id, e.body from entry e
             where e.bucket = q.bucket and e.person = q.person and e.state = 0 and {IN_FORM}
               and not e.deleted and e.updated >= q.since
               and (q.types is null or e.type = any(q.types::smallint[]))
               and {ROW_OPEN}
             limit q.many) e
        join type_name t on t.type = e.type) x on q.open"""

EVERYTHING = Shape(_SQL, _COLUMNS)


@dataclass(slots=True, frozen=True)
class Everything:
    """A page of a record: `entries` is the inside of Bundle.entry, `found` how many are in it."""

    entries: str
    found: int


async def everything(  # noqa: PLR0913 - what the operation takes
    lane: Lane,
    clock: Clock,
    grant: Grant,
    key: PersonKey,
    patient: str,
    *,
    base: str,
    since: int = 0,
    types: list[int] | None = None,
    many: int,
) -> Everything:
    """All current entries of the person `key`, at most `many`.

    `patient` is the reference asked for (for the log), `base` the FHIR base with its slash. Raises
    `Absent` when the record is not open to this reader.
    """
    wanted = None if types is None else "{" + ",".join(map(str, types)) + "}"
    asked = ask_values(grant, clock)

    async def ask(one: PersonKey, whole: bool) -> list[Any]:
        return await lane.submit(EVERYTHING, (*one, base, since, wanted, many, patient, whole, *asked))

    rows = [row for found in await over_keys(lane, (key,), ask) for row in found if row["open"]]
    if not rows:
        raise Absent(f"{patient} is not here")
    entries = [row["entry"] for row in rows if row["entry"] is not None]
    return Everything(",".join(entries), len(entries))
