"""A citizen's whole record, or what she reaches of whom she acts for, in portions: for a file that she keeps.

Each portion is decided and logged by the statement that reads it, before a byte of it leaves; the last line says that
the file is complete. Entries come by type and id, so that a portion begins where the one before it ended whatever is
written meanwhile, and no more than one portion is in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from felles.record.decide import (
    ASK,
    BASIS_TEXT,
    DOOR_BITS,
    IN_FORM,
    ORG,
    PERSON_OPEN,
    REPRESENTED,
    ROW_OPEN,
    ask_values,
    basis_of,
    bits_of,
    leaves,
)
from felles.record.errors import Absent
from felles.record.grants import Mode
from felles.record.joined import together
from felles.record.lane import Shape, unnest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from felles.record.clock import Clock
    from felles.record.grants import PersonGrant, PersonKey
    from felles.record.lane import Lane

PORTION: Final = 200
"""Entries of one portion."""
MORE: Final = "page:download-more"
"""The act of every portion but the first."""
_COLUMNS: Final = (
    ("bucket", "smallint"),
    ("person", "bigint"),
    ("act", "text"),
    ("what", "text"),
    ("after_type", "smallint"),
    ("after_id", "text"),
    *ASK,
)


def _sql(*, proxy: bool) -> str:
    return f"""
    with q as materialized {unnest(_COLUMNS)},
    door as materialized (
        select q.*, {DOOR_BITS}, {BASIS_TEXT} as basis, {PERSON_OPEN} as open
          from q
          join person p on p.bucket = q.bucket and p.person = q.person
          {basis_of("p", proxy=proxy)}
    ),
    portion as materialized (
        select q.n, v.*
          from (select * from door where open) q
         cross join lateral {bits_of("q")}
         cross join lateral (
            select e.type, e.id, e.low, e.kind, {ORG} as org, coalesce(e.behalf, e.author) as author, e.body
              from entry e
             where e.bucket = q.bucket and e.person = q.person and e.state < 2 and e.state = 0 and not e.deleted
               and e.type >= q.after_type and (e.type, e.id collate "C") > (q.after_type, q.after_id) and {IN_FORM}
               and {REPRESENTED if proxy else ROW_OPEN}
             order by e.type, e.id collate "C" limit {PORTION}) v
    ),
    counted as (select d.*, (select count(*) from portion o where o.n = d.n) as many from door d),
    said as materialized (
        select f.bucket, f.person, f.real,
               '{{"who":' || f.who || ',"act":"' || case when f.open then f.act else 'refused' end
               || '","what":"' || f.what || '","basis":' || coalesce('"' || f.basis || '"', 'null')
               || case when f.open then ',"n":' || f.many || ',"complete":' || (f.many < {PORTION})::text else '' end
               || ',"outcome":"' || case when f.open then 'released' else 'refused' end || '"}}' as text
          from counted f
    ),
    logged as ({leaves("said", f"${len(_COLUMNS) + 1}")})
    select d.n, null::smallint as number, null::text as type, null::text as id, null::bigint as low,
           null::smallint as kind, null::bigint as org, null::text as author, null::text as body
      from door d where d.open
    union all
    select o.n, o.type, t.name, o.id, o.low, o.kind, o.org, o.author, o.body
      from portion o join type_name t on t.type = o.type"""


_OWN: Final = Shape(_sql(proxy=False), _COLUMNS)
_PROXY: Final = Shape(_sql(proxy=True), _COLUMNS)


@dataclass(slots=True, frozen=True)
class Kept:
    """One entry: `low` clinical micros, its `Kind`, its organisation's hash, who answers for it, its JSON."""

    number: int
    type: str
    id: str
    low: int
    kind: int
    org: int
    author: str
    body: str


async def read_download(
    lane: Lane, clock: Clock, grant: PersonGrant, act: str, what: str
) -> AsyncGenerator[list[Kept]]:
    """The record in portions, logged as `page:<act>` about `what` (`Patient/x`). For citizens.

    Raises `Absent` at the first portion when the record is not open to this reader, and where it closes meanwhile;
    `Busy`.
    """
    act = f"page:{act}"
    for key in (await together(lane, grant.keys[0])).keys:
        after: tuple[int, str] = (0, "")
        while True:
            portion = await _portion(lane, clock, grant, key, act, what, after)
            act = MORE
            yield portion
            if len(portion) < PORTION:
                break
            after = portion[-1].number, portion[-1].id


async def _portion(
    lane: Lane, clock: Clock, grant: PersonGrant, key: PersonKey, act: str, what: str, after: tuple[int, str]
) -> list[Kept]:
    shape = _PROXY if grant.mode is Mode.PROXY else _OWN
    rows: list[Any] = await lane.submit(shape, (*key, act, what, *after, *ask_values(grant, clock)))
    if not rows:
        raise Absent("there is no record here that you may see")
    found = [Kept(*tuple(row)[1:]) for row in rows if row["number"] is not None]
    found.sort(key=lambda kept: (kept.number, kept.id))
    return found
